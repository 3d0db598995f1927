import { styleText } from 'node:util';

/** `1234567` → `1,234,567`. */
export const numbers = (value: number): string => value.toLocaleString('en-US');

/** `1 mail`, `2 mails`. */
export const counted = (count: number, thing: string): string =>
  `${numbers(count)} ${thing}${count === 1 ? '' : 's'}`;

/** Colours on a terminal, unless somebody asked for none (https://no-color.org). */
export function createColors(stream: NodeJS.WriteStream) {
  const paint = (color: 'green' | 'yellow' | 'red' | 'dim') => (text: string) =>
    // eslint-disable-next-line no-restricted-properties -- the terminal's, no setting of the service
    stream.isTTY && !process.env['NO_COLOR'] ? styleText(color, text) : text;
  return { green: paint('green'), yellow: paint('yellow'), red: paint('red'), dim: paint('dim') };
}

/** Text that others wrote, on one line and without what would steer a terminal. */
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
