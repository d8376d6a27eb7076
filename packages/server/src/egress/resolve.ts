/**
 * From a target to the addresses that may be dialled for it: one answer, judged whole.
 *
 * R1 A name is resolved once per hop, absolute (no search domains), and every address of the answer is judged: one
 *    closed address refuses all, because a client that picked among them would let the answer choose (SSRF-05).
 * R2 `localhost` is answered here. As its two addresses come from us, they are picked from instead: those that are
 *    opened count.
 * R3 A name that an admin wrote into the allow-list is looked up the way the machine does it, hosts file and search
 *    domains included, since that is where names of the own network live. All other names are asked of the name servers
 *    alone, without threads of the pool: slow name servers of strangers cannot hold up files and hashes.
 */

import { promises as dns } from 'node:dns';
import { bad, good, type Problem, type Result } from '@headgate/core';
import { type Judged, judgeAddress } from './address.ts';
import { type AllowList, namesHost, namesPort, opening } from './allow.ts';
import type { Resolver } from './door.ts';
import { portClosed } from './ports.ts';
import { closedAddress, closedPort, unresolved } from './problems.ts';
import { isLocalhost, type Target } from './target.ts';

/** One judged place to connect to. */
export type Pin = {
  readonly protocol: 'http:' | 'https:';
  readonly host: string;
  readonly address: string;
  readonly family: 4 | 6;
  readonly port: number;
};

const NO_PORTS: ReadonlySet<number> = new Set();

/**
 * The pins of a target, in the order to try them: IPv4 first, as a missing IPv6 route may show only by silence. Looks a
 * name up with `resolve` only if host and port are not refused already. `spoken`: ports of the protocol that will be spoken,
 * which are closed to HTTP alone; of addresses that an admin opened, only what the admin named.
 */
export const pinsOf = async (
  target: Target,
  list: AllowList,
  resolve: Resolver,
  spoken: ReadonlySet<number> = NO_PORTS,
): Promise<Result<readonly Pin[]>> => {
  const refusal = (judged: Judged | undefined): Problem | null => refusalOf(target, list, judged, spoken);
  if (portClosed(target.port) && !namesPort(list, target.port) && !spoken.has(target.port))
    return bad(closedPort(target));
  if (target.name !== null && isLocalhost(target.name)) {
    const local = ['127.0.0.1', '::1'].map(judgeAddress);
    const opened = local.filter((judged) => refusal(judged) === null);
    return opened.length > 0 ? good(pinned(target, opened)) : bad(refusal(local[0]) ?? closedPort(target));
  }
  const answer = target.name === null ? good([target.host]) : await lookUp(target, target.name, resolve);
  if (!answer.ok) return answer;
  const judged = [...new Set(answer.value)].map(judgeAddress);
  for (const one of judged) {
    const refused = refusal(one);
    if (refused !== null) return bad(refused);
  }
  return good(pinned(target, judged));
};

const refusalOf = (
  target: Target,
  list: AllowList,
  judged: Judged | undefined,
  spoken: ReadonlySet<number>,
): Problem | null => {
  if (judged === undefined) return null;
  const opened = opening(list, target.name, judged, target.port);
  if (!judged.open && !opened.address) return closedAddress(target, target.name !== null, judged.why);
  return portClosed(target.port) && !opened.port && !(judged.open && spoken.has(target.port))
    ? closedPort(target)
    : null;
};

const pinned = ({ protocol, host, port }: Target, judged: readonly Judged[]): readonly Pin[] =>
  judged.map(({ address, family }) => ({ protocol, host, address, family, port })).sort((a, b) => a.family - b.family);

const lookUp = async (target: Target, name: string, resolve: Resolver): Promise<Result<readonly string[]>> => {
  try {
    const addresses = await resolve(`${name}.`);
    return addresses.length > 0 ? good(addresses) : bad(unresolved(target, false));
  } catch (error) {
    return bad(unresolved(target, !NO_SUCH_NAME.has(codeOf(error))));
  }
};

const NO_SUCH_NAME = new Set(['ENOTFOUND', 'ENODATA', 'EBADNAME', 'ENONAME']);

const codeOf = (error: unknown): string =>
  error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : '';

/** Milliseconds a name server has for one answer, and how often it is asked. */
const SERVERS = { timeout: 2500, tries: 2 };

/**
 * The resolver of a real door: see R3. Nothing is opened or read before the first name. `nameServers` (`ip` or
 * `ip:port`) stand in for those of the machine.
 */
export const systemResolver = (list: AllowList, nameServers: readonly string[] = []): Resolver => {
  let servers: dns.Resolver | undefined;
  return async (absolute) => {
    const name = absolute.slice(0, -1);
    if (namesHost(list, name))
      return (await dns.lookup(name, { all: true, order: 'verbatim' })).map(({ address }) => address);
    if (servers === undefined) {
      servers = new dns.Resolver(SERVERS);
      if (nameServers.length > 0) servers.setServers(nameServers);
    }
    const [four, six] = await Promise.allSettled([servers.resolve4(absolute), servers.resolve6(absolute)]);
    const found = [four, six].flatMap((answer) => (answer.status === 'fulfilled' ? answer.value : []));
    if (found.length > 0) return found;
    // Of two failures the one that may pass is told: "no such name" is final only if both families say so.
    const failures = [four, six].flatMap((answer) => (answer.status === 'rejected' ? [answer.reason] : []));
    throw failures.find((failure) => !NO_SUCH_NAME.has(codeOf(failure))) ?? failures[0];
  };
};
