/** As in docs/security.md and libs/activation/row; the contract suite of ActivationRepository proves the row's part. */
const TRIES_PER_CODE = 3;
const TRIES_PER_DIGIT = 10;
const CODE_DIGITS_MAX = 8;
const MAILS_PER_DAY = 20;
const RESENDS_PER_REGISTRATION = 10;
const MINUTE = 60;
const DAY = 1_440 * MINUTE;

interface Try {
  readonly at: number;
  readonly digits: number;
}

/** What an attacker does: codes tried without a pause, seconds until the next ones, and how they get a new code. */
interface Plan {
  readonly codes: number;
  readonly pause: number;
  readonly source: 'new registrations' | 'new codes' | 'both in turn';
}

/**
 * One address, attacked from any number of clients, so that no limit per client applies. A code is dead after three
 * failed attempts: its registration requests a new one, at most ten times and once a minute, or is replaced.
 */
class GuessedAddress {
  readonly tries: Try[] = [];
  private readonly mails: number[] = [];
  private resends = 0;
  private newCodeAt = 0;

  constructor(
    private now: number,
    private readonly usualDigits: number,
    private readonly mailsPerDay: number,
  ) {}

  get time(): number {
    return this.now;
  }

  wait(seconds: number): void {
    this.now += seconds;
  }

  guess(source: Plan['source']): void {
    if (!this.asksForCode(source)) {
      this.resends = 0;
      this.newCodeAt = 0;
    }
    const mails = this.mails.filter((at) => at > this.now - DAY).length;
    // Withheld: no mail, and no valid code.
    if (mails >= this.mailsPerDay) return;
    this.mails.push(this.now);
    const recent = this.tries.filter(({ at }) => at > this.now - DAY).length;
    const digits = Math.min(CODE_DIGITS_MAX, this.usualDigits + Math.floor(recent / TRIES_PER_DIGIT));
    for (let n = 0; n < TRIES_PER_CODE; n += 1) this.tries.push({ at: this.now, digits });
    // The seconds that a program needs to receive the mail and enter the code.
    this.now += 1;
  }

  private asksForCode(source: Plan['source']): boolean {
    const asks = source === 'new codes' || (source === 'both in turn' && this.tries.length % 2 === 0);
    if (!asks || this.resends >= RESENDS_PER_REGISTRATION) return false;
    this.now = Math.max(this.now, this.newCodeAt);
    this.newCodeAt = this.now + MINUTE;
    this.resends += 1;
    return true;
  }
}

interface Day {
  readonly chance: number;
  /** Number of attempts at codes of each length. */
  readonly tries: Readonly<Record<number, number>>;
}

/** The 24 hours within five days in which the attacker had the best chance. */
function worstDay(plan: Plan, usualDigits = 4, mailsPerDay = MAILS_PER_DAY): Day {
  const address = new GuessedAddress(0, usualDigits, mailsPerDay);
  while (address.time < 5 * DAY) {
    for (let n = 0; n < plan.codes; n += 1) address.guess(plan.source);
    address.wait(plan.pause);
  }
  let worst: Day = { chance: 0, tries: {} };
  for (const { at: from } of address.tries) {
    const day = address.tries.filter(({ at }) => at >= from && at < from + DAY);
    const chance = day.reduce((sum, { digits }) => sum + 10 ** -digits, 0);
    if (chance <= worst.chance) continue;
    const tries: Record<number, number> = {};
    for (const { digits } of day) tries[digits] = (tries[digits] ?? 0) + 1;
    worst = { chance, tries };
  }
  return worst;
}

const PLANS: readonly Plan[] = (['new registrations', 'new codes', 'both in turn'] as const).flatMap(
  (source) =>
    [1, 2, 3, 4, 5, 7, 10, 20].flatMap((codes) =>
      // The last ones end just before, at and just after the moment at which the first attempts are forgotten.
      [MINUTE, 60 * MINUTE, DAY / 2, DAY - 30, DAY - 1, DAY, DAY + 1].map((pause) => ({
        codes,
        pause,
        source,
      })),
    ),
);

describe('An attacker who guesses codes of one address', () => {
  it('has the attempts listed in docs/security.md if each code belongs to a new registration', () => {
    expect(worstDay({ codes: 20, pause: DAY, source: 'new registrations' }).tries).toEqual({
      ...{ 4: 12, 5: 9, 6: 9, 7: 12, 8: 18 },
    });
  });

  it('has a chance below 0.14 % in any 24 hours, for any sequence of requests', () => {
    for (const plan of PLANS) {
      const { chance, tries } = worstDay(plan);
      expect([plan, chance < 0.0014]).toEqual([plan, true]);
      expect([plan, (tries[4] ?? 0) <= 12]).toEqual([plan, true]);
    }
  });

  it('has a chance below 0.0014 % if codes have six digits from the start', () => {
    for (const plan of PLANS) expect([plan, worstDay(plan, 6).chance < 0.000014]).toEqual([plan, true]);
  });

  it('has hardly a better chance if a mailbox may get ten times as many mails', () => {
    const day = worstDay({ codes: 200, pause: DAY, source: 'new registrations' }, 4, 10 * MAILS_PER_DAY);
    expect(day.tries[8]).toBe(18 + 180 * TRIES_PER_CODE);
    expect(day.chance).toBeLessThan(0.0014);
  });
});
