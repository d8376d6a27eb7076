/** The tables of keys, tokens, secrets, connections, invitations and policies as Kysely sees them. */

import type { Generated, GeneratedAlways } from 'kysely';

export type ApiKeyTable = {
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
export type TokenKeyTable = {
  n: GeneratedAlways<number>;
  kid: string;
  generation: number;
  created: number;
  retired: number | null;
  /** Until when tokens signed with it may still be valid; null: it signs. */
  until: number | null;
};

export type EngineTokenTable = {
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

export type SecretTable = {
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
export type ConnectionTable = {
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

export type InvitationTable = {
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

export type PolicyTable = {
  workspace: string;
  only_powers: string | null;
  denied: string;
  updated: number;
  set_by: string;
};

/** Roots of the keyring, each in a box for the holder of an instance key. */
export type KeyRingTable = { generation: number; holder: string; sealed: Uint8Array; created: number };

/** A root of a workspace with a key of its own, in a box for who holds that key. */
export type WorkspaceKeyTable = {
  n: Generated<number>;
  workspace: string;
  generation: number;
  holder: string;
  sealed: Uint8Array;
  created: number;
};
