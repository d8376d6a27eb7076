/** LI1: a run that nobody was told of is written in one go; before an effect, an answer or a moment is over, it is durable. */

import { afterEach, expect, test } from 'vitest';
import type { RunWrite } from '../store/ports.ts';
import { countingServer, type Ground, openGround } from './testing/ground.ts';

let g: Ground;
afterEach(() => g.close());

const types = (write: RunWrite): string[] =>
  write.events === '' ? [] : (JSON.parse(write.events) as { type: string }[]).map(({ type }) => type);

/** The writes of runs, and whether what was written up to now is on disk. */
const opened = async () => {
  const writes: string[][] = [];
  let last = 0;
  g = await openGround(undefined, (journal) => ({
    ...journal,
    write: (write) => {
      last = journal.write(write);
      writes.push(types(write));
      return last;
    },
  }));
  return { writes, durable: () => g.store.journal.durable() >= last };
};

const hooked = async (source: string, answer: 'sync' | 'async', grants: { step: string; power: string }[] = []) => {
  const id = await g.publish(
    {
      headgate: 1,
      name: 'Hooked',
      triggers: [{ id: 'hook', kind: 'webhook@1', with: { answer } }],
      steps: [{ id: 'c', kind: 'code@1', with: { source, input: '{{ input }}' } }],
      output: '{{ steps.c }}',
    },
    { grants },
  );
  const [hook] = await g.store.in('default').flows.hooks(id);
  const headers = { 'content-type': 'application/json' };
  const raw = Buffer.from('{"n":1}');
  return () => g.engine.hook({ token: hook?.token ?? '', method: 'POST', path: '', query: {}, headers, raw });
};

test('a short step of code is written with its run in one go, and is durable when its answer leaves', async () => {
  const { writes, durable } = await opened();
  const post = await hooked('export default (input) => input.n + 1', 'sync');
  const whole = ['run.created', 'run.started', 'step.started', 'step.done', 'run.done'];
  let together = false;
  // The first one compiles it, and a machine with much to do may take longer than the moment: then there are two writes.
  for (let i = 0; i < 50 && !together; i += 1) {
    writes.length = 0;
    const answer = await post();
    expect(durable()).toBe(true);
    expect(answer).toMatchObject({ status: 200, body: '2' });
    expect(writes.flat()).toEqual(whole);
    together = writes.length === 1;
  }
  expect(together).toBe(true);
});

test('a long step is written while it works', async () => {
  const { writes } = await opened();
  const post = await hooked(
    'export default () => new Promise((ok) => setTimeout(() => ok(writes), 400)); const writes = 1',
    'sync',
  );
  const answered = post();
  for (let i = 0; i < 300 && writes.length === 0; i += 1) await new Promise((resolve) => setTimeout(resolve, 10));
  expect(writes).toEqual([['run.created', 'run.started', 'step.started']]);
  expect(await answered).toMatchObject({ status: 200 });
});

test('an effect of code leaves only after the beginning of its run is durable', async () => {
  const { writes, durable } = await opened();
  const seen: boolean[] = [];
  const peer = await countingServer((_n, _q, response) => {
    seen.push(durable() && writes.flat().includes('step.started'));
    response.end('ok');
  });
  const source = `export default async (input, can) => (await can.fetch('${peer.url}')).status`;
  const post = await hooked(source, 'sync', [{ step: 'c', power: `net: * ${peer.host}` }]);
  expect(await post()).toMatchObject({ status: 200, body: '200' });
  expect(seen).toEqual([true]);
  await peer.close();
});

test('who is told at once is told of a run that is durable', async () => {
  const { writes, durable } = await opened();
  const post = await hooked('export default () => 1', 'async');
  expect(await post()).toMatchObject({ status: 202 });
  expect(durable()).toBe(true);
  expect(writes[0]).toContain('run.created');
});
