import { styleText } from 'node:util';

/** `1234567` → `1,234,567`. */
export const numbers = (value: number): string => value.toLocaleString('en-US');

/** `1 mail`, `2 mails`. */
export const counted = (count: number, thing: string, things = `${thing}s`): string =>
  `${numbers(count)} ${count === 1 ? thing : things}`;

/** Colors on a terminal, unless the user asked for none (https://no-color.org). */
export function createColors(stream: NodeJS.WriteStream) {
  const paint = (color: 'green' | 'yellow' | 'red' | 'dim') => (text: string) =>
    // eslint-disable-next-line no-restricted-properties -- a setting of the terminal, not of the service
    stream.isTTY && !process.env['NO_COLOR'] ? styleText(color, text) : text;
  return { green: paint('green'), yellow: paint('yellow'), red: paint('red'), dim: paint('dim') };
}

/** Makes foreign text safe to print: on one line, without control characters. */
export const plainText = (text: string): string => text.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]+/gu, ' ');

/** Rows under their headings, each column as wide as its widest cell. */
export function table(headings: readonly string[], rows: readonly (readonly string[])[]): string {
  const lines = [headings, ...rows];
  const widths = headings.map((_, column) => Math.max(...lines.map((line) => (line[column] ?? '').length)));
  return lines
    .map((line) =>
      line
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}

/** One record of comma-separated values. Source: RFC 4180, with LF. */
export const csvLine = (values: readonly (string | number | null)[]): string =>
  `${values.map((value) => (typeof value === 'string' ? csvText(value) : String(value ?? ''))).join(',')}\n`;

/**
 * Makes foreign text harmless. A spreadsheet treats a field that starts with these characters as a formula unless an
 * apostrophe precedes it (OWASP, "CSV Injection"), and a terminal obeys control characters.
 */
function csvText(text: string): string {
  const plain = text.replace(/[^\P{Cc}\t\r\n]/gu, ' ');
  const inert = /^[=+\-@\t\r]/.test(plain) ? `'${plain}` : plain;
  return /[",\r\n]/.test(inert) ? `"${inert.replaceAll('"', '""')}"` : inert;
}

const UNITS = [
  [86_400, 'd'],
  [3_600, 'h'],
  [60, 'min'],
] as const;

/** `40 s`, `3 min`, `2 h`, `5 d`: the largest unit that fits, rounded down. */
export function duration(seconds: number): string {
  const whole = Math.max(0, Math.round(seconds));
  const unit = UNITS.find(([length]) => whole >= length);
  return unit === undefined ? `${whole} s` : `${Math.floor(whole / unit[0])} ${unit[1]}`;
}
