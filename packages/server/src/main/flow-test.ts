/**
 * Flow tests: every `cases.json` below a folder against the `flow.json` beside it; `*.flow.json` beside it are flows it
 * may call. Outside services answer from the record of the case, so a test needs no network and gives the same result
 * everywhere.
 *
 * FT1 A flow test holds no secret and reaches nobody, unless it records: then it reaches whom the flow names. A step that uses
 *     a secret gets a stand-in for it, and is not recorded.
 * FT2 Cases of one folder share a house, one after the other, each with a copy of the flow of its own; a house that a
 *     case left something under way in is not used again.
 */

import { readdirSync, statSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { bad, type Flow, good, type Problem, problem, type Result, type RunView } from '@headgate/core';
import { type Door, openDoor, parseAllow } from '../egress/door.ts';
import { loadCatalog } from '../engine/loader.ts';
import { type Case, CASES, foldersOf, readCases, writeCases } from './cases.ts';
import { differences } from './differences.ts';
import { inspectFile } from './files.ts';
import type { House } from './house.ts';
import type { CaseResult } from './junit.ts';
import { lendCalls, openLocal, type Published, publishLocal, runAnswered, runLocal } from './local.ts';
import { type Exchange, recordingDoor, replayDoor, switchDoor } from './replay.ts';
import { describe } from './say.ts';
import { servicesIn } from './services-beside.ts';
import { standInModels } from './stand-in-models.ts';
import { newStandIns, secretsAsked } from './stand-ins.ts';
import { builtInServices, builtInSteps } from './steps.ts';

export type Options = {
  /** Ask the real services and keep their answers. */
  readonly record: boolean;
  readonly egressAllow: string;
  readonly cache: string;
  /** Milliseconds a case may take. */
  readonly wait: number;
  /** Told as each case ends; folders run side by side. */
  readonly onResult: (result: CaseResult) => void;
};

/** Runs every case under `dir`; the results in the order of the folders. A Problem means that nothing could be run at all. */
export const runCases = async (dir: string, o: Options): Promise<Result<CaseResult[]>> => {
  if (statSync(dir, { throwIfNoEntry: false })?.isDirectory() !== true)
    return bad(problem('test.dir', `${dir} is not a folder`, { fix: 'Give the folder that holds the flows.' }));
  const allow = parseAllow(o.egressAllow);
  if (!allow.ok) return bad({ ...allow.problem, at: { field: 'HEADGATE_EGRESS_ALLOW' } });
  const folders = foldersOf(dir);
  if (folders.length === 0)
    return bad(
      problem('test.none', `There is no ${CASES} below ${dir}`, { fix: `Put a ${CASES} beside a flow.json.` }),
    );
  const read: { folder: string; cases: Case[] }[] = [];
  for (const folder of folders) {
    const cases = readCases(folder);
    if (!cases.ok) return cases;
    read.push({ folder, cases: cases.value });
  }
  const real = o.record ? openDoor(allow.value) : null;
  const results: CaseResult[][] = read.map(() => []);
  const queue = [...read.entries()];
  const lane = async (): Promise<void> => {
    for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
      const [i, { folder, cases }] = next;
      results[i] = await runFolder(folder, cases, real, o);
    }
  };
  try {
    await Promise.all(Array.from({ length: Math.min(8, availableParallelism()) }, lane));
  } finally {
    await real?.close();
  }
  return good(results.flat());
};

/** The cases of one folder, one after the other. */
const runFolder = async (
  folder: string,
  cases: readonly Case[],
  real: Door | null,
  o: Options,
): Promise<CaseResult[]> => {
  const results: CaseResult[] = [];
  const written = [...cases];
  let bench: Bench | null = null;
  for (const [i, one] of cases.entries()) {
    const began = Date.now();
    const tell = (failure: string | null): void => {
      const result = { file: join(folder, CASES), name: one.name, ms: Date.now() - began, failure };
      results.push(result);
      o.onResult(result);
    };
    const opened: Bench | string = bench ?? (await openBench(folder, cases, o));
    if (typeof opened === 'string') {
      tell(opened);
      continue;
    }
    bench = opened;
    const failure = real === null ? await replay(bench, one, o.wait) : await record(bench, one, real, o.wait);
    if (typeof failure === 'object' && failure !== null) written[i] = failure;
    tell(typeof failure === 'string' ? failure : null);
    if (await bench.used()) {
      await bench.house.close(0);
      bench = null;
    }
  }
  await bench?.house.close(0);
  if (real !== null) writeCases(folder, written);
  return results;
};

type Bench = {
  readonly house: House;
  readonly flow: Flow;
  /** The flows that may be called. */
  readonly beside: readonly Published[];
  /** Which door requests go through from now on. */
  readonly through: (door: Door) => void;
  /** May something of the last case be under way still? */
  readonly used: () => Promise<boolean>;
};

const texts = (problems: readonly Problem[]): string => problems.map((p) => describe(p, 'out')).join('\n');

/** Reads the flows of a folder and opens a house with those that may be called; or says what is wrong with them. */
const openBench = async (folder: string, cases: readonly Case[], o: Options): Promise<Bench | string> => {
  const { door, through } = switchDoor();
  const { source, stand } = newStandIns();
  const { egressAllow, cache } = o;
  const { services, problems: unread } = servicesIn(folder, await loadCatalog(builtInSteps(), builtInServices()));
  if (unread.length > 0) return texts(unread);
  const opened = await openLocal({ egressAllow, cache, log: () => undefined, door, services, sources: [source] });
  if (!opened.ok) return texts([opened.problem]);
  const house = opened.value;
  const names = readdirSync(folder).filter((name) => name.endsWith('.flow.json'));
  const read = await Promise.all(
    ['flow.json', ...names.sort()].map((name) => inspectFile(join(folder, name), house.catalog, house.compiler)),
  );
  const flows = read.flatMap((one) => one.flow ?? []);
  const unrecorded = o.record ? flows.flatMap((flow) => secretsOf(flow, house)) : [];
  const problems = [...read.flatMap((one) => one.problems), ...unrecorded];
  const urls = cases.flatMap(({ http = [] }) => http.map(({ request }) => new URL(request.url).origin));
  stand(
    flows.flatMap((one) => secretsAsked(one, house.catalog)),
    [...new Set(urls)],
  );
  const [flow, ...others] = flows;
  if (flow === undefined || problems.length > 0) {
    await house.close(0);
    return texts(problems);
  }
  await standInModels(house, flows);
  const beside: Published[] = [];
  for (const other of others) {
    const published = await publishLocal(house, other, ['needed']);
    if (published.ok) {
      beside.push({ id: published.value, flow: other });
      continue;
    }
    await house.close(0);
    return texts([published.problem]);
  }
  const tells = flows.some((one) => one.settings?.errorFlow !== undefined);
  const used = async (): Promise<boolean> => {
    const counts = await house.store.in('default').runs.counts();
    return tells || ['queued', 'running', 'waiting', 'in_doubt'].some((state) => (counts[state] ?? 0) > 0);
  };
  return { house, flow, beside, through, used };
};

/** What a step with a secret answers is not recorded: a test has a stand-in for it, which the real service refuses. */
const secretsOf = (flow: Flow, house: House): Problem[] =>
  secretsAsked(flow, house.catalog).map(({ step }) =>
    problem('test.secret', 'This step uses a secret, and flow tests hold none to record its answers with', {
      at: { flow: flow.name, step, field: 'with.secret' },
      fix: 'Write what the service answers into `http` of the case, and run it without --record.',
    }),
  );

/** Runs a case against its record; answers what is wrong, or null. */
const replay = async (bench: Bench, one: Case, wait: number): Promise<string | null> => {
  const door = replayDoor(one.http ?? []);
  const wrong = await runOnce(bench, one, door, wait);
  const [stray] = door.unexpected();
  if (stray !== undefined) return `${wrong === null ? '' : `${wrong}\n`}the record has no answer left for ${stray}`;
  if (wrong !== null) return wrong;
  const [first, ...rest] = door.unused();
  if (first === undefined) return null;
  const more = rest.length === 0 ? '' : ` (and ${rest.length} more)`;
  return `a recorded request was not made: ${first.request.method} ${first.request.url}${more}`;
};

/** Runs a case against the real services, then against what they said; answers the case with its record, or what is wrong. */
const record = async (bench: Bench, one: Case, real: Door, wait: number): Promise<string | Case> => {
  const http: Exchange[] = [];
  const wrong = await runOnce(bench, one, recordingDoor(real, http), wait);
  if (wrong !== null) return wrong;
  const recorded = http.length === 0 && one.http === undefined ? one : { ...one, http };
  const again = await replay(bench, recorded, wait);
  return again === null
    ? recorded
    : `what was recorded does not give the same result again, so it was not kept:\n${again}`;
};

const runOnce = async (bench: Bench, one: Case, door: Door, wait: number): Promise<string | null> => {
  bench.through(door);
  const { house, flow, beside } = bench;
  const published = await publishLocal(house, flow, ['needed']);
  if (!published.ok) return texts([published.problem]);
  await lendCalls(house, [...beside, { id: published.value, flow }], ['needed']);
  const input = one.input ?? {};
  const run =
    one.resume === undefined
      ? await runLocal(house, published.value, input, wait)
      : await runAnswered(house, published.value, input, one.resume, wait);
  // The next case has a copy of its own, which has the name alone.
  await house.store.in('default').flows.patch(published.value, { name: published.value }, Date.now());
  /** People know the flow by its name; the id it has here will be gone. */
  const named = (p: Problem): Problem =>
    p.at?.flow === published.value ? { ...p, at: { ...p.at, flow: flow.name } } : p;
  if (!run.ok) return one.problem === run.problem.code ? null : texts([named(run.problem)]);
  return judge(one, { ...run.value, problem: run.value.problem === null ? null : named(run.value.problem) });
};

const judge = (one: Case, run: RunView): string | null => {
  if (one.problem !== undefined) {
    if (run.problem?.code === one.problem) return null;
    const got = run.problem === null ? `a run that is ${run.state}` : `\n${texts([run.problem])}`;
    return `expected the problem ${one.problem}, got ${got}`;
  }
  if (run.state !== 'done') return run.problem === null ? `the run is ${run.state}` : texts([run.problem]);
  const found = differences(one.output, run.output);
  return found.length === 0 ? null : `the output differs:\n${found.map((line) => `  ${line}`).join('\n')}`;
};
