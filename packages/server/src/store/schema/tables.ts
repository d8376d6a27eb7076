/**
 * The tables as Kysely sees them: the newest schema. Text, integers and bytes only, so that PostgreSQL can follow; lists
 * and documents are JSON text, booleans 0 and 1, times milliseconds, ids made by the application.
 *
 * `n` columns count rows in the order they were made: lists are ordered by them and never by a clock, which may jump.
 */

import type { Generated, GeneratedAlways } from 'kysely';
import type { AccountTables } from './account-tables.ts';
import type {
  DocTable,
  EnvironmentTable,
  FlowTable,
  FlowTriggerTable,
  HookTable,
  PowerGrantTable,
  PromotionTable,
  RetiredHookTable,
  VersionTable,
} from './flow-tables.ts';
import type {
  ApiKeyTable,
  ConnectionTable,
  EngineTokenTable,
  InvitationTable,
  KeyRingTable,
  PolicyTable,
  SecretTable,
  TokenKeyTable,
  WorkspaceKeyTable,
} from './key-tables.ts';
import type { AskTables } from './ask-tables.ts';
import type { ChatTables } from './chat-tables.ts';
import type { EvaluationTables } from './evaluation-tables.ts';
import type { NoticeTables } from './notice-tables.ts';
import type { OauthTables } from './oauth-tables.ts';
import type { TriggerTables } from './trigger-tables.ts';
import type { KnowledgeTables } from './knowledge-tables.ts';
import type { OwnTables } from './own-tables.ts';

/** `plain`: 1 when all of it is text. `hash`: keyed, of the content. */
type FileTable = {
  id: string;
  workspace: string;
  project: string;
  path: string;
  blob: string;
  hash: string;
  size: number;
  type: string;
  plain: number;
  version: number;
  by: string;
  created: number;
  updated: number;
};

type RunTable = {
  n: GeneratedAlways<number>;
  id: string;
  workspace: string;
  project: string;
  owner: string;
  flow: string;
  version: number | null;
  hash: string;
  environment: string;
  state: string;
  /** 1 while the run is not over. */
  open: number;
  trigger_id: string | null;
  trigger_kind: string;
  principal: string;
  priority: number;
  limit_key: string | null;
  idempotency_key: string | null;
  parent: string | null;
  rerun_of: string | null;
  problem_code: string | null;
  problem_step: string | null;
  created: number;
  started: number | null;
  ended: number | null;
  wake: number | null;
  seq: number;
};

/** `run` is the run's `n`. */
type JournalTable = {
  n: GeneratedAlways<number>;
  workspace: string;
  run: number;
  start: number;
  count: number;
  sealed: Uint8Array;
};

type AuditTable = {
  id: GeneratedAlways<number>;
  at: number;
  workspace: string;
  actor: string;
  action: string;
  object: string;
  decision: string;
  reason: string | null;
  run: string | null;
  step: string | null;
  /** Keyed hash over this record and the one before it. */
  chain: Uint8Array;
};

/** One row: how many audit records there are, the last one's chain, and a keyed hash over both. */
type AuditHeadTable = { one: number; count: number; chain: Uint8Array | null; seal: Uint8Array };

export type Tables = AccountTables &
  OauthTables &
  TriggerTables &
  AskTables &
  ChatTables &
  EvaluationTables &
  KnowledgeTables &
  NoticeTables &
  OwnTables & {
    workspace: { id: string; name: string; created: number; two_factors: Generated<number> };
    project: { workspace: string; id: string; name: string; created: number };
    /** One row, raised by every change of configuration. */
    changes: { one: number; n: number };
    flow: FlowTable;
    /** Private flows that were deleted. */
    flow_gone: { flow: string; workspace: string; owner: string };
    /** `role`: one of the five, the id of a custom role, or null (what projects and groups give, and nothing more). */
    member: {
      n: GeneratedAlways<number>;
      workspace: string;
      user: string;
      role: string | null;
      created: number;
      by: string;
      /** Since when it waits for somebody's word (accounts/ways-in.ts). */
      held: Generated<number | null>;
    };
    /** `holder`: an account or a group. */
    project_member: { workspace: string; project: string; holder: string; role: string; created: number };
    user_group: { id: string; workspace: string; name: string; created: number };
    group_member: { workspace: string; group_id: string; user: string };
    custom_role: { id: string; workspace: string; name: string; permissions: string; created: number };
    invitation: InvitationTable;
    version: VersionTable;
    doc: DocTable;
    power_grant: PowerGrantTable;
    workspace_policy: PolicyTable;
    workspace_bounds: PolicyTable;
    model_provider: { workspace: string; name: string; doc: string; by: string; updated: number };
    service: { workspace: string; name: string; doc: string; hash: string; by: string; updated: number };
    workspace_quota: { workspace: string; quota: string; updated: number; set_by: string };
    /** By day, counted from 1970. `holder`: a flow, a key, or empty for the whole workspace. */
    used: { workspace: string; holder: string; day: number; runs: number; tokens: number; money: number };
    stored: { workspace: string; bytes: number };
    api_key: ApiKeyTable;
    key_use: { key_id: string; at: number };
    secret: SecretTable;
    connection: ConnectionTable;
    hook: HookTable;
    flow_trigger: FlowTriggerTable;
    environment: EnvironmentTable;
    /** Which version runs in an environment other than `default`. */
    deployment: { workspace: string; flow: string; environment: string; version: number; at: number; by: string };
    /** As `flow_trigger` and `hook`, of versions that were promoted. */
    deployed_trigger: FlowTriggerTable & { environment: string };
    deployed_hook: HookTable & { environment: string };
    retired_hook: RetiredHookTable;
    promotion: PromotionTable;
    trigger_state: { flow: string; trigger_id: string; state: string };
    delivery: { hook: string; id: string; until: number };
    run: RunTable;
    journal: JournalTable;
    blob: { id: string; workspace: string; run: string; size: number; created: number };
    file: FileTable;
    /** Which runs, or files, refer to a blob: it lives as long as one of them. */
    blob_use: { blob: string; run: string };
    audit: AuditTable;
    audit_head: AuditHeadTable;
    key_ring: KeyRingTable;
    workspace_key: WorkspaceKeyTable;
    /** Workspaces that are being deleted. */
    workspace_end: { workspace: string; name: string; by: string; at: number };
    /** One row: the id of the instance. */
    instance: { one: number; id: string; created: number };
    token_key: TokenKeyTable;
    engine_token: EngineTokenTable;
  };
