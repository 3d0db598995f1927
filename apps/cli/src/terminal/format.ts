import { maskEmailsIn } from '@app/runtime';

/** `1234567` → `1,234,567`. */
export const numbers = (value: number): string => value.toLocaleString('en-US');

/** `1 mail`, `2 mails`. */
export const counted = (count: number, thing: string, things = `${thing}s`): string =>
  `${numbers(count)} ${count === 1 ? thing : things}`;

/** Makes foreign text safe to print: on one line, without control characters. */
export const plainText = (text: string): string => text.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]+/gu, ' ');

/** A mail server's or a receiver's reply, safe to print: as plain text, and with masked addresses. */
export const replyText = (reply: string): string => plainText(maskEmailsIn(reply));

/** `2026-01-31 12:00:00`, in UTC. */
export const utc = (moment: Date): string => moment.toISOString().slice(0, 19).replace('T', ' ');

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
