/**
 * Who calls: from a key in a header to a Principal.
 *
 * I1 A key is found by its keyed hash and never kept in plain.
 * I2 What was found is kept in memory until the store changes (by any process, noticed within a second) or the key
 *    expires; expiry is judged at every use, cached or not (TOK-05).
 * I3 Unknown, revoked, expired and malformed keys are answered alike.
 * I4 A key of an account may what its scope says, within what the account may now; when that is gone, the key is as one
 *    that was revoked.
 */

import type { IncomingHttpHeaders } from 'node:http';
import type { KeyRow } from '../store/ports.ts';
import type { Gate } from './deps.ts';
import type { Found, NotFound } from './tokens/found.ts';

/** What came as a credential. `two` that differ are ambiguous. */
export type Credential =
  | { readonly kind: 'none' }
  | { readonly kind: 'key'; readonly plain: string }
  | { readonly kind: 'two' };

const NO_CREDENTIAL: Credential = { kind: 'none' };
const KEY = /^hg_[A-Za-z0-9_-]{20,200}$/;
const BEARER = /^bearer +([^ ]+)$/i;
const MOST_CACHED = 10_000;
const USED_EVERY = 60_000;

/** Reads the credential of a request from `x-api-key` or `authorization`. Another scheme than Bearer is a wrong key. */
export const credentialOf = (headers: IncomingHttpHeaders): Credential => {
  const named = headers['x-api-key'];
  const { authorization } = headers;
  if (named === undefined && authorization === undefined) return NO_CREDENTIAL;
  const bearer = authorization === undefined ? undefined : (BEARER.exec(authorization)?.[1] ?? '');
  if (named === undefined) return { kind: 'key', plain: bearer ?? '' };
  const plain = typeof named === 'string' ? named : '';
  return bearer === undefined || bearer === plain ? { kind: 'key', plain } : { kind: 'two' };
};

const OURS = /hg[a-z]?_[A-Za-z0-9_-]{20}/;
const SIGNED = /eyJ[A-Za-z0-9_-]{10,}\.[A-Za-z0-9_-]{10,}\./;
/** A whole segment of a path that is a key or a token of OAuth. Tokens of links, webhooks and invitations (`hgi_`) belong there. */
const SEGMENT = /(?:^|\/)hg[a-hj-z]?_[A-Za-z0-9_-]{43,}(?:\/|$)/;
const NAMED = /^(x[-_]?)?(api[-_]?key|key|access[-_]?token|token|authorization|auth|password|secret)$/i;
/** Percent signs are taken away so many times: who wants to hide one writes it twice. */
const ROUNDS = 4;

/** The text and what it stands for, however often it was encoded. */
const readings = (text: string): readonly string[] => {
  const all = [text];
  for (let i = 0; i < ROUNDS; i += 1) {
    const last = all[all.length - 1] ?? '';
    if (!last.includes('%')) break;
    const next = last.replaceAll(/%[0-9a-f]{2}/gi, (sign) => String.fromCharCode(Number.parseInt(sign.slice(1), 16)));
    if (next === last) break;
    all.push(next);
  }
  return all;
};

/**
 * Is there a credential in the address? In its query: names that mean one, and any value that looks like one of ours; in its
 * path: a segment that is one. However it is encoded (TOK-13).
 */
export const credentialInAddress = (url: string): boolean => {
  const at = url.indexOf('?');
  const path = at === -1 ? url : url.slice(0, at);
  // Most paths hold none of the signs that one begins with, and nothing encoded.
  if (/%|hg|eyJ/.test(path) && readings(path).some((one) => SEGMENT.test(one) || SIGNED.test(one))) return true;
  if (at === -1) return false;
  const query = url.slice(at + 1);
  if (readings(query).some((one) => OURS.test(one) || SIGNED.test(one))) return true;
  return query.split('&').some((pair) => {
    const [name = '', value] = pair.split('=', 2);
    return value !== undefined && readings(name).some((one) => NAMED.test(one));
  });
};

export class Identities {
  readonly #gate: Pick<Gate, 'store' | 'vault' | 'clock'>;
  #seen = -1;
  readonly #rows = new Map<string, KeyRow>();
  readonly #used = new Map<string, number>();

  constructor(gate: Pick<Gate, 'store' | 'vault' | 'clock'>) {
    this.#gate = gate;
  }

  /** The hash of a key, or undefined when it cannot be one. */
  hash(plain: string): string | undefined {
    return KEY.test(plain) ? this.#gate.vault.hashKey(plain) : undefined;
  }

  /** The key behind a hash, when it is valid now by itself; its account is not asked. */
  async byHash(hash: string): Promise<KeyRow | null> {
    const { store, clock } = this.#gate;
    const version = store.version();
    if (version !== this.#seen) {
      this.#rows.clear();
      this.#seen = version;
    }
    let row = this.#rows.get(hash) ?? null;
    if (row === null) {
      row = await store.keyByHash(hash);
      if (row !== null && store.version() === version && this.#seen === version) {
        if (this.#rows.size >= MOST_CACHED) this.#rows.clear();
        this.#rows.set(hash, row);
      }
    }
    if (row === null || row.revoked !== null) return null;
    const now = clock();
    if (row.expires !== null && row.expires <= now) return null;
    this.#touch(row.id, now);
    return row;
  }

  /** Who acts by this key, or why it is none. */
  async find(plain: string): Promise<Found | NotFound> {
    const hash = this.hash(plain);
    return hash === undefined ? { why: 'auth.invalid' } : this.findByHash(hash);
  }

  /** As `find`, for a page session, which remembers the hash alone: what the key's holder may now (I4). */
  async findByHash(hash: string): Promise<Found | NotFound> {
    const row = await this.byHash(hash);
    const who = row === null ? null : await this.#gate.store.directory.key(row);
    if (row === null || who === null) return { why: 'auth.invalid' };
    return row.limits === undefined ? { who } : { who, limits: row.limits };
  }

  /** When a key was last used is worth knowing to the minute. */
  #touch(id: string, now: number): void {
    const before = this.#used.get(id);
    if (before !== undefined && now - before < USED_EVERY) return;
    if (this.#used.size >= MOST_CACHED) this.#used.clear();
    this.#used.set(id, now);
    this.#gate.store.keyUsed(id, now);
  }
}
