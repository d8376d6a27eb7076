import { expect, test } from 'vitest';
import { Admission, QUEUE } from './admission.ts';
import { systemClock } from './clock.ts';
import type { CompiledFlow } from './compiled.ts';
import { Timers } from './timers.ts';

test('as many earlier runs as a rate can allow are counted after a restart, and the next one still gets in', async () => {
  const timers = new Timers(systemClock);
  const begun: string[] = [];
  const now = systemClock.now();
  const admission = new Admission({
    clock: systemClock,
    timers,
    begin: (run) => void begun.push(run),
    begunSince: () => Promise.resolve(Array.from({ length: 400_000 }, () => now)),
    failed: (error) => {
      throw error;
    },
    replaced: () => undefined,
  });
  const limits = { concurrency: null, debounce: null, rate: { max: 400_001, per: 3_600_000, key: null } };
  const compiled = limits as unknown as CompiledFlow; // admission reads nothing else of it
  const ticket = (run: string) => ({ run, workspace: 'w', flow: 'f', lane: 'f', priority: 0, compiled });
  expect([admission.ask(ticket('one'), null), admission.ask(ticket('two'), null)]).toEqual(['queued', 'queued']);
  await new Promise((resolve) => setImmediate(resolve));
  expect(begun).toEqual(['one']);
  timers.close();
});

test('DOS-08 beyond a number of waiting runs a workspace is refused, another is not, and what was taken in before comes back', () => {
  const timers = new Timers(systemClock);
  const begun: string[] = [];
  const admission = new Admission({
    clock: systemClock,
    timers,
    begin: (run, workspace) => void begun.push(`${workspace} ${run}`),
    begunSince: () => Promise.resolve([]),
    failed: () => undefined,
    replaced: () => undefined,
  });
  const limits = { concurrency: { limit: 1, key: null }, debounce: null, rate: null };
  const compiled = limits as unknown as CompiledFlow; // admission reads nothing else of it
  const ask = (workspace: string, lane: string, n: number, back = false) =>
    admission.ask({ run: `${n}`.padStart(6, '0'), workspace, flow: lane, lane, priority: 0, compiled }, null, back);
  expect([ask('a', 'a1', 0), ask('a', 'a2', 0)]).toEqual(['now', 'now']);
  // Over two flows, so that no number of flows makes room.
  for (let n = 1; n <= QUEUE; n += 1) expect(ask('a', n % 2 === 0 ? 'a1' : 'a2', n)).toBe('queued');
  expect([ask('a', 'a1', QUEUE + 1), ask('a', 'a3', 0), ask('a', 'a3', 1)]).toEqual(['full', 'now', 'full']);
  expect([ask('b', 'b1', 0), ask('b', 'b1', 1)]).toEqual(['now', 'queued']);
  expect(ask('a', 'a1', QUEUE + 2, true)).toBe('queued');
  admission.leave('a1');
  admission.forget('a2', '000001');
  expect(begun).toEqual(['a 000002']);
  // Twin: who left made room for one, who was taken back had come beyond the number.
  expect([ask('a', 'a1', QUEUE + 3), ask('a', 'a1', QUEUE + 4)]).toEqual(['queued', 'full']);
  timers.close();
});
