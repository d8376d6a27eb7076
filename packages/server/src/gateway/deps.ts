/** What the gateway is given by whoever composes the server. It takes nothing from anywhere else. */

import type { Catalog, CodeRead, ColumnSpec, EnginePort, Flow, GuardPort } from '@headgate/core';
import type { Doc, Pages, WebApp } from '@headgate/core/api';
import type { Logger } from 'pino';
import type { SendMail } from '../egress/mail/port.ts';
import type { SignOn } from '../egress/sign-on/port.ts';
import type { Store } from '../store/ports.ts';
import type { SignUpPolicy } from './accounts/policy.ts';
import type { Limits } from './limits.ts';
import type { LocalModelsHere } from './local-models/desk.ts';
import type { FetchDocument } from './oauth/clients.ts';
import type { Traces } from './untraced.ts';

export type GatewayDeps = {
  readonly store: Store;
  readonly engine: EnginePort;
  readonly guard: GuardPort;
  readonly catalog: Catalog;
  /** The catalogue of a workspace: with the services it described itself. */
  readonly catalogIn: (workspace: string) => Promise<Catalog>;
  /** What compiling tells of the code of a flow's steps, by step; nothing of it runs. */
  readonly readCode: (flow: Flow) => Promise<ReadonlyMap<string, CodeRead>>;
  /** `newKey`: a fresh key (`hg_` and 256 random bits). `hashKey`: the keyed hash it is kept and found by. */
  readonly vault: { readonly hashKey: (plain: string) => string; readonly newKey: () => string };
  /** Milliseconds since the epoch. */
  readonly clock: () => number;
  readonly newId: (prefix?: string) => string;
  readonly log: Logger;
  readonly pages: Pages;
  /** The web app; null: it is not served, or was not built. */
  readonly app: WebApp | null;
  /** Origin (and path prefix, if any) under which the world reaches this server; without a slash at the end. */
  readonly publicUrl: string;
  /** Host names this server answers for: `name` with any port, or `name:port`. */
  readonly hosts: readonly string[];
  /** Addresses and networks of the proxies before this server: only what they say of where a call comes from is believed. */
  readonly proxies: readonly string[];
  /** Origins of web apps served elsewhere, which may call with a token (elsewhere.ts). */
  readonly webOrigins?: readonly string[];
  /** Is the Model Context Protocol of 2025-11-25 spoken, too? Absent: yes. */
  readonly mcpLegacy?: boolean;
  /** Flows to begin with, the first of which is the first flow of a new instance. */
  readonly starters: () => readonly Starter[];
  readonly version: string;
  /** Are the web app and the other pages of a person's browser served? */
  readonly web: boolean;
  /** Among these, is the API reference? */
  readonly docs: boolean;
  /** The documentation's pages; absent: there are none. */
  readonly manual?: () => readonly Doc[];
  readonly signUp: SignUpPolicy;
  /** Does the instance insist on two factors of everybody who signs in? */
  readonly twoFactors: boolean;
  /** The currency that money is counted in, as answers name it; absent: USD. */
  readonly currency?: string;
  /** Sends mail; null: none is set up. */
  readonly mail: SendMail | null;
  /** Single sign-on; null: there is no provider. */
  readonly signOn: SignOn | null;
  /** Fetches the description of an OAuth client; absent: only registered ones are known. */
  readonly fetchDocument?: FetchDocument;
  /** How requests are traced (traces.ts); absent: they are not. */
  readonly traces?: Traces;
  readonly limits?: Partial<Limits>;
  /** Models that lie on the server; absent: none can. */
  readonly localModels?: LocalModelsHere;
  /** Looks the instance over; absent: it cannot be asked for. */
  readonly doctor?: () => Promise<readonly Finding[]>;
};

/** One line of what is found when an instance is looked over. */
export type Finding = {
  readonly what: string;
  readonly state: 'ok' | 'look' | 'wrong';
  readonly text: string;
  readonly next?: string;
};

/** A flow that comes with the server, and the flows that it names. */
export type Starter = {
  readonly id: string;
  readonly group: string;
  readonly flow: Flow;
  readonly with: readonly Flow[];
  /** Tables and knowledge bases that it names, to be made with it. */
  readonly tables: readonly { readonly name: string; readonly columns: readonly ColumnSpec[] }[];
  readonly knowledge: readonly string[];
};

/** Ready-made for every route. */
export type Gate = GatewayDeps & { readonly limit: Limits };

/** The project that things go to when a call names none. Every workspace has it. */
export const PROJECT = 'default';

/** The workspace that every instance begins with: the command line makes keys in it, so it stays. */
export const WORKSPACE = 'default';

/** Where refusals are recorded that happened before any workspace was known. No workspace can have this id. */
export const INSTANCE = '*';
