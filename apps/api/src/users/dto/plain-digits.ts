/** Characters that people and keyboards put between the digits of a code: white space, dashes and invisible ones. */
const BETWEEN = /[\p{White_Space}\p{Dash}\p{Default_Ignorable_Code_Point}]+/gu;
const DIGIT = /\p{Nd}/gu;

/**
 * Normalizes a code that was typed or pasted: `１２ ３４`, `12-34` and `١٢٣٤` are all 1234. Other characters stay, so that
 * validation refuses them.
 */
export const plainDigits = (typed: string): string =>
  typed.replace(BETWEEN, '').replace(DIGIT, (digit) => String(valueOf(digit)));

/**
 * Unicode keeps the ten digits of a script together and in order, so that each run of digits is a multiple of ten
 * long.
 */
function valueOf(digit: string): number {
  const point = digit.codePointAt(0) ?? 0;
  let first = point;
  while (isDigit(first - 1)) first -= 1;
  return (point - first) % 10;
}

const isDigit = (point: number): boolean => /^\p{Nd}$/u.test(String.fromCodePoint(point));
