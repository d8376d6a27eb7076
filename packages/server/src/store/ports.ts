/**
 * What the store offers, as types: the engine and the gateway are written against these, and every implementation
 * (SQLite here, PostgreSQL later) passes the same tests.
 *
 * D1 Nothing is read or written without a workspace: `store.in(workspace)` is the only way to a row of a tenant;
 *    `store.engine` (all workspaces) is for the engine's own recovery and timers and is not handed to the gateway.
 * D2 Times are milliseconds since the epoch; ids are made by the application.
 * D3 Values that flowed through runs are stored sealed only; this room can seal and cannot open.
 */

import type { Budget, FlowPlace, Permission, Problem, Result, RunState, Sight, Visibility } from '@headgate/core';
import type { Accounts } from './accounts/port.ts';
import type { EngineStore } from './engine-port.ts';
import type { AskStore } from './ask.ts';
import type { ChatStore } from './chat.ts';
import type { MemoryStore } from './memory.ts';
import type { DatasetStore, EvaluationStore } from './evaluation.ts';
import type { FileStore } from './file.ts';
import type { NoticeStore } from './notice.ts';
import type { KeyLimits, WorkspaceKeys } from './key.ts';
import type { WorkspaceLimits } from './limits.ts';
import type { Clients, Consents, Oauth } from './oauth.ts';
import type { Deployments, Environments, HookRow } from './environment.ts';
import type { DeletedFlows } from './deleted-flows.ts';
import type { PowerMap } from './power-map.ts';
import type * as people from './people.ts';
import type { Counters } from './vault-seal/counters.ts';
import type { Credentials as Makes } from './vault-seal/credentials.ts';
import type { AuditEntry, AuditSearch } from './audit-entry.ts';
import type { JournalWriter } from './journal-writer.ts';
import type { ConnectionStore } from './connection.ts';
import type { Delivery, RunRow, RunWrite } from './run-write.ts';
import type { SecretStore } from './secret.ts';
import type { Tokens, WorkspaceTokens } from './token.ts';
import type { PolicyStore } from './policy.ts';
import type { ModelProviders } from './model-provider.ts';
import type { OwnServices } from './services.ts';
import type { Tools } from './tools.ts';
import type { KnowledgeStore } from './knowledge.ts';
import type { TableStore } from './own-table.ts';
import type { ValueStore } from './own-value.ts';

export type { AuditEntry, AuditSearch } from './audit-entry.ts';
export type { JournalWriter, Used, WriterState } from './journal-writer.ts';
export type { PolicyRow } from './policy.ts';

export type { Delivery, RunRow, RunWrite };
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
  readonly visibility: Visibility;
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
  /** The kind its step had when it was lent; null where that is not known, and for every step. */
  readonly kind?: string | null;
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
  /** The account it belongs to and acts within; absent: it belongs to the workspace. */
  readonly user?: string;
  /** Who made it, or took it over, and must hold what it holds; absent: it stands by itself. */
  readonly by?: string;
  readonly limits?: KeyLimits;
  /** How much of what its runs may use. */
  readonly budget?: Budget;
  /** When its present secret was made, where that was not with the key. */
  readonly rotated?: number;
  /** The secret that was rotated away, while it lasts. Found by it, the row expires no later than it. */
  readonly old?: { readonly created: number; readonly until: number };
};

/** A sealed piece of a journal: `count` events from `from`. Opened by vault-open, in the engine alone. */
export type Chunk = { readonly from: number; readonly count: number; readonly sealed: Uint8Array };

/** Runs that failed alike. `run`: the last of them; times are milliseconds. */
export type FailureGroup = {
  readonly flow: string;
  readonly step: string | null;
  readonly code: string;
  readonly count: number;
  readonly first: number;
  readonly last: number;
  readonly run: string;
};

/** What runs may be asked for beside what an index answers: they are looked through, newest first. */
export type RunSieve = {
  /** The id of a trigger, or its kind. */
  trigger?: string;
  environment?: string;
  /** Milliseconds: created from then on, and before then. */
  from?: number;
  to?: number;
  rerunOf?: string;
};

export type RunFilter = RunSieve & {
  flow?: string;
  state?: RunState;
  cursor?: string;
  limit: number;
  /** Only what is seen; left out: all. */
  sight?: Sight;
};

/** The scoped handle of one workspace. Ids of other workspaces behave as ids that never existed. */
export type WorkspaceStore = {
  readonly workspace: string;
  readonly projects: {
    list(): Promise<people.ProjectRow[]>;
    get(id: string): Promise<people.ProjectRow | null>;
    /** False: there is one of this id already. */
    create(project: { id: string; name: string; at: number }): Promise<boolean>;
    rename(id: string, name: string): Promise<boolean>;
    /** `used`: flows, secrets or files are in it. */
    remove(id: string): Promise<'done' | 'missing' | 'used'>;
  };
  readonly members: people.Members;
  readonly groups: people.Groups;
  readonly roles: people.CustomRoles;
  readonly invitations: people.WorkspaceInvitations;
  readonly flows: {
    create(row: {
      id: string;
      project: string;
      owner: string;
      name: string;
      draft: unknown;
      draftHash: string;
      at: number;
      visibility?: Visibility;
    }): Promise<FlowRow>;
    get(id: string): Promise<FlowRow | null>;
    /** What a call may mean: the flow of this id in the project, or else every flow of this name, the oldest first (twenty at most). */
    called(project: string, idOrName: string): Promise<FlowRow[]>;
    /** Where it is and who sees it, of a deleted private one too, whose runs are still there. */
    place(id: string): Promise<FlowPlace | null>;
    /** Newest first, in the order they were made. */
    list(q: {
      cursor?: string;
      limit: number;
      project?: string;
      /** Only what is seen; left out: all. */
      sight?: Sight;
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
    /** Null: no such flow. */
    patch(
      id: string,
      change: { name?: string; enabled?: boolean; visibility?: Visibility; owner?: string },
      at: number,
    ): Promise<FlowRow | null>;
    /**
     * To another project, without its grants, and without what was promoted to environments, which are the old project's:
     * of the new one, an environment of the same name has other values and secrets. `taken`: how many grants ended. Null: no
     * such flow, or no such project.
     */
    move(id: string, project: string, at: number): Promise<{ readonly taken: number } | null>;
    /** Next version number, hooks and grants in one transaction. The same hash as the latest version gives that version again. Null: no such flow. */
    publish(p: {
      flow: string;
      hash: string;
      doc: unknown;
      note: string | null;
      by: string;
      at: number;
      grants: GrantRow[];
      /** Grants of the flow that end with this version, by id. */
      ends?: readonly string[];
      triggers: { id: string; kind: string; with: unknown; disabled: boolean }[];
    }): Promise<VersionRow | null>;
    version(id: string, version: number): Promise<VersionRow | null>;
    versions(id: string): Promise<Omit<VersionRow, 'doc'>[]>;
    /** A document by its hash: what a draft run executed. */
    keepDoc(hash: string, doc: unknown, at: number): Promise<void>;
    doc(hash: string): Promise<unknown | null>;
    /** Webhook tokens are made at the first publish of a trigger and stay the same over versions. */
    hooks(id: string): Promise<HookRow[]>;
  };
  readonly grants: {
    list(flow: string): Promise<GrantRow[]>;
    /** All or none. False: one of the flows does not exist. */
    add(rows: readonly GrantRow[]): Promise<boolean>;
    remove(flow: string, id: string): Promise<boolean>;
  };
  readonly deletedFlows: DeletedFlows;
  readonly powerMap: PowerMap;
  readonly policy: PolicyStore;
  /** What the instance lets its steps use, whatever its policy says. */
  readonly bounds: PolicyStore;
  readonly services: OwnServices;
  readonly modelProviders: ModelProviders;
  readonly tools: Tools;
  readonly limits: WorkspaceLimits;
  readonly environments: Environments;
  readonly deployments: Deployments;
  readonly runs: {
    get(id: string): Promise<RunRow | null>;
    /** Where it ran, and whose its flow is and who sees that, as of now. */
    place(id: string): Promise<FlowPlace | null>;
    /** Runs not over that this account or key started. */
    openBy(principal: string): Promise<string[]>;
    /** Who started runs that are not over, each once. */
    starters(): Promise<string[]>;
    /** Newest first, in the order they were made (not by their times: a clock may jump). */
    list(filter: RunFilter): Promise<{ rows: RunRow[]; next: string | null }>;
    /** The latest run of each of these flows, as far as it has one. */
    latest(flows: readonly string[]): Promise<readonly RunRow[]>;
    /** The latest failed runs by flow, step and code, the latest group first. `more`: older ones were not looked at. */
    failures(filter: Pick<RunFilter, 'flow' | 'from' | 'sight'>): Promise<{ groups: FailureGroup[]; more: boolean }>;
    /** Goes through them, newest first, `most` at most. True: there were more. */
    walk(
      filter: Pick<RunFilter, 'state' | 'from' | 'sight'>,
      most: number,
      see: (row: RunRow) => void,
    ): Promise<boolean>;
    /** Is this run among those that are seen? */
    sees(sight: Sight, run: string): Promise<boolean>;
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
  readonly connections: ConnectionStore;
  readonly files: FileStore;
  readonly asks: AskStore;
  readonly chats: ChatStore;
  readonly memories: MemoryStore;
  readonly datasets: DatasetStore;
  readonly evaluations: EvaluationStore;
  readonly knowledge: KnowledgeStore;
  readonly notices: NoticeStore;
  readonly tables: TableStore;
  readonly values: ValueStore;
  readonly tokens: WorkspaceTokens;
  readonly clients: Clients;
  readonly consents: Consents;
  readonly audit: {
    /** `next` without a full page: no more of it within what one look goes through; it goes on there. */
    list(
      q: { cursor?: string; limit: number } & AuditSearch,
    ): Promise<{ rows: (AuditEntry & { id: number })[]; next: string | null }>;
  };
};

export type Store = {
  readonly in: (workspace: string) => WorkspaceStore;
  readonly engine: EngineStore;
  readonly workspaces: people.Workspaces;
  /** The id of this instance, made once: what engine tokens are bound to. */
  readonly instance: string;
  readonly tokens: Tokens;
  readonly oauth: Oauth;
  readonly directory: people.Directory;
  readonly invitations: people.Invitations;
  /** The workspace of a published flow that everybody may run; null: there is none of this id, or it is switched off. */
  readonly publicFlow: (id: string) => Promise<string | null>;
  readonly accounts: Accounts;
  /** Numbers of rows as a workspace is shown them. */
  readonly counters: (workspace: string) => Counters;
  /** Makes API keys (`hg_` and 43 characters) and tokens of invitations, shown once, and their keyed hash, the only thing kept. */
  readonly credentials: Pick<Makes, 'newKey' | 'hashKey' | 'newInvitation' | 'hashInvitation'>;
  /** The door for credentials: looks a key up by its keyed hash, before any workspace is known. */
  readonly keyByHash: (hash: string) => Promise<KeyRow | null>;
  /** Notes that a key was used; written within seconds. */
  readonly keyUsed: (id: string, at: number) => void;
  /** Why nothing of a workspace can be opened: the key of its own is not at hand. Null: it can. Costs a look in memory. */
  readonly locked: (workspace: string) => Problem | null;
  /** Takes the keys of now: for who found that something does not open. False: the instance's cannot be had. */
  readonly followKeys: () => boolean;
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
  /** Told after files of a workspace came, changed or went by this process. */
  readonly onFiles: (listener: (workspace: string) => void) => () => void;
  /** Copies the live store (the key apart) to a folder that is missing or empty. Problem `backup.not_empty`. */
  readonly backup: (dir: string) => Promise<Result<{ runs: number; blobs: number; bytes: number }>>;
  readonly close: () => Promise<void>;
};
