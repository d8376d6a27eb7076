/** A dataset and an evaluation of the victim, and every method about them asked about one (scope.test.ts). */

import type { EvaluationMade } from '../evaluation.ts';
import type { WorkspaceStore } from '../ports.ts';
import { NOW } from './kit.ts';
import { type Names, VICTIM } from './names.ts';

const ROWS = [{ name: 'first', input: { of: 'v' }, expected: 'x' }];
const idsOf = (n: Names) => ({ dataset: `ds_of_${n.flow}`, evaluation: `ev_of_${n.flow}` });

const datasetOf = (n: Names) => ({
  ...{ id: idsOf(n).dataset, project: n.project, name: 'rows', rows: ROWS, by: 'user', at: NOW },
});
const madeOf = (n: Names): EvaluationMade => ({
  ...{ id: idsOf(n).evaluation, flow: n.flow, version: 1, hash: n.hash, environment: 'default' },
  ...{ dataset: idsOf(n).dataset, datasetName: 'rows', datasetVersion: 1, scores: [{ kind: 'exact' }] },
  ...{ atOnce: 1, principal: 'user', created: NOW },
});

export const fillEvaluations = async (victim: WorkspaceStore): Promise<void> => {
  await victim.datasets.create(datasetOf(VICTIM));
  await victim.evaluations.begin(madeOf(VICTIM), ROWS);
};

export const EVALUATION_CASES: Readonly<Record<string, (w: WorkspaceStore, n: Names) => Promise<unknown>>> = {
  'datasets.list': (w, n) => w.datasets.list(n.project),
  'datasets.get': (w, n) => w.datasets.get(n.project, idsOf(n).dataset),
  'datasets.create': (w, n) => w.datasets.create({ ...datasetOf(n), id: 'ds_stolen', name: 'stolen' }),
  'datasets.put': (w, n) =>
    w.datasets.put(n.project, idsOf(n).dataset, { name: 'stolen', rows: ROWS, by: 'user', at: NOW }),
  'datasets.remove': (w, n) => w.datasets.remove(n.project, idsOf(n).dataset),
  'evaluations.list': (w, n) => w.evaluations.list({ flow: n.flow, limit: 9 }),
  'evaluations.get': (w, n) => w.evaluations.get(n.flow, idsOf(n).evaluation),
  'evaluations.byId': (w, n) => w.evaluations.byId(idsOf(n).evaluation),
  'evaluations.begin': (w, n) => w.evaluations.begin({ ...madeOf(n), id: `ev_stolen_${n.flow}` }, ROWS),
  'evaluations.rows': (w, n) => w.evaluations.rows(idsOf(n).evaluation),
  'evaluations.asks': (w, n) => w.evaluations.asks(n.open),
  'evaluations.starts': (w, n) => w.evaluations.starts(idsOf(n).evaluation, 0, 'run_stolen'),
  'evaluations.judges': (w, n) => w.evaluations.judges(idsOf(n).evaluation, 0, 'run_stolen'),
  'evaluations.settle': (w, n) => w.evaluations.settle(idsOf(n).evaluation, 0, [], null),
  'evaluations.end': (w, n) => w.evaluations.end(idsOf(n).evaluation, 'stopped', null, NOW),
  'evaluations.remove': (w, n) => w.evaluations.remove(n.flow, idsOf(n).evaluation),
};
