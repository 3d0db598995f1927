import { isIP } from 'node:net';

/**
 * What a certificate has to name, for tls.connect. A server name is never an address (RFC 6066 section 3), and Node 26
 * throws on one; the host is what Node compares the certificate with then.
 */
export const serverIdentity = (host: string): { readonly servername: string } | { readonly host: string } =>
  isIP(host) === 0 ? { servername: host } : { host };
