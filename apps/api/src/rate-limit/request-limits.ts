import { Inject, Injectable } from '@nestjs/common';
import type { Request, Response } from 'express';
import { Instruments } from '@app/metrics';
import { RateLimiter, type Charge, type LimitName, type Verdict } from '@app/rate-limit';
import { ProblemError } from '../problem/problem-error';
import { DETAIL_OF } from '../problem/statuses';
import { rateLimitHeaders, tightest } from './headers';

const SETTLED = Symbol('settled limits');

interface Settled {
  readonly charge: Charge;
  readonly verdict: Verdict;
}

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
  async settle(request: Request, response: Response, charges: readonly Charge[]): Promise<void> {
    const verdicts = await this.limiter.settle(charges);
    const settled = settledOf(request);
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
  refundOf(request: Request, limit: string): Charge[] {
    const spent = settledOf(request).get(limit);
    if (spent === undefined || spent.verdict.spendId === null) return [];
    return [{ ...spent.charge, action: 'refund', spendId: spent.verdict.spendId }];
  }

  /** Takes it back without anybody waiting; at worst it runs out by itself within the window. */
  giveBack(request: Request, limit: string): void {
    const refund = this.refundOf(request, limit);
    if (refund.length > 0) this.limiter.settle(refund).catch(() => {});
  }
}

function settledOf(request: Request): Map<string, Settled> {
  const holder = request as { [SETTLED]?: Map<string, Settled> | undefined };
  return (holder[SETTLED] ??= new Map<string, Settled>());
}
