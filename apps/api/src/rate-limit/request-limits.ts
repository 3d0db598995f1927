import { Inject, Injectable, type OnModuleInit } from '@nestjs/common';
import { InjectThrottlerOptions } from '@nestjs/throttler';
import { Instruments } from '@app/metrics';
import { SlidingWindowStorage, type Charge, type Verdict } from '@app/rate-limit';
import { Environment } from '@app/runtime';
import { ProblemError } from '../problem/problem-error';
import { DETAIL_OF } from '../problem/statuses';
import { currentRequest } from '../server/request-context';
import { rateLimitHeaders, tightest } from './headers';
import type { LimitName, LimitOptions } from './throttlers';

/** The limits that one request has met so far; the answer shows the tightest of them, whatever the answer is. */
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
   * Settles charges in one round trip and writes the header fields.
   * @param excused a limit whose refusal does not refuse the request, and is not shown
   * @returns false where the excused limit refused
   * @throws {ProblemError} RateLimitExceeded
   */
  async settle(charges: readonly Charge[], excused?: LimitName): Promise<boolean> {
    const verdicts = await this.storage.settle(charges);
    const { settledLimits } = currentRequest();
    let withinExcused = true;
    charges.forEach((charge, index) => {
      const verdict = verdicts[index];
      const taken = charge.action === 'refund' && !settledLimits.has(charge.limit);
      if (verdict === undefined || taken) return;
      if (charge.limit === excused && !verdict.allowed) {
        withinExcused = false;
        return;
      }
      settledLimits.set(charge.limit, { charge, verdict });
      if (charge.action === 'spend') {
        this.instruments.limitDecided(charge.limit, verdict.allowed ? 'allowed' : 'refused');
      }
    });
    const limit = this.show();
    if (limit === undefined || limit.allowed) return withinExcused;
    throw new ProblemError('RateLimitExceeded', DETAIL_OF.RateLimitExceeded, {
      limit: limit.limit,
      retryAfterSeconds: limit.resetSeconds,
    });
  }

  /**
   * Spends one of a limit that is known only now, and refunds the credentials that the guard has spent in advance, in
   * one step.
   * @param counted by what the limit counts, such as the account's id
   * @param excused whether the request is accepted where this limit refuses
   * @returns false where it was excused
   * @throws {ProblemError} RateLimitExceeded
   */
  async spend(name: LimitName, counted: string, excused = false): Promise<boolean> {
    if (!this.environment.ENABLE_RATE_LIMITING) return true;
    const charges = [...this.takeCredentials(), this.chargeOf(name, counted)];
    return await this.settle(charges, excused ? name : undefined);
  }

  /**
   * Spends one where neither the answer nor a metric may tell that it was spent: it is spent after a right password.
   * @returns whether the limit allows the request
   */
  async spendUnseen(name: LimitName, counted: string): Promise<boolean> {
    if (!this.environment.ENABLE_RATE_LIMITING) return true;
    const [verdict] = await this.storage.settle([this.chargeOf(name, counted)]);
    return verdict?.allowed ?? true;
  }

  /** Refunds the credentials where the password was right, or was not compared. No request waits for it. */
  giveBackCredentials(): void {
    const refunds = this.takeCredentials();
    if (refunds.length === 0) return;
    // At worst they leave the window by themselves.
    this.storage.settle(refunds).catch(() => {});
    this.show();
  }

  /** Refunds what a malformed request has spent: its answer shows the limits as they are without it. */
  async giveBackMalformed(): Promise<void> {
    const refunds = this.options.throttlers
      .filter(({ countsMalformed }) => countsMalformed !== true)
      .flatMap(({ name }) => this.refundOf(name));
    if (refunds.length > 0) await this.settle(refunds);
  }

  private chargeOf(name: LimitName, counted: string): Charge {
    const limit = this.options.throttlers.find((each) => each.name === name);
    if (limit === undefined) throw new TypeError(`There is no limit ${name}`);
    const key = this.options.generateKey(null, counted, name);
    return { limit: name, key, max: limit.limit, windowMs: limit.ttl, action: 'spend' };
  }

  /** The refunds of what was spent for a wrong password; the answer no longer shows these limits. */
  private takeCredentials(): Charge[] {
    const refunds = CREDENTIALS.flatMap((name) => this.refundOf(name));
    for (const name of CREDENTIALS) currentRequest().settledLimits.delete(name);
    return refunds;
  }

  private refundOf(name: string): Charge[] {
    const spent = currentRequest().settledLimits.get(name);
    if (spent === undefined || spent.verdict.spendId === null) return [];
    return [{ ...spent.charge, action: 'refund', spendId: spent.verdict.spendId }];
  }

  private show(): Verdict | undefined {
    const { settledLimits, response } = currentRequest();
    const applied = [...settledLimits.values()].map(({ verdict }) => verdict);
    for (const [name, value] of Object.entries(rateLimitHeaders(applied))) response.setHeader(name, value);
    return tightest(applied);
  }
}

/** What wrong passwords spend. */
const CREDENTIALS = ['credentials', 'credentials_client'] satisfies LimitName[];
