export interface BasicCredentials {
  readonly email: string;
  readonly password: string;
}

/** Longer than any valid address and password, in base64 characters. */
const ENCODED_LENGTH_MAX = 2_048;

/**
 * Parses an Authorization header of the Basic scheme in UTF-8; the password may contain colons. Null for anything
 * else. Source: RFC 7617.
 */
export function parseBasicCredentials(header: string | undefined): BasicCredentials | null {
  const encoded = /^basic +([A-Za-z0-9+/]+={0,2})$/i.exec(
    (header ?? '').slice(0, ENCODED_LENGTH_MAX + 1),
  )?.[1];
  if (encoded === undefined) return null;
  const decoded = decodeUtf8(Buffer.from(encoded, 'base64'));
  const colon = decoded?.indexOf(':') ?? -1;
  if (decoded === null || colon < 1) return null;
  return { email: decoded.slice(0, colon), password: decoded.slice(colon + 1) };
}

function decodeUtf8(bytes: Buffer): string | null {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return null;
  }
}
