/**
 * Evaluations of one workspace, with their rows.
 *
 * ER1 The rows of an evaluation are written with it, in one transaction, and are its own from then on.
 * ER2 The id of a run stands in its row before the run begins: whenever the server dies, what was begun is found again.
 * ER3 What came of a row is written once.
 */

import type { Selectable } from 'kysely';
import { EVAL_LIMITS, EVALUATION_STATES, type EvalScore, problem, type Problem } from '@headgate/core';
import type { EvaluatedRow, EvaluationAtWork, EvaluationRow, EvaluationStore } from '../evaluation.ts';
import type { Ground } from '../ground.ts';
import { fromJson, toJson } from '../ground.ts';
import type { EvaluationTables } from '../schema/evaluation-tables.ts';
import { evaluationName } from '../sealed-names.ts';
import { change, type OwnGround, refuse, type Trx } from './own-ground.ts';

const evaluationOf = (row: Selectable<EvaluationTables['evaluation']>): EvaluationRow => ({
  ...{ id: row.id, flow: row.flow, version: row.version, hash: row.hash, environment: row.environment },
  ...{ dataset: row.dataset, datasetName: row.dataset_name, datasetVersion: row.dataset_version },
  ...{ atOnce: row.at_once, principal: row.principal, created: row.created, ended: row.ended },
  scores: fromJson(row.scores) as readonly EvalScore[], // written below
  state: EVALUATION_STATES.find((state) => state === row.state) ?? 'incomplete',
  problem: row.problem === null ? null : (fromJson(row.problem) as Problem),
});

const STATES = ['waiting', 'running', 'done'] as const;
const boxName = (of: 'row' | 'result', id: string, place: number): string => evaluationName(of, `${id} ${place}`);

const marksOf = (row: Pick<EvaluationTables['evaluation_row'], 'state' | 'passed' | 'scores'>) => ({
  state: STATES.find((state) => state === row.state) ?? ('waiting' as const),
  passed: row.passed === null ? null : row.passed === 1,
  scores: row.scores === null ? [] : (fromJson(row.scores) as readonly (number | null)[]),
});

const evaluatedOf = (row: Selectable<EvaluationTables['evaluation_row']>): EvaluatedRow => ({
  ...{ place: row.place, run: row.run, judge: row.judge, ...marksOf(row) },
  row: { name: boxName('row', row.evaluation, row.place), box: row.box },
  result: row.result === null ? null : { name: boxName('result', row.evaluation, row.place), box: row.result },
});

export const evaluationsOf = (ground: Ground, own: OwnGround, workspace: string): EvaluationStore => {
  const { db } = ground;
  const mine = () => db.selectFrom('evaluation').selectAll().where('workspace', '=', workspace);
  const rowsOf = (id: string) =>
    db.selectFrom('evaluation_row').where('workspace', '=', workspace).where('evaluation', '=', id).orderBy('place');
  const changed = async (id: string, place: number, to: Partial<Omit<EvaluationTables['evaluation_row'], 'n'>>) => {
    const done = await db
      .updateTable('evaluation_row')
      .set(to)
      .where('workspace', '=', workspace)
      .where('evaluation', '=', id)
      .where('place', '=', place)
      .where('state', '<>', 'done')
      .where('evaluation', 'in', db.selectFrom('evaluation').select('id').where('state', '=', 'running'))
      .executeTakeFirst();
    return done.numUpdatedRows > 0n;
  };

  /** Makes room for one more of a flow. */
  const thin = async (trx: Trx, flow: string): Promise<void> => {
    const all = await trx
      .selectFrom('evaluation')
      .select(['id', 'state'])
      .where('workspace', '=', workspace)
      .where('flow', '=', flow)
      .orderBy('n', 'desc')
      .offset(EVAL_LIMITS.kept - 1)
      .limit(EVAL_LIMITS.kept)
      .execute();
    const old = all.filter(({ state }) => state !== 'running').map(({ id }) => id);
    if (old.length > 0)
      await trx.deleteFrom('evaluation').where('workspace', '=', workspace).where('id', 'in', old).execute();
  };

  return {
    list: async (flow) => (await mine().where('flow', '=', flow).orderBy('n', 'desc').execute()).map(evaluationOf),
    get: async (flow, id) => {
      const row = await mine().where('flow', '=', flow).where('id', '=', id).executeTakeFirst();
      return row === undefined ? null : evaluationOf(row);
    },
    byId: async (id) => {
      const row = await mine().where('id', '=', id).executeTakeFirst();
      return row === undefined ? null : evaluationOf(row);
    },
    begin: (made, rows) =>
      change(ground, own, workspace, undefined, async ({ trx }) => {
        const there = await trx
          .selectFrom('flow')
          .select('id')
          .where('workspace', '=', workspace)
          .where('id', '=', made.flow)
          .executeTakeFirst();
        if (there === undefined) return null;
        const { n } = await trx
          .selectFrom('evaluation')
          .select(({ fn }) => fn.countAll<number>().as('n'))
          .where('workspace', '=', workspace)
          .where('state', '=', 'running')
          .executeTakeFirstOrThrow();
        if (n >= EVAL_LIMITS.underWay)
          refuse(
            problem('evaluation.many', `${EVAL_LIMITS.underWay} evaluations are under way at the same time at most`, {
              fix: 'Wait until one of them is over, or stop one.',
            }),
          );
        await thin(trx, made.flow);
        const { id, flow, version, hash, environment, dataset, principal, created } = made;
        await trx
          .insertInto('evaluation')
          .values({
            ...{ id, workspace, flow, version, hash, environment, dataset, principal, created },
            ...{ dataset_name: made.datasetName, dataset_version: made.datasetVersion, at_once: made.atOnce },
            ...{ scores: toJson(made.scores), state: 'running', problem: null, ended: null },
          })
          .execute();
        for (const [place, row] of rows.entries())
          await trx
            .insertInto('evaluation_row')
            .values({
              ...{ workspace, evaluation: id, place, state: 'waiting', run: null, judge: null, passed: null },
              ...{ scores: null, result: null, box: own.seal(workspace, boxName('row', id, place), row) },
            })
            .execute();
        return { ...made, state: 'running' as const, problem: null, ended: null };
      }),
    rows: async (id) => (await rowsOf(id).selectAll().execute()).map(evaluatedOf),
    marks: async (id) => (await rowsOf(id).select(['state', 'passed', 'scores']).execute()).map(marksOf),
    starts: (id, place, run) => changed(id, place, { state: 'running', run }),
    judges: (id, place, run) => changed(id, place, { judge: run }),
    settle: (id, place, scores, passed) =>
      changed(id, place, {
        state: 'done',
        passed: passed === null ? null : passed ? 1 : 0,
        scores: toJson(scores.map(({ score }) => score)),
        result: own.seal(workspace, boxName('result', id, place), scores),
      }),
    end: async (id, state, why, at) => {
      const done = await db
        .updateTable('evaluation')
        .set({ state, problem: why === null ? null : toJson(why), ended: at })
        .where('workspace', '=', workspace)
        .where('id', '=', id)
        .where('state', '=', 'running')
        .executeTakeFirst();
      return done.numUpdatedRows > 0n;
    },
    remove: async (flow, id) => {
      const row = await mine().where('flow', '=', flow).where('id', '=', id).executeTakeFirst();
      if (row === undefined) return 'missing';
      if (row.state === 'running') return 'open';
      await db.deleteFrom('evaluation').where('workspace', '=', workspace).where('id', '=', id).execute();
      return 'done';
    },
  };
};

/** Evaluations that are not over, of all workspaces. */
export const evaluationsAtWork = (db: Ground['db']): Promise<EvaluationAtWork[]> =>
  db.selectFrom('evaluation').select(['workspace', 'id']).where('state', '=', 'running').orderBy('n').execute();
