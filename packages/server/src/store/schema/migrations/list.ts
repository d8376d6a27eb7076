/** The migrations in order. The number of a schema is its place here, from 1. A name once released never changes. */

import type { Migration } from 'kysely/migration';
import { ground } from './0001-ground.ts';
import { sharedBlobs } from './0002-shared-blobs.ts';
import { typedGrants } from './0003-typed-grants.ts';
import { keys, type Sealing } from './0004-keys.ts';
import { policy } from './0005-policy.ts';
import { accounts } from './0006-accounts.ts';
import { tenants } from './0007-tenants.ts';
import { tokens } from './0008-tokens.ts';
import { grantKinds } from './0009-grant-kinds.ts';
import { oauth } from './0010-oauth.ts';
import { environments } from './0011-environments.ts';
import { promotedValues } from './0012-promoted-values.ts';
import { limits } from './0013-limits.ts';
import { bounds } from './0014-bounds.ts';
import { workspaceKeys } from './0015-workspace-keys.ts';
import { workspaceEnds } from './0016-workspace-ends.ts';
import { heldMembers } from './0017-held-members.ts';
import { twoFactors } from './0018-two-factors.ts';
import { keyMakers } from './0019-key-makers.ts';
import { connections } from './0022-connections.ts';
import { retiredHooks } from './0020-retired-hooks.ts';
import { services } from './0023-services.ts';
import { triggerMemory } from './0025-trigger-memory.ts';
import { triggerParts } from './0026-trigger-parts.ts';
import { asks } from './0028-asks.ts';
import { knowledge } from './0033-knowledge.ts';
import { notifications } from './0030-notifications.ts';
import { models } from './0031-models.ts';
import { chat } from './0034-chat.ts';
import { knowledgeTries } from './0035-knowledge-tries.ts';
import { agentMemory } from './0040-agent-memory.ts';
import { evaluations } from './0038-evaluations.ts';
import { evaluationSums } from './0041-evaluation-sums.ts';
import { knowledgePages } from './0043-knowledge-pages.ts';
import { files } from './0021-files.ts';
import { ownData } from './0027-own-data.ts';
import { deletedFlows } from './0024-deleted-flows.ts';

type Named = { readonly name: string; readonly migration: Migration };

/** All of them; `sealing` for those that seal something with the instance key. */
export const migrationsWith = (sealing: Sealing | null): readonly Named[] => [
  { name: '0001-ground', migration: ground },
  { name: '0002-shared-blobs', migration: sharedBlobs },
  { name: '0003-typed-grants', migration: typedGrants },
  { name: '0004-keys', migration: keys(sealing) },
  { name: '0005-policy', migration: policy },
  { name: '0006-accounts', migration: accounts },
  { name: '0007-tenants', migration: tenants },
  { name: '0008-tokens', migration: tokens },
  { name: '0009-grant-kinds', migration: grantKinds },
  { name: '0010-oauth', migration: oauth },
  { name: '0011-environments', migration: environments },
  { name: '0012-promoted-values', migration: promotedValues },
  { name: '0013-limits', migration: limits },
  { name: '0014-bounds', migration: bounds },
  { name: '0015-workspace-keys', migration: workspaceKeys },
  { name: '0016-workspace-ends', migration: workspaceEnds },
  { name: '0017-held-members', migration: heldMembers },
  { name: '0018-two-factors', migration: twoFactors },
  { name: '0019-key-makers', migration: keyMakers },
  { name: '0020-retired-hooks', migration: retiredHooks },
  { name: '0021-files', migration: files },
  { name: '0022-connections', migration: connections },
  { name: '0023-services', migration: services },
  { name: '0024-deleted-flows', migration: deletedFlows },
  { name: '0025-trigger-memory', migration: triggerMemory },
  { name: '0026-trigger-parts', migration: triggerParts },
  { name: '0027-own-data', migration: ownData },
  { name: '0028-asks', migration: asks },
  { name: '0030-notifications', migration: notifications },
  { name: '0031-models', migration: models },
  { name: '0033-knowledge', migration: knowledge },
  { name: '0034-chat', migration: chat },
  { name: '0035-knowledge-tries', migration: knowledgeTries },
  { name: '0038-evaluations', migration: evaluations },
  { name: '0040-agent-memory', migration: agentMemory },
  { name: '0041-evaluation-sums', migration: evaluationSums },
  { name: '0043-knowledge-pages', migration: knowledgePages },
];

/** Their names, in order. */
export const NAMES: readonly string[] = migrationsWith(null).map((one) => one.name);

export const NEWEST = NAMES.length;
