/**
 * Datasets of one workspace. Their rows are data and no configuration: nothing is forgotten for them, and they lie sealed. What
 * they are stored as counts for what the workspace stores.
 */

import type { Selectable } from 'kysely';
import { EVAL_LIMITS, problem, type Problem } from '@headgate/core';
import type { DatasetRow, DatasetStore } from '../evaluation.ts';
import type { Ground } from '../ground.ts';
import type { EvaluationTables } from '../schema/evaluation-tables.ts';
import { evaluationName } from '../sealed-names.ts';
import { change, type OwnGround, refuse, type Trx } from './own-ground.ts';

const rowOf = ({
  workspace: _tenant,
  box,
  bytes: _counted,
  ...row
}: Selectable<EvaluationTables['dataset']>): DatasetRow => ({
  ...row,
  rows: { name: evaluationName('dataset', row.id), box },
});

const taken = (name: string): Problem =>
  problem('dataset.taken', `The project has a dataset “${name}” already`, { fix: 'Give it another name.' });
const STALE = problem('dataset.stale', 'Somebody wrote this dataset first', { fix: 'Read it again, then write.' });

export const datasetsOf = (ground: Ground, own: OwnGround, workspace: string): DatasetStore => {
  const one = (from: Ground['db'] | Trx, project: string, column: 'id' | 'name', value: string) =>
    from
      .selectFrom('dataset')
      .selectAll()
      .where('workspace', '=', workspace)
      .where('project', '=', project)
      .where(column, '=', value)
      .executeTakeFirst();

  return {
    list: (project) =>
      ground.db
        .selectFrom('dataset')
        .select(['id', 'project', 'name', 'size', 'version', 'by', 'created', 'updated'])
        .where('workspace', '=', workspace)
        .where('project', '=', project)
        .orderBy('name')
        .execute(),
    get: async (project, id) => {
      const row = await one(ground.db, project, 'id', id);
      return row === undefined ? null : rowOf(row);
    },
    create: ({ id, project, name, rows, by, at }) =>
      change(ground, own, workspace, undefined, async ({ trx, grow }) => {
        const there = await trx
          .selectFrom('project')
          .select('id')
          .where('workspace', '=', workspace)
          .where('id', '=', project)
          .executeTakeFirst();
        if (there === undefined) return null;
        if ((await one(trx, project, 'name', name)) !== undefined) refuse(taken(name));
        const { n } = await trx
          .selectFrom('dataset')
          .select(({ fn }) => fn.countAll<number>().as('n'))
          .where('workspace', '=', workspace)
          .where('project', '=', project)
          .executeTakeFirstOrThrow();
        if (n >= EVAL_LIMITS.datasets)
          refuse(problem('dataset.many', `A project has ${EVAL_LIMITS.datasets} datasets at most`));
        const box = own.seal(workspace, evaluationName('dataset', id), rows);
        const made = {
          ...{ id, workspace, project, name, by, size: rows.length, version: 1, created: at, updated: at },
          ...{ box, bytes: box.length },
        };
        await trx.insertInto('dataset').values(made).execute();
        grow(made.bytes);
        return rowOf(made);
      }),
    put: (project, id, { name, rows, version, by, at }) =>
      change(ground, own, workspace, undefined, async ({ trx, grow }) => {
        const before = await one(trx, project, 'id', id);
        if (before === undefined) return null;
        if (version !== undefined && version !== before.version) refuse(STALE);
        if (name !== before.name && (await one(trx, project, 'name', name)) !== undefined) refuse(taken(name));
        const box = own.seal(workspace, evaluationName('dataset', id), rows);
        const next = {
          ...{ name, by, size: rows.length, version: before.version + 1, updated: at },
          ...{ box, bytes: box.length },
        };
        grow(next.bytes - before.bytes);
        await trx.updateTable('dataset').set(next).where('workspace', '=', workspace).where('id', '=', id).execute();
        return rowOf({ ...before, ...next });
      }),
    remove: async (project, id) => {
      const done = await change(ground, own, workspace, undefined, async ({ trx, grow }) => {
        const gone = await trx
          .deleteFrom('dataset')
          .where('workspace', '=', workspace)
          .where('project', '=', project)
          .where('id', '=', id)
          .returning('bytes')
          .executeTakeFirst();
        if (gone === undefined) return null;
        grow(-gone.bytes);
        return true;
      });
      return done !== null;
    },
  };
};
