/**
 * A bench of flow tests: a house with the flow of a folder and those that it may call, in which cases run against their record,
 * or against the real services to make one.
 */

import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { type Flow, type Problem, problem, type RunView } from '@headgate/core';
import type { Door } from '../egress/door.ts';
import { loadCatalog } from '../engine/loader.ts';
import type { Case } from './cases.ts';
import { differences } from './differences.ts';
import { inspectFile } from './files.ts';
import type { Options } from './flow-test.ts';
import type { House } from './house.ts';
import { lendCalls, openLocal, type Published, publishLocal, runAnswered, runLocal } from './local.ts';
import { type Exchange, recordingDoor, replayDoor, switchDoor } from './replay.ts';
import { describe } from './say.ts';
import { servicesIn } from './services-beside.ts';
import { standInModels } from './stand-in-models.ts';
import { newStandIns, secretsAsked } from './stand-ins.ts';
import { builtInServices } from './shipped.ts';
import { builtInSteps } from './steps.ts';

export type Bench = {
  readonly house: House;
  readonly flow: Flow;
  /** The flows that may be called. */
  readonly beside: readonly Published[];
  /** Which door requests go through from now on. */
  readonly through: (door: Door) => void;
  /** May something of the last case be under way still? */
  readonly used: () => Promise<boolean>;
};

export const texts = (problems: readonly Problem[]): string => problems.map((p) => describe(p, 'out')).join('\n');

/** Reads the flows of a folder and opens a house with those that may be called; or says what is wrong with them. */
export const openBench = async (
  folder: string,
  cases: readonly Pick<Case, 'http'>[],
  o: Pick<Options, 'egressAllow' | 'cache' | 'record'>,
): Promise<Bench | string> => {
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
export const replay = async (bench: Bench, one: Case, wait: number, judgeIt: Judge = judge): Promise<string | null> => {
  const door = replayDoor(one.http ?? []);
  const wrong = await runOnce(bench, one, door, wait, judgeIt);
  const [stray] = door.unexpected();
  if (stray !== undefined) return `${wrong === null ? '' : `${wrong}\n`}the record has no answer left for ${stray}`;
  if (wrong !== null) return wrong;
  const [first, ...rest] = door.unused();
  if (first === undefined) return null;
  const more = rest.length === 0 ? '' : ` (and ${rest.length} more)`;
  return `a recorded request was not made: ${first.request.method} ${first.request.url}${more}`;
};

/** Runs a case against the real services, then against what they said; answers the case with its record, or what is wrong. */
export const record = async (
  bench: Bench,
  one: Case,
  real: Door,
  wait: number,
  judgeIt: Judge = judge,
): Promise<string | Case> => {
  const http: Exchange[] = [];
  const wrong = await runOnce(bench, one, recordingDoor(real, http), wait, judgeIt);
  if (wrong !== null) return wrong;
  const recorded = http.length === 0 && one.http === undefined ? one : { ...one, http };
  const again = await replay(bench, recorded, wait, judgeIt);
  return again === null
    ? recorded
    : `what was recorded does not give the same result again, so it was not kept:\n${again}`;
};

const runOnce = async (bench: Bench, one: Case, door: Door, wait: number, judgeIt: Judge): Promise<string | null> => {
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
  return judgeIt(one, { ...run.value, problem: run.value.problem === null ? null : named(run.value.problem) });
};

/** What is wrong with a run, or null; called while the record of its case answers. */
export type Judge = (one: Case, run: RunView) => string | null | Promise<string | null>;

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
