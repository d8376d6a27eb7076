/** `headgate run`: a flow file run to its end, without a server. */

import { type Catalog, everyStep, type Flow, good, needsOf, type Problem, powerOf, printPower } from '@headgate/core';
import { loadCatalog } from '../engine/loader.ts';
import { type Compiler, openCompiler } from '../sandbox/compile.ts';
import { inspectFile, neighboursOf, readInput } from './files.ts';
import type { House } from './house.ts';
import { type Allow, LOCAL } from './allow.ts';
import { lendCalls, openLocal, type Published, publishLocal, runLocal } from './local.ts';
import { complain, DONE, FAILED, MISUSED, note, pretty, print } from './say.ts';
import { secretsFile } from './secrets-file.ts';
import { catalogFor } from './services-beside.ts';
import { builtInServices } from './shipped.ts';
import { builtInSteps } from './steps.ts';

type Options = {
  readonly input: string;
  readonly allow: Allow;
  readonly json: boolean;
  /** Milliseconds. */
  readonly wait: number;
  readonly egressAllow: string;
  readonly cache: string;
  /** The folder of the models that the machine runs. */
  readonly models: string;
  /** The folder in which its programs are registered as tool servers. */
  readonly servers: string;
  /** Where secrets come from, when a flow uses some; null: nowhere. */
  readonly secretsFile: string | null;
};

/** Runs a flow file to its end and prints its output, or its Problem. Answers the exit code. */
export const runFile = async (path: string, o: Options): Promise<number> => {
  const compiler = openCompiler();
  try {
    return await runWith(compiler, path, o);
  } finally {
    await compiler.close();
  }
};

const runWith = async (compiler: Compiler, path: string, o: Options): Promise<number> => {
  const fail = (problems: readonly Problem[], code = FAILED): number => {
    complain(problems, o.json);
    return code;
  };
  const beside = catalogFor(path, await loadCatalog(builtInSteps(), builtInServices()));
  const { catalog, services } = beside;
  if (beside.problems.length > 0) return fail(beside.problems);
  const { flow, problems } = await inspectFile(path, catalog, compiler);
  if (flow === null || problems.length > 0) return fail(problems);
  const others = callsOthers(flow) ? await readAll(neighboursOf(path), catalog, compiler) : { flows: [], problems: [] };
  if (others.problems.length > 0) return fail(others.problems);
  const input = await readInput(o.input, '--input');
  if (!input.ok) return fail([input.problem], MISUSED);
  const file = o.secretsFile === null ? null : secretsFile(o.secretsFile, note);
  if (file?.ok === false) return fail([file.problem]);
  const opened = await openLocal({
    egressAllow: o.egressAllow,
    cache: o.cache,
    models: o.models,
    servers: o.servers,
    compiler,
    services,
    sources: file === null ? [] : [file.value],
    log: (level, text, data) => (level === 'error' ? note(`${text} ${JSON.stringify(data)}`) : undefined),
  });
  if (!opened.ok) return fail([opened.problem]);
  const house = opened.value;
  try {
    const published = await publishAll(house, flow, others.flows, o.allow);
    if (!published.ok) return fail([published.problem], published.problem.at?.field === '--allow' ? MISUSED : FAILED);
    const run = await runLocal(house, published.value, input.value, o.wait);
    const inThisFile = (p: Problem): Problem =>
      p.at?.flow === undefined || p.at.flow === published.value ? { ...p, at: { ...p.at, flow: path } } : p;
    if (!run.ok) return fail([inThisFile(run.problem)]);
    const { state, output, problem } = run.value;
    if (state === 'done') {
      const reveal = await house.engine.reveals(LOCAL.workspace, published.value, 'default');
      print(house.engine.guard.redact(o.json ? JSON.stringify({ state, output }) : pretty(output), { reveal }));
      return DONE;
    }
    const told = problem === null ? null : inThisFile(howToGive(problem, flow, catalog));
    if (o.json) print(JSON.stringify({ state, problem: told }));
    else if (told === null) note(`The run is ${state}.`);
    else complain([told], false);
    return FAILED;
  } finally {
    await house.close(0);
  }
};

const publishAll = async (house: House, flow: Flow, others: readonly Flow[], allow: Allow) => {
  const all: Published[] = [];
  for (const one of [...others, flow]) {
    const published = await publishLocal(house, one, allow);
    if (!published.ok) return published;
    all.push({ id: published.value, flow: one });
  }
  await lendCalls(house, all, allow);
  return good(all.at(-1)?.id ?? '');
};

const callsOthers = (flow: Flow): boolean =>
  flow.settings?.errorFlow !== undefined || [...everyStep(flow)].some((step) => step.kind === 'flow.call@1');

const readAll = async (
  paths: readonly string[],
  catalog: Catalog,
  compiler: Compiler,
): Promise<{ flows: Flow[]; problems: Problem[] }> => {
  const read = await Promise.all(paths.map((path) => inspectFile(path, catalog, compiler)));
  return { flows: read.flatMap((one) => one.flow ?? []), problems: read.flatMap((one) => one.problems) };
};

/** What is missing here is given by an option, or by a file: there is no server to ask. */
const howToGive = (problem: Problem, flow: Flow, catalog: Catalog): Problem => {
  if (problem.code === 'secret.missing')
    return {
      ...problem,
      fix: 'Put it into a file of secrets and name that in HEADGATE_SECRETS_FILE: docs/secrets.md.',
    };
  if (problem.code !== 'grant.missing') return problem;
  const asked = needsOf(flow, catalog).filter(({ step }) => step === problem.at?.step);
  const powers = asked.map(({ need }) => powerOf(need)).filter((power) => power !== undefined);
  const each = powers.map((power) => `--allow ${JSON.stringify(printPower(power))}`).join(' ');
  const one = each === '' ? '' : `, or: ${each}`;
  return { ...problem, fix: `Lend what it asks for: --allow needed${one}` };
};
