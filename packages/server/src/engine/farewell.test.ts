import { type Flow, hashFlow, PERMISSIONS, type Principal } from '@headgate/core';
import { afterEach, expect, test, vi } from 'vitest';
import { type Ground, openGround } from './testing/ground.ts';

let g: Ground;
afterEach(async () => {
  await g.close();
});

const WHO: Principal = { kind: 'key', id: 'key_w', workspace: 'w', permissions: PERMISSIONS };

/** A published flow of the workspace `w`. */
const publish = async (name: string, steps: readonly unknown[]): Promise<string> => {
  const doc = { headgate: 1, name, steps } as Flow;
  const { flows } = g.store.in('w');
  const hash = hashFlow(doc);
  await flows.create({ id: name, project: 'default', owner: WHO.id, name, draft: doc, draftHash: hash, at: 1 });
  await flows.publish({ flow: name, hash, doc, note: null, by: WHO.id, at: 1, triggers: [], grants: [] });
  return name;
};

const start = (flow: string) =>
  g.engine.start({ principal: WHO, flow, which: {}, input: {}, trigger: { kind: 'api@1' }, wait: 0 });

const idOf = (made: Awaited<ReturnType<typeof start>>): string => {
  if (!made.ok) throw new Error(made.problem.text);
  return made.value.run.id;
};

test('FW1 a run that is asked for while its workspace is deleted is neither read back nor begun, and the journal goes on', async () => {
  const answers: Promise<string>[] = [];
  const ask = (): void => {
    for (const run of runs.slice(-90, -50))
      answers.push(g.engine.cancel(WHO, run).then((done) => (done.ok ? 'cancelled' : done.problem.code)));
    answers.push(start('nap').then((done) => (done.ok ? 'started' : done.problem.code)));
  };
  const runs: string[] = [];
  g = await openGround(undefined, undefined, undefined, (stage) => {
    if (stage === 'stopped' || stage === 'runs') ask();
  });
  await g.store.workspaces.create({ id: 'w', name: 'W', at: 1, owner: 'u_w' });
  await publish('nap', [{ id: 'nap', kind: 'wait@1', with: { for: '1h' } }]);
  for (let i = 0; i < 160; i += 1) runs.push(idOf(await start('nap')));
  // They wait for an hour, so they are not in memory any more.
  await vi.waitUntil(() => g.inMemory() === 0, { timeout: 5_000 });
  await g.store.workspaces.end('w', { by: 'u_w', at: 2 });
  await vi.waitUntil(async () => (await g.store.engine.ends.ending()).length === 0, { timeout: 10_000 });
  const said = await Promise.all(answers);
  expect(said.length).toBeGreaterThan(100);
  expect(said.filter((one) => one === 'cancelled' || one === 'started')).toEqual([]);
  expect(g.store.journal.state()).toEqual({ ok: true });
  expect((await g.store.in('w').runs.list({ limit: 1 })).rows).toEqual([]);
  expect(g.inMemory()).toBe(0);
  // Others are served as before.
  const flow = await g.publish({ headgate: 1, name: 'Other', steps: [{ id: 'a', kind: 'set@1', with: { value: 1 } }] });
  expect((await g.run(flow)).state).toBe('done');
});

test('FW1 what queues behind a limit of its flow, and what was let in, ends with the workspace', async () => {
  g = await openGround();
  await g.store.workspaces.create({ id: 'w', name: 'W', at: 1, owner: 'u_w' });
  const doc = {
    headgate: 1,
    name: 'one',
    steps: [{ id: 'nap', kind: 'wait@1', with: { for: '1h' } }],
    settings: { concurrency: 1 },
  } as Flow;
  const { flows } = g.store.in('w');
  const hash = hashFlow(doc);
  await flows.create({ id: 'one', project: 'default', owner: WHO.id, name: 'one', draft: doc, draftHash: hash, at: 1 });
  await flows.publish({ flow: 'one', hash, doc, note: null, by: WHO.id, at: 1, triggers: [], grants: [] });
  for (let i = 0; i < 30; i += 1) idOf(await start('one'));
  g = await g.reopen();
  await g.store.workspaces.end('w', { by: 'u_w', at: 2 });
  await vi.waitUntil(async () => (await g.store.engine.ends.ending()).length === 0, { timeout: 10_000 });
  expect(g.inMemory()).toBe(0);
  expect(await g.store.engine.unfinished('', 10)).toEqual([]);
  expect(g.logs.filter((line) => line.level === 'error')).toEqual([]);
});
