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

import { existsSync, statSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { bad, good, problem, type Result } from '@headgate/core';
import { type Door, openDoor, parseAllow } from '../egress/door.ts';
import { type Bench, openBench, record, replay } from './bench.ts';
import { type Case, CASES, foldersOf, readCases, writeCases } from './cases.ts';
import { evaluate, EVALS, type EvalsFile, readEvals } from './evals.ts';
import type { CaseResult } from './junit.ts';

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
  const folders = foldersOf(dir, [CASES, EVALS]);
  if (folders.length === 0)
    return bad(
      problem('test.none', `There is no ${CASES} or ${EVALS} below ${dir}`, {
        fix: `Put a ${CASES} beside a flow.json.`,
      }),
    );
  const read: { folder: string; cases: Case[]; evals: EvalsFile | null }[] = [];
  for (const folder of folders) {
    const cases = existsSync(join(folder, CASES)) ? readCases(folder) : good([]);
    if (!cases.ok) return cases;
    const evals = readEvals(folder);
    if (!evals.ok) return evals;
    read.push({ folder, cases: cases.value, evals: evals.value });
  }
  const real = o.record ? openDoor(allow.value) : null;
  const results: CaseResult[][] = read.map(() => []);
  const queue = [...read.entries()];
  const lane = async (): Promise<void> => {
    for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
      const [i, { folder, cases, evals }] = next;
      const ran = cases.length === 0 ? [] : await runFolder(folder, cases, real, o);
      results[i] = evals === null ? ran : [...ran, await evaluate(folder, evals, real, o)];
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
