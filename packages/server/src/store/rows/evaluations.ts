/**
 * Evaluations of one workspace, with their rows.
 *
 * ER1 The rows of an evaluation are written with it, in one transaction, and are its own from then on.
 * ER2 The id of a run stands in its row before the run begins: whenever the server dies, what was begun is found again.
 * ER3 What came of a row is written once, and added to what its evaluation came to in the same transaction: a list reads no rows.
 * ER4 What an evaluation stores counts for what its workspace does, until it goes.
 */

import { type Selectable, sql } from 'kysely';
import {
  EVAL_LIMITS,
  EVALUATION_STATES,
  type EvalScore,
  type EvalSum,
  problem,
  type Problem,
  type Scored,
} from '@headgate/core';
import type { EvaluatedRow, EvaluationAtWork, EvaluationRow, EvaluationStore, LeftRun } from '../evaluation.ts';
import type { Ground } from '../ground.ts';
import { after, fromJson, page, toJson } from '../ground.ts';
import type { EvaluationTables } from '../schema/evaluation-tables.ts';
import { evaluationName } from '../sealed-names.ts';
import { change, type Change, type OwnGround, refuse, type Trx } from './own-ground.ts';

/** Of one score: what it gave together, and of how many rows. */
type Sums = readonly (readonly [total: number, many: number])[];
const sumsOf = (text: string): Sums => fromJson(text) as Sums; // written below

const sumOf = (row: Selectable<EvaluationTables['evaluation']>, scores: number): EvalSum => {
  const sums = sumsOf(row.sums);
  return {
    ...{ rows: row.size, done: row.done, passed: row.passed, failed: row.failed },
    means: Array.from({ length: scores }, (_, i) => {
      const [total, many] = sums[i] ?? [0, 0];
      return many === 0 ? null : Math.round((total / many) * 10_000) / 10_000;
    }),
  };
};

/** With what one more row came to. */
const added = (sums: Sums, scores: readonly Scored[]): Sums =>
  scores.map(({ score }, i) => {
    const [total, many] = sums[i] ?? [0, 0];
    return score === null ? [total, many] : [total + score, many + 1];
  });

const evaluationOf = (row: Selectable<EvaluationTables['evaluation']>): EvaluationRow => ({
  ...{ id: row.id, flow: row.flow, version: row.version, hash: row.hash, environment: row.environment },
  ...{ dataset: row.dataset, datasetName: row.dataset_name, datasetVersion: row.dataset_version },
  ...{ atOnce: row.at_once, principal: row.principal, created: row.created, ended: row.ended },
  scores: fromJson(row.scores) as readonly EvalScore[], // written below
  state: EVALUATION_STATES.find((state) => state === row.state) ?? 'incomplete',
  problem: row.problem === null ? null : (fromJson(row.problem) as Problem),
  sum: sumOf(row, (fromJson(row.scores) as readonly EvalScore[]).length),
});

const STATES = ['waiting', 'running', 'done'] as const;
const boxName = (of: 'row' | 'result', id: string, place: number): string => evaluationName(of, `${id} ${place}`);

const evaluatedOf = (row: Selectable<EvaluationTables['evaluation_row']>): EvaluatedRow => ({
  ...{ place: row.place, run: row.run, judge: row.judge },
  state: STATES.find((state) => state === row.state) ?? 'waiting',
  passed: row.passed === null ? null : row.passed === 1,
  row: { name: boxName('row', row.evaluation, row.place), box: row.box },
  result: row.result === null ? null : { name: boxName('result', row.evaluation, row.place), box: row.result },
});

export const evaluationsOf = (ground: Ground, own: OwnGround, workspace: string): EvaluationStore => {
  const { db } = ground;
  const mine = () => db.selectFrom('evaluation').selectAll().where('workspace', '=', workspace);
  const rowsOf = (id: string) =>
    db.selectFrom('evaluation_row').where('workspace', '=', workspace).where('evaluation', '=', id).orderBy('place');
  const changed = async (
    from: Ground['db'] | Trx,
    id: string,
    place: number,
    to: Partial<Omit<EvaluationTables['evaluation_row'], 'n'>>,
  ) => {
    const done = await from
      .updateTable('evaluation_row')
      .set(to)
      .where('workspace', '=', workspace)
      .where('evaluation', '=', id)
      .where('place', '=', place)
      .where('state', '<>', 'done')
      .where('evaluation', 'in', from.selectFrom('evaluation').select('id').where('state', '=', 'running'))
      .executeTakeFirst();
    return done.numUpdatedRows > 0n;
  };

  /** Makes room for one more of a flow. */
  const thin = async ({ trx, grow }: Change, flow: string): Promise<void> => {
    const all = await trx
      .selectFrom('evaluation')
      .select(['id', 'state', 'bytes'])
      .where('workspace', '=', workspace)
      .where('flow', '=', flow)
      .orderBy('n', 'desc')
      .offset(EVAL_LIMITS.kept - 1)
      .limit(EVAL_LIMITS.kept)
      .execute();
    for (const { id, bytes } of all.filter(({ state }) => state !== 'running')) {
      await trx.deleteFrom('evaluation').where('workspace', '=', workspace).where('id', '=', id).execute();
      grow(-bytes);
    }
  };

  return {
    list: async ({ flow, cursor, limit }) => {
      const from = after(cursor);
      const mineOf = mine().where('flow', '=', flow);
      const rows = await (from === null ? mineOf : mineOf.where('n', '<', from))
        .orderBy('n', 'desc')
        .limit(limit + 1)
        .execute();
      const found = page(rows, limit);
      return { rows: found.rows.map(evaluationOf), next: found.next };
    },
    get: async (flow, id) => {
      const row = await mine().where('flow', '=', flow).where('id', '=', id).executeTakeFirst();
      return row === undefined ? null : evaluationOf(row);
    },
    byId: async (id) => {
      const row = await mine().where('id', '=', id).executeTakeFirst();
      return row === undefined ? null : evaluationOf(row);
    },
    begin: (made, rows) =>
      change(ground, own, workspace, undefined, async ({ trx, grow }) => {
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
        await thin({ trx, grow }, made.flow);
        const { id, flow, version, hash, environment, dataset, principal, created } = made;
        const boxes = rows.map((row, place) => own.seal(workspace, boxName('row', id, place), row));
        const scores = toJson(made.scores);
        const bytes = boxes.reduce((sum, box) => sum + box.length, Buffer.byteLength(scores));
        const nothing = { done: 0, passed: 0, failed: 0, sums: '[]' };
        await trx
          .insertInto('evaluation')
          .values({
            ...{ id, workspace, flow, version, hash, environment, dataset, principal, created },
            ...{ dataset_name: made.datasetName, dataset_version: made.datasetVersion, at_once: made.atOnce },
            ...{ scores, state: 'running', problem: null, ended: null, bytes, size: rows.length, ...nothing },
          })
          .execute();
        for (const [place, box] of boxes.entries())
          await trx
            .insertInto('evaluation_row')
            .values({
              ...{ workspace, evaluation: id, place, state: 'waiting', run: null, judge: null, passed: null },
              ...{ scores: null, result: null, box },
            })
            .execute();
        grow(bytes);
        const sum = { rows: rows.length, done: 0, passed: 0, failed: 0, means: made.scores.map(() => null) };
        return { ...made, state: 'running' as const, problem: null, ended: null, sum };
      }),
    rows: async (id) => (await rowsOf(id).selectAll().execute()).map(evaluatedOf),
    starts: (id, place, run) => changed(db, id, place, { state: 'running', run }),
    judges: (id, place, run) => changed(db, id, place, { judge: run }),
    settle: async (id, place, scores, passed) => {
      const result = own.seal(workspace, boxName('result', id, place), scores);
      const done = await change(ground, own, workspace, undefined, async ({ trx, grow }) => {
        const written = await changed(trx, id, place, {
          ...{ state: 'done', passed: passed === null ? null : passed ? 1 : 0, result },
          scores: toJson(scores.map(({ score }) => score)),
        });
        if (!written) return null;
        const of = await trx
          .selectFrom('evaluation')
          .select('sums')
          .where('workspace', '=', workspace)
          .where('id', '=', id)
          .executeTakeFirstOrThrow();
        await trx
          .updateTable('evaluation')
          .set((eb) => ({
            done: eb('done', '+', 1),
            passed: eb('passed', '+', passed === true ? 1 : 0),
            failed: eb('failed', '+', passed === false ? 1 : 0),
            bytes: eb('bytes', '+', result.length),
            sums: toJson(added(sumsOf(of.sums), scores)),
          }))
          .where('workspace', '=', workspace)
          .where('id', '=', id)
          .execute();
        grow(result.length);
        return true;
      });
      return done !== null;
    },
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
      let open = false;
      const done = await change(ground, own, workspace, undefined, async ({ trx, grow }) => {
        const row = await trx
          .selectFrom('evaluation')
          .select(['state', 'bytes'])
          .where('workspace', '=', workspace)
          .where('flow', '=', flow)
          .where('id', '=', id)
          .executeTakeFirst();
        open = row?.state === 'running';
        if (row === undefined || open) return null;
        await trx.deleteFrom('evaluation').where('workspace', '=', workspace).where('id', '=', id).execute();
        grow(-row.bytes);
        return true;
      });
      return done !== null ? 'done' : open ? 'open' : 'missing';
    },
    asks: async (run) => {
      const { rows } = await sql<{ id: string }>`
        with recursive above (id) as (
          select run from ask where workspace = ${workspace} and state = 'open'
          union select run.parent from above join run on run.id = above.id
          where run.workspace = ${workspace} and run.parent is not null
        )
        select id from above where id = ${run} limit 1`.execute(db);
      return rows.length > 0;
    },
  };
};

/** Evaluations that are not over, of all workspaces. */
export const evaluationsAtWork = (db: Ground['db']): Promise<EvaluationAtWork[]> =>
  db.selectFrom('evaluation').select(['workspace', 'id']).where('state', '=', 'running').orderBy('n').execute();

/** Runs under way of evaluations that were stopped, of all workspaces: what a crash kept from being cancelled. */
export const runsOfStopped = (db: Ground['db']): Promise<LeftRun[]> =>
  db
    .selectFrom('evaluation')
    .innerJoin('evaluation_row', 'evaluation_row.evaluation', 'evaluation.id')
    .innerJoin('run', (on) =>
      on.on((eb) =>
        eb.or([eb('run.id', '=', eb.ref('evaluation_row.run')), eb('run.id', '=', eb.ref('evaluation_row.judge'))]),
      ),
    )
    .select(['evaluation.workspace', 'run.id as run'])
    .where('evaluation.state', '=', 'stopped')
    .where('evaluation_row.state', '=', 'running')
    .where('run.open', '=', 1)
    .orderBy('run.n')
    .execute();
