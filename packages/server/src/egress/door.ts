/**
 * The one outgoing door: every HTTP request that leaves the house passes `Door.request`.
 *
 * For each hop of a request: the URL is normalised once, the caller's `judge` is asked, the name is resolved once, every
 * address of the answer is judged, and the connection is made to one of those very addresses.
 *
 * D1 Nothing is looked up or dialled before `judge` agreed to that hop, redirects included.
 * D2 Only global unicast addresses are dialled, and what a server admin opened (HEADGATE_EGRESS_ALLOW, handed in as data).
 * D3 The address that was judged is the address that is dialled; a pooled connection belongs to one judged address.
 * D4 A failure says whether the request may have been sent: `no` only if not one byte of it can have left.
 * D5 Texts of Problems name host and port, never a path, query, header or body.
 * D6 Opening a door starts nothing: no timer, no lookup, no connection.
 * D7 Calls under way are bounded, and each has its share: see places.ts. A call that waits has sent nothing.
 *
 * It does not read the environment, honour proxies, keep cookies, try a sent request again or read what a body says. It
 * speaks HTTP/1.1 only; letters go through mail/post.ts and raw connections, for databases, through wire.ts, which dial and
 * judge the same way.
 */

import type { Socket } from 'node:net';
import { bad, type Problem } from '@headgate/core';
import type { AllowList } from './allow.ts';
import { type Call, follow } from './follow.ts';
import { openLines } from './lines.ts';
import type { Inbox } from './mail/inbox.ts';
import type { Post } from './mail/post.ts';
import { type Place, Places, type Share } from './places.ts';
import { crowded, noPlace, stopping } from './problems.ts';
import { systemResolver } from './resolve.ts';
import { startStop, type Stop } from './stop.ts';
import { type Connect, wires } from './wire.ts';

export { type AllowList, parseAllow } from './allow.ts';
export type { Connect } from './wire.ts';

/** Where a large or binary body goes. `abort` is called instead of `end` when the body does not arrive whole. */
export type BodySink = {
  write(chunk: Uint8Array): void | Promise<void>;
  end(): Promise<{ id: string; size: number }>;
  abort(): Promise<void>;
};

/** One hop as the caller's authority check sees it. `host` is lower-case ASCII without trailing dot, IPv6 without brackets. */
export type Hop = { method: string; url: URL; host: string; port: number; hop: number };

export type OutRequest = {
  /** A token; CONNECT, TRACE and TRACK are refused. Standard methods are upper-cased. */
  method: string;
  /** Absolute, http or https, without user name or password. */
  url: string;
  headers?: Record<string, string>;
  body?: string | Uint8Array;
  /** Milliseconds for the whole: lookups, connections, every hop, and the last byte of the body. */
  timeout: number;
  /** The most bytes of body, as they arrive and after decompression. */
  maxBytes: number;
  /** How many redirects are followed; with 0 a 3xx is handed back as the answer. */
  maxRedirects: number;
  /** Asked for the first URL and again for every redirect, before any lookup. */
  judge(hop: Hop): Problem | null;
  signal?: AbortSignal;
  /** On whose behalf, for its part of the calls that may be under way (places.ts); without it the server's own. */
  share?: Share;
  /** With a `sink`, a body that is larger than this, or not text, is streamed there. */
  inlineBytes: number;
  sink?: () => BodySink;
  /** Told of the head of the answer that is handed back, before anything of its body is read. */
  head?(status: number, headers: Record<string, string | string[]>): void;
};

export type OutBody = { kind: 'bytes'; bytes: Buffer } | { kind: 'blob'; id: string; size: number };

/** `url` is the one that answered, after `hops` redirects. Header names are lower-case; `set-cookie` is always a list. */
export type OutResponse = {
  status: number;
  headers: Record<string, string | string[]>;
  url: string;
  hops: number;
  body: OutBody;
};

/** `sent: 'no'`: not one byte of the request can have left, so that trying again cannot repeat an effect. */
export type Sent = 'no' | 'maybe';
export type Outcome =
  | { readonly ok: true; readonly value: OutResponse }
  | { readonly ok: false; readonly problem: Problem; readonly sent: Sent };

export type DoorCounters = {
  /** Calls of `request`. */
  requests: number;
  answered: number;
  /** Ended in a Problem before a byte was sent; `failed` are the other ones that ended in a Problem. */
  refused: number;
  failed: number;
  redirects: number;
  lookups: number;
  /** Connections made, and hops that went over one already open. */
  connections: number;
  reused: number;
  /** Body bytes as they arrived, before decompression. */
  bytesReceived: number;
  /** Requests under way now, those of them that wait for a place, and connections kept open for the next ones. */
  active: number;
  waiting: number;
  idle: number;
};

/** Resolves an absolute name (it ends with a dot) to all its A and AAAA addresses; throws when it has none. */
export type Resolver = (name: string) => Promise<readonly string[]>;

export type Door = {
  /** Hands a letter in at a mail server (mail/post.ts). Absent: a door that answers from what was recorded. */
  readonly post?: Post;
  /** Opens a mailbox (mail/inbox.ts). */
  readonly inbox?: Inbox;
  /** Never throws for anything a URL, a server or a network can do. What `judge` or a sink throws passes through. */
  request(req: OutRequest): Promise<Outcome>;
  /** A raw connection, for a database or a broker; what is spoken over it is its driver's. */
  connect: Connect;
  /** Ends requests under way as Problems and closes every connection; later requests are refused. */
  close(): Promise<void>;
  counters(): DoorCounters;
};

export type DoorOptions = {
  /** Answers names instead of name servers and hosts file. `localhost` is never asked of it. */
  resolve?: Resolver;
  /** `ip` or `ip:port`, instead of the name servers the machine is set to. */
  nameServers?: readonly string[];
  /** Certificates (PEM) of authorities trusted besides those Node trusts. */
  authorities?: readonly string[];
  /** Calls under way at a time, each with its own connection (places.ts). */
  most?: number;
};

const OWN: Share = { workspace: '', flow: '' };

/** Where a call goes first. What is no address shares one place, and is refused when it has it. */
const originOf = (url: string): string => (URL.canParse(url) ? new URL(url).origin : '');

/** Waits for a place; what ended the call meanwhile, or null. */
const waited = async ({ entered }: Place, stop: Stop, ms: number): Promise<Problem | null> => {
  if (entered === null) return null;
  try {
    await stop.race(entered);
    return null;
  } catch (error) {
    const why = stop.problem();
    if (why === null) throw error;
    return why.code === 'egress.timeout' ? noPlace(ms) : why;
  }
};

/** Opens the door for what `policy` allows: see D6. */
export const openDoor = (policy: AllowList, options: DoorOptions = {}): Door => {
  const counts: DoorCounters = {
    requests: 0,
    answered: 0,
    refused: 0,
    failed: 0,
    redirects: 0,
    lookups: 0,
    connections: 0,
    reused: 0,
    bytesReceived: 0,
    active: 0,
    waiting: 0,
    idle: 0,
  };
  const dialled = (): void => {
    counts.connections += 1;
  };
  const lines = openLines(options.authorities ?? [], dialled, options.most);
  const byName = options.resolve ?? systemResolver(policy, options.nameServers);
  const resolve: Resolver = (name) => {
    counts.lookups += 1;
    return byName(name);
  };
  const places = new Places(options.most);
  const calls = new Set<Stop>();
  const raw = new Set<Socket>();
  let closed = false;

  const request = async (req: OutRequest): Promise<Outcome> => {
    const call: Call = { req, policy, resolve, lines, counts, peer: null, sent: 'no' };
    const stop = startStop(req.timeout, req.signal, () => call.peer);
    calls.add(stop);
    counts.requests += 1;
    counts.active += 1;
    if (closed) stop.now(stopping());
    const place = places.ask(req.share ?? OWN, originOf(req.url));
    try {
      const full = place === null ? crowded() : await waited(place, stop, req.timeout);
      const told: Outcome = full === null ? await follow(call, stop) : { ok: false, problem: full, sent: 'no' };
      // Its turn came when its time was as good as over: that it waited is what there is to say.
      const late = !told.ok && told.sent === 'no' && told.problem.code === 'egress.timeout' && place?.entered !== null;
      const outcome: Outcome = late ? { ok: false, problem: noPlace(req.timeout), sent: 'no' } : told;
      if (outcome.ok) counts.answered += 1;
      else counts[outcome.sent === 'no' ? 'refused' : 'failed'] += 1;
      return outcome;
    } finally {
      place?.leave();
      stop.done();
      calls.delete(stop);
      counts.active -= 1;
    }
  };

  const connectTo = wires(policy, resolve, options.authorities ?? []);
  const connect: Connect = async (ask) => {
    if (closed) return bad(stopping());
    const wire = await connectTo(ask);
    if (!wire.ok) return wire;
    dialled();
    const { socket } = wire.value;
    raw.add(socket);
    socket.once('close', () => raw.delete(socket));
    return wire;
  };

  const close = async (): Promise<void> => {
    closed = true;
    for (const socket of raw) socket.destroy();
    for (const stop of calls) stop.now(stopping());
    await lines.close();
  };

  // Loaded with the first letter, or the first mailbox.
  const given = { resolve: options.resolve, authorities: options.authorities ?? [] };
  let posting: Promise<Post> | null = null;
  const post: Post = async (ask) => {
    posting ??= import('./mail/post.ts').then(({ openPost }) => openPost(policy, given));
    return (await posting)(ask);
  };
  let reading: Promise<Inbox> | null = null;
  const inbox: Inbox = async (ask) => {
    reading ??= import('./mail/inbox.ts').then(({ openInbox }) => openInbox(policy, given));
    return (await reading)(ask);
  };

  return {
    request,
    post,
    connect,
    inbox,
    close,
    counters: () => ({ ...counts, waiting: places.counts.waiting, idle: lines.idle() }),
  };
};
