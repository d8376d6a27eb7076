/**
 * How long a page of the run list takes with a million journal rows: `node --conditions=headgate-source bench/list.ts [rows]`.
 * Fills a store in a temporary folder through its own journal (a run has two journal rows, one run in 50 failed), then
 * asks for pages by every filter and prints the slowest and the median of each. The floor to keep: 50 ms.
 */

import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openStore } from '../packages/server/src/store/open.ts';
import type { RunFilter } from '../packages/server/src/store/ports.ts';
import { KEY, openRow, runRow, runWrite, sight } from '../packages/server/src/store/testing/kit.ts';

const ROWS = Number(process.argv[2] ?? 1_000_000);
const FLOWS = 20;
const ROUNDS = 15;

const dir = mkdtempSync(join(tmpdir(), 'headgate-bench-'));
const store = await openStore({ dir, key: KEY, clock: () => Date.now() });
const text = 'x'.repeat(200);

const filling = performance.now();
for (let i = 0; i < ROWS / 2; ) {
  let group = 0;
  for (let j = 0; j < 500 && i < ROWS / 2; j += 1, i += 1) {
    const id = `run_${i}`;
    const of = { flow: `flow_${i % FLOWS}`, project: i % 1000 === 0 ? 'rare' : 'default' };
    store.journal.write(runWrite(openRow(id, { ...of, seq: 1 }), text));
    group = store.journal.write(runWrite(runRow(id, { ...of, seq: 2, state: i % 50 === 0 ? 'failed' : 'done' }), text));
  }
  await store.journal.barrier(group);
}
const filled = (performance.now() - filling) / 1000;
const size = (statSync(join(dir, 'headgate.db')).size / 1e6).toFixed(0);
console.log(
  `${ROWS} journal rows of ${ROWS / 2} runs in ${filled.toFixed(1)} s (${Math.round(ROWS / filled)}/s), ${size} MB`,
);

const deep = String(Math.floor(ROWS / 4));
const filters: [string, RunFilter][] = [
  ['newest', { limit: 50 }],
  ['in the middle', { limit: 50, cursor: deep }],
  ['one flow', { limit: 50, flow: 'flow_3' }],
  ['failed', { limit: 50, state: 'failed' }],
  ['failed, in the middle', { limit: 50, state: 'failed', cursor: deep }],
  ['failed of one flow', { limit: 50, state: 'failed', flow: 'flow_10' }],
  ['waiting (none)', { limit: 50, state: 'waiting' }],
  ['waiting of one flow (none)', { limit: 50, state: 'waiting', flow: 'flow_3' }],
  ['done of one flow', { limit: 50, state: 'done', flow: 'flow_3', cursor: deep }],
  ['a rare project', { limit: 50, sight: sight({ projects: ['rare'] }) }],
  ['a key of 10 flows', { limit: 50, sight: sight({ onlyFlows: Array.from({ length: 10 }, (_, i) => `flow_${i}`) }) }],
  ['a project that is empty', { limit: 50, sight: sight({ projects: ['none'] }) }],
];
const { runs } = store.in('default');
for (const [name, filter] of filters) {
  const times: number[] = [];
  for (let i = 0; i < ROUNDS; i += 1) {
    const start = performance.now();
    await runs.list(filter);
    times.push(performance.now() - start);
  }
  const first = times[0] ?? 0;
  times.sort((a, b) => a - b);
  console.log(
    `${name.padEnd(28)} first ${first.toFixed(1)} ms, median ${(times[ROUNDS >> 1] ?? 0).toFixed(1)} ms, slowest ${(times.at(-1) ?? 0).toFixed(1)} ms`,
  );
}
const counting = performance.now();
const counts = await runs.counts();
console.log(`counts                       ${(performance.now() - counting).toFixed(1)} ms ${JSON.stringify(counts)}`);
await store.close();
rmSync(dir, { recursive: true });
