/** The rows of store/tools.ts. */

import { fromJson, type Ground } from '../ground.ts';
import { OFFERED, type Tools } from '../tools.ts';
import { seenFlows } from './seen.ts';

export const toolsOf = ({ db }: Pick<Ground, 'db'>, workspace: string): Tools => ({
  list: async ({ kind, sight, limit, project }) => {
    let query = db
      .selectFrom('flow')
      .selectAll('flow')
      .where('flow.workspace', '=', workspace)
      .where('flow.deleted', 'is', null)
      .where('flow.enabled', '=', 1)
      .where((eb) => seenFlows(eb, sight));
    if (project !== undefined) query = query.where('flow.project', '=', project);
    const rows = await db
      .with('seen', () => query)
      .selectFrom('flow_trigger')
      .innerJoin('seen', 'seen.id', 'flow_trigger.flow')
      .innerJoin('version', (on) =>
        on.onRef('version.flow', '=', 'seen.id').onRef('version.version', '=', 'seen.version'),
      )
      .innerJoin('doc', (on) => on.onRef('doc.workspace', '=', 'seen.workspace').onRef('doc.hash', '=', 'version.hash'))
      .select([
        'seen.id',
        'seen.project',
        'version.version',
        'flow_trigger.trigger_id',
        'flow_trigger.with_json',
        'doc.doc',
      ])
      .where('flow_trigger.workspace', '=', workspace)
      .where('flow_trigger.kind', '=', OFFERED[kind])
      .where('flow_trigger.disabled', '=', 0)
      .orderBy('seen.n')
      .orderBy('flow_trigger.trigger_id')
      .limit(limit)
      .execute();
    return rows.map((row) => ({
      flow: row.id,
      project: row.project,
      version: row.version,
      trigger: row.trigger_id,
      with: fromJson(row.with_json),
      doc: fromJson(row.doc),
    }));
  },
});
