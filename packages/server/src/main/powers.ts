/**
 * `headgate check FILE --powers`: what a flow file would touch, told without touching it. No server, no store, no door: only
 * the settings are read, and with an input, expressions and pure steps are evaluated.
 */

import type { Catalog, Problem, Result, Touch } from '@headgate/core';
import { systemClock } from '../engine/clock.ts';
import { type Driven, drive, readNeeds } from '../engine/dry.ts';
import { judging, told } from '../engine/dry-run.ts';
import { Lent } from '../engine/lent.ts';
import { loadCatalog } from '../engine/loader.ts';
import type { Named } from '../store/people.ts';
import { type Allow, grantsFor, LOCAL } from './allow.ts';
import { type Compiler, openCompiler } from '../sandbox/compile.ts';
import { inspectFile, readInput } from './files.ts';
import { complain, describe, DONE, FAILED, MISUSED, note, paint, pretty, print } from './say.ts';
import { catalogFor } from './services-beside.ts';
import { builtInServices } from './shipped.ts';
import { builtInSteps } from './steps.ts';

type Options = {
  /** As given; null: only the settings are read. */
  readonly input: string | null;
  readonly allow: Allow;
  readonly json: boolean;
};

type Told = Omit<Touch, 'grant' | 'refused'> & { readonly lent: boolean };

/** The person at the command line may lend whatever `--allow` names. */
const HERE: Named = { principal: LOCAL, expires: null };

/** Lists the powers of flow files. Answers the exit code: 1 when a file has problems, whatever its powers. */
export const listPowers = async (paths: readonly string[], o: Options): Promise<number> => {
  const shipped = await loadCatalog(builtInSteps(), builtInServices());
  const input = o.input === null ? null : await readInput(o.input, '--input');
  if (input?.ok === false) {
    complain([input.problem], o.json);
    return MISUSED;
  }
  const found = [];
  const compiler = openCompiler();
  try {
    for (const path of paths) {
      const { catalog } = catalogFor(path, shipped);
      found.push({ path, ...(await powersOf(path, catalog, compiler, input?.value, o)) });
    }
  } finally {
    await compiler.close();
  }
  const wrong = found.flatMap((one) => ('problems' in one ? one.problems : []));
  const code = wrong.length === 0 ? DONE : wrong.some((p) => p.at?.field === '--allow') ? MISUSED : FAILED;
  if (o.json) {
    const files = found.map(({ path, ...one }) =>
      'problems' in one ? { file: path, problems: one.problems } : { file: path, ...one },
    );
    print(pretty({ files }));
    return code;
  }
  for (const one of found) {
    if ('problems' in one) for (const p of one.problems) note(describe(p));
    else for (const line of lines(one.path, one.touches, one.ends, one.problem)) print(line);
  }
  return code;
};

type Found =
  | { readonly problems: readonly Problem[] }
  | { readonly touches: readonly Told[]; readonly ends: Driven['ends']; readonly problem: Problem | null };

const powersOf = async (
  path: string,
  catalog: Catalog,
  compiler: Compiler,
  input: unknown,
  o: Options,
): Promise<Found> => {
  const { flow, problems } = await inspectFile(path, catalog, compiler);
  if (flow === null || problems.length > 0) return { problems };
  const grants = grantsFor(flow, 'file', catalog, o.allow);
  if (!grants.ok) return { problems: [grants.problem] };
  const driven: Result<Driven> =
    o.input === null ? { ok: true, value: readNeeds(flow, catalog) } : await drive(flow, catalog, input, systemClock);
  if (!driven.ok) return { problems: [driven.problem] };
  const place = { workspace: LOCAL.workspace, project: 'default', flow: 'file', environment: 'default' };
  const lent = new Lent(grants.value, new Map([[LOCAL.id, HERE]]), {
    ...place,
    owner: LOCAL.id,
    visibility: 'private',
  });
  const judge = judging(lent, flow, place, null, systemClock.now());
  const { seen, ends, problem } = driven.value;
  return { touches: seen.map((one) => ({ ...told(one), lent: judge(one).refused === null })), ends, problem };
};

const HOW: Readonly<Record<Touch['how'], string>> = {
  written: 'written in the file',
  known: 'follows from the input',
  open: 'known only when it runs',
};
const COMES: Readonly<Record<Touch['comes'], string>> = {
  yes: 'comes',
  no: 'does not come with this input',
  perhaps: 'may come',
};

const lines = (
  path: string,
  touches: readonly Told[],
  ends: Driven['ends'],
  problem: Problem | null,
): readonly string[] => {
  const count = touches.length === 1 ? 'one power' : `${touches.length} powers`;
  const told = touches.flatMap(({ step, power, sentence, how, comes, times, asks, lent }) => [
    `  ${paint('cyan', step === '*' ? 'the flow' : step, 'out')}: ${sentence}`,
    `    ${power}`,
    `    ${HOW[how]}, ${COMES[comes]}${times > 1 ? ` ${times} times` : ''}, ${
      lent ? 'lent by --allow' : asks ? 'asks' : 'lent when somebody who may lend it writes it into a flow'
    }`,
  ]);
  const end =
    ends === 'failed' && problem !== null
      ? [`  With this input the flow ends in ${problem.code}: ${problem.text}`]
      : [];
  return [`${path}: ${touches.length === 0 ? 'no powers' : count}`, ...told, ...end];
};
