/**
 * The jail alone, without a server: calls, throughput, new programs, host calls, starts, replacements, memory. Run on the
 * built release by `npm run bench -- jail`; it stands alone, so that nothing else is in the process.
 */

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type * as jails from '../packages/server/src/sandbox/jail.ts';
import type * as jobs from '../packages/server/src/sandbox/job.ts';

const built = join(import.meta.dirname, '../packages/server/dist/sandbox');
const { openJail } = (await import(join(built, 'jail.js'))) as typeof jails; // parse boundary: the build of that file
const { LIMITS } = (await import(join(built, 'job.js'))) as typeof jobs; // parse boundary: the build of that file

type Engine = 'v8' | 'quickjs';

const NUMBERS = JSON.stringify(JSON.stringify(Array.from({ length: 1_000 }, (_, i) => i * 7)));
const ADD = '(input) => { let sum = 0; for (const n of JSON.parse(input)) sum += n; return { sum } }';
const SAME = '(input) => input';
const CALL = 'async (input, can) => (await can.get(input)) + 1';
const WEDGE = '() => Array.prototype.indexOf.call({ length: 2 ** 53 - 1 }, 1)';

const job = (domain: string, engine: Engine, main: string, input: string, limits = LIMITS): jobs.Job => ({
  domain,
  engine,
  program: { hash: main, script: `({ default: ${main} })` },
  input,
  names: ['get'],
  limits,
  host: async () => ({ ok: true, value: '1' }),
  log: () => undefined,
});

const median = (values: readonly number[]): number =>
  values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;

const resident = (pid: number): number =>
  (Number(/^VmRSS:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'latin1'))?.[1] ?? 0) * 1024) / 1024 / 1024;

const timed = async (act: () => Promise<unknown>): Promise<number> => {
  const began = performance.now();
  await act();
  return performance.now() - began;
};

const figures: Record<string, number> = {};

const jail = openJail({ spares: 1, most: 60 });
figures['self-test ms'] = (await jail.probe()).ms;

const one = async (engine: Engine): Promise<void> => {
  const run = async (main: string, input = '1'): Promise<void> => {
    const answer = await jail.run(job('bench', engine, main, input));
    if (!answer.ok) throw new Error(answer.problem.text);
  };
  for (let i = 0; i < 2_000; i += 1) await run(ADD, NUMBERS);
  const calls = async (name: string, main: string, input: string, count: number): Promise<void> => {
    for (let i = 0; i < 100; i += 1) await run(main, input);
    const each: number[] = [];
    for (let i = 0; i < count; i += 1) each.push(await timed(() => run(main, input)));
    figures[`${engine}: ${name}, one after another, µs`] = median(each) * 1_000;
    let left = count * 2;
    const all = await timed(() =>
      Promise.all(
        Array.from({ length: 32 }, async () => {
          while (left > 0) {
            left -= 1;
            await run(main, input);
          }
        }),
      ),
    );
    figures[`${engine}: ${name}, 32 at a time, a second`] = (count * 2 * 1_000) / all;
  };
  await calls('a call', SAME, '1', engine === 'v8' ? 10_000 : 3_000);
  await calls('adding 1,000 numbers', ADD, NUMBERS, engine === 'v8' ? 5_000 : 1_000);
  await calls('a host call', CALL, '1', engine === 'v8' ? 3_000 : 1_000);
  const fresh: number[] = [];
  for (let i = 0; i < 50; i += 1) fresh.push(await timed(() => run(`(input) => input + ${i}`)));
  figures[`${engine}: first run of a program, ms`] = median(fresh);
  const mine = jail.status().runners.find((r) => r.domain === 'bench' && r.engine === engine);
  figures[`${engine}: memory of its runner after that, MB`] = mine === undefined ? Number.NaN : resident(mine.pid);
};
await one('v8');
await one('quickjs');

// A spare takes the place of a runner that was killed; then without spares.
const replaced = async (spares: number): Promise<number> => {
  const own = openJail({ spares });
  await own.probe();
  const quick = { ...LIMITS, cpuMs: 50 };
  const took: number[] = [];
  for (let i = 0; i < 7; i += 1) {
    await own.run(job('r', 'v8', SAME, '1'));
    // The spare comes up meanwhile, as it would between two such runs.
    while (spares > 0 && !own.status().runners.some((r) => r.domain === null && r.readyAfter > 0))
      await new Promise((resolve) => setTimeout(resolve, 20));
    await own.run(job('r', 'v8', WEDGE, '1', quick));
    took.push(await timed(() => own.run(job('r', 'v8', SAME, '1'))));
  }
  await own.close();
  return median(took);
};
figures['a killed runner replaced by a spare, ms'] = await replaced(1);
figures['a killed runner replaced without a spare, ms'] = await replaced(0);

const starts = jail.status().runners.map((r) => r.readyAfter);
const spare = jail.status().runners.find((r) => r.domain === null);
figures['memory of a spare, MB'] = spare === undefined ? Number.NaN : resident(spare.pid);
for (let i = 0; i < 50; i += 1) await jail.run(job(`workspace ${i}`, 'v8', ADD, NUMBERS));
const all = jail.status().runners;
figures['from spawn to ready, ms'] = median([...starts, ...all.map((r) => r.readyAfter)].filter((n) => n > 0));
figures['50 workspaces: runners'] = all.filter((r) => r.domain?.startsWith('workspace')).length;
figures['50 workspaces: memory of all runners, MB'] = all.reduce((sum, r) => sum + resident(r.pid), 0);
await jail.close();

const small = openJail({ idle: 1_000 });
await small.probe();
for (let i = 0; i < 10; i += 1) await small.run(job(`workspace ${i}`, 'v8', SAME, '1'));
await new Promise((resolve) => setTimeout(resolve, 3_500));
figures['10 workspaces, idle for longer than they may: runners left'] = small
  .status()
  .runners.filter((r) => r.domain !== null).length;
await small.close();

console.log(JSON.stringify(figures));
