import { BlockList, isIPv6 } from 'node:net';
import ipaddr from 'ipaddr.js';

/** Express's names of these ranges. */
const NAMED: Readonly<Record<string, readonly string[]>> = {
  loopback: ['127.0.0.0/8', '::1/128'],
  linklocal: ['169.254.0.0/16', 'fe80::/10'],
  uniquelocal: ['10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16', 'fc00::/7'],
};

/**
 * Whether the peer of a socket may be a proxy with connections of many clients. With a hop count instead of addresses,
 * any peer may be one.
 * @param entries of TRUST_PROXY
 */
export function proxyTest(entries: readonly string[]): (address: string) => boolean {
  if (entries.some((entry) => /^\d+$/.test(entry))) return () => true;
  const proxies = new BlockList();
  for (const entry of entries.flatMap((each) => NAMED[each] ?? [each])) {
    const [address = '', prefix] = entry.split('/');
    const family = ipaddr.parse(address).kind();
    proxies.addSubnet(address, Number(prefix ?? (family === 'ipv6' ? 128 : 32)), family);
  }
  return (address) => proxies.check(address, isIPv6(address) ? 'ipv6' : 'ipv4');
}
