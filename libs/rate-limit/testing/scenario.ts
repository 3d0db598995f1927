import fc from 'fast-check';
import type { Charge } from '../domain/sliding-windows';
import { NaiveWindows } from './naive-windows';
import { charge } from './sliding-windows.contract';

type Move = 'spend' | 'refund' | 'none';

/** Some milliseconds pass, then each budget gets one request or none. */
export interface Step {
  readonly gapMs: number;
  readonly moves: readonly Move[];
  /** Which earlier spend a refund reverts, counted from the latest. */
  readonly back: number;
}

const BUDGETS = 3;

export const steps = (gapMaxMs: number, maxLength: number): fc.Arbitrary<Step[]> =>
  fc.array(
    fc.record({
      gapMs: fc.integer({ min: 0, max: gapMaxMs }),
      moves: fc.array(fc.constantFrom<Move>('spend', 'spend', 'spend', 'refund', 'none'), {
        minLength: BUDGETS,
        maxLength: BUDGETS,
      }),
      back: fc.nat({ max: 3 }),
    }),
    { maxLength },
  );

/** Three budgets with different limits and windows, and the model with the expected results. */
export class Scenario {
  readonly naive = new NaiveWindows();
  private readonly budgets: Charge[];

  constructor(windowMs: number) {
    this.budgets = [1, 2, 4].map((max) => charge({ max, windowMs: windowMs * (max === 4 ? 2 : 1) }));
  }

  /** The charges of one step; the model refunds immediately. */
  charges({ moves, back }: Step): Charge[] {
    return moves.flatMap((move, index): Charge[] => {
      const budget = this.budgets[index];
      if (budget === undefined || move === 'none') return [];
      if (move === 'spend') return [budget];
      const refund: Charge = { ...budget, refunds: this.naive.ids(budget).at(-1 - back) ?? '1' };
      this.naive.refund(refund);
      return [refund];
    });
  }
}
