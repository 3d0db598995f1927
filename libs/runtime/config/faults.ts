import { isIP } from 'node:net';
import ipaddr from 'ipaddr.js';
import { isHostName, parseEndpoint } from './endpoint';
import { quoted } from './quoted';

/** The reason why a value of a kind is refused; undefined for a valid value. An empty value counts as not set. */
type Fault = string | undefined;

const parsed = (url: string): URL | undefined => (URL.canParse(url) ? new URL(url) : undefined);

export const origin = (entry: string): Fault =>
  parsed(entry)?.origin === entry
    ? undefined
    : `${quoted(entry)} is not an origin such as https://app.example.com`;

/** The prefix of paths such as `/docs`: it starts with a slash and does not end with one. */
export const publicPath = (value: string): Fault =>
  /^(?:\/[\w.~-]+)*$/.test(value) ? undefined : `${quoted(value)} is not a path such as /auth`;

/**
 * `true` is refused, and a range of all addresses means the same: every client could then choose its own address in
 * X-Forwarded-For.
 */
export const proxy = (entry: string): Fault => {
  if (/^\d{1,2}$/.test(entry) || ['loopback', 'linklocal', 'uniquelocal'].includes(entry)) return undefined;
  if (/\/0+$/.test(entry)) {
    return `${quoted(entry)} contains every client; name your proxies, or set the number of proxies`;
  }
  const [address = ''] = entry.split('/', 1);
  if (isIP(address) !== 0 && (ipaddr.isValid(entry) || ipaddr.isValidCIDR(entry))) return undefined;
  return `${quoted(entry)} is neither an address, a CIDR range nor a hop count`;
};

export const endpoint = (entry: string): Fault =>
  parseEndpoint(entry, 1) === undefined ? `${quoted(entry)} is not host:port` : undefined;

/** A host name or an address, or the path of a directory of Unix sockets. */
export const databaseHost = (value: string): Fault => (value.startsWith('/') ? undefined : host(value));

/** A host name or an address, without anything around it. */
export const host = (value: string): Fault => {
  if (isIP(value) !== 0) return undefined;
  // The message does not repeat a URL, because it can contain a password.
  if (value.includes('://') || value.includes('@')) {
    return 'is a URL; set only the host here, and the other parts in their own variables';
  }
  if (/^(.+):\d+$/.test(value))
    return `${quoted(value)} has the form host:port; set the port in its own variable`;
  if (/^\d+$/.test(value)) return `${quoted(value)} is a number, not a host; a port has its own variable`;
  return isHostName(value) ? undefined : `${quoted(value)} is not a host name or an address`;
};

/** One host, or with REDIS_CLUSTER several nodes with ports. Those are checked together with REDIS_CLUSTER. */
export const redisHost = (value: string): Fault =>
  /[,:]/.test(value) && !value.includes('://') ? undefined : host(value);

export const mailbox = (value: string): Fault =>
  /^[^\s<>@,;"]+@[^\s<>@,;"]+$/.test(value) ? undefined : `${quoted(value)} is not an email address`;

export const collector = (value: string): Fault => {
  const url = parsed(value);
  if (url?.protocol !== 'http:' && url?.protocol !== 'https:') {
    return 'must be a URL that starts with http:// or https://, such as http://127.0.0.1:4318';
  }
  return /\/v1\/(traces|metrics|logs)\/*$/.test(url.pathname)
    ? 'must not end in /v1/traces, which is appended automatically'
    : undefined;
};

/** Plain http is allowed or not depending on the host and NODE_ENV, so contradictions.ts checks it. */
export const webhook = (value: string): Fault => {
  const url = parsed(value);
  if (url?.protocol !== 'http:' && url?.protocol !== 'https:') {
    return 'must be a URL such as https://app.example.com/webhooks';
  }
  return url.username !== '' || url.password !== ''
    ? 'must not contain a user name or a password'
    : undefined;
};

/** RFC 6750, 2.1: the characters of a Bearer token; clients could not send anything else. */
export const token = (value: string): Fault =>
  /^[\w.~+/-]+=*$/.test(value)
    ? undefined
    : 'may contain only letters, digits and -._~+/: `openssl rand -hex 32`';

/** Source: Standard Webhooks, "Signature scheme": 24 to 64 random bytes, in base64 after `whsec_`. */
export const webhookSecret = (value: string): Fault => {
  const [, encoded = ''] = /^whsec_([A-Za-z0-9+/]+={0,2})$/.exec(value) ?? [];
  const bytes = Buffer.from(encoded, 'base64').length;
  return bytes >= 24 && bytes <= 64
    ? undefined
    : 'must be whsec_ followed by 24 to 64 bytes in base64: `echo whsec_$(openssl rand -base64 32)`';
};

/** A host, or an IPv6 address in brackets as in a URL. */
export const mailHost = (value: string): Fault =>
  value.startsWith('[') && value.endsWith(']') && isIP(value.slice(1, -1)) === 6 ? undefined : host(value);

/** The message never repeats the URL, because it can contain a password. */
export const smtpUrl = (value: string): Fault => {
  const url = parsed(value);
  const sound = (url?.protocol === 'smtp:' || url?.protocol === 'smtps:') && url.hostname !== '';
  if (!sound) return 'must be a URL such as smtps://user:password@mail.example.com:465';
  if ((url.username === '') !== (url.password === ''))
    return 'must contain both a user name and a password, or neither';
  return undefined;
};

export const color = (value: string): Fault =>
  /^#[\da-f]{6}$/i.test(value) ? undefined : `${quoted(value)} is not a color such as #1f4fd8`;

export const https = (value: string): Fault =>
  parsed(value)?.protocol === 'https:'
    ? undefined
    : `${quoted(value)} is not a URL that starts with https://`;

/** Braces are refused because they would change the hash tag; glob characters are refused too. */
export const keyPrefix = (value: string): Fault =>
  /^[\w.-]{1,64}$/.test(value) ? undefined : 'must be 1 to 64 letters, digits, dots, dashes or underscores';
