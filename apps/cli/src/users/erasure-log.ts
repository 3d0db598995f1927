import { readFile } from 'node:fs/promises';
import { text } from 'node:stream/consumers';
import type { Erasure } from '@app/users';

const UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
const DIGEST = /^[0-9a-f]{64}$/;

/** Parses a line printed by `users erasures`; null if it is not one. */
function parseErasure(line: string): Erasure | null {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    return null;
  }
  if (typeof value !== 'object' || value === null) return null;
  const { account_id: accountId, digest, erased_at: erased } = value as Record<string, unknown>;
  const erasedAt = new Date(typeof erased === 'string' ? erased : Number.NaN);
  if (typeof accountId !== 'string' || !UUID.test(accountId)) return null;
  if (typeof digest !== 'string' || !DIGEST.test(digest) || Number.isNaN(erasedAt.getTime())) return null;
  return { accountId, digest, erasedAt };
}

/** @throws {Error} with the number of a line that `users erasures` did not print */
export const parseErasureLog = (lines: readonly string[]): Erasure[] =>
  lines.map((line, index) => {
    const erasure = parseErasure(line);
    if (erasure === null) {
      throw new Error(`Line ${index + 1} is not a line of the erasure log. Nothing was changed.`);
    }
    return erasure;
  });

/**
 * The non-blank lines of a file, or of standard input if its name is `-`.
 * @throws {Error} if it is not text in UTF-8: PostgreSQL accepts no NUL, and replacements would be other addresses
 */
export async function readLines(file: string): Promise<string[]> {
  const content = file === '-' ? await text(process.stdin) : await readFile(file, 'utf8');
  if (/[\0\ufffd]/.test(content)) throw new Error('The list is not text in UTF-8. Nothing was changed.');
  return content
    .split(/[\r\n]+/)
    .map((line) => line.trim())
    .filter((line) => line !== '');
}
