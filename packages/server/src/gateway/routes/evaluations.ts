/** Datasets and evaluations. Rows lie sealed and are asked of the engine; lists of datasets are the store's. */

import { bad, EVAL_AT_ONCE, EVAL_LIMITS, type EvalRow, problem, type Result } from '@headgate/core';
import { ROUTES } from '@headgate/core/api';
import type { DatasetRow } from '../../store/evaluation.ts';
import { cursorOf, nextOf } from '../cursors.ts';
import { Gaps } from '../gaps.ts';
import { implement, type Route } from '../implement.ts';
import type { Lodge } from '../lodge.ts';
import { give, MISSING, nothing, refuse } from '../outcome.ts';
import { projectOf } from '../places.ts';
import { lackingIn } from './runs.ts';

const at = (time: number): string => new Date(time).toISOString();
const refused = (of: Extract<Result<unknown>, { ok: false }>) => ({ refused: of.problem });

/** Of a list where nothing is said: all that are kept, so that who holds one against another finds both. */
const PAGE = EVAL_LIMITS.kept;

/** Is a row of this place in ranges such as `0-41,43`? */
const leftOut = (ranges: string | undefined): ((place: number) => boolean) => {
  const all = (ranges ?? '').split(',').flatMap((range) => {
    const [from = '', to = from] = range.split('-');
    return from === '' ? [] : [[Number(from), Number(to)] as const];
  });
  return (place) => all.some(([from, to]) => place >= from && place <= to);
};

/** Rows together are no larger than a dataset may be. */
const tooLarge = (bytes: number) =>
  bytes > EVAL_LIMITS.bytes
    ? problem('dataset.size', `The rows of a dataset are ${EVAL_LIMITS.bytes} bytes together at most`, {
        at: { field: 'rows' },
        fix: 'Make two datasets of it, or keep large inputs as files.',
      })
    : null;

export const evaluationRoutes = ({ gate, places }: Lodge): readonly Route[] => {
  const engine = gate.engine.evaluations;
  const gaps = new Gaps(gate);
  /** Writes rows where there is room for them: within the quota of the workspace, and on the disk. `instead`: of so many bytes. */
  const within = async (
    workspace: string,
    rows: readonly EvalRow[],
    instead: number,
    write: () => Promise<Result<DatasetRow> | null>,
  ): Promise<Result<DatasetRow> | null> => {
    const room = gate.engine.files.room(workspace);
    const bytes = Buffer.byteLength(JSON.stringify(rows));
    try {
      const why = tooLarge(bytes) ?? (bytes > instead ? room.more(bytes - instead) : null);
      return why === null ? await write() : bad(why);
    } finally {
      room.end();
    }
  };
  const shown = ({ id, name, size, version, by, created, updated }: Omit<DatasetRow, 'rows'>) => ({
    ...{ id, name, size, version, by },
    ...{ created: at(created), updated: at(updated) },
  });

  return [
    implement(ROUTES.listDatasets, async ({ who, query }) =>
      give(200, { datasets: (await gate.store.in(who.workspace).datasets.list(projectOf(query))).map(shown) }),
    ),

    implement(ROUTES.createDataset, async ({ who, body, made }) => {
      const { name, rows } = body;
      const by = { by: who.user ?? who.id, at: gate.clock() };
      const { datasets } = gate.store.in(who.workspace);
      const done = await within(who.workspace, rows, 0, () =>
        datasets.create({ id: made, project: projectOf(body), name, rows, ...by }),
      );
      if (done === null) return MISSING;
      return done.ok ? give(201, shown(done.value)) : refused(done);
    }),

    implement(ROUTES.getDataset, async ({ who, params, query }) => {
      const found = await engine.rows(who.workspace, projectOf(query), params.id);
      return found === null ? MISSING : give(200, found);
    }),

    implement(ROUTES.putDataset, async ({ who, params, query, body }) => {
      const { name, rows, version } = body;
      const { datasets } = gate.store.in(who.workspace);
      const before = await datasets.get(projectOf(query), params.id);
      if (before === null) return MISSING;
      const done = await within(who.workspace, rows, before.rows.box.length, () =>
        datasets.put(projectOf(query), params.id, {
          ...{ name, rows, by: who.user ?? who.id, at: gate.clock() },
          ...(version === undefined ? {} : { version }),
        }),
      );
      if (done === null) return MISSING;
      return done.ok ? give(200, shown(done.value)) : refused(done);
    }),

    implement(ROUTES.deleteDataset, async ({ who, params, query }) =>
      (await gate.store.in(who.workspace).datasets.remove(projectOf(query), params.id)) ? nothing() : MISSING,
    ),

    implement(ROUTES.listEvaluations, async ({ who, params, query }) => {
      const found = await engine.list(who.workspace, params.id, {
        limit: query.limit ?? PAGE,
        ...cursorOf(gate.store, who.workspace, 'evaluations', query.cursor),
      });
      if (found === null) return MISSING;
      const next = nextOf(gate.store, who.workspace, 'evaluations', found.next);
      return give(200, { evaluations: [...found.evaluations], ...next });
    }),

    implement(ROUTES.beginEvaluation, async ({ who, params, body, made }) => {
      const { dataset, scores, version, draft, environment, atOnce = EVAL_AT_ONCE } = body;
      if (draft === true && (await places.judge(who, 'flow.write', 'flow', params.id)) !== undefined)
        return refuse('permission.missing', 'Evaluating the draft needs the permission flow.write too');
      if (environment !== undefined) {
        const lacks = await gaps.in(who, { flow: params.id, version, draft: draft === true }, environment);
        if (lacks.length > 0) return lackingIn(environment, lacks);
      }
      const done = await engine.begin({
        ...{ principal: who, id: made, flow: params.id, dataset, scores, atOnce },
        which: draft === true ? { draft } : version === undefined ? {} : { version },
        ...(environment === undefined ? {} : { environment }),
      });
      if (done === null) return MISSING;
      return done.ok ? give(201, done.value) : refused(done);
    }),

    implement(ROUTES.getEvaluation, async ({ who, params, query }) => {
      const found = await engine.look(who.workspace, params.id, params.evaluation, leftOut(query.without));
      return found === null ? MISSING : give(200, found);
    }),

    implement(ROUTES.compareEvaluations, async ({ who, params, query }) => {
      const found = await engine.compare(who.workspace, params.id, query.with, params.evaluation);
      return found === null ? MISSING : give(200, found);
    }),

    implement(ROUTES.stopEvaluation, async ({ who, params }) => {
      const done = await engine.stop(who, params.id, params.evaluation);
      if (done === null) return MISSING;
      return done.ok ? give(200, done.value) : refused(done);
    }),

    implement(ROUTES.deleteEvaluation, async ({ who, params }) => {
      const done = await gate.store.in(who.workspace).evaluations.remove(params.id, params.evaluation);
      if (done === 'missing') return MISSING;
      return done === 'open' ? refuse('evaluation.open') : nothing();
    }),
  ];
};
