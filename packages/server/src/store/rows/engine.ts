/**
 * The engine's own view over all workspaces: recovery, triggers, webhooks, one-time tokens, retention. It is not handed
 * to the gateway.
 */

import { sql } from 'kysely';
import { DEFAULT_ENVIRONMENT, stateName } from '../environment.ts';
import { type Ground, fromJson, listFromJson, toJson } from '../ground.ts';
import { auditRecords, checkAudit } from './audit.ts';
import type { Blobs } from '../files/blobs.ts';
import { sweepChats } from './chats.ts';
import { evaluationsAtWork, runsOfStopped } from './evaluations.ts';
import { removeDeleted } from './deleted-flows.ts';
import { askLink } from './asks.ts';
import { hookByToken } from './hooks.ts';
import { keyById } from './keys.ts';
import type { EngineStore } from '../engine-port.ts';
import { runRow, unfinishedQuery } from './runs.ts';

/** How many ends of pages `unfinished` remembers, should the run that ended a page be deleted before the next is asked for. */
const TAILS = 16;

/** Runs deleted in one transaction: bounds the memory of a sweep and how long a group waits behind it. */
const SWEPT_AT_ONCE = 50;

export const engineOf = (
  { db, change, grew, writer, clock, credentials, ring, unlink }: Ground,
  blobs: Pick<Blobs, 'collect'>,
  lost: () => Promise<number>,
): Omit<EngineStore, 'ends' | 'limits' | 'knowledgeAtWork' | 'sitesAtWork' | 'notices'> => {
  const tails = new Map<string, number>();

  const numberOf = async (id: string): Promise<number> => {
    if (id === '') return 0;
    const row = await db.selectFrom('run').select('n').where('id', '=', id).executeTakeFirst();
    return row?.n ?? tails.get(id) ?? 0;
  };

  return {
    unfinished: async (afterId, limit) => {
      const rows = await unfinishedQuery(db, await numberOf(afterId), limit).execute();
      const last = rows.at(-1);
      if (last !== undefined) {
        const [oldest] = tails.keys();
        if (tails.size >= TAILS && oldest !== undefined) tails.delete(oldest);
        tails.set(last.id, last.n);
      }
      return rows.map(runRow);
    },
    hookByToken: hookByToken({ db, credentials, clock }),
    triggers: async (kind) => {
      const rows = await db
        .selectFrom('flow_trigger')
        .innerJoin('flow', 'flow.id', 'flow_trigger.flow')
        .leftJoin('trigger_state', (on) =>
          on
            .onRef('trigger_state.flow', '=', 'flow_trigger.flow')
            .onRef('trigger_state.trigger_id', '=', 'flow_trigger.trigger_id'),
        )
        .select([
          'flow.workspace',
          'flow.project',
          'flow.owner',
          'flow.id',
          'flow.version',
          'flow_trigger.trigger_id',
          'flow_trigger.with_json',
          'trigger_state.state',
        ])
        .where('flow_trigger.kind', '=', kind)
        .where('flow_trigger.disabled', '=', 0)
        .where('flow.enabled', '=', 1)
        .orderBy('flow.n')
        .orderBy('flow_trigger.trigger_id')
        .execute();
      const promoted = await db
        .selectFrom('deployed_trigger')
        .innerJoin('flow', 'flow.id', 'deployed_trigger.flow')
        .innerJoin('deployment', (on) =>
          on
            .onRef('deployment.flow', '=', 'deployed_trigger.flow')
            .onRef('deployment.environment', '=', 'deployed_trigger.environment'),
        )
        .leftJoin('trigger_state', (on) =>
          on
            .onRef('trigger_state.flow', '=', 'deployed_trigger.flow')
            .on(
              'trigger_state.trigger_id',
              '=',
              sql<string>`deployed_trigger.trigger_id || '@' || deployed_trigger.environment`,
            ),
        )
        .select([
          'flow.workspace',
          'flow.project',
          'flow.owner',
          'flow.id',
          'deployment.version',
          'deployed_trigger.trigger_id',
          'deployed_trigger.with_json',
          'deployed_trigger.environment',
          'trigger_state.state',
        ])
        .where('deployed_trigger.kind', '=', kind)
        .where('deployed_trigger.disabled', '=', 0)
        .where('flow.enabled', '=', 1)
        .orderBy('flow.n')
        .orderBy('deployed_trigger.environment')
        .orderBy('deployed_trigger.trigger_id')
        .execute();
      return [...rows.map((row) => ({ ...row, environment: DEFAULT_ENVIRONMENT })), ...promoted].map((row) => ({
        workspace: row.workspace,
        project: row.project,
        owner: row.owner,
        flow: row.id,
        version: row.version ?? 0,
        trigger: row.trigger_id,
        environment: row.environment,
        with: fromJson(row.with_json),
        state: row.state === null ? null : fromJson(row.state),
      }));
    },
    saveTriggerState: async (flow, trigger, environment, state, notice) => {
      const kept = { kind: 'trigger', flow, trigger: stateName(trigger, environment), state: toJson(state) } as const;
      await writer.ask(notice === undefined ? kept : { ...kept, notice });
    },
    memory: async (flow, trigger, environment) => {
      const row = await db
        .selectFrom('trigger_memory')
        .select('sealed')
        .where('flow', '=', flow)
        .where('trigger_id', '=', trigger)
        .where('environment', '=', environment)
        .executeTakeFirst();
      return row?.sealed ?? null;
    },
    entered: async () => {
      const rows = await db
        .selectFrom('trigger_memory')
        .innerJoin('flow', 'flow.id', 'trigger_memory.flow')
        .select(['flow.workspace', 'flow.project', 'flow.id as flow', 'trigger_id', 'environment'])
        .where('trigger_id', 'like', '%!entered')
        .execute();
      return rows.map(({ trigger_id, ...row }) => ({ ...row, trigger: trigger_id.slice(0, -'!entered'.length) }));
    },
    memoryParts: async (flow, trigger, environment, after, limit) =>
      db
        .selectFrom('trigger_part')
        .select(['part', 'sealed'])
        .where('flow', '=', flow)
        .where('trigger_id', '=', trigger)
        .where('environment', '=', environment)
        .where('part', '>', after)
        .orderBy('part')
        .limit(limit)
        .execute(),
    saveMemories: async (memories) => {
      if (memories.length > 0) await writer.ask({ kind: 'memories', memories });
    },
    saveMemory: async (memory) => (await writer.ask({ kind: 'memory', memory })) === true,
    knowsDelivery: async (hook, id) =>
      (await db
        .selectFrom('delivery')
        .select('id')
        .where('hook', '=', hook)
        .where('id', '=', id)
        .executeTakeFirst()) !== undefined,
    begunSince: async (workspace, flow, lane, since, limit) => {
      const rows = await db
        .selectFrom('run')
        .select('started')
        .where('workspace', '=', workspace)
        .where('flow', '=', flow)
        .where('limit_key', '=', lane)
        .where('started', '>', since)
        .orderBy('n', 'desc')
        .limit(limit)
        .execute();
      return rows.map((row) => row.started ?? 0);
    },
    resumeToken: async (hash) => {
      const row = await db
        .selectFrom('resume_token')
        .select(['workspace', 'run', 'step', 'item', 'note', 'deadline', 'used'])
        .where('hash', '=', hash)
        .executeTakeFirst();
      return row ?? null;
    },
    askLink: askLink({ db }),
    useToken: async (hash, at) => (await writer.ask({ kind: 'token', hash, at })) === true,
    keyById: (id) => keyById(db, id),
    allSecrets: async () => {
      const rows = await db
        .selectFrom('secret')
        .select(['workspace', 'id', 'name', 'kind', 'version', 'environment', 'origins', 'sealed'])
        .orderBy('id')
        .execute();
      return rows.map((row) => ({ ...row, origins: listFromJson(row.origins) }));
    },
    sweep: async (rule) => {
      let left = rule.limit;
      while (left > 0) {
        const limit = Math.min(left, SWEPT_AT_ONCE);
        const gone = await writer.prune({
          olderThan: rule.olderThan,
          keepPerFlow: rule.keepPerFlow,
          limit,
          now: clock(),
        });
        await unlink(gone.blobs);
        left -= gone.runs;
        if (!gone.more) break;
      }
      return rule.limit - left;
    },
    evaluationsAtWork: () => evaluationsAtWork(db),
    runsOfStopped: () => runsOfStopped(db),
    sweepChats: (now, limit) => sweepChats({ db, grew }, now, limit),
    removeDeletedFlows: (before, limit) => removeDeleted({ db, change, grew }, before, limit),
    checkAudit: (expect) => checkAudit(db, ring.all('audit'), expect),
    auditRecords: () => auditRecords(db),
    collectLitter: async () => (await lost()) + (await blobs.collect()),
  };
};
