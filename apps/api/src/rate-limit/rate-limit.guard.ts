import {
  Inject,
  Injectable,
  type CallHandler,
  type ExecutionContext,
  type NestInterceptor,
} from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import { InjectThrottlerOptions, ThrottlerGuard, type ThrottlerRequest } from '@nestjs/throttler';
import type { Request } from 'express';
import { catchError, from, mergeMap, throwError, type Observable } from 'rxjs';
import { SlidingWindowStorage } from '@app/rate-limit';
import { Environment, Logger } from '@app/runtime';
import { isMalformed } from '../problem/to-problem';
import { currentRequest } from '../server/request-context';
import { RequestLimits } from './request-limits';
import { isNamed, type LimitOptions } from './throttlers';

/** Size of the sample of registrations, and how many from one client are suspicious. */
const SAMPLE_SIZE = 20;
const SUSPICIOUS = 18;
/** Minimum time between two hints, in milliseconds. */
const SILENCE_MS = 3_600_000;

/**
 * Notices when one address makes nearly all registrations. A proxy that is missing from `TRUST_PROXY` looks like that,
 * and all clients behind it share one limit.
 */
@Injectable()
export class ProxyHint {
  private readonly latest: string[] = [];
  private hintedAt = -Infinity;

  constructor(
    @Inject(Logger) private readonly logger: Logger,
    @Inject(Environment) private readonly environment: Environment,
  ) {}

  /** Counts a registration, whether or not it succeeds. */
  registrationFrom(client: string): void {
    this.latest.push(client);
    if (this.latest.length > SAMPLE_SIZE) this.latest.shift();
    const share = this.latest.filter((each) => each === client).length;
    if (share < SUSPICIOUS || performance.now() - this.hintedAt < SILENCE_MS) return;
    this.hintedAt = performance.now();
    this.logger.warn(
      { registrations: share, of: this.latest.length, trust_proxy: this.environment.TRUST_PROXY },
      'One address makes nearly all registrations. If it is a proxy, add it to TRUST_PROXY: all its clients share one limit',
    );
  }
}

/**
 * Nest's guard settles limits one by one, so earlier limits are spent even if a later one refuses, and it applies
 * every limit to every route. The table has it skip what the route does not name in `@Throttle()`; this guard settles the
 * others in one step.
 */
@Injectable()
export class RateLimitGuard extends ThrottlerGuard {
  constructor(
    @InjectThrottlerOptions() options: LimitOptions,
    storage: SlidingWindowStorage,
    reflector: Reflector,
    @Inject(Environment) private readonly environment: Environment,
    private readonly limits: RequestLimits,
    private readonly hint: ProxyHint,
  ) {
    super(options, storage, reflector);
  }

  override async canActivate(context: ExecutionContext): Promise<boolean> {
    await super.canActivate(context);
    const { charges } = currentRequest();
    if (charges.length === 0) return true;
    if (charges.some(({ limit }) => limit === 'registration')) {
      this.hint.registrationFrom(currentRequest().client);
    }
    await this.limits.settle(charges);
    return true;
  }

  protected override shouldSkip(context: ExecutionContext): Promise<boolean> {
    const limited = this.throttlers.some(({ name }) => isNamed(context, name));
    return Promise.resolve(!limited || !this.environment.ENABLE_RATE_LIMITING);
  }

  protected override async handleRequest({
    context,
    throttler: { name = 'default' },
    limit,
    ttl,
    getTracker,
    generateKey,
  }: ThrottlerRequest): Promise<boolean> {
    const tracker = await getTracker(context.switchToHttp().getRequest<Request>(), context);
    currentRequest().charges.push({
      limit: name,
      key: generateKey(context, tracker, name),
      max: limit,
      windowMs: ttl,
    });
    return true;
  }
}

/**
 * The other half of the guard: refunds the registration or attempt that a malformed request has spent. The guard counts
 * before the body is read. Pipes run inside the interceptors, so a validation error passes here on its way to the filter.
 */
@Injectable()
export class RefundInterceptor implements NestInterceptor {
  constructor(private readonly limits: RequestLimits) {}

  intercept(_context: ExecutionContext, next: CallHandler): Observable<unknown> {
    return next.handle().pipe(
      catchError((error: unknown) => {
        if (!isMalformed(error)) return throwError(() => error);
        return from(this.limits.refundMalformed()).pipe(mergeMap(() => throwError(() => error)));
      }),
    );
  }
}
