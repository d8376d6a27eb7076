/**
 * What a principal sees, as conditions of queries: the same rows that a look at each would refuse are left out, so that
 * pages and counts are exact (SI1 in core/access/sight.ts).
 */

import type { Expression, ExpressionBuilder, SqlBool } from 'kysely';
import type { Sight } from '@headgate/core';
import type { Ground } from '../ground.ts';
import type { Tables } from '../schema/tables.ts';

const SHARED = ['workspace', 'public'] as const;

/** The flows that are seen. */
export const seenFlows = (eb: ExpressionBuilder<Tables, 'flow'>, sight: Sight): Expression<SqlBool> => {
  const all: Expression<SqlBool>[] = [];
  if (sight.onlyProjects !== null) all.push(among(eb, 'project', sight.onlyProjects));
  if (sight.onlyFlows !== null) all.push(among(eb, 'id', sight.onlyFlows));
  if (sight.owners !== null) all.push(eb.or([eb('visibility', '<>', 'private'), eb('owner', 'in', [...sight.owners])]));
  if (sight.projects !== null) {
    const held = among(eb, 'project', sight.projects);
    all.push(sight.shared ? eb.or([held, eb('visibility', 'in', SHARED)]) : held);
  }
  return eb.and(all);
};

/** A list may be empty: then nothing is among it. */
const among = (
  eb: ExpressionBuilder<Tables, 'flow'>,
  column: 'project' | 'id',
  of: readonly string[],
): Expression<SqlBool> => (of.length === 0 ? eb.lit(false) : eb(column, 'in', [...of]));

/** Runs whose flow is a private one of somebody else, deleted or not, are left out. */
export const notHidden = (
  eb: ExpressionBuilder<Tables, 'run'>,
  workspace: string,
  owners: readonly string[],
): Expression<SqlBool> =>
  eb.and([
    eb('flow', 'not in', (of) =>
      of
        .selectFrom('flow as hidden')
        .select('hidden.id')
        .where('hidden.workspace', '=', workspace)
        .where('hidden.visibility', '=', 'private')
        .where('hidden.owner', 'not in', [...owners]),
    ),
    eb('flow', 'not in', (of) =>
      of
        .selectFrom('flow_gone')
        .select('flow_gone.flow')
        .where('flow_gone.workspace', '=', workspace)
        .where('flow_gone.owner', 'not in', [...owners]),
    ),
  ]);

/** Is there a private flow of somebody else at all? Mostly not, and then lists of runs need no condition. */
export const anyHidden = async (db: Ground['db'], workspace: string, owners: readonly string[]): Promise<boolean> => {
  const there = await db
    .selectFrom('flow')
    .select('id')
    .where('workspace', '=', workspace)
    .where('visibility', '=', 'private')
    .where('owner', 'not in', [...owners])
    .limit(1)
    .executeTakeFirst();
  if (there !== undefined) return true;
  const gone = await db
    .selectFrom('flow_gone')
    .select('flow')
    .where('workspace', '=', workspace)
    .where('owner', 'not in', [...owners])
    .limit(1)
    .executeTakeFirst();
  return gone !== undefined;
};

/** Ids of the flows that are shared with the workspace and lie in none of these projects. */
export const sharedElsewhere = async (
  db: Ground['db'],
  workspace: string,
  projects: readonly string[],
): Promise<readonly string[]> => {
  let query = db.selectFrom('flow').select('id').where('workspace', '=', workspace).where('visibility', 'in', SHARED);
  if (projects.length > 0) query = query.where('project', 'not in', [...projects]);
  return (await query.execute()).map((row) => row.id);
};
