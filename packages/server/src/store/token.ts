/** Engine tokens as the store keeps them, as types: who made which, for what, until when. No token lies in the store. */

import type { Permission } from '@headgate/core';
import type { PublicTokenKey } from './vault-seal/token-keys.ts';

export type TokenRow = {
  /** The `jti` of the token. */
  readonly id: string;
  /** The id of the first token that this one was refreshed from, or its own. */
  readonly family: string;
  readonly workspace: string;
  readonly name: string;
  /** The key or account that made it: the token never holds more than its maker does now. */
  readonly maker: string;
  /** On whose behalf: the maker's account, or the maker. */
  readonly subject: string;
  readonly permissions: readonly Permission[];
  readonly projects: readonly string[] | null;
  readonly flows: readonly string[] | null;
  readonly issued: number;
  readonly expires: number;
  /** Until when a token of this family may be refreshed. */
  readonly renewable: number;
  /** When it was refreshed. */
  readonly renewed: number | null;
  readonly revoked: number | null;
};

/** `until`: when the last token signed with it has run out; null: it signs. */
export type TokenKey = { readonly key: PublicTokenKey; readonly created: number; readonly until: number | null };

/** What a revocation reaches. `token`: the token of that id and all of its family. */
export type Revoked = { readonly token: string } | { readonly subject: string } | { readonly all: true };

/** The engine tokens of one workspace. */
export type WorkspaceTokens = {
  create(row: TokenRow): Promise<void>;
  /** The newest first. */
  list(): Promise<TokenRow[]>;
  /** How many were ended by this. */
  revoke(what: Revoked, at: number): Promise<number>;
};

/** For the gateway, before any workspace is known. */
export type Tokens = {
  byId(id: string): Promise<TokenRow | null>;
  /**
   * Puts a successor in a token's place, which ends at `end` at the latest. False: it was refreshed before, or revoked, and
   * nothing was done.
   */
  renew(id: string, successor: TokenRow, at: number, end: number): Promise<boolean>;
  /** The keys whose tokens may be valid at `now`. */
  keys(now: number): Promise<TokenKey[]>;
  /** Signs with a new key from now on; tokens of the old ones hold until `until`. Answers the new key's name. */
  rotateKeys(at: number, until: number): Promise<string>;
  /** A token of these claims, signed with the newest key, which is made when there is none. */
  sign(type: string, claims: Readonly<Record<string, unknown>>, now: number): Promise<string>;
};
