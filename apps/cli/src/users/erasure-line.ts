import type { Erasure } from '@app/users';

const UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
const DIGEST = /^[0-9a-f]{64}$/;

/** A line that `users erasures` printed; null where it is none. */
export function parseErasure(line: string): Erasure | null {
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
