/** What people and their keyboards put between the digits of a code: white space, dashes, and what shows nothing. */
const BETWEEN = /[\p{White_Space}\p{Dash}\p{Default_Ignorable_Code_Point}]+/gu;
const DIGIT = /\p{Nd}/gu;

/**
 * A code as it was mailed, from a code as it was typed or pasted: `１２ ３４`, `12-34` and `١٢٣٤` are 1234. What is no
 * digit stays, so that it is refused.
 */
export const plainDigits = (typed: string): string =>
  typed.replace(BETWEEN, '').replace(DIGIT, (digit) => String(valueOf(digit)));

/** Unicode keeps the ten digits of a script together, in order, and a run of them is as long as a multiple of ten. */
function valueOf(digit: string): number {
  const point = digit.codePointAt(0) ?? 0;
  let first = point;
  while (isDigit(first - 1)) first -= 1;
  return (point - first) % 10;
}

const isDigit = (point: number): boolean => /^\p{Nd}$/u.test(String.fromCodePoint(point));
