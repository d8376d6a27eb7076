/**
 * Assume breach: the engine of code steps is gone, and native code that attacks the server stands in its place, reached by
 * a published flow as any code is (breach/driver.ts). Nothing is readable, reachable or killable, and the server lives.
 *
 * The same as a table: `npm run attacks -- --assume-breach`.
 */

import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { beforeAll, expect, test } from 'vitest';
import type { Power } from '../../packages/server/src/sandbox/testing/breach-probes.ts';
import type { Outcome, Row } from './breach/driver.ts';

const DRIVER = fileURLToPath(new URL('./breach/driver.ts', import.meta.url));

let outcome: Outcome;
beforeAll(() => {
  const words = ['--conditions=headgate-source', '--disable-warning=ExperimentalWarning', DRIVER];
  const done = spawnSync(process.execPath, words, { encoding: 'utf8', timeout: 180_000 });
  if (done.status !== 0) throw new Error(`the driver ended with ${done.status}: ${done.stdout}${done.stderr}`);
  outcome = JSON.parse(done.stdout.trim().split('\n').at(-1) ?? '') as Outcome;
}, 200_000);

const of = (power: Power): readonly Row[] => outcome.rows.filter((row) => row.power === power);

const WHAT: readonly (readonly [ids: string, power: Power, at: string])[] = [
  ['SBX-01 SBX-07 SBX-09', 'file', 'its key, its journal, its folder'],
  ['SBX-01 SBX-08', 'network', 'its door, this machine, private and metadata addresses, sockets by path and by name'],
  ['SBX-01 SBX-10', 'process', 'programs, forks, namespaces, its limits'],
  ['SBX-01 SBX-03', 'signal', 'its process, its threads, its debugger, other runners'],
  ['SBX-01 SBX-07', 'memory', 'its memory, its environment, its descriptors'],
];

test.each(WHAT)('%s native code in the place of the engine gets no %s of the server: %s', (_ids, power) => {
  expect(of(power).length).toBeGreaterThan(5);
  expect(of(power).filter((row) => row.got !== null)).toEqual([]);
});

test.each(WHAT)('%s twin: without the lock each attack on a %s works', (_ids, power) => {
  expect(of(power).filter((row) => !row.works)).toEqual([]);
});

test('SBX-01 SBX-03 the server answers during the attacks and after, and a run of somebody else goes through', () => {
  expect(outcome.live).toEqual([]);
  expect(outcome.pulse.count).toBeGreaterThan(20);
  // Work of its main thread between a question and its answer, which does not grow on a busy machine.
  expect(outcome.pulse.worked).toBeLessThan(200);
});

test('SBX-01 the self-test that such a server makes at its start found nothing either', () => {
  expect(outcome.probes).toBeGreaterThan(50);
  expect(outcome.escaped).toEqual([]);
});
