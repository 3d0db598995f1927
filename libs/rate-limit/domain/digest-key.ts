import { createHmac } from 'node:crypto';

/** 128 bits: two budgets never meet by chance, and a key stays small. */
const DIGEST_BYTES = 16;

/**
 * Turns what a limit counts by (an address, a client) into a key that does not tell what it was: without the secret
 * not even whether a certain address is among the keys.
 */
export function digestKey(secret: string, limit: string, ...parts: readonly string[]): string {
  const mac = createHmac('sha256', secret).update('rate-limit');
  for (const part of [limit, ...parts]) mac.update(`\0${part}`);
  return mac.digest().subarray(0, DIGEST_BYTES).toString('base64url');
}
