import { Injectable, SetMetadata, type ExecutionContext } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import {
  InjectThrottlerOptions,
  InjectThrottlerStorage,
  ThrottlerGuard,
  type ThrottlerModuleOptions,
  type ThrottlerRequest,
  type ThrottlerStorage,
} from '@nestjs/throttler';
import type { Request, Response } from 'express';
import type { Charge, LimitName } from '@app/rate-limit';
import { admissionOf } from '../users/admission';
import { Charges } from './charges';
import { ProxyHint } from './proxy-hint';
import { RequestLimits } from './request-limits';

const LIMITED_BY = Symbol('limited by');

/** Names the limits that a route meets before its handler. Routes without it are free. */
export const LimitedBy = (...limits: LimitName[]): MethodDecorator => SetMetadata(LIMITED_BY, limits);

/**
 * @nestjs/throttler's guard asks its storage limit by limit, so that the first are spent when a later one refuses,
 * and names the header fields after each limit. Here it only collects what applies, and all of it is settled at once.
 */
@Injectable()
export class RateLimitGuard extends ThrottlerGuard {
  private readonly collected = new WeakMap<Request, Charge[]>();

  constructor(
    @InjectThrottlerOptions() options: ThrottlerModuleOptions,
    @InjectThrottlerStorage() storage: ThrottlerStorage,
    reflector: Reflector,
    private readonly charges: Charges,
    private readonly limits: RequestLimits,
    private readonly hint: ProxyHint,
  ) {
    super(options, storage, reflector);
  }

  override async canActivate(context: ExecutionContext): Promise<boolean> {
    if (this.limitsOf(context).length === 0) return true;
    const request = context.switchToHttp().getRequest<Request>();
    this.collected.set(request, []);
    await super.canActivate(context);
    const charges = this.collected.get(request) ?? [];
    if (charges.some(({ limit }) => limit === 'registration')) this.hint.registrationFrom(request.ip);
    await this.limits.settle(context.switchToHttp().getResponse<Response>(), charges);
    return true;
  }

  protected override handleRequest({ context, throttler }: ThrottlerRequest): Promise<boolean> {
    const limit = throttler.name as LimitName;
    const request = context.switchToHttp().getRequest<Request>();
    const key = this.limitsOf(context).includes(limit) ? this.charges.keyFor(limit, request) : null;
    if (key === null) return Promise.resolve(true);
    // A request that is turned away anyway counts against the route alone, but its answer shows the other limits too.
    const refused = admissionOf(request).refusal !== null;
    const action = refused && limit !== 'global' ? 'peek' : 'spend';
    this.collected.get(request)?.push(this.charges.charge(limit, key, action));
    return Promise.resolve(true);
  }

  private limitsOf(context: ExecutionContext): LimitName[] {
    return this.reflector.get<LimitName[] | undefined>(LIMITED_BY, context.getHandler()) ?? [];
  }
}
