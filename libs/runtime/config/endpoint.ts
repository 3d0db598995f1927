import { isIP } from 'node:net';
import ipaddr from 'ipaddr.js';

export interface Endpoint {
  readonly host: string;
  readonly port: number;
}

/**
 * Names of letters of any script, digits, dashes, underscores and dots. A number at the end is a broken address (URL
 * Standard, 3.5), and other characters are those of variables that were not replaced, such as `${HOST}`.
 */
export const isHostName = (name: string): boolean =>
  /^[\p{L}\p{N}_](?:[\p{L}\p{M}\p{N}_.-]*[\p{L}\p{M}\p{N}_])?\.?$/u.test(name) &&
  !/(?:^|\.)\d+\.?$/.test(name);

/** Parses `host`, `host:port` or `[IPv6 address]:port`; undefined for anything else. */
export function parseEndpoint(entry: string, defaultPort: number): Endpoint | undefined {
  const [found, address, name, digits] =
    /^(?:\[([\da-f:.]+)\]|([^\s:/@[\]]+))(?::(\d{1,5}))?$/i.exec(entry) ?? [];
  const host = address ?? name;
  const port = digits === undefined ? defaultPort : Number(digits);
  const sound = host !== undefined && (isIP(host) !== 0 || isHostName(host));
  return found === undefined || !sound || port < 1 || port > 65_535 ? undefined : { host, port };
}

/** Whether only this machine can reach a server that listens on that host. */
export function isLoopback(host: string): boolean {
  if (isIP(host) === 0) return host.toLowerCase() === 'localhost';
  return ipaddr.process(host).range() === 'loopback';
}

/**
 * Options of tls.connect for the identity that a certificate must have. A server name is never an address (RFC 6066,
 * section 3), and Node 26 throws if it is; without one, Node compares the certificate with the host.
 */
export const serverIdentity = (host: string): { readonly servername: string } | { readonly host: string } =>
  isIP(host) === 0 ? { servername: host } : { host };
