import { isIP } from 'node:net';

/**
 * Options of tls.connect for the identity that a certificate must have. A server name is never an address (RFC 6066,
 * section 3), and Node 26 throws if it is; without one, Node compares the certificate with the host.
 */
export const serverIdentity = (host: string): { readonly servername: string } | { readonly host: string } =>
  isIP(host) === 0 ? { servername: host } : { host };
