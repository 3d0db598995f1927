/** Maximum cost of a hash, equal to the maximum of BCRYPT_COST. At 16 a sign-in would take three seconds. */
export const HASH_COST_MAX = 15;
const BCRYPT = /^\$2([abxy])\$(\d\d)\$[./A-Za-z0-9]{53}$/;

/** Hashes that other systems use and that cannot be verified here, by prefix. Source: crypt(5), passlib's list. */
const OTHERS: readonly (readonly [RegExp, string])[] = [
  [/^\$argon2(id|i|d)\$/, 'Argon2'],
  [/^\$(scrypt|s0|7)\$|^scrypt[:$]/i, 'scrypt'],
  [/^\$?pbkdf2/i, 'PBKDF2'],
  [/^\$y\$/, 'yescrypt'],
  [/^\$6\$/, 'SHA-512 crypt'],
  [/^\$5\$/, 'SHA-256 crypt'],
  [/^\$1\$/, 'MD5 crypt'],
  [/^\$[PH]\$/, 'phpass'],
  [/^\{[\w-]+\}/, 'LDAP scheme'],
  [/^(sha1|sha256|sha512|md5|bcrypt_sha256)\$/i, 'Django'],
  [/^[0-9a-f]{32}$/i, 'bare MD5'],
  [/^[0-9a-f]{40}$/i, 'bare SHA-1'],
  [/^[0-9a-f]{64}$/i, 'bare SHA-256'],
  [/^[0-9a-f]{128}$/i, 'bare SHA-512'],
];

/**
 * Parses a password hash made elsewhere: bcrypt as $2a$, $2b$ or $2y$. The last one is PHP's name for $2b$, and is
 * stored as $2b$, because our bcrypt does not know $2y$. The reason of a refusal never contains the hash.
 */
export function parseImportedHash(given: string): { hash: string } | { reason: string } {
  const [, version, cost] = BCRYPT.exec(given) ?? [];
  if (version === undefined) {
    if (given.startsWith('$2')) return { reason: 'password_hash is a damaged bcrypt hash' };
    const name = OTHERS.find(([pattern]) => pattern.test(given))?.[1];
    return {
      reason: `password_hash is ${name === undefined ? 'of an unknown kind' : `a hash of the kind ${name}`}; only bcrypt can be imported`,
    };
  }
  if (version === 'x') {
    return {
      reason: 'password_hash is bcrypt $2x$, which comes from a faulty implementation and cannot be verified',
    };
  }
  if (Number(cost) < 4 || Number(cost) > HASH_COST_MAX) {
    return { reason: `password_hash has the cost ${Number(cost)}; 4 to ${HASH_COST_MAX} can be imported` };
  }
  return { hash: version === 'y' ? `$2b${given.slice(3)}` : given };
}
