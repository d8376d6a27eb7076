/**
 * What the engine is opened with and what it then is, as types: everything that main hands over. Nothing is done here.
 */

import type { Catalog, EnginePort, GuardPort, Problem, Result } from '@headgate/core';
import type { Door } from '../egress/door.ts';
import type { MailServer, SendMail } from '../egress/mail/port.ts';
import type { Compiler } from '../sandbox/compile.ts';
import type { Jail } from '../sandbox/jail.ts';
import type { Folders } from '../store/folders/folders.ts';
import type { Store } from '../store/ports.ts';
import type { ToolServer } from './tool-servers/registered.ts';
import type { Clock } from './clock.ts';
import type { Stage } from './farewell.ts';
import type { FormatLimits } from './formats.ts';
import type { StreamBlob } from './file-content.ts';
import type { LocalModels } from './models/local.ts';
import type { SecretSource } from './secret-source.ts';
import type { Keep } from './sweep.ts';
import type { ReadBlob } from './values.ts';

/** The opening half of the vault, as the engine uses it. */
export type Vault = {
  readonly openChunk: (workspace: string, run: string, from: number, sealed: Uint8Array) => string;
  readonly openBlob: ReadBlob;
  readonly streamBlob: StreamBlob;
  readonly openSecret: (
    workspace: string,
    id: string,
    version: number,
    sealed: Uint8Array,
    bound: { readonly kind: string; readonly origins: readonly string[] } | null,
  ) => string;
  /** The one-time token of a waiting step instance: a MAC over run, step, item, and the person it is for (row WH-08). */
  /** A MAC over what goes out with a page and comes back. */
  readonly stamp: (text: string) => string;
  readonly resumeToken: (run: string, step: string, item: readonly number[], person?: string) => string;
};

export type EngineLog = (level: 'info' | 'warn' | 'error', text: string, data: Record<string, unknown>) => void;

export type EngineOptions = {
  readonly store: Store;
  readonly vault: Vault;
  readonly door: Door;
  readonly catalog: Catalog;
  /** Where code runs; without one a code step is a Problem. */
  readonly jail?: Jail;
  /** Compiles the code that the jail runs. */
  readonly compiler?: Compiler;
  /** What reading or writing one file of a format may take. */
  readonly formats?: FormatLimits;
  /** Models that lie on this machine; none without it. */
  readonly localModels?: LocalModels;
  /** Programs that the administrator of the machine registered as tool servers; none without it. */
  readonly toolServers?: () => Result<readonly ToolServer[]>;
  readonly publicUrl: string;
  readonly log: EngineLog;
  readonly clock?: Clock;
  /** Sources of secrets besides the store, which they go before. */
  readonly sources?: readonly SecretSource[];
  /** Keep finished runs this long, and at most so many of a flow. */
  readonly keep?: Keep;
  /** Why no run begins now, for want of room on the disk; null: there is room. Asked at every start, so it only reads. */
  readonly full?: () => Problem | null;
  /** Folders of the server's disk that flows may be lent; none without it. */
  readonly folders?: Folders;
  /** The mail server of the instance, where flows may be lent it. */
  readonly flowMail?: MailServer | null;
  /** Sends mails to people who are asked, where mail is set up. */
  readonly mail?: SendMail | null;
  /** Told how far the deletion of a workspace has come. */
  readonly ending?: (stage: Stage, workspace: string) => void;
};

export type Engine = EnginePort & {
  /** How many runs are in memory now. */
  readonly inMemory: () => number;
  readonly guard: GuardPort;
  /** Milliseconds of grace for work under way. */
  readonly close: (grace: number) => Promise<void>;
  readonly recovered: { readonly running: number; readonly waiting: number; readonly queued: number };
};
