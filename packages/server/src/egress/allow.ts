/**
 * What a server admin opened besides the public network: the value of HEADGATE_EGRESS_ALLOW, parsed once at start.
 *
 * An entry is a name, an IP address, either with a port, or a CIDR block. It opens exactly what it says:
 *
 * L1 A name opens what that very name resolves to, and nothing that merely resolves to the same address. Link-local,
 *    metadata, multicast and reserved addresses are not opened by a name, since whoever answers for the name chooses them.
 * L2 An entry without port opens every port but the closed ones (ports.ts); those take an entry that names the port.
 * L3 No entry opens everything: blocks have a least prefix, and there are no wildcards.
 */

import { bad, good, problem, type Problem, type Result } from '@headgate/core';
import ipaddr from 'ipaddr.js';
import { type Closed, type Ip, type Judged, parseIp } from './address.ts';
import { normaliseName } from './target.ts';

type Entry =
  | { readonly kind: 'name'; readonly name: string; readonly port: number | null }
  | { readonly kind: 'block'; readonly base: Ip; readonly bits: number; readonly port: number | null };

/** `allow` is the entries as written, for showing; `entries` is what counts. */
export type AllowList = { readonly allow: readonly string[]; readonly entries: readonly Entry[] };

/** What the list says of one address of one host: is it opened, and is this very port named? */
export type Opening = { readonly address: boolean; readonly port: boolean };

/** A name does not open these: see L1. */
const BY_NAME: ReadonlySet<Closed> = new Set<Closed>(['a loopback address', 'a private address']);

/** Parses entries separated by commas or white space. The first entry that cannot be read is a Problem naming it. */
export const parseAllow = (text: string): Result<AllowList> => {
  const allow = text.split(/[\s,]+/).filter((entry) => entry !== '');
  const entries: Entry[] = [];
  for (const written of allow) {
    const entry = parseEntry(written);
    if (!entry.ok) return entry;
    entries.push(entry.value);
  }
  return good({ allow, entries });
};

const parseEntry = (written: string): Result<Entry> => {
  if (written.includes('/')) return parseBlock(written);
  const cut = /^(\[[^\]]*\]|[^:]*)(?::([^:]*))?$/.exec(written);
  const host = cut?.[1] ?? written;
  const port = cut?.[2] === undefined ? null : parsePort(cut[2]);
  if (port === undefined) return bad(unreadable(written, 'its port is not a number from 1 to 65535'));
  const ip = parseIp(/^\[.*\]$/.test(host) ? host.slice(1, -1) : host);
  if (ip !== null) return good({ kind: 'block', base: ip, bits: ip.kind() === 'ipv4' ? 32 : 128, port });
  const name = normaliseName(host);
  if (name === null || parseIp(name) !== null)
    return bad(unreadable(written, 'it is neither a host name nor an IP address'));
  return good({ kind: 'name', name, port });
};

const parseBlock = (written: string): Result<Entry> => {
  const cut = /^([^/]+)\/(\d{1,3})$/.exec(written);
  const base = cut?.[1] === undefined ? null : parseIp(cut[1]);
  if (cut === null || base === null) return bad(unreadable(written, 'it is not a CIDR block'));
  const bits = Number(cut[2]);
  const [least, most] = base.kind() === 'ipv4' ? [8, 32] : [7, 128];
  if (bits < least || bits > most) return bad(unreadable(written, `its prefix is not between ${least} and ${most}`));
  if (base.toString() !== networkOf(base, bits)) {
    return bad(unreadable(written, `an address lies behind the prefix: the block is ${networkOf(base, bits)}/${bits}`));
  }
  return good({ kind: 'block', base, bits, port: null });
};

/**
 * What the list says of dialling `judged` at `port` for a host written as `name` (null when it was written as an
 * address).
 */
export const opening = (list: AllowList, name: string | null, judged: Judged, port: number): Opening => {
  const found = list.entries.filter((entry) => {
    if (entry.port !== null && entry.port !== port) return false;
    if (entry.kind === 'name') return entry.name === name && (judged.open || BY_NAME.has(judged.why));
    const ip = parseIp(judged.address);
    return ip !== null && ip.kind() === entry.base.kind() && ip.match(entry.base, entry.bits);
  });
  return { address: found.length > 0, port: found.some((entry) => entry.port !== null) };
};

/** Whether some entry names this port: without one, a closed port is refused before any lookup. */
export const namesPort = (list: AllowList, port: number): boolean => list.entries.some((entry) => entry.port === port);

/** Whether an admin wrote this very name: such names are looked up the way the machine does, hosts file included. */
export const namesHost = (list: AllowList, name: string): boolean =>
  list.entries.some((entry) => entry.kind === 'name' && entry.name === name);

const parsePort = (text: string): number | undefined => {
  const port = /^\d{1,5}$/.test(text) ? Number(text) : 0;
  return port >= 1 && port <= 65535 ? port : undefined;
};

const networkOf = (base: Ip, bits: number): string =>
  (base.kind() === 'ipv4' ? ipaddr.IPv4 : ipaddr.IPv6).networkAddressFromCIDR(`${base.toString()}/${bits}`).toString();

const unreadable = (written: string, why: string): Problem =>
  problem('egress.allow', `HEADGATE_EGRESS_ALLOW holds "${written}", which cannot be used: ${why}`, {
    fix: 'Write host names or IP addresses, each with or without a port, or CIDR blocks, separated by commas: 127.0.0.1:11434, nas.lan, 10.20.0.0/16',
  });
