/**
 * The map of powers: grants with their flows, and the uses of powers that the audit trail holds.
 *
 * PMR1 However long the trail is, a look goes through WINDOW records, a slice between two turns of the event loop.
 */

import type { Ground } from '../ground.ts';
import type { PowerMap, Used } from '../power-map.ts';
import { visibilityOf } from './flows.ts';
import { grantRow } from './grants.ts';
import { seenFlows } from './seen.ts';

/** Records that one look goes through, and those between two turns of the event loop. */
const WINDOW = 50_000;
const SLICE = 2_000;

export const powerMapOf = ({ db }: Ground, workspace: string): PowerMap => ({
  lent: async (sight, limit) => {
    const rows = await db
      .selectFrom('flow')
      .innerJoin('power_grant', 'power_grant.flow', 'flow.id')
      .selectAll('power_grant')
      .select(['flow.name', 'flow.project', 'flow.owner', 'flow.visibility', 'flow.enabled'])
      .where('flow.workspace', '=', workspace)
      .where('power_grant.workspace', '=', workspace)
      .where('flow.id', 'in', (of) =>
        of
          .selectFrom('flow')
          .select('id')
          .where('workspace', '=', workspace)
          .where('deleted', 'is', null)
          .where((eb) => seenFlows(eb, sight)),
      )
      .orderBy('power_grant.n', 'desc')
      .limit(limit + 1)
      .execute();
    return {
      rows: rows.slice(0, limit).map((row) => ({
        grant: grantRow(row),
        flow: {
          id: row.flow,
          name: row.name,
          project: row.project,
          owner: row.owner,
          visibility: visibilityOf(row.visibility),
          enabled: row.enabled === 1,
        },
      })),
      more: rows.length > limit,
    };
  },

  used: async () => {
    const uses = new Map<string, Used>();
    let since: number | null = null;
    const newest = await db
      .selectFrom('audit')
      .select(({ fn }) => fn.max('id').as('id'))
      .executeTakeFirst();
    const top = (newest?.id ?? 0) + 1;
    for (let to = top; to > 1 && to > top - WINDOW; to -= SLICE) {
      const rows = await db
        .selectFrom('audit')
        .leftJoin('run', (on) => on.onRef('run.id', '=', 'audit.run').onRef('run.workspace', '=', 'audit.workspace'))
        .select(['audit.at', 'audit.action', 'audit.decision', 'audit.object', 'audit.step'])
        .select(['run.flow', 'run.environment'])
        .where('audit.workspace', '=', workspace)
        .where('audit.id', '<', to)
        .where('audit.id', '>=', to - SLICE)
        .orderBy('audit.id', 'desc')
        .execute();
      for (const { at, action, decision, object, step, flow, environment } of rows) {
        since = at;
        if (decision !== 'allow' || !action.startsWith('power.')) continue;
        // A run that retention took tells of no flow any more.
        if (flow === null || environment === null || step === null) continue;
        const key = JSON.stringify([flow, step, environment, object]);
        if (!uses.has(key)) uses.set(key, { flow, step, environment, power: object, at });
      }
      await new Promise((resolve) => setImmediate(resolve));
    }
    return { uses: [...uses.values()], since };
  },
});
