/**
 * evals.json: a dataset beside a flow with the scores that its answers have to come up to, for continuous integration. Its rows
 * run as cases do: without a server, against what was recorded.
 *
 * FT3 The share of rows that have to pass decides; a row whose record does not fit has not passed.
 */

import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  at,
  bad,
  type EvalRow,
  evalRow,
  evalScores,
  good,
  type Problem,
  passedAll,
  problem,
  readJson,
  type Result,
  type RunView,
  type Scored,
  scoreKey,
  sumOf,
} from '@headgate/core';
import type { Door } from '../egress/door.ts';
import { type Ended, scoresOf } from '../engine/evaluations/scoring.ts';
import { Offline } from '../engine/models/offline.ts';
import { type Bench, openBench, record, replay } from './bench.ts';
import { type Case, isExchange } from './cases.ts';
import { readText } from './files.ts';
import type { Options } from './flow-test.ts';
import type { CaseResult } from './junit.ts';
import { runLocal } from './local.ts';
import type { Exchange } from './replay.ts';

export const EVALS = 'evals.json';

type Row = EvalRow & { readonly http?: readonly Exchange[] };
export type EvalsFile = {
  readonly rows: readonly Row[];
  readonly scores: ReturnType<typeof evalScores.parse>;
  /** The share of rows that have to pass. */
  readonly pass: number;
};

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** The first thing wrong with what a schema read, with its place. */
const firstOf = (field: string, issues: readonly { path: readonly PropertyKey[]; message: string }[]): string => {
  const [issue] = issues;
  const place = [field, ...(issue?.path ?? []).map(String)].join('.');
  return `${place}: ${issue?.message ?? 'does not fit'}`;
};

/** What a file says; or what is wrong with it. */
const formOf = (value: unknown): EvalsFile | string => {
  if (!isObject(value)) return 'expected an object with `rows` and `scores`';
  const unknown = Object.keys(value).find((key) => !['rows', 'scores', 'pass'].includes(key));
  if (unknown !== undefined) return `has an unknown field ${unknown}; known are rows, scores, pass`;
  const scores = evalScores.safeParse(value['scores']);
  if (!scores.success) return firstOf('scores', scores.error.issues);
  const pass = value['pass'] ?? 1;
  if (typeof pass !== 'number' || pass < 0 || pass > 1) return 'pass: expected a number from 0 to 1';
  if (!Array.isArray(value['rows']) || value['rows'].length === 0) return 'rows: expected at least one';
  const names = new Set<string>();
  for (const [i, one] of value['rows'].entries()) {
    const { http, ...rest } = isObject(one) ? one : { http: undefined };
    const row = evalRow.safeParse(rest);
    if (!row.success) return firstOf(`rows.${i}`, row.error.issues);
    if (names.has(row.data.name)) return `rows.${i}.name: expected a name that no other row has`;
    names.add(row.data.name);
    if (http !== undefined && !(Array.isArray(http) && http.every(isExchange)))
      return `rows.${i}.http: expected a list of {"request": {"method", "url"}, "response": {"status"}}`;
  }
  return { rows: value['rows'] as Row[], scores: scores.data, pass }; // judged just before
};

/** The evals.json of a folder; null: it has none. */
export const readEvals = (folder: string): Result<EvalsFile | null> => {
  const path = join(folder, EVALS);
  if (!existsSync(path)) return good(null);
  const text = readText(path);
  if (!text.ok) return text;
  const read = readJson(text.value);
  if (!read.ok) return bad(at({ flow: path }, read.problem));
  const form = formOf(read.value);
  return typeof form === 'string' ? bad(problem('test.evals', form, { at: { flow: path } })) : good(form);
};

type Marked = { readonly row: Row; readonly scores: readonly Scored[]; readonly wrong: string | null };

/** Runs the rows of a folder and tells how many passed. */
export const evaluate = async (folder: string, file: EvalsFile, real: Door | null, o: Options): Promise<CaseResult> => {
  const began = Date.now();
  const offline = new Offline();
  const marked: Marked[] = [];
  let bench: Bench | null = null;
  try {
    for (const row of file.rows) {
      const opened: Bench | string = bench ?? (await openBench(folder, file.rows, o));
      if (typeof opened === 'string') return told(folder, o, began, 'evaluation', opened);
      bench = opened;
      marked.push(await mark(bench, row, file, offline, real, o.wait));
      if (await bench.used()) {
        await bench.house.close(0);
        bench = null;
      }
    }
  } finally {
    await bench?.house.close(0);
    await offline.close();
  }
  if (real !== null) {
    const text = JSON.stringify({ ...file, rows: marked.map(({ row }) => row) }, null, 2);
    writeFileSync(join(folder, EVALS), `${text}\n`);
  }
  const passed = (one: Marked): boolean | null => (one.wrong === null ? passedAll(one.scores) : false);
  const rows = marked.map((one) => ({ done: true, passed: passed(one), scores: one.scores.map(({ score }) => score) }));
  const sum = sumOf(file.scores.length, rows);
  const means = file.scores.map((score, i) => `${scoreKey(score)} ${sum.means[i] ?? 'none'}`).join(', ');
  // A row that no score looked at has not passed.
  const looked = sum.passed + sum.failed;
  const name = `evaluation: ${sum.passed} of ${sum.rows} rows passed (${means})`;
  if (looked === 0)
    return told(
      folder,
      o,
      began,
      name,
      'No score looked at any row: give the rows what scores compare with (`expected`)',
    );
  if (sum.passed / looked >= file.pass) return told(folder, o, began, name, null);
  const lines = marked.filter((one) => passed(one) === false).map((one) => `${one.row.name}: ${whyOf(one, file)}`);
  return told(folder, o, began, name, `${file.pass * 100} % of the rows have to pass\n${lines.join('\n')}`);
};

const told = (folder: string, o: Options, began: number, name: string, failure: string | null): CaseResult => {
  const result = { file: join(folder, EVALS), name, ms: Date.now() - began, failure };
  o.onResult(result);
  return result;
};

const whyOf = ({ scores, wrong }: Marked, file: EvalsFile): string => {
  if (wrong !== null) return wrong;
  const failed = file.scores.flatMap((score, i) => {
    const one = scores[i];
    if (one === undefined || one.pass !== false) return [];
    return `${scoreKey(score)} ${one.score}${one.why === null ? '' : `: ${one.why}`}`;
  });
  return failed.join('; ');
};

const ended = (run: Pick<RunView, 'id' | 'state' | 'output' | 'problem'>): Ended => ({
  row: { id: run.id, state: run.state },
  output: run.output,
  problem: run.problem,
});
const refused = (why: Problem): Ended => ended({ id: '', state: 'failed', output: null, problem: why });

/** One row: run, scored while its record answers, and its record with it when that was made. */
const mark = async (
  bench: Bench,
  row: Row,
  file: EvalsFile,
  offline: Offline,
  real: Door | null,
  wait: number,
): Promise<Marked> => {
  const { http, ...plain } = row;
  const one: Case = { name: row.name, input: row.input, ...(http === undefined ? {} : { http }) };
  let scores: readonly Scored[] = [];
  const judge = async (_: Case, run: RunView): Promise<string | null> => {
    const got = await scoresOf(file.scores, plain, ended(run), {
      embed: (texts) => offline.embed(texts, AbortSignal.timeout(wait)),
      judge: async (of, input) => {
        const flow = bench.beside.find((beside) => beside.flow.name === of.flow);
        if (flow === undefined) return refused(problem('evaluation.judge', `No flow ${of.flow} lies beside`));
        const done = await runLocal(bench.house, flow.id, input, wait);
        return done.ok ? ended(done.value) : refused(done.problem);
      },
    });
    scores = got ?? [];
    return null;
  };
  const done = real === null ? await replay(bench, one, wait, judge) : await record(bench, one, real, wait, judge);
  const kept = typeof done === 'object' && done !== null && done.http !== undefined ? { ...row, http: done.http } : row;
  return { row: kept, scores, wrong: typeof done === 'string' ? done : null };
};
