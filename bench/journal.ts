/**
 * What the journal costs: `node --conditions=headgate-source bench/journal.ts [writes]`. Lanes write whole runs (four events, some
 * 600 bytes) and wait for each to be durable before the next. Printed are writes a second, CPU of the main thread and of
 * all threads per write (the lanes' own work included), the size of groups and how long a lane waited. The floor beside
 * it is what the same disk does alone: one small write and one fsync after the other.
 */

import { closeSync, fdatasyncSync, mkdtempSync, openSync, rmSync, statSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openStore } from '../packages/server/src/store/open.ts';
import type { RunWrite } from '../packages/server/src/store/ports.ts';
import { KEY, runRow } from '../packages/server/src/store/testing/kit.ts';

const WRITES = Number(process.argv[2] ?? 60_000);
const at = Date.now();

const events = JSON.stringify([
  {
    seq: 1,
    at,
    type: 'run.created',
    data: {
      flow: 'flow_one',
      version: 3,
      hash: 'a'.repeat(64),
      plan: 1,
      trigger: { kind: 'webhook@1', data: {} },
      input: { value: { name: 'Ada' } },
      environment: 'default',
      principal: 'trigger:hook',
      depth: 0,
    },
  },
  { seq: 2, at, type: 'run.started', data: {} },
  { seq: 3, at, type: 'step.done', step: 'greet', data: { out: { value: { text: 'Hello Ada' } } } },
  { seq: 4, at, type: 'run.done', data: { output: { value: { text: 'Hello Ada' } } } },
]);

const dir = mkdtempSync(join(tmpdir(), 'headgate-bench-'));

const floor = (): void => {
  const file = openSync(join(dir, 'floor'), 'w');
  const bytes = Buffer.alloc(4096, 1);
  const start = performance.now();
  for (let i = 0; i < 500; i += 1) {
    writeSync(file, bytes);
    fdatasyncSync(file);
  }
  console.log(`floor: ${Math.round(500 / ((performance.now() - start) / 1000))} fsyncs/s`);
  closeSync(file);
};

const measure = async (lanes: number, writes: number): Promise<void> => {
  const state = join(dir, `lanes-${lanes}-${writes}`);
  const store = await openStore({ dir: state, key: KEY, clock: () => Date.now() });
  const waits: number[] = [];
  let made = 0;
  const lane = async (): Promise<void> => {
    while (made < writes) {
      made += 1;
      const write: RunWrite = { row: runRow(`run_${lanes}_${made}`, { seq: 4 }), from: 1, count: 4, events };
      const start = performance.now();
      await store.journal.barrier(store.journal.write(write));
      waits.push(performance.now() - start);
    }
  };
  const cpu = process.cpuUsage();
  const thread = process.threadCpuUsage();
  const start = performance.now();
  await Promise.all(Array.from({ length: lanes }, lane));
  const seconds = (performance.now() - start) / 1000;
  const all = process.cpuUsage(cpu);
  const main = process.threadCpuUsage(thread);
  waits.sort((a, b) => a - b);
  const wait = (part: number): string => (waits[Math.floor(waits.length * part)] ?? 0).toFixed(2);
  console.log(
    [
      `${String(lanes).padStart(4)} lanes: ${String(Math.round(writes / seconds)).padStart(6)} writes/s`,
      `main ${((main.user + main.system) / writes).toFixed(1)} µs`,
      `all threads ${((all.user + all.system) / writes).toFixed(1)} µs`,
      `${(writes / store.journal.durable()).toFixed(1)} a group`,
      `p50 ${wait(0.5)} ms, p99 ${wait(0.99)} ms, p99.9 ${wait(0.999)} ms`,
      `WAL ${(statSync(join(state, 'headgate.db-wal')).size / 1e6).toFixed(0)} MB`,
    ].join(' · '),
  );
  await store.close();
};

floor();
await measure(64, 5000);
for (const lanes of [1, 32, 64, 256, 1000]) await measure(lanes, lanes === 1 ? Math.min(WRITES, 3000) : WRITES);
rmSync(dir, { recursive: true });
