import { Inject, Injectable } from '@nestjs/common';
import type { Response } from 'express';
import { Instruments } from '@app/metrics';
import { RateLimiter, type Charge, type LimitName } from '@app/rate-limit';
import { ProblemError } from '../problem/problem-error';
import { DETAIL_OF } from '../problem/statuses';
import { currentRequest } from '../server/request-context';
import { rateLimitHeaders, tightest } from './headers';

/** The limits that one request has met so far; the answer shows the tightest of them, whatever the answer is. */
@Injectable()
export class RequestLimits {
  constructor(
    @Inject(RateLimiter) private readonly limiter: RateLimiter,
    @Inject(Instruments) private readonly instruments: Instruments,
  ) {}

  /**
   * Settles charges in one round trip and writes the header fields.
   * @throws {ProblemError} RateLimitExceeded
   */
  async settle(response: Response, charges: readonly Charge[]): Promise<void> {
    const verdicts = await this.limiter.settle(charges);
    const settled = currentRequest().settledLimits;
    charges.forEach((charge, index) => {
      const verdict = verdicts[index];
      if (charge.action === 'refund' || verdict === undefined) settled.delete(charge.limit);
      else settled.set(charge.limit, { charge, verdict });
      if (charge.action === 'spend' && verdict !== undefined) {
        this.instruments.limitDecided(charge.limit as LimitName, verdict.allowed ? 'allowed' : 'refused');
      }
    });
    const applied = [...settled.values()].map(({ verdict }) => verdict);
    for (const [name, value] of Object.entries(rateLimitHeaders(applied))) response.setHeader(name, value);
    const limit = tightest(applied);
    if (limit !== undefined && !limit.allowed) {
      throw new ProblemError('RateLimitExceeded', DETAIL_OF.RateLimitExceeded, {
        retryAfterSeconds: limit.resetSeconds,
      });
    }
  }

  /** What takes back an earlier spend of this request, if it made one. */
  refundOf(limit: string): Charge[] {
    const spent = currentRequest().settledLimits.get(limit);
    if (spent === undefined || spent.verdict.spendId === null) return [];
    return [{ ...spent.charge, action: 'refund', spendId: spent.verdict.spendId }];
  }

  /** Takes it back without anybody waiting; at worst it runs out by itself within the window. */
  giveBack(limit: string): void {
    const refund = this.refundOf(limit);
    if (refund.length > 0) this.limiter.settle(refund).catch(() => {});
  }
}
