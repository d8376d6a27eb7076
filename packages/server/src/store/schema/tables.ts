/**
 * The tables as Kysely sees them: the newest schema. Text, integers and bytes only, so that PostgreSQL can follow; lists
 * and documents are JSON text, booleans 0 and 1, times milliseconds, ids made by the application.
 *
 * `n` columns count rows in the order they were made: lists are ordered by them and never by a clock, which may jump.
 */

import type { Generated, GeneratedAlways } from 'kysely';
import type { AccountTables } from './account-tables.ts';
import type { OauthTables } from './oauth-tables.ts';

type FlowTable = {
  n: GeneratedAlways<number>;
  id: string;
  workspace: string;
  project: string;
  owner: string;
  name: string;
  revision: number;
  draft: string;
  draft_hash: string;
  version: number | null;
  enabled: number;
  created: number;
  updated: number;
  visibility: Generated<string>;
  deleted: number | null;
  was_enabled: Generated<number>;
};

type VersionTable = {
  workspace: string;
  flow: string;
  version: number;
  hash: string;
  note: string | null;
  by: string;
  created: number;
};

/** Documents by their hash: what versions and draft runs executed. */
type DocTable = { workspace: string; hash: string; doc: string; at: number };

type PowerGrantTable = {
  n: GeneratedAlways<number>;
  id: string;
  workspace: string;
  flow: string;
  step: string;
  power: string;
  environment: string;
  grantor: string;
  as_caller: number;
  created: number;
  typed: Generated<number>;
  kind: string | null;
};

type ApiKeyTable = {
  n: GeneratedAlways<number>;
  id: string;
  workspace: string;
  name: string;
  hash: string;
  permissions: string;
  projects: string | null;
  flows: string | null;
  expires: number | null;
  revoked: number | null;
  created: number;
  /** The account it belongs to; null: it belongs to the workspace. */
  user: string | null;
  /** Requests a minute, at once, and under way together; null: no limit. */
  rate: number | null;
  burst: number | null;
  parallel: number | null;
  /** When the present secret replaced the one before, which stays valid until `old_until`. */
  rotated: Generated<number | null>;
  old_hash: Generated<string | null>;
  old_until: Generated<number | null>;
  old_created: Generated<number | null>;
  /** JSON: a budget (core/flow/budget.ts). */
  budget: Generated<string | null>;
  /** Who made it (0019-key-makers.ts). */
  by: Generated<string | null>;
};

/** Keys that sign engine tokens: derived from the root of a generation, so only their names are kept. */
type TokenKeyTable = {
  n: GeneratedAlways<number>;
  kid: string;
  generation: number;
  created: number;
  retired: number | null;
  /** Until when tokens signed with it may still be valid; null: it signs. */
  until: number | null;
};

type EngineTokenTable = {
  n: GeneratedAlways<number>;
  jti: string;
  family: string;
  workspace: string;
  name: string;
  maker: string;
  subject: string;
  permissions: string;
  projects: string | null;
  flows: string | null;
  issued: number;
  expires: number;
  renewable: number;
  renewed: number | null;
  revoked: number | null;
};

type SecretTable = {
  id: string;
  workspace: string;
  project: string;
  environment: string;
  owner: string;
  name: string;
  origins: string;
  version: number;
  sealed: Uint8Array;
  created: number;
  updated: number;
  /** `plain`, or the kind of credential that the sealed JSON holds. */
  kind: string;
};

/** What is shown of a secret of the kind `connection`; `kind`: how it is agreed to. */
type ConnectionTable = {
  secret: string;
  workspace: string;
  kind: string;
  state: string;
  problem: string | null;
  authorize_url: string | null;
  token_url: string;
  client_id: string;
  scope: string | null;
  service: string | null;
  renewed: number;
  expires: number | null;
  asked: number | null;
  connected: number | null;
  connected_by: string | null;
};

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

/** A webhook's token is derived from the nonce; only its keyed hash can be looked up. */
type HookTable = {
  hash: string;
  workspace: string;
  flow: string;
  trigger_id: string;
  nonce: Uint8Array;
  created: number;
};

/** An address that was replaced, and until when it is good besides. */
type RetiredHookTable = Omit<HookTable, 'nonce' | 'created'> & { environment: string; until: number };

/** The triggers of each flow's latest version. */
type FlowTriggerTable = {
  workspace: string;
  flow: string;
  trigger_id: string;
  kind: string;
  with_json: string;
  disabled: number;
};

type EnvironmentTable = {
  workspace: string;
  project: string;
  name: string;
  title: string;
  approval: number;
  revision: number;
  /** JSON: an object. */
  vars: string;
  created: number;
  updated: number;
};

type PromotionTable = {
  n: GeneratedAlways<number>;
  id: string;
  workspace: string;
  flow: string;
  source: string;
  target: string;
  version: number;
  before: number | null;
  revision: number;
  state: string;
  note: string | null;
  by: string;
  created: number;
  decided_by: string | null;
  decided: number | null;
  /** JSON: an object. */
  vars: string;
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

type PolicyTable = {
  workspace: string;
  only_powers: string | null;
  denied: string;
  updated: number;
  set_by: string;
};

/** Roots of the keyring, each in a box for the holder of an instance key. */
type KeyRingTable = { generation: number; holder: string; sealed: Uint8Array; created: number };

/** A root of a workspace with a key of its own, in a box for who holds that key. */
type WorkspaceKeyTable = {
  n: Generated<number>;
  workspace: string;
  generation: number;
  holder: string;
  sealed: Uint8Array;
  created: number;
};

/** One row: how many audit records there are, the last one's chain, and a keyed hash over both. */
type AuditHeadTable = { one: number; count: number; chain: Uint8Array | null; seal: Uint8Array };

type InvitationTable = {
  id: string;
  workspace: string;
  email: string;
  role: string | null;
  /** JSON: a list of `{ project, role }`. */
  projects: string;
  hash: string;
  by: string;
  created: number;
  expires: number;
  accepted: number | null;
  accepted_by: string | null;
  revoked: number | null;
};

export type Tables = AccountTables &
  OauthTables & {
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
    trigger_memory: { workspace: string; flow: string; trigger_id: string; environment: string; sealed: Uint8Array };
    trigger_state: { flow: string; trigger_id: string; state: string };
    delivery: { hook: string; id: string; until: number };
    resume_token: {
      hash: string;
      workspace: string;
      run: string;
      step: string;
      item: string;
      note: string | null;
      deadline: number | null;
      used: number | null;
    };
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
