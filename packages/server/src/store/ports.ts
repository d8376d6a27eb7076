/**
 * What the store offers, as types: the engine and the gateway are written against these, and every implementation
 * (SQLite here, PostgreSQL later) passes the same tests.
 *
 * D1 Nothing is read or written without a workspace: `store.in(workspace)` is the only way to a row of a tenant;
 *    `store.engine` (all workspaces) is for the engine's own recovery and timers and is not handed to the gateway.
 * D2 Times are milliseconds since the epoch; ids are made by the application.
 * D3 Values that flowed through runs are stored sealed only; this room can seal and cannot open.
 */

import type { Permission, Problem, Result, RunState } from '@headgate/core';
import type { KeyLimits, WorkspaceKeys } from './key.ts';
import type { Clients, Consents, Oauth } from './oauth.ts';
import type { SealedSecret, SecretStore } from './secret.ts';
import type { Tokens, WorkspaceTokens } from './token.ts';

export type FlowRow = {
  readonly id: string;
  readonly project: string;
  readonly owner: string;
  readonly name: string;
  /** Raised by every save of the draft; the conflict check of PUT …/draft. */
  readonly revision: number;
  readonly draft: unknown;
  readonly draftHash: string;
  /** Latest published version, or null. */
  readonly version: number | null;
  readonly enabled: boolean;
  readonly created: number;
  readonly updated: number;
};

export type VersionRow = {
  readonly flow: string;
  readonly version: number;
  readonly hash: string;
  readonly doc: unknown;
  readonly note: string | null;
  readonly by: string;
  readonly created: number;
};

/** A power lent to a step (`*`: every step) of a flow in an environment (`*`: every one). */
export type GrantRow = {
  readonly id: string;
  readonly flow: string;
  readonly step: string;
  readonly power: string;
  readonly environment: string;
  readonly grantor: string;
  readonly asCaller: boolean;
  readonly created: number;
  /** Lent by writing it plainly into a step, not by saying so. */
  readonly typed?: boolean;
};

export type KeyRow = {
  readonly id: string;
  readonly workspace: string;
  readonly name: string;
  readonly hash: string;
  readonly permissions: readonly Permission[];
  readonly projects: readonly string[] | null;
  readonly flows: readonly string[] | null;
  readonly expires: number | null;
  readonly revoked: number | null;
  readonly created: number;
  readonly used: number | null;
  /** The account it belongs to and acts within; null: it belongs to the workspace. */
  readonly user?: string | null;
  readonly limits?: KeyLimits;
  /** When its present secret was made, where that was not with the key. */
  readonly rotated?: number;
  /** The secret that was rotated away, while it lasts. Found by it, the row expires no later than it. */
  readonly old?: { readonly created: number; readonly until: number };
};

/** What of all powers steps of a workspace may use, in the grammar of powers; `only` null: all that is not denied. */
export type PolicyRow = {
  readonly only: readonly string[] | null;
  readonly denied: readonly string[];
  readonly updated: number;
  /** Who set it. */
  readonly by: string;
};

/** The row of a run: what lists and filters need, and no value that flowed through it. */
export type RunRow = {
  readonly id: string;
  readonly workspace: string;
  readonly project: string;
  readonly owner: string;
  readonly flow: string;
  readonly version: number | null;
  readonly hash: string;
  readonly environment: string;
  readonly state: RunState;
  readonly triggerId: string | null;
  readonly triggerKind: string;
  readonly principal: string;
  readonly priority: number;
  /** Of concurrency, rate and debounce; null: the whole flow. */
  readonly limitKey: string | null;
  readonly idempotencyKey: string | null;
  readonly parent: string | null;
  readonly rerunOf: string | null;
  readonly problemCode: string | null;
  readonly problemStep: string | null;
  readonly created: number;
  readonly started: number | null;
  readonly ended: number | null;
  /** When a waiting or queued run wants to be looked at again. */
  readonly wake: number | null;
  /** Seq of the last event recorded. */
  readonly seq: number;
};

/**
 * One thing to make durable: the run's row as it is now, and the events since the last write, as one JSON array text. The
 * first write of a run begins with event 1 and makes the row; each one after must follow the last without a gap
 * (`row.seq` is the seq of its last event), or the writer stops: a journal with a hole is worse than a stopped server.
 * What is fixed at the first write: everything but state, priority, limitKey, problemCode, problemStep, started, ended,
 * wake and seq.
 */
/** A signed request to a webhook, as the replay memory knows it, and how long it is remembered. */
export type Delivery = { readonly hook: string; readonly id: string; readonly until: number };

export type RunWrite = {
  readonly row: RunRow;
  /** First seq of `events`; 0 when there are none. */
  readonly from: number;
  readonly count: number;
  readonly events: string;
  /** Blobs the events refer to; written and synced before the group commits. */
  readonly blobs?: readonly { readonly id: string; readonly bytes: Uint8Array }[];
  /** Blobs made by other runs of the same workspace that the events refer to: they live as long as this run, too. */
  readonly uses?: readonly string[];
  /** One-time resume tokens (hashes) that come to life with this write. */
  readonly tokens?: readonly {
    readonly hash: string;
    readonly step: string;
    readonly item: string;
    readonly note: string | null;
    readonly deadline: number | null;
  }[];
  /** Audit records that belong to this write. */
  readonly audit?: readonly AuditEntry[];
  /** The delivery this run came of: remembered exactly when the run is. */
  readonly delivery?: Delivery;
};

export type WriterState =
  | { readonly ok: true }
  | { readonly ok: false; readonly problem: Problem; readonly tries: number; readonly final: boolean };

/** The group-committing writer: one worker thread, synchronous=FULL. */
export type JournalWriter = {
  /** Adds to the group being gathered; returns that group's number. Never blocks. Throws only after close. */
  readonly write: (write: RunWrite) => number;
  /** Adds audit records alone to the group being gathered. */
  readonly audit: (entries: readonly AuditEntry[]) => number;
  /** Number of the last durable group. */
  readonly durable: () => number;
  /**
   * Resolves when the group is durable (fsync done); rejects (NotDurable) when the disk refused it: the caller must not go
   * on. The write is not lost by that: the writer tries again, in order, and the same barrier asked for later resolves.
   */
  readonly barrier: (group: number) => Promise<void>;
  /** Groups waiting or being written: for readiness and back-pressure. */
  readonly pending: () => number;
  /** Whether the disk takes writes, for /health/ready. `final`: no retry follows any more, the server must be started again. */
  readonly state: () => WriterState;
  /** Writes what is gathered, then ends the worker. Rejects when something written did not become durable. */
  readonly close: () => Promise<void>;
};

export type AuditEntry = {
  readonly at: number;
  readonly workspace: string;
  readonly actor: string;
  readonly action: string;
  readonly object: string;
  readonly decision: 'allow' | 'deny';
  readonly reason: string | null;
  readonly run: string | null;
  readonly step: string | null;
};

/** What a look at the audit trail found. */
export type Trail = {
  /** Records that hold. */
  readonly checked: number;
  /** The first record that does not hold (changed, inserted, or after one removed), or null. */
  readonly broken: number | null;
  /** `record`: see `broken`; `end`: records are missing at the end; `head`: the head was changed or removed; null: all holds. */
  readonly fault: 'record' | 'end' | 'head' | null;
  /** `COUNT:HASH` of the last record: kept elsewhere, it proves later that nothing up to here was taken away. */
  readonly head: string;
};

/** A sealed piece of a journal: `count` events from `from`. Opened by vault-open, in the engine alone. */
export type Chunk = { readonly from: number; readonly count: number; readonly sealed: Uint8Array };

export type RunFilter = {
  flow?: string;
  state?: RunState;
  cursor?: string;
  limit: number;
  flows?: readonly string[];
  projects?: readonly string[];
};

/** The scoped handle of one workspace. Ids of other workspaces behave as ids that never existed. */
export type WorkspaceStore = {
  readonly workspace: string;
  readonly projects: {
    list(): Promise<{ id: string; name: string; created: number }[]>;
    /** False: there is one of this id already. */
    create(project: { id: string; name: string; at: number }): Promise<boolean>;
  };
  readonly flows: {
    create(row: {
      id: string;
      project: string;
      owner: string;
      name: string;
      draft: unknown;
      draftHash: string;
      at: number;
    }): Promise<FlowRow>;
    get(id: string): Promise<FlowRow | null>;
    /** The oldest flow of that name: names need not be unique. */
    byName(project: string, name: string): Promise<FlowRow | null>;
    /** Newest first, in the order they were made. */
    list(q: {
      cursor?: string;
      limit: number;
      flows?: readonly string[];
      projects?: readonly string[];
    }): Promise<{ rows: FlowRow[]; next: string | null }>;
    /** Compare-and-set on the revision; null: somebody else saved first (or no such flow). */
    saveDraft(
      id: string,
      revision: number,
      draft: unknown,
      draftHash: string,
      name: string,
      at: number,
    ): Promise<FlowRow | null>;
    /** Null: no such flow, or no such project to move it to. */
    patch(
      id: string,
      change: { name?: string; enabled?: boolean; project?: string },
      at: number,
    ): Promise<FlowRow | null>;
    /** With its versions, grants, webhooks and triggers. Its runs stay until retention takes them. */
    remove(id: string, at: number): Promise<boolean>;
    /** Next version number, hooks and grants in one transaction. The same hash as the latest version gives that version again. Null: no such flow. */
    publish(p: {
      flow: string;
      hash: string;
      doc: unknown;
      note: string | null;
      by: string;
      at: number;
      grants: GrantRow[];
      triggers: { id: string; kind: string; with: unknown; disabled: boolean }[];
    }): Promise<VersionRow | null>;
    version(id: string, version: number): Promise<VersionRow | null>;
    versions(id: string): Promise<Omit<VersionRow, 'doc'>[]>;
    /** A document by its hash: what a draft run executed. */
    keepDoc(hash: string, doc: unknown, at: number): Promise<void>;
    doc(hash: string): Promise<unknown | null>;
    /** Webhook tokens are made at the first publish of a trigger and stay the same over versions. */
    hooks(id: string): Promise<{ trigger: string; token: string }[]>;
  };
  readonly grants: {
    list(flow: string): Promise<GrantRow[]>;
    /** All or none. False: one of the flows does not exist. */
    add(rows: readonly GrantRow[]): Promise<boolean>;
    remove(flow: string, id: string): Promise<boolean>;
  };
  readonly policy: {
    /** Null: it never had one. */
    get(): Promise<PolicyRow | null>;
    set(row: PolicyRow): Promise<void>;
  };
  readonly runs: {
    get(id: string): Promise<RunRow | null>;
    /** Newest first, in the order they were made (not by their times: a clock may jump). */
    list(filter: RunFilter): Promise<{ rows: RunRow[]; next: string | null }>;
    /** Pieces that hold events after `afterSeq`; the first may begin before it. */
    chunks(run: string, afterSeq: number, limit: number): Promise<Chunk[]>;
    byIdempotencyKey(flow: string, key: string, since: number): Promise<string | null>;
    /** With journal and blobs. False: no such run, or it is not over. */
    remove(id: string): Promise<boolean>;
    /** Number of runs by state. */
    counts(): Promise<Record<string, number>>;
  };
  readonly keys: WorkspaceKeys;
  readonly secrets: SecretStore;
  readonly tokens: WorkspaceTokens;
  readonly clients: Clients;
  readonly consents: Consents;
  readonly audit: {
    list(q: {
      cursor?: string;
      limit: number;
    }): Promise<{ rows: (AuditEntry & { id: number })[]; next: string | null }>;
  };
};

/** The engine's own view over all workspaces: recovery, timers, triggers, hooks, retention. */
export type EngineStore = {
  /** Runs not over, oldest first, in pages. */
  unfinished(afterId: string, limit: number): Promise<RunRow[]>;
  /** Null: no such token, or its trigger or flow is gone or disabled. */
  hookByToken(token: string): Promise<{ workspace: string; flow: string; trigger: string } | null>;
  /** Latest published version and its enabled triggers of one kind, over all enabled flows. */
  triggers(kind: string): Promise<
    {
      workspace: string;
      project: string;
      owner: string;
      flow: string;
      version: number;
      trigger: string;
      with: unknown;
      state: unknown;
    }[]
  >;
  /** Durable state of a trigger (last due time of a schedule…). */
  saveTriggerState(flow: string, trigger: string, state: unknown): Promise<void>;
  /** Webhook replay memory: was a run made of this delivery? */
  knowsDelivery(hook: string, id: string): Promise<boolean>;
  /** When the latest runs of a lane began, those after `since`, at most `limit`, the latest first. */
  begunSince(workspace: string, flow: string, lane: string, since: number, limit: number): Promise<readonly number[]>;
  resumeToken(hash: string): Promise<{
    workspace: string;
    run: string;
    step: string;
    item: string;
    note: string | null;
    deadline: number | null;
    used: number | null;
  } | null>;
  /** Marks a token used, once: false when it already was. Durable when it resolves. */
  useToken(hash: string, at: number): Promise<boolean>;
  keyById(id: string): Promise<KeyRow | null>;
  /** All sealed secrets, for the guard's matcher. */
  allSecrets(): Promise<(SealedSecret & { readonly workspace: string; readonly name: string })[]>;
  /** Deletes runs that are over and ended before `olderThan`, or lie beyond the newest `keepPerFlow` of their flow, with journal and blobs: at most `limit`; returns how many. */
  sweep(rule: { olderThan: number; keepPerFlow: number; limit: number }): Promise<number>;
  /** Follows the chain of the audit trail, from the first record to its head. `expect`: a `head` of an earlier look. */
  checkAudit(expect?: string): Promise<Trail>;
  /** Every record of every workspace, the oldest first, a thousand at a time. */
  auditRecords(): AsyncGenerator<readonly (AuditEntry & { readonly id: number })[], void, undefined>;
  /** Removes files of blobs that a crash left without a row; returns how many. For the start and now and then. */
  collectLitter(): Promise<number>;
};

export type Store = {
  readonly in: (workspace: string) => WorkspaceStore;
  readonly engine: EngineStore;
  readonly workspaces: {
    list(): Promise<{ id: string; name: string; created: number }[]>;
    /** Made with a project `default`. False: there is one of this id already. */
    create(workspace: { id: string; name: string; at: number }): Promise<boolean>;
  };
  /** Makes API keys (`hg_` and 43 characters, shown once) and their keyed hash, the only thing kept. */
  readonly credentials: { newKey(): string; hashKey(plain: string): string };
  /** The id of this instance, made once: what engine tokens are bound to. */
  readonly instance: string;
  readonly tokens: Tokens;
  readonly oauth: Oauth;
  /** The door for credentials: looks a key up by its keyed hash, before any workspace is known. */
  readonly keyByHash: (hash: string) => Promise<KeyRow | null>;
  /** Notes that a key was used; written within seconds. */
  readonly keyUsed: (id: string, at: number) => void;
  readonly journal: JournalWriter;
  readonly blobs: {
    /** A sealed file being written; `end` syncs it, and its row commits no later than the next write. */
    sink(
      workspace: string,
      run: string,
    ): {
      write(chunk: Uint8Array): Promise<void>;
      end(): Promise<{ id: string; size: number }>;
      abort(): Promise<void>;
    };
    /** Sealed bytes of a blob, for the opening half. */
    path(id: string): string;
  };
  /** Raised by every change to flows, grants, policies, keys, secrets or triggers, by this process or another (noticed within 1 s): caches compare it. */
  readonly version: () => number;
  readonly onChange: (listener: () => void) => () => void;
  /** Copies the live store (the key apart) to a folder that is missing or empty. Problem `backup.not_empty`. */
  readonly backup: (dir: string) => Promise<Result<{ runs: number; blobs: number; bytes: number }>>;
  readonly close: () => Promise<void>;
};
