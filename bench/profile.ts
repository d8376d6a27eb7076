/**
 * Where the server's time goes: `node bench/profile.ts [a|b|c] [seconds]`, after `npm run bench` has brought the load tool.
 * It runs the built server under Node's own sampling profiler, loads it as part `http` does, and prints for each thread
 * the functions that took most, in microseconds of a request: their own time, and (`total`) with all they called. The
 * profiles stay in bench/.tmp/profile, for the developer tools of a browser.
 *
 * A profiled server is slower, and the profiler counts time, not work: a wait for the disk or for a busy processor is in
 * its figures, and is not in those by thread.
 */

import { mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { BODY, FLOWS } from './contenders/contender.ts';
import { asContender, makeHome, startHeadgate } from './contenders/headgate.ts';
import { openGround } from './kit/ground.ts';
import { processorTime, threadsOf } from './kit/proc.ts';
import { table } from './kit/table.ts';
import { load } from './kit/wrk.ts';

type Frame = { readonly functionName: string; readonly url: string; readonly lineNumber: number };
type Node = { readonly id: number; readonly callFrame: Frame; readonly children?: readonly number[] };
type Profile = {
  readonly nodes: readonly Node[];
  readonly startTime: number;
  readonly samples: readonly number[];
  readonly timeDeltas: readonly number[];
};
type Cost = { own: number; total: number };

/** A stretch of the system's monotonic clock, which the profiler uses too, in microseconds. */
type Stretch = { readonly from: number; readonly to: number };

const LINES = 40;
/** Before it is measured, the code is compiled by what it sees: this takes some 50,000 requests. */
const WARM = 10;
const NO_WORK = new Set(['(idle)', '(root)']);

const clock = (): number => Number(process.hrtime.bigint() / 1000n);

const placeOf = ({ functionName, url, lineNumber }: Frame): string => {
  const file = url
    .replace(/^file:\/\//, '')
    .replace(/^.*\/(packages|node_modules)\//, '$1/')
    .replace(/packages\/(\w+)\/dist\//, '$1/');
  return `${functionName === '' ? '(anonymous)' : functionName}  ${file === '' ? '' : `${file}:${lineNumber + 1}`}`;
};

/** Own and total microseconds of every function within the stretch. A function that calls itself counts once. */
const sums = (profile: Profile, { from, to }: Stretch): Map<string, Cost> => {
  const own = new Map<number, number>();
  let at = profile.startTime;
  profile.samples.forEach((id, i) => {
    const delta = profile.timeDeltas[i] ?? 0;
    at += delta;
    if (at >= from && at <= to) own.set(id, (own.get(id) ?? 0) + delta);
  });
  const nodes = new Map(profile.nodes.map((node) => [node.id, node]));
  const found = new Map<string, Cost>();
  const walk = (node: Node, above: ReadonlySet<string>): number => {
    const place = placeOf(node.callFrame);
    const within = new Set(above).add(place);
    let total = own.get(node.id) ?? 0;
    const entry = found.get(place) ?? { own: 0, total: 0 };
    found.set(place, entry);
    entry.own += total;
    for (const id of node.children ?? []) {
      const child = nodes.get(id);
      if (child !== undefined) total += walk(child, within);
    }
    if (!above.has(place)) entry.total += total;
    return total;
  };
  const [root] = profile.nodes;
  if (root !== undefined) walk(root, new Set());
  return found;
};

const print = (file: string, requests: number, stretch: Stretch): void => {
  const profile: Profile = JSON.parse(readFileSync(file, 'utf8'));
  const found = [...sums(profile, stretch)].filter(([place]) => !NO_WORK.has(place.split('  ')[0] ?? ''));
  const show = (head: string, of: readonly [string, Cost][], by: keyof Cost): string =>
    table(
      [head, 'own µs', 'total µs'],
      of
        .toSorted((a, b) => b[1][by] - a[1][by])
        .slice(0, LINES)
        .map(([place, { own, total }]) => [place, (own / requests).toFixed(2), (total / requests).toFixed(2)]),
    );
  const busy = found.reduce((sum, [, { own }]) => sum + own, 0);
  console.log(`\n${file.split('/').at(-1)}: ${(busy / requests).toFixed(1)} µs a request, waits included`);
  console.log(show('by own time', found, 'own'));
  const ours = found.filter(([place]) => /(server|core)\/|node_modules/.test(place));
  console.log(`\n${show('by total time, without Node itself', ours, 'total')}`);
};

const flow = FLOWS.find((name) => name === process.argv[2]) ?? 'a';
const seconds = Number(process.argv[3] ?? 6);
const ground = openGround();
const dir = fileURLToPath(new URL('.tmp/profile', import.meta.url));
rmSync(dir, { recursive: true, force: true });
mkdirSync(dir, { recursive: true });
const home = await makeHome(ground, 'profile');
const server = await startHeadgate(ground, home, ['--cpu-prof', `--cpu-prof-dir=${dir}`, '--cpu-prof-interval=200']);
const ours = await asContender(ground, server);
await load(ours.url(flow), JSON.stringify(BODY[flow]), 32, WARM);
const threads = threadsOf(server.pid);
const before = processorTime(server.pid);
const from = clock();
const done = await load(ours.url(flow), JSON.stringify(BODY[flow]), 32, seconds);
const stretch = { from, to: clock() };
const spent = processorTime(server.pid) - before;
const perThread = [...threadsOf(server.pid)].map(([id, { name, time }]) => ({
  name,
  time: time - (threads.get(id)?.time ?? 0),
}));
await server.stop();
console.log(
  `(${flow}): ${done.requests} requests, ${(spent / done.requests).toFixed(1)} µs of processor time each; by thread:`,
);
for (const { name, time } of perThread.toSorted((a, b) => b.time - a.time)) {
  if (time > spent / 200) console.log(`  ${name.padEnd(16)} ${(time / done.requests).toFixed(1)} µs`);
}
for (const file of readdirSync(dir)) print(join(dir, file), done.requests, stretch);
process.exit(0);
