import ipaddr from 'ipaddr.js';

/** The holder of one IPv6 address has its whole /64, and one site gets up to a /48 (RFC 6177). In bits. */
const CLIENT_PREFIX = 64;
const NETWORK_PREFIX = 48;

/** IPv6 blocks whose addresses contain an IPv4 address, and the 16-bit group at which it starts. */
const EMBEDDING: readonly (readonly [range: string, firstGroup: number])[] = [
  // Mapped (RFC 4291), translated (RFC 2765).
  ['::ffff:0:0/96', 6],
  ['::ffff:0:0:0/96', 6],
  // NAT64 (RFC 6052).
  ['64:ff9b::/96', 6],
  // 6to4 (RFC 3056).
  ['2002::/16', 1],
];
const RANGES = EMBEDDING.map(([range, first]) => ({ range: ipaddr.IPv6.parseCIDR(range), first }));
/** Compatible (RFC 4291). `::` and `::1` are in this block but contain no IPv4 address. */
const COMPATIBLE = ipaddr.IPv6.parseCIDR('::/96');
/**
 * NAT64 for local use (RFC 8215): its operator chooses the length of the prefix. With /96 the IPv4 address is at the end;
 * with a shorter one it starts earlier, and the end is zero (RFC 6052, section 2.2).
 */
const LOCAL_NAT64 = ipaddr.IPv6.parseCIDR('64:ff9b:1::/48');
/** Teredo (RFC 4380): the client's IPv4 address is at the end, with each bit inverted. */
const TEREDO = ipaddr.IPv6.parseCIDR('2001::/32');

/**
 * The client that an address belongs to: an IPv4 address, or the /64 of an IPv6 address. Null if it is not an address.
 */
export const clientOf = (given: string | undefined): string | null => holderOf(given, CLIENT_PREFIX);

/**
 * The network that a client belongs to: an IPv4 address, or the /48 of an IPv6 address. One person can have thousands of
 * clients in it. Null if it is not an address.
 */
export const networkOf = (given: string | undefined): string | null => holderOf(given, NETWORK_PREFIX);

function holderOf(given: string | undefined, prefix: number): string | null {
  const address = bareAddress(given ?? '');
  if (!ipaddr.isValid(address)) return null;
  const parsed = ipaddr.parse(address);
  if (!(parsed instanceof ipaddr.IPv6)) return parsed.toString();
  const groups = parsed.parts.slice(0, prefix / 16).map((group) => group.toString(16));
  return embeddedIPv4(parsed) ?? `${groups.join(':')}::/${prefix}`;
}

function embeddedIPv4(address: ipaddr.IPv6): string | null {
  const { parts } = address;
  const first = RANGES.find(({ range }) => address.match(range))?.first;
  if (first !== undefined) return dotted(parts.slice(first, first + 2));
  if (address.match(LOCAL_NAT64)) {
    const [, , , , , , third = 0, last = 0] = parts;
    // Where in a shorter form the IPv4 address starts is unknown, but each address contains a different one.
    return last === 0 && (third & 0xff) === 0 ? address.toString() : dotted([third, last]);
  }
  if (address.match(COMPATIBLE) && parts[6] !== 0) return dotted(parts.slice(6));
  if (address.match(TEREDO)) return dotted(parts.slice(6).map((group) => group ^ 0xffff));
  return null;
}

const dotted = (groups: readonly number[]): string =>
  groups.flatMap((group) => [group >> 8, group & 0xff]).join('.');

/**
 * An address without the additions of proxies: quotes, the brackets of IPv6, a port or its pseudonym, a zone. Source:
 * RFC 7239, section 6. A name instead of an address (`unknown`, `_hidden`) is unchanged.
 */
export function bareAddress(hop: string): string {
  const unquoted = hop.trim().replace(/^"(.*)"$/, '$1');
  const [, bracketed, plain] = /^(?:\[([^\]]+)\]|([^:]+))(?::[\w.-]{1,32})?$/.exec(unquoted) ?? [];
  const [address = ''] = (bracketed ?? plain ?? unquoted).split('%');
  return address;
}
