/**
 * Who asks: an application that was registered here, or one that describes itself at an https address which is its id
 * (client id metadata documents).
 *
 * CL1 A description is fetched only for a person who is signed in, through the one outgoing door, without redirects, within
 *     5 seconds and 64 KB, and kept for ten minutes. What is private is no more reachable by it than by a flow (SSRF-01).
 * CL2 A description counts only when it names itself: `client_id` is the very address it was fetched from.
 */

import { readJson } from '@headgate/core';
import type { Gate } from '../deps.ts';

export type Client = {
  readonly id: string;
  readonly name: string;
  /** The address of its description; null: registered here. */
  readonly home: string | null;
  /** Workspace it was registered in; null: it described itself. */
  readonly workspace: string | null;
  readonly redirects: readonly string[];
};

/** Fetches a small text by GET; null: there was none, or the door is closed. */
export type FetchDocument = (url: string) => Promise<string | null>;

const KEPT = 600_000;
const MOST = 200;

const LOOPBACK = new Set(['localhost', '127.0.0.1', '[::1]']);

/** May an application be sent back to this address? https, a loopback address, or a scheme of its own; never a fragment. */
export const isRedirect = (text: string): boolean => {
  if (!URL.canParse(text) || text.includes('#') || /[\s\\]/.test(text)) return false;
  const url = new URL(text);
  if (url.username !== '' || url.password !== '') return false;
  // Other signs are legal in a host and mean something where it is written next: in the policy of a page.
  if (!/^[A-Za-z0-9.:[\]-]*$/.test(url.host)) return false;
  if (url.protocol === 'http:') return LOOPBACK.has(url.hostname);
  // RFC 8252 7.1: a scheme of one's own has a full stop. Without one it may be anybody's, or one that browsers run.
  return url.protocol === 'https:' || /^[a-z][a-z0-9+-]*\.[a-z0-9+.-]+:$/.test(url.protocol);
};

/**
 * Is this one of the addresses of a client? Character for character; only the port of a loopback address that was
 * registered by its number is free, since applications on a person's machine take whichever they get (RFC 8252 7.3).
 */
export const isOneOf = (redirects: readonly string[], asked: string): boolean => {
  if (redirects.includes(asked)) return true;
  const portless = withoutPort(asked);
  return portless !== null && redirects.some((one) => withoutPort(one) === portless);
};

const NUMBERED = /^(http:\/\/(?:127\.0\.0\.1|\[::1\]))(?::([1-9][0-9]{0,4}))?(\/[^\s\\#]*)?$/;

/** A loopback address by number without its port; null: it is none. What stands after the port stays as it is. */
const withoutPort = (text: string): string | null => {
  const [, host, port = '80', rest = ''] = NUMBERED.exec(text) ?? [];
  return host === undefined || Number(port) > 65_535 ? null : `${host}${rest}`;
};

/** Can this be the address of a description? https, a path, nothing hidden in it. */
export const isDocumentId = (id: string): boolean => {
  if (!id.startsWith('https://') || !URL.canParse(id) || id.length > 500) return false;
  const url = new URL(id);
  return url.href === id && url.pathname !== '/' && url.hash === '' && url.username === '' && url.password === '';
};

/** What a description says, or null when it cannot be used. */
export const readDocument = (id: string, text: string): Client | null => {
  const read = readJson(text, { bytes: 65_536, depth: 10 });
  const value: unknown = read.ok ? read.value : null;
  if (typeof value !== 'object' || value === null) return null;
  const { client_id, client_name, redirect_uris, token_endpoint_auth_method } = value as Readonly<
    Record<string, unknown>
  >;
  if (client_id !== id || (token_endpoint_auth_method ?? 'none') !== 'none') return null;
  if (!Array.isArray(redirect_uris) || redirect_uris.length === 0 || redirect_uris.length > 20) return null;
  const redirects = redirect_uris.filter((one): one is string => typeof one === 'string' && isRedirect(one));
  if (redirects.length !== redirect_uris.length) return null;
  const name = typeof client_name === 'string' && client_name !== '' ? client_name.slice(0, 100) : new URL(id).host;
  return { id, name, home: id, workspace: null, redirects };
};

export class ClientBook {
  readonly #gate: Gate;
  readonly #read = new Map<string, { readonly client: Client | null; readonly until: number }>();

  constructor(gate: Gate) {
    this.#gate = gate;
  }

  /** The application of this id, for somebody of this workspace; null: there is none. */
  async find(id: string, workspace: string): Promise<Client | null> {
    if (isDocumentId(id)) return this.#described(id);
    const row = await this.#gate.store.oauth.client(id);
    return row === null || row.workspace !== workspace ? null : { ...row, home: null };
  }

  async #described(id: string): Promise<Client | null> {
    const now = this.#gate.clock();
    const known = this.#read.get(id);
    if (known !== undefined && known.until > now) return known.client;
    const text = (await this.#gate.fetchDocument?.(id)) ?? null;
    const client = text === null ? null : readDocument(id, text);
    if (this.#read.size >= MOST) this.#read.clear();
    // What failed is asked for again sooner, and not at once: nobody makes this server knock by asking again.
    this.#read.set(id, { client, until: now + (client === null ? KEPT / 20 : KEPT) });
    return client;
  }
}
