/**
 * The end of a workspace, in stages that each are one transaction:
 *
 *   begin   nobody gets in any more and nothing begins: members, keys, tokens, consents, invitations, secrets, files, lent
 *           powers, webhooks and triggers are gone; sessions that acted in it act elsewhere. From here on it cannot be taken back.
 *   drop    runs with journals and blobs, then flows and their documents, a portion at a time.
 *   finish  all the rest, the workspace itself among it.
 *   forget  that it was being deleted.
 *
 * What the audit trail says of it stays: a chain with a hole proves nothing. Nobody reaches that part but by the export of
 * the whole trail, since no workspace gets the same id again.
 *
 * EW1 Every stage may be done again: what a crash cut off goes on from `ending`.
 * EW2 Every statement names the workspace, or what belongs to it: nothing of another one is touched (AZ-01).
 */

import type { Transaction } from 'kysely';
import type { WorkspaceEnds } from '../engine-port.ts';
import type { Ground } from '../ground.ts';
import type { Store } from '../ports.ts';
import type { Tables } from '../schema/tables.ts';
import { dropRowsIn } from './own-tables.ts';
import { dropSomePieces } from './knowledge.ts';

/** The workspace that every instance begins with, and that its command line makes keys in. */
const FIRST = 'default';

const FLOWS_AT_ONCE = 100;
const DOCS_AT_ONCE = 500;

/** What lets in, holds power or starts something. Flows take their triggers, grants and addresses along when they go. */
const shutDoors = async (trx: Transaction<Tables>, workspace: string): Promise<void> => {
  const keys = trx.selectFrom('api_key').select('id').where('workspace', '=', workspace);
  await trx.deleteFrom('key_use').where('key_id', 'in', keys).execute();
  const groups = [
    'retired_hook',
    'deployed_hook',
    'deployed_trigger',
    'hook',
    'flow_trigger',
    'trigger_memory',
    'trigger_part',
    'power_grant',
    'connection',
    'secret',
    'file',
  ] as const;
  const doors = [
    'chat_summary',
    'chat_message',
    'chat_session',
    'evaluation_row',
    'evaluation',
    'dataset',
    'notice',
    'notice_for',
    'notice_choice',
    'ask',
    'resume_token',
    'api_key',
    'engine_token',
    'oauth_consent',
    'oauth_client',
    'invitation',
  ] as const;
  const people = ['group_member', 'user_group', 'custom_role', 'project_member', 'member'] as const;
  for (const table of [...groups, ...doors, ...people])
    await trx.deleteFrom(table).where('workspace', '=', workspace).execute();
  await trx.updateTable('flow').set({ enabled: 0 }).where('workspace', '=', workspace).execute();
  await trx.updateTable('user_session').set({ workspace: null }).where('workspace', '=', workspace).execute();
};

export const beginEnd = ({ change }: Pick<Ground, 'change'>): Store['workspaces']['end'] => {
  return async (id, { by, at }) => {
    if (id === FIRST) return 'first';
    const done = await change(async (trx) => {
      const row = await trx.selectFrom('workspace').select('name').where('id', '=', id).executeTakeFirst();
      if (row === undefined) return false;
      const end = await trx
        .insertInto('workspace_end')
        .values({ workspace: id, name: row.name, by, at })
        .onConflict((on) => on.column('workspace').doNothing())
        .executeTakeFirst();
      if (end.numInsertedOrUpdatedRows !== 1n) return false;
      await shutDoors(trx, id);
      return true;
    });
    return done ? 'done' : 'missing';
  };
};

/** Some pieces of its knowledge. False: none were left. */
const dropSomeKnowledge = async (trx: Transaction<Tables>, workspace: string): Promise<boolean> => {
  const piece = await trx
    .selectFrom('knowledge_chunk')
    .select('base')
    .where('workspace', '=', workspace)
    .limit(1)
    .executeTakeFirst();
  return piece !== undefined && dropSomePieces(trx, workspace, { base: piece.base });
};

/** Some rows of its tables. False: none were left. */
const dropSomeRows = async (trx: Transaction<Tables>, workspace: string): Promise<boolean> => {
  const row = await trx
    .selectFrom('own_row')
    .select('tbl')
    .where('workspace', '=', workspace)
    .limit(1)
    .executeTakeFirst();
  return row !== undefined && dropRowsIn(trx, workspace, row.tbl);
};

const dropData = async (trx: Transaction<Tables>, workspace: string): Promise<void> => {
  while (await dropSomeKnowledge(trx, workspace));
  for (const table of ['knowledge_doc', 'knowledge_page', 'knowledge_source', 'knowledge_base'] as const)
    await trx.deleteFrom(table).where('workspace', '=', workspace).execute();
  for (const table of ['own_effect', 'own_value', 'own_cell', 'own_row', 'own_table'] as const)
    await trx.deleteFrom(table).where('workspace', '=', workspace).execute();
};

export const workspaceEndsOf = ({ db, change, writer, unlink }: Ground): WorkspaceEnds => ({
  ending: () => db.selectFrom('workspace_end').selectAll().orderBy('at').execute(),

  shut: (workspace) => change((trx) => shutDoors(trx, workspace)),

  dropRuns: async (workspace, limit) => {
    const gone = await writer.prune({ workspace, limit });
    await unlink(gone.blobs);
    return { runs: gone.runs, more: gone.more || gone.runs > 0 };
  },

  dropFlows: (workspace) =>
    change(async (trx) => {
      const some = trx.selectFrom('flow').select('id').where('workspace', '=', workspace).limit(FLOWS_AT_ONCE);
      const flows = await trx.deleteFrom('flow').where('id', 'in', some).executeTakeFirst();
      if (flows.numDeletedRows > 0n) return true;
      const few = trx.selectFrom('doc').select('hash').where('workspace', '=', workspace).limit(DOCS_AT_ONCE);
      const docs = await trx
        .deleteFrom('doc')
        .where('workspace', '=', workspace)
        .where('hash', 'in', few)
        .executeTakeFirst();
      return (
        docs.numDeletedRows > 0n || (await dropSomeRows(trx, workspace)) || (await dropSomeKnowledge(trx, workspace))
      );
    }),

  finish: (workspace) =>
    change(async (trx) => {
      await shutDoors(trx, workspace);
      const rest = [
        'flow',
        'flow_gone',
        'doc',
        'environment',
        'workspace_policy',
        'workspace_bounds',
        'service',
        'model_provider',
      ] as const;
      await dropData(trx, workspace);
      const counts = ['workspace_quota', 'used', 'stored', 'workspace_key', 'project'] as const;
      for (const table of [...rest, ...counts])
        await trx.deleteFrom(table).where('workspace', '=', workspace).execute();
      await trx.deleteFrom('workspace').where('id', '=', workspace).execute();
    }),

  forget: (workspace) =>
    change(async (trx) => {
      await trx.deleteFrom('workspace_end').where('workspace', '=', workspace).execute();
    }),
});
