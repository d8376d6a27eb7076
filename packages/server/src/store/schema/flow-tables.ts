/** The tables of flows, their versions, triggers, grants and environments as Kysely sees them. */

import type { Generated, GeneratedAlways } from 'kysely';

export type FlowTable = {
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

export type VersionTable = {
  workspace: string;
  flow: string;
  version: number;
  hash: string;
  note: string | null;
  by: string;
  created: number;
};

/** Documents by their hash: what versions and draft runs executed. */
export type DocTable = { workspace: string; hash: string; doc: string; at: number };

export type PowerGrantTable = {
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

/** A webhook's token is derived from the nonce; only its keyed hash can be looked up. */
export type HookTable = {
  hash: string;
  workspace: string;
  flow: string;
  trigger_id: string;
  nonce: Uint8Array;
  created: number;
};

/** An address that was replaced, and until when it is good besides. */
export type RetiredHookTable = Omit<HookTable, 'nonce' | 'created'> & { environment: string; until: number };

/** The triggers of each flow's latest version. */
export type FlowTriggerTable = {
  workspace: string;
  flow: string;
  trigger_id: string;
  kind: string;
  with_json: string;
  disabled: number;
};

export type EnvironmentTable = {
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

export type PromotionTable = {
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
