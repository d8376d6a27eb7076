/**
 * Judges one IP address: may the door dial it without an admin's word?
 *
 * A1 Only global unicast passes: for IPv4 what no special-purpose registry claims, for IPv6 what lies in 2000::/3 and is
 *    not claimed either. A range this file has never heard of does not pass.
 * A2 An IPv6 address that carries an IPv4 address is judged by what it carries. Mapped ones are dialled as that IPv4
 *    address; wrappers of dead transition techniques (compatible, 6to4, Teredo, SIIT) never pass, whatever they carry.
 * A3 The text judged is the text dialled: the answer holds the canonical form, and nothing else may be dialled.
 *
 * It parses strictly (no octal, hexadecimal or short forms): names and number forms are the URL parser's business.
 */

import { isIP } from 'node:net';
import ipaddr from 'ipaddr.js';

export type Ip = ipaddr.IPv4 | ipaddr.IPv6;

/** Why an address is closed, in words that fit "it is …". */
export type Closed =
  | 'a loopback address'
  | 'a private address'
  | 'a link-local address'
  | 'a cloud metadata address'
  | 'a multicast address'
  | 'a reserved address'
  | 'not a usable address';

export type Judged =
  | { readonly open: true; readonly address: string; readonly family: 4 | 6 }
  | { readonly open: false; readonly address: string; readonly family: 4 | 6; readonly why: Closed };

/**
 * Addresses on which clouds answer questions about the machine. Most lie in ranges that are closed anyway; listed are
 * the ones that look public (168.63.129.16) or that a name opened by an admin must still not reach.
 */
const METADATA = new Set([
  '168.63.129.16',
  '169.254.169.254',
  '169.254.170.2',
  '100.100.100.200',
  '192.0.0.192',
  'fd00:ec2::254',
  'fd20:ce::254',
]);

const net6 = (text: string): [ipaddr.IPv6, number] => ipaddr.IPv6.parseCIDR(text);
const GLOBAL = net6('2000::/3');
const COMPATIBLE = net6('::/96');
const NAT64 = net6('64:ff9b::/96');

/**
 * Strict parse: dotted decimal, or IPv6 without zone; anything else is null. Mapped addresses come back as IPv4.
 * IPv6 goes through the URL parser first, because ipaddr.js reads `::1.2.3.4` (compatible) as if it were mapped.
 */
export const parseIp = (text: string): Ip | null => {
  const family = isIP(text);
  if (family === 4) return ipaddr.IPv4.parse(text);
  if (family === 0 || text.includes('%')) return null;
  const ip = ipaddr.IPv6.parse(new URL(`http://[${text}]`).hostname.slice(1, -1));
  return ip.isIPv4MappedAddress() ? ip.toIPv4Address() : ip;
};

/** Judges an address as text. What cannot be parsed is closed, not an error: it came from a name server. */
export const judgeAddress = (text: string): Judged => {
  const ip = parseIp(text);
  if (ip === null) return { open: false, address: text, family: 4, why: 'not a usable address' };
  const address = ip.toString();
  const family = ip instanceof ipaddr.IPv4 ? 4 : 6;
  const why = ip instanceof ipaddr.IPv4 ? closed4(ip) : closed6(ip);
  return why === null ? { open: true, address, family } : { open: false, address, family, why };
};

const closed4 = (ip: ipaddr.IPv4): Closed | null => {
  if (METADATA.has(ip.toString())) return 'a cloud metadata address';
  switch (ip.range()) {
    case 'unicast':
      return null;
    case 'loopback':
      return 'a loopback address';
    case 'private':
    case 'carrierGradeNat':
      return 'a private address';
    case 'linkLocal':
      return 'a link-local address';
    case 'multicast':
    case 'broadcast':
      return 'a multicast address';
    default:
      return 'a reserved address';
  }
};

const closed6 = (ip: ipaddr.IPv6): Closed | null => {
  if (METADATA.has(ip.toString())) return 'a cloud metadata address';
  const carried = carriedBy(ip);
  const inner = carried && closed4(carried);
  if (ip.match(NAT64)) return inner;
  switch (ip.range()) {
    case 'unicast':
      return inner ?? (ip.match(GLOBAL) ? null : 'a reserved address');
    case 'loopback':
      return 'a loopback address';
    case 'uniqueLocal':
      return 'a private address';
    case 'linkLocal':
      return 'a link-local address';
    case 'multicast':
      return 'a multicast address';
    default:
      return inner ?? 'a reserved address';
  }
};

/** The IPv4 address inside, where the form of the address says that there is one (RFC 4291, 6052, 3056, 4380, 5214). */
const carriedBy = (ip: ipaddr.IPv6): ipaddr.IPv4 | null => {
  const four = (at: number, mask = 0) => {
    const [high, low] = [(ip.parts[at] ?? 0) ^ mask, (ip.parts[at + 1] ?? 0) ^ mask];
    return new ipaddr.IPv4([high >> 8, high & 255, low >> 8, low & 255]);
  };
  if (ip.match(COMPATIBLE)) return four(6);
  switch (ip.range()) {
    case 'rfc6052':
    case 'rfc6145':
      return four(6);
    case '6to4':
      return four(1);
    case 'teredo':
      return four(6, 0xffff);
    default:
      // ISATAP interface identifier: 0000:5efe or 0200:5efe, then the IPv4 address.
      return ((ip.parts[4] ?? 0) & 0xfdff) === 0 && ip.parts[5] === 0x5efe ? four(6) : null;
  }
};
