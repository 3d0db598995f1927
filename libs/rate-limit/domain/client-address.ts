import ipaddr from 'ipaddr.js';

/** Whoever has one IPv6 address has its whole /64 (RFC 6177): they count as one client. */
const IPV6_PREFIX_GROUPS = 4;

/** The client that an address stands for: an IPv4 address, or the /64 of an IPv6 one. Null when it is no address. */
export function clientOf(given: string | undefined): string | null {
  const address = withoutPort(given ?? '');
  if (!ipaddr.isValid(address)) return null;
  // Also turns IPv4-mapped IPv6 (::ffff:192.0.2.1) into the IPv4 address that it is.
  const parsed = ipaddr.process(address);
  if (parsed instanceof ipaddr.IPv6) {
    const groups = parsed.parts.slice(0, IPV6_PREFIX_GROUPS).map((group) => group.toString(16));
    return `${groups.join(':')}::/64`;
  }
  return parsed.toString();
}

/** Some proxies write the port into X-Forwarded-For (192.0.2.1:4711, [2001:db8::1]:4711). */
function withoutPort(address: string): string {
  return /^(?:\[([^\]]+)\]|([^:]+))(?::\d{1,5})?$/.exec(address)?.slice(1).find(Boolean) ?? address;
}
