/**
 * Which version of a flow runs in which environment, and the promotions that brought it there.
 *
 * DP1 A version, its triggers, webhooks, values and grants change together, in one transaction with the promotion that says so.
 * DP2 A webhook's token is made once per flow, environment and trigger, as those of `default` are (versions.ts).
 */

import { randomBytes } from 'node:crypto';
import { hasAddress } from '@headgate/core';
import type { Selectable, Transaction } from 'kysely';
import { type Ground, toJson } from '../ground.ts';
import { stateName } from '../environment.ts';
import type { Brings, Deployments, PromotedTrigger, PromotionRow, PromotionState } from '../environment.ts';
import type { Tables } from '../schema/tables.ts';
import { valuesIn } from './environments.ts';
import { noticeId } from '../notice.ts';
import { putNotice } from './notices-due.ts';
import { grantValues } from './grants.ts';
import { seenFlows } from './seen.ts';
import { goodUntil, readdress } from './hooks.ts';

const STATES: readonly PromotionState[] = ['proposed', 'applied', 'refused', 'stale'];
const SHOWN = 50;

const promotionOf = (row: Selectable<Tables['promotion']>): PromotionRow => ({
  id: row.id,
  flow: row.flow,
  source: row.source,
  target: row.target,
  version: row.version,
  before: row.before,
  revision: row.revision,
  state: STATES.find((known) => known === row.state) ?? 'stale',
  note: row.note,
  by: row.by,
  created: row.created,
  decidedBy: row.decided_by,
  decided: row.decided,
  vars: valuesIn(row.vars),
});

export const deploymentsOf = (ground: Ground, workspace: string): Deployments => {
  const { db, change, credentials } = ground;
  const running = (from: Pick<typeof db, 'selectFrom'>, flow: string) =>
    from
      .selectFrom('deployment')
      .select(['environment', 'version', 'at', 'by'])
      .where('workspace', '=', workspace)
      .where('flow', '=', flow);

  const known = (from: Pick<typeof db, 'selectFrom'>, flow: string) =>
    from.selectFrom('promotion').selectAll().where('workspace', '=', workspace).where('flow', '=', flow);

  const hasFlow = async (trx: Transaction<Tables>, flow: string): Promise<boolean> =>
    (await trx
      .selectFrom('flow')
      .select('id')
      .where('deleted', 'is', null)
      .where('workspace', '=', workspace)
      .where('id', '=', flow)
      .executeTakeFirst()) !== undefined;

  const put = async (trx: Transaction<Tables>, row: PromotionRow): Promise<void> => {
    const { decidedBy, vars, ...rest } = row;
    await trx
      .insertInto('promotion')
      .values({ ...rest, workspace, decided_by: decidedBy, vars: toJson(vars) })
      .execute();
  };

  /** Values over those that are there, as the next revision. */
  const putValues = async (
    trx: Transaction<Tables>,
    project: string,
    { target, vars }: PromotionRow,
    place: { readonly revision: number; readonly vars: string },
    at: number,
  ): Promise<void> => {
    if (Object.keys(vars).length === 0) return;
    const merged = toJson({ ...valuesIn(place.vars), ...vars });
    await trx
      .updateTable('environment')
      .set({ vars: merged, revision: place.revision + 1, updated: at })
      .where('workspace', '=', workspace)
      .where('project', '=', project)
      .where('name', '=', target)
      .execute();
  };

  const putGrants = async (trx: Transaction<Tables>, flow: string, { grants, ends }: Brings): Promise<void> => {
    if (ends.length > 0)
      await trx
        .deleteFrom('power_grant')
        .where('workspace', '=', workspace)
        .where('flow', '=', flow)
        .where('id', 'in', ends)
        .execute();
    if (grants.length > 0)
      await trx
        .insertInto('power_grant')
        .values(grants.map((row) => grantValues(workspace, flow, row)))
        .execute();
  };

  const putPublisher = async (trx: Transaction<Tables>, flow: string, name: string, by: string): Promise<void> => {
    const state = toJson({ by });
    await trx
      .insertInto('trigger_state')
      .values({ flow, trigger_id: name, state })
      .onConflict((on) => on.columns(['flow', 'trigger_id']).doUpdateSet({ state }))
      .execute();
  };

  const putTriggers = async (
    trx: Transaction<Tables>,
    { flow, target: environment }: PromotionRow,
    triggers: readonly PromotedTrigger[],
    { who, at }: { readonly who: string; readonly at: number },
  ): Promise<void> => {
    const of = { workspace, flow, environment };
    await trx.deleteFrom('deployed_trigger').where('flow', '=', flow).where('environment', '=', environment).execute();
    for (const trigger of triggers) {
      await trx
        .insertInto('deployed_trigger')
        .values({
          ...of,
          trigger_id: trigger.id,
          kind: trigger.kind,
          with_json: toJson(trigger.with),
          disabled: trigger.disabled ? 1 : 0,
        })
        .execute();
      // What an alert hears is what who promoted it may read, as with publishing (versions.ts).
      if (trigger.kind === 'alert@1') await putPublisher(trx, flow, stateName(trigger.id, environment), who);
      if (!hasAddress(trigger.kind)) continue;
      const nonce = randomBytes(32);
      const hash = credentials.hashHook(credentials.hookToken(nonce));
      await trx
        .insertInto('deployed_hook')
        .values({ ...of, hash, trigger_id: trigger.id, nonce, created: at })
        .onConflict((on) => on.columns(['flow', 'environment', 'trigger_id']).doNothing())
        .execute();
    }
  };

  /** Its target, when nothing changed there since the promotion was looked at. */
  const stands = async (from: Pick<Transaction<Tables>, 'selectFrom'>, project: string, row: PromotionRow) => {
    const place = await from
      .selectFrom('environment')
      .select(['revision', 'vars'])
      .where('workspace', '=', workspace)
      .where('project', '=', project)
      .where('name', '=', row.target)
      .executeTakeFirst();
    const runs = await running(from, row.flow).where('environment', '=', row.target).executeTakeFirst();
    return place?.revision === row.revision && (runs?.version ?? null) === row.before ? place : null;
  };

  /** Who may decide is told of what is proposed, and who proposed it of what came of that. */
  const tell = async (
    trx: Transaction<Tables>,
    kind: 'promotion.proposed' | 'promotion.decided',
    row: Pick<PromotionRow, 'id' | 'flow' | 'target' | 'by'>,
    at: number,
  ): Promise<void> => {
    const flow = await trx
      .selectFrom('flow')
      .select('project')
      .where('workspace', '=', workspace)
      .where('id', '=', row.flow)
      .executeTakeFirst();
    if (flow === undefined) return;
    const id = noticeId(workspace, kind, row.id);
    await putNotice(trx, {
      ...{
        id,
        workspace,
        kind,
        project: flow.project,
        flow: row.flow,
        run: null,
        ask: null,
        name: row.target,
        code: null,
      },
      ...{ tell: [row.by], grp: id, mailed: false, at },
    });
  };

  return {
    list: (flow) => running(db, flow).orderBy('environment').execute(),
    get: async (flow, environment) =>
      (await running(db, flow).where('environment', '=', environment).executeTakeFirst()) ?? null,
    end: (flow, environment) =>
      change(async (trx) => {
        const triggers = await trx
          .selectFrom('deployed_trigger')
          .select('trigger_id')
          .where('workspace', '=', workspace)
          .where('flow', '=', flow)
          .where('environment', '=', environment)
          .execute();
        // A schedule that begins again later has missed nothing meanwhile.
        for (const { trigger_id: id } of triggers)
          await trx
            .deleteFrom('trigger_state')
            .where('flow', '=', flow)
            .where('trigger_id', '=', stateName(id, environment))
            .execute();
        for (const table of ['deployed_trigger', 'deployed_hook', 'retired_hook'] as const)
          await trx
            .deleteFrom(table)
            .where('workspace', '=', workspace)
            .where('flow', '=', flow)
            .where('environment', '=', environment)
            .execute();
        const gone = await trx
          .deleteFrom('deployment')
          .where('workspace', '=', workspace)
          .where('flow', '=', flow)
          .where('environment', '=', environment)
          .executeTakeFirst();
        return gone.numDeletedRows > 0n;
      }),
    readdress: readdress(ground, workspace),
    hooks: async (flow, environment) => {
      const rows = await db
        .selectFrom('deployed_hook')
        .innerJoin('deployed_trigger', (on) =>
          on
            .onRef('deployed_trigger.flow', '=', 'deployed_hook.flow')
            .onRef('deployed_trigger.environment', '=', 'deployed_hook.environment')
            .onRef('deployed_trigger.trigger_id', '=', 'deployed_hook.trigger_id'),
        )
        .select(['deployed_hook.trigger_id', 'deployed_hook.nonce'])
        .where('deployed_hook.workspace', '=', workspace)
        .where('deployed_hook.flow', '=', flow)
        .where('deployed_hook.environment', '=', environment)
        .orderBy('deployed_hook.trigger_id')
        .execute();
      const until = await goodUntil(ground, { workspace, flow, environment });
      return rows.map(({ trigger_id: trigger, nonce }) => ({
        trigger,
        token: credentials.hookToken(nonce),
        until: until.get(trigger) ?? null,
      }));
    },
    promotions: async (flow) =>
      (await known(db, flow).orderBy('n', 'desc').limit(SHOWN).execute()).map((row) => promotionOf(row)),
    promotion: async (flow, id) => {
      const row = await known(db, flow).where('id', '=', id).executeTakeFirst();
      return row === undefined ? null : promotionOf(row);
    },
    proposed: async (sight, limit) => {
      const rows = await db
        .selectFrom('flow')
        .innerJoin('promotion', 'promotion.flow', 'flow.id')
        .selectAll('promotion')
        .select('flow.name')
        .where('flow.workspace', '=', workspace)
        .where('promotion.workspace', '=', workspace)
        .where('promotion.state', '=', 'proposed')
        .where('flow.id', 'in', (of) =>
          of
            .selectFrom('flow')
            .select('id')
            .where('workspace', '=', workspace)
            .where('deleted', 'is', null)
            .where((eb) => seenFlows(eb, sight)),
        )
        .orderBy('promotion.n', 'desc')
        .limit(limit)
        .execute();
      return rows.map((row) => ({ row: promotionOf(row), flowName: row.name }));
    },
    propose: (row) =>
      change(async (trx) => {
        if (!(await hasFlow(trx, row.flow))) return false;
        await put(trx, row);
        await tell(trx, 'promotion.proposed', row, row.created);
        return true;
      }),
    isFresh: async (row, project) => (await stands(db, project, row)) !== null,
    apply: (row, { project, who, at, proposed }, brings) =>
      change(async (trx) => {
        const { flow, target: environment, version } = row;
        const place = await stands(trx, project, row);
        if (place === null) return false;
        if (!(await hasFlow(trx, flow))) return false;
        const applied: PromotionRow = { ...row, state: 'applied', decidedBy: who, decided: at };
        if (proposed) {
          const done = await trx
            .updateTable('promotion')
            .set({ state: 'applied', decided_by: who, decided: at })
            .where('workspace', '=', workspace)
            .where('id', '=', row.id)
            .where('flow', '=', flow)
            .where('state', '=', 'proposed')
            .executeTakeFirst();
          if (done.numUpdatedRows === 0n) return false;
          await tell(trx, 'promotion.decided', row, at);
        } else await put(trx, applied);
        await trx
          .insertInto('deployment')
          .values({ workspace, flow, environment, version, at, by: who })
          .onConflict((on) => on.columns(['flow', 'environment']).doUpdateSet({ version, at, by: who }))
          .execute();
        await putValues(trx, project, row, place, at);
        await putGrants(trx, flow, brings);
        await putTriggers(trx, row, brings.triggers, { who, at });
        return true;
      }),
    decide: (flow, id, state, who, at) =>
      change(async (trx) => {
        const done = await trx
          .updateTable('promotion')
          .set({ state, decided_by: who, decided: at })
          .where('workspace', '=', workspace)
          .where('flow', '=', flow)
          .where('id', '=', id)
          .where('state', '=', 'proposed')
          .executeTakeFirst();
        if (done.numUpdatedRows === 0n) return false;
        const row = await known(trx, flow).where('id', '=', id).executeTakeFirst();
        // One that was overtaken was decided by nobody.
        if (row !== undefined && state === 'refused') await tell(trx, 'promotion.decided', promotionOf(row), at);
        return true;
      }),
  };
};
