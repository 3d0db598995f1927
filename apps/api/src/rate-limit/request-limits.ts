import { Inject, Injectable, type OnModuleInit } from '@nestjs/common';
import { InjectThrottlerOptions } from '@nestjs/throttler';
import { serializeList, type Item } from 'structured-headers';
import { Instruments } from '@app/metrics';
import { SlidingWindowStorage, type Charge, type Verdict } from '@app/rate-limit';
import { Environment } from '@app/runtime';
import { ProblemError } from '../problem/problem-error';
import { currentRequest } from '../server/request-context';
import type { LimitName, LimitOptions } from './throttlers';

/** The limits that one request has met so far; every response shows the strictest of them. */
@Injectable()
export class RequestLimits implements OnModuleInit {
  constructor(
    @InjectThrottlerOptions() private readonly options: LimitOptions,
    private readonly storage: SlidingWindowStorage,
    @Inject(Instruments) private readonly instruments: Instruments,
    @Inject(Environment) private readonly environment: Environment,
  ) {}

  onModuleInit(): void {
    this.instruments.limitsEnforced(this.options.throttlers.map(({ name }) => name));
  }

  /**
   * Settles the charges in one round trip and sets the headers.
   * @param excused a limit that does not refuse the request when it is exceeded, and is not shown
   * @returns false if the excused limit was exceeded
   * @throws {ProblemError} RateLimitExceeded
   */
  async settle(charges: readonly Charge[], excused?: LimitName): Promise<boolean> {
    const verdicts = await this.storage.settle(charges);
    const { settledLimits } = currentRequest();
    let withinExcused = true;
    charges.forEach((charge, index) => {
      const verdict = verdicts[index];
      // Limits that `takeCredentials` has taken are no longer shown.
      const hidden = charge.refunds !== undefined && !settledLimits.has(charge.limit);
      if (verdict === undefined || hidden) return;
      if (charge.limit === excused && !verdict.allowed) {
        withinExcused = false;
        return;
      }
      settledLimits.set(charge.limit, { charge, verdict });
      if (charge.refunds === undefined) {
        this.instruments.limitDecided(charge.limit, verdict.allowed ? 'allowed' : 'refused');
      }
    });
    const limit = this.show();
    if (limit === undefined || limit.allowed) return withinExcused;
    throw new ProblemError('RateLimitExceeded', {
      limit: limit.limit,
      retryAfterSeconds: limit.resetSeconds,
    });
  }

  /**
   * Spends one request of a limit that is known only now, and refunds the credentials that the guard has spent in
   * advance, in one step.
   * @param counted what the limit counts by, such as the account's id
   * @param excused whether the request is accepted even if this limit is exceeded
   * @returns false if the limit was exceeded and excused
   * @throws {ProblemError} RateLimitExceeded
   */
  async spend(name: LimitName, counted: string, excused = false): Promise<boolean> {
    if (!this.environment.ENABLE_RATE_LIMITING) return true;
    const charges = [...this.takeCredentials(), this.chargeOf(name, counted)];
    return await this.settle(charges, excused ? name : undefined);
  }

  /**
   * Spends one request of a limit without showing it in the response or a metric; used after a right password.
   * @returns whether the limit allows the request
   */
  async spendUnseen(name: LimitName, counted: string): Promise<boolean> {
    if (!this.environment.ENABLE_RATE_LIMITING) return true;
    const [verdict] = await this.storage.settle([this.chargeOf(name, counted)]);
    return verdict?.allowed ?? true;
  }

  /** Refunds the spent credentials if the password was right or was not compared. No request waits for the refund. */
  refundCredentials(): void {
    const refunds = this.takeCredentials();
    if (refunds.length === 0) return;
    // If the refund fails, the entries expire with their window.
    this.storage.settle(refunds).catch(() => {});
    this.show();
  }

  /** Refunds what a malformed request has spent; its response shows the limits without it. */
  async refundMalformed(): Promise<void> {
    const refunds = this.options.throttlers
      .filter(({ countsMalformed }) => countsMalformed !== true)
      .flatMap(({ name }) => this.refundOf(name));
    if (refunds.length > 0) await this.settle(refunds);
  }

  private chargeOf(name: LimitName, counted: string): Charge {
    const limit = this.options.throttlers.find((each) => each.name === name);
    if (limit === undefined) throw new TypeError(`There is no limit ${name}`);
    const key = this.options.generateKey(null, counted, name);
    return { limit: name, key, max: limit.limit, windowMs: limit.ttl };
  }

  /** Refunds for the spent password attempts; the response no longer shows these limits. */
  private takeCredentials(): Charge[] {
    const refunds = CREDENTIALS.flatMap((name) => this.refundOf(name));
    for (const name of CREDENTIALS) currentRequest().settledLimits.delete(name);
    return refunds;
  }

  private refundOf(name: string): Charge[] {
    const spent = currentRequest().settledLimits.get(name);
    if (spent === undefined || spent.verdict.spendId === null) return [];
    return [{ ...spent.charge, refunds: spent.verdict.spendId }];
  }

  private show(): Verdict | undefined {
    const { settledLimits, response } = currentRequest();
    const applied = [...settledLimits.values()].map(({ verdict }) => verdict);
    for (const [name, value] of Object.entries(rateLimitHeaders(applied))) response.setHeader(name, value);
    return tightest(applied);
  }
}

/** Limits that wrong passwords count against. */
const CREDENTIALS = ['credentials', 'credentials_client'] satisfies LimitName[];

/** The strictest limit: the refused one that lasts longest, otherwise the one with the fewest requests left. */
export function tightest(verdicts: readonly Verdict[]): Verdict | undefined {
  return [...verdicts].sort(
    (one, other) =>
      Number(one.allowed) - Number(other.allowed) ||
      (one.allowed ? one.remaining - other.remaining : other.resetAt - one.resetAt) ||
      one.max - other.max,
  )[0];
}

/**
 * Names and values of the headers: X-RateLimit-* for the strictest limit, and the IETF headers for all limits that
 * applied. Source: draft-ietf-httpapi-ratelimit-headers (structured fields of RFC 9651).
 */
export function rateLimitHeaders(verdicts: readonly Verdict[]): Record<string, string> {
  const limit = tightest(verdicts);
  if (limit === undefined) return {};
  const policies = verdicts.map(({ limit: name, max, windowSeconds }) =>
    item(name, { q: max, w: windowSeconds }),
  );
  const current = item(limit.limit, { r: limit.remaining, t: limit.resetSeconds });
  return {
    'X-RateLimit-Limit': String(limit.max),
    'X-RateLimit-Remaining': String(limit.remaining),
    'X-RateLimit-Reset': String(limit.resetAt),
    'RateLimit-Policy': serializeList(policies),
    RateLimit: serializeList([current]),
  };
}

const item = (name: string, fields: Record<string, number>): Item => [name, new Map(Object.entries(fields))];
