/** Applications, and what people let them do, as types. Codes and tokens are known by their keyed hashes alone. */

import type { Permission } from '@headgate/core';

export type ClientRow = {
  readonly id: string;
  readonly workspace: string;
  readonly name: string;
  readonly redirects: readonly string[];
  readonly by: string;
  readonly created: number;
};

export type ConsentRow = {
  readonly id: string;
  readonly workspace: string;
  readonly user: string;
  /** The id of a registered application, or the address of its description. */
  readonly client: string;
  readonly name: string;
  readonly permissions: readonly Permission[];
  readonly resource: string;
  readonly created: number;
  readonly revoked: number | null;
};

export type CodeRow = {
  readonly hash: string;
  readonly redirect: string;
  readonly challenge: string;
  readonly expires: number;
};

export type OauthTokenRow = {
  readonly hash: string;
  readonly kind: 'access' | 'refresh';
  readonly issued: number;
  readonly expires: number;
};

/** A token with what it stands for. `used`: when a refresh token was exchanged. */
export type Held = { readonly token: OauthTokenRow & { readonly used: number | null }; readonly consent: ConsentRow };

/** The applications of one workspace. */
export type Clients = {
  create(row: ClientRow): Promise<void>;
  list(): Promise<ClientRow[]>;
  /** With all it was let do. */
  remove(id: string, at: number): Promise<boolean>;
};

/** What people of one workspace let applications do. */
export type Consents = {
  /** Of one account, the newest first. */
  list(user: string): Promise<ConsentRow[]>;
  /** False: the account has no such consent that holds. */
  end(user: string, id: string, at: number): Promise<boolean>;
};

/** For the gateway, before any workspace is known. */
export type Oauth = {
  client(id: string): Promise<ClientRow | null>;
  /** A consent, and the code that its tokens are fetched with. */
  begin(consent: ConsentRow, code: CodeRow): Promise<void>;
  /** Takes a code, which works once. `used`: it was taken before. */
  takeCode(hash: string, at: number): Promise<{ code: CodeRow; consent: ConsentRow; used: boolean } | null>;
  token(hash: string): Promise<Held | null>;
  /** Adds tokens to a consent; `instead`: the refresh token they replace. False: it was exchanged before, or all is over. */
  issue(consent: string, tokens: readonly OauthTokenRow[], at: number, instead?: string): Promise<boolean>;
  /** Ends a consent with all its tokens. */
  end(consent: string, at: number): Promise<void>;
};
