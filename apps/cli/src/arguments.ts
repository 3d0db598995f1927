import { isDayOfCalendar } from '@app/users';

/** An invalid value, which commander reports as wrong usage together with the name of its option. */
class WrongArgument extends Error {
  /** commander recognizes the error by this code. */
  readonly code = 'commander.invalidArgument';
}

const SECONDS = { s: 1, m: 60, h: 3_600, d: 86_400 } as const;

/** Ten years. */
const LONGEST_SECONDS = 3_650 * SECONDS.d;

/** `90s`, `15m`, `1h`, `7d` → seconds. */
export function seconds(given: string): number {
  const [, digits, unit] = /^(\d{1,9})([smhd])$/.exec(given) ?? [];
  if (digits === undefined) {
    throw new WrongArgument('Use a whole number with a unit: 90s, 15m, 1h or 7d.');
  }
  const value = Number(digits) * SECONDS[unit as keyof typeof SECONDS];
  if (value > LONGEST_SECONDS) throw new WrongArgument('The maximum is 3650d.');
  return value;
}

/** A whole number within bounds, in plain digits. */
export function integer(given: string, min: number, max: number): number {
  const value = /^\d{1,15}$/.test(given) ? Number(given) : Number.NaN;
  if (!(value >= min && value <= max)) {
    throw new WrongArgument(`Use a whole number from ${min} to ${max}.`);
  }
  return value;
}

/** One of a few words. With nest-commander, the option's method replaces commander's own check of `choices`. */
export function oneOf<T extends string>(given: string, words: readonly T[]): T {
  const found = words.find((word) => word === given);
  if (found === undefined) throw new WrongArgument(`Use one of: ${words.join(', ')}.`);
  return found;
}

/** RFC 3339, or a day in UTC. */
const MOMENT = /^\d{4}-\d\d-\d\d(?:[Tt]\d\d:\d\d(?::\d\d(?:\.\d{1,6})?)?(?:[Zz]|[+-]\d\d:\d\d))?$/;

/** Parses `2026-01-31`, `2026-01-31T12:00:00Z`, or an age: `90s`, `15m`, `1h`, `7d`. */
export function moment(given: string): Date {
  if (/^\d+[smhd]$/.test(given)) return new Date(Date.now() - seconds(given) * 1_000);
  const parsed = MOMENT.test(given) ? new Date(given) : new Date(Number.NaN);
  if (Number.isNaN(parsed.getTime()) || !isDayOfCalendar(given.slice(0, 10))) {
    throw new WrongArgument(
      'Use a day (2026-01-31), a time (2026-01-31T12:00:00Z) or an age (90s, 15m, 1h, 7d).',
    );
  }
  return parsed;
}
