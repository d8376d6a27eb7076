/**
 * The short sessions behind the pages: a random cookie that stands for a key's hash, kept in memory alone.
 *
 * SE1 The cookie is HttpOnly, SameSite=Strict and sent to /runs only; each sign-in makes a new one.
 * SE2 A session dies after its time, at sign-out, with the process, and at once when its key is revoked or expires,
 *     because every request looks the key up again.
 */

import type { Gate } from './deps.ts';

const MOST = 1_000;

type Needed = Pick<Gate, 'publicUrl' | 'clock' | 'vault' | 'limit'>;

export class Sessions {
  readonly #gate: Needed;
  readonly #name: string;
  readonly #secure: boolean;
  readonly #open = new Map<string, { readonly keyHash: string; readonly until: number }>();

  constructor(gate: Needed) {
    this.#gate = gate;
    this.#secure = gate.publicUrl.startsWith('https:');
    this.#name = this.#secure ? '__Secure-headgate' : 'headgate';
  }

  /** Opens a session for a key; returns the Set-Cookie value. */
  begin(keyHash: string): string {
    const now = this.#gate.clock();
    for (const [id, session] of this.#open) if (session.until <= now) this.#open.delete(id);
    for (const id of this.#open.keys()) {
      if (this.#open.size < MOST) break;
      this.#open.delete(id);
    }
    const id = this.#gate.vault.newKey().slice(3);
    const life = this.#gate.limit.session;
    this.#open.set(id, { keyHash, until: now + life });
    return this.#cookie(id, Math.floor(life / 1000));
  }

  /** Ends the session that came; returns the Set-Cookie value that clears it. */
  end(cookie: string | undefined): string {
    const id = this.#id(cookie);
    if (id !== undefined) this.#open.delete(id);
    return this.#cookie('', 0);
  }

  /** The key's hash behind the cookie, or undefined. */
  find(cookie: string | undefined): string | undefined {
    const id = this.#id(cookie);
    const session = id === undefined ? undefined : this.#open.get(id);
    return session !== undefined && session.until > this.#gate.clock() ? session.keyHash : undefined;
  }

  #id(cookie: string | undefined): string | undefined {
    for (const pair of cookie?.split(';') ?? []) {
      const at = pair.indexOf('=');
      if (pair.slice(0, at).trim() === this.#name) return pair.slice(at + 1).trim();
    }
    return undefined;
  }

  #cookie(value: string, age: number): string {
    return `${this.#name}=${value}; Path=/runs; Max-Age=${age}; HttpOnly; SameSite=Strict${this.#secure ? '; Secure' : ''}`;
  }
}
