/**
 * `headgate test DIR`: flows against cases kept beside them. Every `cases.json` under DIR belongs to the `flow.json`
 * beside it; `*.flow.json` beside it are flows it may call.
 *
 * A case: `{ name, input?, output | problem, http?: exchanges, resume?: {step: body} }`. Outside services answer from the
 * record, so a test needs no network and gives the same result everywhere; `--record` asks the real ones and keeps what
 * they said.
 */

import { readdirSync, statSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { bad, type Flow, good, type Problem, problem, type Result, type RunView } from '@headgate/core';
import { openDoor, parseAllow } from '../egress/door.ts';
import { readFlowFile, readText } from './files.ts';
import { openLocal, publishLocal, runLocal } from './local.ts';
import { type Exchange, recordingDoor, replayDoor } from './replay.ts';
import { differences } from './differences.ts';

type Case = {
  readonly name: string;
  readonly input?: unknown;
  readonly output?: unknown;
  /** Code of the Problem the run must end in. */
  readonly problem?: string;
  http?: Exchange[];
};

export type CaseResult = { readonly file: string; readonly name: string; readonly ms: number; readonly failure: string | null };

const SKIPPED = new Set(['node_modules', '.git', 'dist']);

/** Every folder under `dir` that has a cases.json. */
const folders = (dir: string): string[] => {
  const found: string[] = [];
  const walk = (at: string): void => {
    const entries = readdirSync(at, { withFileTypes: true });
    if (entries.some((e) => e.isFile() && e.name === 'cases.json')) found.push(at);
    for (const e of entries) if (e.isDirectory() && !SKIPPED.has(e.name)) walk(join(at, e.name));
  };
  walk(dir);
  return found.sort();
};

const readCases = (path: string): Result<{ cases: Case[] }> => {
  const text = readText(path);
  if (!text.ok) return text;
  const wrong = (why: string): Result<{ cases: Case[] }> => bad(problem('test.cases', `${path}: ${why}`, { fix: 'Write { "cases": [ { "name": …, "input": …, "output": … or "problem": … } ] }.' }));
  let value: unknown;
  try {
    value = JSON.parse(text.value);
  } catch {
    return wrong('is not JSON');
  }
  if (typeof value !== 'object' || value === null || !('cases' in value) || !Array.isArray(value.cases)) return wrong('has no list `cases`');
  const cases: Case[] = [];
  for (const [i, c] of value.cases.entries()) {
    if (typeof c !== 'object' || c === null || typeof c.name !== 'string') return wrong(`case ${i} has no name`);
    const unknown = Object.keys(c).find((k) => !['name', 'input', 'output', 'problem', 'http'].includes(k));
    if (unknown !== undefined) return wrong(`case ${i} has an unknown field ${unknown}`);
    if ('output' in c === 'problem' in c) return wrong(`case ${i} must expect either an output or a problem`);
    cases.push(c as Case);
  }
  return cases.length === 0 ? wrong('has no cases') : good({ cases });
};

type Options = { readonly record: boolean; readonly egressAllow: string; readonly wait: number; readonly onResult: (result: CaseResult) => void };

/** Runs every case under `dir`. A Problem means that nothing could be run at all. */
export const runCases = async (dir: string, o: Options): Promise<Result<CaseResult[]>> => {
  if (!statSync(dir, { throwIfNoEntry: false })?.isDirectory()) return bad(problem('test.dir', `${dir} is not a folder`, { fix: 'Give the folder that holds the flows.' }));
  const results: CaseResult[] = [];
  const found = folders(dir);
  if (found.length === 0) return bad(problem('test.none', `There is no cases.json under ${dir}`, { fix: 'Put a cases.json beside a flow.json.' }));
  for (const folder of found) {
    const path = join(folder, 'cases.json');
    const read = readCases(path);
    if (!read.ok) return read;
    for (const one of read.value.cases) {
      const began = Date.now();
      const failure = await runCase(folder, one, o);
      const result = { file: path, name: one.name, ms: Date.now() - began, failure };
      results.push(result);
      o.onResult(result);
    }
    if (o.record) writeFileSync(path, `${JSON.stringify(read.value, null, 2)}\n`);
  }
  return good(results);
};

const flowsIn = (folder: string): { flow: Flow; neighbours: Flow[] } | { failure: string } => {
  const main = readFlowFile(join(folder, 'flow.json'));
  if ('problems' in main) return { failure: texts(main.problems) };
  const neighbours: Flow[] = [];
  for (const name of readdirSync(folder).filter((n) => n.endsWith('.flow.json')).sort()) {
    const other = readFlowFile(join(folder, name));
    if ('problems' in other) return { failure: `${basename(name)}: ${texts(other.problems)}` };
    neighbours.push(other.flow);
  }
  return { flow: main.flow, neighbours };
};

const texts = (problems: readonly Problem[]): string => problems.map((p) => `${p.code} ${p.at?.step ?? ''} ${p.at?.field ?? ''}: ${p.text}`).join('\n');

/** Runs one case in a house of its own; answers what is wrong, or null. */
const runCase = async (folder: string, one: Case, o: Options): Promise<string | null> => {
  const flows = flowsIn(folder);
  if ('failure' in flows) return flows.failure;
  const record: Exchange[] = [];
  const replay = replayDoor(one.http ?? []);
  const allow = parseAllow(o.egressAllow);
  if (!allow.ok) return allow.problem.text;
  const door = o.record ? recordingDoor(openDoor(allow.value), record) : replay;
  const opened = await openLocal({ egressAllow: o.egressAllow, log: () => undefined, door });
  if (!opened.ok) return opened.problem.text;
  const house = opened.value;
  try {
    for (const other of flows.neighbours) {
      const published = await publishLocal(house, other, ['needed']);
      if (!published.ok) return `${other.name}: ${texts([published.problem])}`;
    }
    const published = await publishLocal(house, flows.flow, ['needed']);
    if (!published.ok) return texts([published.problem]);
    const run = await runLocal(house, published.value, one.input ?? {}, o.wait);
    if (!run.ok) return one.problem === run.problem.code ? null : texts([run.problem]);
    const wrong = judge(one, run.value);
    if (wrong !== null) return wrong;
    if (o.record) one.http = record;
    else if (replay.unused().length > 0) return `${replay.unused().length} recorded requests were not made, the first: ${replay.unused()[0]?.request.method} ${replay.unused()[0]?.request.url}`;
    return null;
  } finally {
    await house.close(0);
  }
};

const judge = (one: Case, run: RunView): string | null => {
  if (one.problem !== undefined) {
    if (run.state === 'failed' && run.problem?.code === one.problem) return null;
    return `expected the problem ${one.problem}, got ${run.problem === null ? `a run that is ${run.state}` : texts([run.problem])}`;
  }
  if (run.state !== 'done') return run.problem === null ? `the run is ${run.state}` : texts([run.problem]);
  const found = differences(one.output, run.output);
  return found.length === 0 ? null : `the output differs:\n${found.join('\n')}`;
};

/** JUnit's XML, as continuous integration servers read it. */
export const junit = (results: readonly CaseResult[]): string => {
  const failed = results.filter((r) => r.failure !== null).length;
  const seconds = (ms: number): string => (ms / 1000).toFixed(3);
  const total = results.reduce((sum, r) => sum + r.ms, 0);
  const cases = results.map((r) => {
    const head = `    <testcase classname="${xml(dirname(r.file))}" name="${xml(r.name)}" time="${seconds(r.ms)}"`;
    return r.failure === null ? `${head}/>` : `${head}>\n      <failure message="${xml(r.failure.split('\n')[0] ?? '')}">${xml(r.failure)}</failure>\n    </testcase>`;
  });
  return `<?xml version="1.0" encoding="UTF-8"?>\n<testsuites>\n  <testsuite name="headgate" tests="${results.length}" failures="${failed}" time="${seconds(total)}">\n${cases.join('\n')}\n  </testsuite>\n</testsuites>\n`;
};

const ENTITIES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };
/** Escapes for XML 1.0 and drops the control characters it cannot hold. */
const xml = (text: string): string =>
  [...text].filter((c) => c >= ' ' || c === '\n' || c === '\t').join('').replace(/[&<>"]/g, (c) => ENTITIES[c] ?? c);
