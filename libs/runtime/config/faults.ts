import { isIP } from 'node:net';
import ipaddr from 'ipaddr.js';
import { parseEndpoint } from './endpoint';

/** What is wrong with a value of one form or another; undefined where it is sound. */
type Fault = string | undefined;

export const originFault = (entry: string): Fault => {
  const parsed = URL.canParse(entry) ? new URL(entry) : undefined;
  return parsed?.origin === entry ? undefined : `"${entry}" is not an origin such as https://app.example.com`;
};

/** It stands before `/docs` and its like: from a slash, to no slash. */
export const publicPathFault = (value: string): Fault =>
  /^(?:\/[\w.~-]+)*$/.test(value) ? undefined : `"${value}" is not a path such as /auth`;

/** `true` would let every client write its own address into X-Forwarded-For, so it is refused. */
export const proxyFault = (entry: string): Fault => {
  if (/^\d{1,2}$/.test(entry) || ['loopback', 'linklocal', 'uniquelocal'].includes(entry)) return undefined;
  if (ipaddr.isValid(entry) || ipaddr.isValidCIDR(entry)) return undefined;
  return `"${entry}" is neither an address, a CIDR range nor a hop count`;
};

export const endpointFault = (entry: string): Fault =>
  parseEndpoint(entry, 1) === undefined ? `"${entry}" is not host:port` : undefined;

/** A host name or an address, and nothing around it; a path is a folder of Unix sockets. */
export const hostFault = (value: string): Fault => {
  if (value === '' || value.startsWith('/') || isIP(value) !== 0) return undefined;
  // A URL can hold a password: it is not repeated.
  if (value.includes('://') || value.includes('@')) {
    return 'is a URL; give the host alone, and the rest in the variables next to it';
  }
  if (/^(.+):\d+$/.test(value)) return `"${value}" is host:port; give the port in its own variable`;
  return /^[^\s:/,[\]]+$/.test(value) ? undefined : `"${value}" is not a host name or an address`;
};

/** A Redis, or with REDIS_CLUSTER several nodes with their ports, which are checked with that variable. */
export const redisHostFault = (value: string): Fault =>
  /[,:]/.test(value) && !value.includes('://') ? undefined : hostFault(value);

export const mailboxFault = (value: string): Fault =>
  /^[^\s<>@,;"]+@[^\s<>@,;"]+$/.test(value) ? undefined : `"${value}" is not an email address`;

export const collectorFault = (value: string): Fault => {
  if (value === '') return undefined;
  const url = URL.canParse(value) ? new URL(value) : undefined;
  if (url?.protocol !== 'http:' && url?.protocol !== 'https:') {
    return 'must be a URL that begins with http:// or https://, such as http://127.0.0.1:4318';
  }
  return /\/v1\/(traces|metrics|logs)\/*$/.test(url.pathname)
    ? 'must not end in /v1/traces, which is added to it'
    : undefined;
};

/** Whether plain http will do depends on the host and on NODE_ENV, and is checked with those. */
export const webhookFault = (value: string): Fault => {
  if (value === '') return undefined;
  const url = URL.canParse(value) ? new URL(value) : undefined;
  if (url?.protocol !== 'http:' && url?.protocol !== 'https:') {
    return 'must be a URL such as https://app.example.com/webhooks';
  }
  return url.username !== '' || url.password !== '' ? 'must not contain a user or a password' : undefined;
};

/** Source: Standard Webhooks, "Signature scheme": 24 to 64 random bytes, in base64 after `whsec_`. */
export const webhookSecretFault = (value: string): Fault => {
  if (value === '') return undefined;
  const [, encoded = ''] = /^whsec_([A-Za-z0-9+/]+={0,2})$/.exec(value) ?? [];
  const bytes = Buffer.from(encoded, 'base64').length;
  return bytes >= 24 && bytes <= 64
    ? undefined
    : 'must be whsec_ and 24 to 64 bytes in base64: `echo whsec_$(openssl rand -base64 32)`';
};
/** As a host, or an IPv6 address in the brackets of a URL. */
export const mailHostFault = (value: string): Fault =>
  value.startsWith('[') && value.endsWith(']') && isIP(value.slice(1, -1)) === 6
    ? undefined
    : hostFault(value);

/** It may hold a password, so it is never repeated. */
export const smtpUrlFault = (value: string): Fault => {
  if (value === '') return undefined;
  const url = URL.canParse(value) ? new URL(value) : undefined;
  const sound = (url?.protocol === 'smtp:' || url?.protocol === 'smtps:') && url.hostname !== '';
  if (!sound) return 'must be a URL such as smtps://user:password@mail.example.com:465';
  if ((url.username === '') !== (url.password === ''))
    return 'has a user without a password, or a password without';
  return undefined;
};

export const colorFault = (value: string): Fault =>
  /^#[\da-f]{6}$/i.test(value) ? undefined : `"${value}" is not a colour such as #1f4fd8`;

export const httpsFault = (value: string): Fault =>
  value === '' || (URL.canParse(value) && new URL(value).protocol === 'https:')
    ? undefined
    : `"${value}" is not a URL that begins with https://`;

/** No braces, which would move the hash tag, and no glob characters. */
export const keyPrefixFault = (value: string): Fault =>
  /^[\w.-]{1,64}$/.test(value) ? undefined : 'must be 1 to 64 letters, digits, dots, dashes and underscores';
