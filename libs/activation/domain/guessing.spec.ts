/** As in docs/security.md and `nextCodeDigits`. */
const TRIES_PER_CODE = 3;
const TRIES_PER_DIGIT = 10;
const CODE_DIGITS_MAX = 8;
const TRIES_PER_MINUTE = 3;
const DAY_MINUTES = 1_440;

/** Wrong tries of a tireless guesser in the worst 24 hours of three days, by digits of the code. */
function worstDay(usualDigits: number): { tries: Map<number, number>; chance: number } {
  const made: { minute: number; digits: number }[] = [];
  let worst = { tries: new Map<number, number>(), chance: 0 };
  for (let minute = 0; minute < 3 * DAY_MINUTES; minute += 1) {
    while (made[0] !== undefined && made[0].minute <= minute - DAY_MINUTES) made.shift();
    for (let tries = 0; tries < TRIES_PER_MINUTE; tries += TRIES_PER_CODE) {
      const digits = Math.min(CODE_DIGITS_MAX, usualDigits + Math.floor(made.length / TRIES_PER_DIGIT));
      for (let n = 0; n < TRIES_PER_CODE; n += 1) made.push({ minute, digits });
    }
    const chance = made.reduce((sum, { digits }) => sum + 10 ** -digits, 0);
    if (chance <= worst.chance) continue;
    const tries = new Map<number, number>();
    for (const { digits } of made) tries.set(digits, (tries.get(digits) ?? 0) + 1);
    worst = { tries, chance };
  }
  return worst;
}

describe('A guesser at one address', () => {
  it('has a chance under 0.14 % in any 24 hours, with the tries that docs/security.md lists', () => {
    const { tries, chance } = worstDay(4);
    expect([4, 5, 6, 7].map((digits) => tries.get(digits))).toEqual([12, 9, 9, 12]);
    expect(chance).toBeLessThan(0.0014);
  });

  it('has a chance under 0.006 % where codes have six digits from the start', () => {
    expect(worstDay(6).chance).toBeLessThan(0.00006);
  });
});
