/**
 * Published versions of flows, the documents they and draft runs executed, and the webhooks that come with them.
 *
 * VS1 A version never changes; publishing what is published already gives the same version again.
 * VS2 A webhook's token is made once per flow and trigger and stays the same until somebody replaces it (hooks.ts); only a
 *     nonce and a keyed hash are kept.
 */

import { randomBytes } from 'node:crypto';
import { hasAddress } from '@headgate/core';
import type { Selectable, Transaction } from 'kysely';
import { type Ground, fromJson, toJson } from '../ground.ts';
import { DEFAULT_ENVIRONMENT } from '../environment.ts';
import { grantValues } from './grants.ts';
import { goodUntil } from './hooks.ts';
import type { VersionRow, WorkspaceStore } from '../ports.ts';
import type { Tables } from '../schema/tables.ts';

type Flows = WorkspaceStore['flows'];
type Rows = Pick<Flows, 'publish' | 'version' | 'versions' | 'keepDoc' | 'doc' | 'hooks'>;
type Publish = Parameters<Flows['publish']>[0];

const head = (row: Selectable<Tables['version']>): Omit<VersionRow, 'doc'> => ({
  flow: row.flow,
  version: row.version,
  hash: row.hash,
  note: row.note,
  by: row.by,
  created: row.created,
});

export const versionsOf = (ground: Ground, workspace: string): Rows => {
  const { db, change, credentials } = ground;
  const putDoc = async (
    trx: Pick<Transaction<Tables>, 'insertInto'>,
    hash: string,
    doc: unknown,
    at: number,
  ): Promise<void> => {
    await trx
      .insertInto('doc')
      .values({ workspace, hash, doc: toJson(doc), at })
      .onConflict((on) => on.columns(['workspace', 'hash']).doUpdateSet((eb) => ({ at: eb.ref('excluded.at') })))
      .execute();
  };

  /** What an alert hears is what the last to publish it may read (AL4): a version does not say who published it again. */
  const putPublisher = async (trx: Transaction<Tables>, { flow, by }: Publish, trigger: string): Promise<void> => {
    const state = toJson({ by });
    await trx
      .insertInto('trigger_state')
      .values({ flow, trigger_id: trigger, state })
      .onConflict((on) => on.columns(['flow', 'trigger_id']).doUpdateSet({ state }))
      .execute();
  };

  const putTriggers = async (trx: Transaction<Tables>, p: Publish): Promise<void> => {
    await trx.deleteFrom('flow_trigger').where('flow', '=', p.flow).execute();
    for (const trigger of p.triggers) {
      await trx
        .insertInto('flow_trigger')
        .values({
          workspace,
          flow: p.flow,
          trigger_id: trigger.id,
          kind: trigger.kind,
          with_json: toJson(trigger.with),
          disabled: trigger.disabled ? 1 : 0,
        })
        .execute();
      if (trigger.kind.startsWith('alert@')) await putPublisher(trx, p, trigger.id);
      if (!hasAddress(trigger.kind)) continue;
      const nonce = randomBytes(32);
      const hash = credentials.hashHook(credentials.hookToken(nonce));
      await trx
        .insertInto('hook')
        .values({ hash, workspace, flow: p.flow, trigger_id: trigger.id, nonce, created: p.at })
        .onConflict((on) => on.columns(['flow', 'trigger_id']).doNothing())
        .execute();
    }
  };

  return {
    publish: (p) =>
      change(async (trx) => {
        const flow = await trx
          .selectFrom('flow')
          .select('version')
          .where('deleted', 'is', null)
          .where('workspace', '=', workspace)
          .where('id', '=', p.flow)
          .executeTakeFirst();
        if (flow === undefined) return null;
        const latest =
          flow.version === null
            ? undefined
            : await trx
                .selectFrom('version')
                .selectAll()
                .where('flow', '=', p.flow)
                .where('version', '=', flow.version)
                .executeTakeFirst();
        if (p.ends !== undefined && p.ends.length > 0)
          await trx.deleteFrom('power_grant').where('flow', '=', p.flow).where('id', 'in', p.ends).execute();
        if (p.grants.length > 0)
          await trx
            .insertInto('power_grant')
            .values(p.grants.map((row) => grantValues(workspace, p.flow, row)))
            .execute();
        await putDoc(trx, p.hash, p.doc, p.at);
        await putTriggers(trx, p);
        if (latest?.hash === p.hash) return { ...head(latest), doc: p.doc };
        const version = (flow.version ?? 0) + 1;
        const row = { workspace, flow: p.flow, version, hash: p.hash, note: p.note, by: p.by, created: p.at };
        await trx.insertInto('version').values(row).execute();
        await trx.updateTable('flow').set({ version, updated: p.at }).where('id', '=', p.flow).execute();
        return { ...head(row), doc: p.doc };
      }),
    version: async (id, version) => {
      const row = await db
        .selectFrom('version')
        .innerJoin('doc', (on) =>
          on.onRef('doc.workspace', '=', 'version.workspace').onRef('doc.hash', '=', 'version.hash'),
        )
        .selectAll('version')
        .select('doc.doc')
        .where('version.workspace', '=', workspace)
        .where('version.flow', '=', id)
        .where('version.version', '=', version)
        .executeTakeFirst();
      return row === undefined ? null : { ...head(row), doc: fromJson(row.doc) };
    },
    versions: async (id) => {
      const rows = await db
        .selectFrom('version')
        .selectAll()
        .where('workspace', '=', workspace)
        .where('flow', '=', id)
        .orderBy('version', 'desc')
        .execute();
      return rows.map(head);
    },
    keepDoc: async (hash, doc, at) => {
      await putDoc(db, hash, doc, at);
    },
    doc: async (hash) => {
      const row = await db
        .selectFrom('doc')
        .select('doc')
        .where('workspace', '=', workspace)
        .where('hash', '=', hash)
        .executeTakeFirst();
      return row === undefined ? null : fromJson(row.doc);
    },
    hooks: async (id) => {
      const rows = await db
        .selectFrom('hook')
        .innerJoin('flow_trigger', (on) =>
          on.onRef('flow_trigger.flow', '=', 'hook.flow').onRef('flow_trigger.trigger_id', '=', 'hook.trigger_id'),
        )
        .select(['hook.trigger_id', 'hook.nonce'])
        .where('hook.workspace', '=', workspace)
        .where('hook.flow', '=', id)
        .orderBy('hook.trigger_id')
        .execute();
      const until = await goodUntil(ground, { workspace, flow: id, environment: DEFAULT_ENVIRONMENT });
      return rows.map(({ trigger_id: trigger, nonce }) => ({
        trigger,
        token: credentials.hookToken(nonce),
        until: until.get(trigger) ?? null,
      }));
    },
  };
};
