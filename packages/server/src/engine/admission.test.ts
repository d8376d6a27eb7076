import { expect, test } from 'vitest';
import { Admission } from './admission.ts';
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
  expect([admission.ask(ticket('one')), admission.ask(ticket('two'))]).toEqual(['queued', 'queued']);
  await new Promise((resolve) => setImmediate(resolve));
  expect(begun).toEqual(['one']);
  timers.close();
});
