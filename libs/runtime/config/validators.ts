import { EnvError, makeValidator } from 'envalid';

/** A whole number within bounds, in plain digits: `0x10`, `1e3` and `3.0` are refused. */
export const integer = (min: number, max: number) =>
  makeValidator<number>((input) => {
    const value = /^-?\d{1,15}$/.test(input) ? Number(input) : Number.NaN;
    if (!(value >= min && value <= max)) {
      throw new EnvError(`must be a whole number from ${min} to ${max}, not "${input}"`);
    }
    return value;
  })<number>;

export const port = integer(1, 65_535);

export const flag = makeValidator<boolean>((input) => {
  const value = {
    true: true,
    '1': true,
    yes: true,
    on: true,
    false: false,
    '0': false,
    no: false,
    off: false,
  }[input.toLowerCase()];
  if (value === undefined) throw new EnvError(`must be true or false, not "${input}"`);
  return value;
})<boolean>;

/** One of a few words. */
export const oneOf = <const T extends string>(...words: readonly T[]) =>
  makeValidator<T>((input) => {
    const found = words.find((word) => word === input);
    if (found === undefined) throw new EnvError(`must be one of ${words.join(', ')}, not "${input}"`);
    return found;
  })<T>;

/** Free text on one line; a control character in a name or a host is a paste that went wrong. */
export const text = (maxLength = 255) =>
  makeValidator<string>((input) => {
    if (input.length > maxLength) throw new EnvError(`must be at most ${maxLength} characters long`);
    if (/\p{Cc}/u.test(input)) throw new EnvError('must not contain control characters');
    return input;
  })<string>;

/** A value that no message may repeat. */
export const secret = (minLength = 0) =>
  makeValidator<string>((input) => {
    if (input.length < minLength) throw new EnvError(`must be at least ${minLength} characters long`);
    return input;
  })<string>;

/** Comma-separated values, trimmed, without empty ones. */
export const list = (check: (entry: string) => string | undefined) =>
  makeValidator<readonly string[]>((input) => {
    const entries = input.split(',').map((entry) => entry.trim());
    const kept = entries.filter((entry) => entry !== '');
    const faults = kept.map(check).filter((fault) => fault !== undefined);
    if (faults.length > 0) throw new EnvError(faults.join('; '));
    return kept;
  })<readonly string[]>;

/** One bare email address, such as `noreply@example.com`. */
export const mailbox = makeValidator<string>((input) => {
  if (!/^[^\s<>@,;"]+@[^\s<>@,;"]+$/.test(input)) throw new EnvError(`"${input}" is not an email address`);
  return input;
})<string>;
