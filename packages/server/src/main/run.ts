/** `headgate run` and `headgate check`: a flow file without a server. */

import { check } from '@headgate/core';
import { loadCatalog } from '../engine/loader.ts';
import { readFlowFile, readJsonOption } from './files.ts';
import { builtInSteps } from './house.ts';
import { openLocal, publishLocal, runLocal } from './local.ts';
import { complain, DONE, describe, FAILED, MISUSED, note, print } from './say.ts';

export type RunOptions = { readonly input: string; readonly allow: readonly string[]; readonly json: boolean; readonly wait: number; readonly egressAllow: string };

/** Runs a flow file to its end and prints its output, or its Problem. Answers the exit code. */
export const runFile = async (path: string, o: RunOptions): Promise<number> => {
  const read = readFlowFile(path);
  if ('problems' in read) {
    complain(read.problems, o.json);
    return FAILED;
  }
  const input = readJsonOption(o.input, '--input');
  if (!input.ok) {
    complain([input.problem], o.json);
    return MISUSED;
  }
  const opened = await openLocal({ egressAllow: o.egressAllow, log: (level, text, data) => (level === 'error' ? note(`${text} ${JSON.stringify(data)}`) : undefined) });
  if (!opened.ok) {
    complain([opened.problem], o.json);
    return FAILED;
  }
  const house = opened.value;
  try {
    const checked = check(read.flow, house.catalog);
    if (checked.problems.length > 0) {
      complain(checked.problems, o.json);
      return FAILED;
    }
    const published = await publishLocal(house, read.flow, o.allow);
    const run = published.ok ? await runLocal(house, published.value, input.value, o.wait) : published;
    if (!run.ok) {
      complain([run.problem], o.json);
      return FAILED;
    }
    if (run.value.state === 'done') {
      print(o.json ? JSON.stringify({ state: run.value.state, output: run.value.output }) : JSON.stringify(run.value.output, null, 2));
      return DONE;
    }
    if (o.json) print(JSON.stringify({ state: run.value.state, problem: run.value.problem }));
    else note(run.value.problem === null ? `The run is ${run.value.state}.` : describe(run.value.problem));
    return FAILED;
  } finally {
    await house.close(0);
  }
};

/** Checks a flow file and prints every problem with its place. Answers the exit code. */
export const checkFile = async (path: string, json: boolean): Promise<number> => {
  const read = readFlowFile(path);
  if ('problems' in read) {
    complain(read.problems, json);
    return FAILED;
  }
  const { problems, warnings } = check(read.flow, await loadCatalog(builtInSteps()));
  if (json) print(JSON.stringify({ problems, warnings }, null, 2));
  else {
    for (const p of problems) note(describe(p));
    for (const w of warnings) note(`warning: ${describe(w)}`);
    if (problems.length === 0) print(`${path}: no problems${warnings.length > 0 ? `, ${warnings.length} warnings` : ''}`);
  }
  return problems.length === 0 ? DONE : FAILED;
};
