import { quoted } from './quoted';

/** One variable: how its text is parsed, its default, and its help text. */
export interface Variable<T> {
  readonly default: T;
  readonly help: string;
  /** Accepted values in words, such as `1 to 64`; empty where any line of text is accepted. */
  readonly accepts: string;
  /** Messages never repeat the value of a secret. */
  readonly secret: boolean;
  /** @throws {Refusal} with the reason, without the variable's name */
  read(text: string): T;
}

/** The reason why a value is refused. */
export class Refusal extends Error {}

function refuse(reason: string | undefined): void {
  if (reason !== undefined) throw new Refusal(reason);
}

const variable = <T>(
  fallback: T,
  help: string,
  accepts: string,
  read: (text: string) => T,
  secret = false,
): Variable<T> => ({ default: fallback, help, accepts, secret, read });

interface Bounds {
  readonly min: number;
  readonly max: number;
  readonly default: number;
}

/** A whole number within bounds, in plain digits: `0x10`, `1e3` and `3.0` are refused. */
export const integer = ({ min, max, default: fallback }: Bounds, help: string): Variable<number> =>
  variable(fallback, help, `${min} to ${max}`, (text) => {
    const value = /^\d{1,15}$/.test(text) ? Number(text) : Number.NaN;
    if (value >= min && value <= max) return value;
    throw new Refusal(`must be a whole number from ${min} to ${max}, not ${quoted(text)}`);
  });

export const port = (fallback: number, help: string): Variable<number> =>
  integer({ min: 1, max: 65_535, default: fallback }, help);

const FLAGS: Readonly<Partial<Record<string, boolean>>> = {
  ...{ true: true, '1': true, yes: true, on: true },
  ...{ false: false, '0': false, no: false, off: false },
};

export const flag = (fallback: boolean, help: string): Variable<boolean> =>
  variable(fallback, help, 'true or false', (text) => {
    const value = FLAGS[text.toLowerCase()];
    if (value === undefined) throw new Refusal(`must be true or false, not ${quoted(text)}`);
    return value;
  });

export const oneOf = <const Word extends string>(
  words: readonly Word[],
  fallback: Word,
  help: string,
): Variable<Word> =>
  variable(fallback, help, words.join(', '), (text) => {
    const found = words.find((word) => word === text);
    if (found === undefined) throw new Refusal(`must be one of ${words.join(', ')}, not ${quoted(text)}`);
    return found;
  });

interface TextRules {
  /** Empty where it is left out. */
  readonly default?: string;
  /** Called with a value that is not empty. */
  readonly fault?: (text: string) => string | undefined;
}

/** Text on one line. Control characters are refused: in a name or a host they come from a faulty paste. */
export const text = (
  { default: fallback = '', max = 255, fault }: TextRules & { max?: number },
  help: string,
): Variable<string> =>
  variable(fallback, help, '', (value) => {
    if (value.length > max) throw new Refusal(`must be at most ${max} characters long`);
    if (/\p{Cc}/u.test(value)) throw new Refusal('must not contain control characters');
    if (value.trim() !== value) throw new Refusal('must not start or end with white space');
    refuse(fault?.(value));
    return value;
  });

/** A value that messages never repeat. */
export const secret = (
  { default: fallback = '', min = 0, fault }: TextRules & { min?: number },
  help: string,
): Variable<string> =>
  variable(
    fallback,
    help,
    min > 0 ? `${min} characters or more` : '',
    (value) => {
      if (value.length < min) throw new Refusal(`must be at least ${min} characters long`);
      refuse(fault?.(value));
      return value;
    },
    true,
  );

/** Comma-separated values; each is trimmed, and empty ones are dropped. */
export const list = (fault: NonNullable<TextRules['fault']>, help: string): Variable<readonly string[]> =>
  variable<readonly string[]>([], help, 'a comma-separated list', (value) => {
    const entries = value.split(',').map((entry) => entry.trim());
    const kept = entries.filter((entry) => entry !== '');
    const faults = kept.map(fault).filter((found) => found !== undefined);
    if (faults.length > 0) throw new Refusal(faults.join('; '));
    return kept;
  });
