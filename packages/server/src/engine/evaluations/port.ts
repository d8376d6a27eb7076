/** What the gateway asks of evaluations: rows are opened here, and nowhere else. */

import {
  bad,
  compareRuns,
  type DatasetView,
  type EvalRow,
  type EvalScore,
  type EvaluationAsk,
  type EvaluationRowView,
  type EvaluationsPort,
  type EvaluationView,
  good,
  may,
  problem,
  type Problem,
  type Ran,
  type Result,
  type Room,
  type Scored,
  scoreKey,
  thingOf,
} from '@headgate/core';
import type { Boxed } from '../../store/chat.ts';
import type { DatasetRow, EvaluatedRow, EvaluationRow } from '../../store/evaluation.ts';
import { DEFAULT_ENVIRONMENT } from '../../store/environment.ts';
import type { Target } from '../flows.ts';
import { EvaluationWork, STOPPED, type WorkDeps } from './work.ts';

const iso = (time: number): string => new Date(time).toISOString();

export const datasetShown = ({ rows: _sealed, project: _where, ...row }: DatasetRow): DatasetView => ({
  ...row,
  created: iso(row.created),
  updated: iso(row.updated),
});

const NO_JUDGE = problem('evaluation.judge', 'The flow that is to judge is none of the project that you may run', {
  at: { field: 'scores' },
  fix: 'Name a published flow of the project, by its id or its name.',
});
const OVER = problem('evaluation.over', 'This evaluation is over already');

type Deps = WorkDeps & { readonly room: (workspace: string) => Room };

export type Evaluations = {
  readonly port: EvaluationsPort;
  readonly open: () => Promise<void>;
  readonly close: () => void;
};

export const newEvaluations = (d: Deps): Evaluations => {
  const { store, flows, clock } = d;
  const work = new EvaluationWork(d);
  const opened = <T>(workspace: string, { name, box }: Boxed): T => JSON.parse(d.open(workspace, name, 0, box)) as T; // written by the store

  const shown = (row: EvaluationRow): EvaluationView => {
    const { datasetName, datasetVersion, dataset, principal, created, ended, hash: _content, ...rest } = row;
    return {
      ...rest,
      dataset: { id: dataset, name: datasetName, version: datasetVersion },
      by: principal,
      created: iso(created),
      ended: ended === null ? null : iso(ended),
    };
  };

  const rowShown = (workspace: string, over: boolean, one: EvaluatedRow): EvaluationRowView => ({
    ...opened<EvalRow>(workspace, one.row),
    ...{ run: one.run, judge: one.judge, passed: one.passed },
    // What was under way when it ended is not done, and will not be.
    state: over && one.state !== 'done' ? 'waiting' : one.state,
    scores: one.result === null ? [] : opened<readonly Scored[]>(workspace, one.result),
  });

  const targetOf = async ({ principal, flow, which, environment }: EvaluationAsk): Promise<Result<Target>> => {
    const { workspace } = principal;
    const place = environment ?? DEFAULT_ENVIRONMENT;
    if ('draft' in which) return flows.draft(workspace, flow, clock.now(), place);
    if (which.version === undefined) return flows.live(workspace, flow, place);
    const row = await store.in(workspace).flows.get(flow);
    return row === null ? bad(NOT_FOUND) : flows.version(workspace, row, which.version, place);
  };

  /** The scores with the judge by its id, so that it stays the same flow whatever it is called later. */
  const settled = async (ask: EvaluationAsk, target: Target): Promise<Result<readonly EvalScore[]>> => {
    const { workspace } = ask.principal;
    const all: EvalScore[] = [];
    for (const score of ask.scores) {
      if (score.kind !== 'judge') {
        all.push(score);
        continue;
      }
      const [judge, ...others] = await flows.called(workspace, target.row.project, score.flow);
      if (judge === undefined || others.length > 0 || !may(ask.principal, 'run', thingOf(workspace, judge)))
        return bad(NO_JUDGE);
      const live = await flows.live(workspace, judge.id, target.environment);
      if (!live.ok) return live;
      all.push({ ...score, flow: judge.id });
    }
    return good(all);
  };

  const begin = async (ask: EvaluationAsk): Promise<Result<EvaluationView> | null> => {
    const { workspace } = ask.principal;
    const found = await targetOf(ask);
    if (!found.ok) return found;
    const target = found.value;
    if (!may(ask.principal, 'run', thingOf(workspace, target.row))) return bad(NOT_FOUND);
    if (!target.row.enabled) return bad(DISABLED);
    // Whoever may run a flow reads what its runs give, the rows of an evaluation among it: a dataset is named by who may read it.
    const { project } = target.row;
    if (!may(ask.principal, 'flow.read', { workspace, project })) return null;
    const data = await store.in(workspace).datasets.get(project, ask.dataset);
    if (data === null) return null;
    const scores = await settled(ask, target);
    if (!scores.ok) return scores;
    const rows = opened<readonly EvalRow[]>(workspace, data.rows);
    const room = d.room(workspace);
    try {
      const full = room.more(data.rows.box.length);
      if (full !== null) return bad(full);
      const made = await store.in(workspace).evaluations.begin(
        {
          ...{ id: ask.id, flow: target.row.id, version: target.version, hash: target.compiled.hash },
          ...{ environment: target.environment, atOnce: ask.atOnce, created: clock.now() },
          ...{ dataset: data.id, datasetName: data.name, datasetVersion: data.version },
          ...{ scores: scores.value, principal: ask.principal.id },
        },
        rows,
      );
      if (made === null) return bad(NOT_FOUND);
      if (!made.ok) return made;
      work.go(workspace, ask.id);
      return good(shown(made.value));
    } finally {
      room.end();
    }
  };

  const look: EvaluationsPort['look'] = async (workspace, flow, id, without = () => false) => {
    const row = await store.in(workspace).evaluations.get(flow, id);
    if (row === null) return null;
    const rows = await store.in(workspace).evaluations.rows(id);
    const asked = rows.filter((_, place) => !without(place));
    return { ...shown(row), rows: asked.map((one) => rowShown(workspace, row.state !== 'running', one)) };
  };

  const port: EvaluationsPort = {
    rows: async (workspace, project, id) => {
      const row = await store.in(workspace).datasets.get(project, id);
      return row === null ? null : { ...datasetShown(row), rows: opened<readonly EvalRow[]>(workspace, row.rows) };
    },
    begin,
    list: async (workspace, flow, page) => {
      const { flows: kept, evaluations } = store.in(workspace);
      if ((await kept.get(flow)) === null) return null;
      const { rows, next } = await evaluations.list({ flow, ...page });
      return { evaluations: rows.map(shown), next };
    },
    look,
    compare: async (workspace, flow, before, after) => {
      const [was, is] = await Promise.all([look(workspace, flow, before), look(workspace, flow, after)]);
      if (was === null || is === null) return null;
      const keys = is.scores.map(scoreKey).filter((key) => was.scores.some((score) => scoreKey(score) === key));
      const ran = (
        { scores }: EvaluationView,
        { name, input, expected, state, passed, scores: got }: EvaluationRowView,
      ): Ran => ({
        ...{ name, input, done: state === 'done', passed },
        ...(expected === undefined ? {} : { expected }),
        scores: Object.fromEntries(scores.map((score, i) => [scoreKey(score), got[i]?.score ?? null])),
      });
      const rows = compareRuns(
        was.rows.map((row) => ran(was, row)),
        is.rows.map((row) => ran(is, row)),
        new Set(keys),
      );
      return { scores: keys, rows };
    },
    stop: async (who, flow, id) => {
      const { workspace } = who;
      const { evaluations } = store.in(workspace);
      const row = await evaluations.get(flow, id);
      if (row === null) return null;
      if (!(await evaluations.end(id, 'stopped', null, clock.now()))) return bad(OVER);
      for (const one of await evaluations.rows(id)) {
        if (one.state !== 'running') continue;
        for (const run of [one.run, one.judge]) if (run !== null) await work.leave(workspace, run, who.id, STOPPED);
      }
      const ended = await evaluations.get(flow, id);
      return ended === null ? null : good(shown(ended));
    },
  };
  return { port, open: () => work.all(), close: () => work.close() };
};

const NOT_FOUND: Problem = problem('flow.not_found', 'There is no such flow');
const DISABLED = problem('flow.disabled', 'This flow is switched off', { fix: 'Switch it on first.' });
