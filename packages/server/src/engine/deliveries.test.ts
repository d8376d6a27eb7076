import { createHmac } from 'node:crypto';
import { afterEach, expect, test } from 'vitest';
import type { Store } from '../store/ports.ts';
import { type Ground, openGround, OWNER } from './testing/ground.ts';

let g: Ground;
afterEach(async () => {
  await g.close();
});

const SECRET = 'a shared secret of the sender';

/** A webhook that takes signed requests only; a function that posts one and the bytes stay the same. */
const published = async (): Promise<{ id: string; send: () => Promise<number> }> => {
  const put = { project: 'default', name: 'shared', origins: [], value: SECRET, owner: OWNER.id, at: g.clock.now() };
  await g.store.in('default').secrets.put(put);
  const id = await g.publish({
    headgate: 1,
    name: 'Signed',
    triggers: [{ id: 'hook', kind: 'webhook@1', with: { signature: { preset: 'headgate', secret: 'shared' } } }],
    steps: [{ id: 's', kind: 'set@1', with: { value: 1 } }],
  });
  const raw = Buffer.from('{"n":1}');
  const time = Math.floor(g.clock.now() / 1000);
  const mac = createHmac('sha256', SECRET).update(`${time}.`).update(raw).digest('hex');
  const headers = { 'content-type': 'application/json', 'x-headgate-signature': `t=${time},v1=${mac}` };
  return {
    id,
    send: async () => {
      const token = (await g.store.in('default').flows.hooks(id))[0]?.token ?? '';
      return (await g.engine.hook({ token, method: 'POST', path: '', query: {}, headers, raw })).status;
    },
  };
};

const count = async (flow: string): Promise<number> =>
  (await g.store.in('default').runs.list({ limit: 50, flow })).rows.length;

test('WH-05 a signed delivery starts one run, however often and at the same moment it comes, and after a restart', async () => {
  g = await openGround();
  const { id, send } = await published();
  const answers = await Promise.all(Array.from({ length: 10 }, send));
  expect(answers.toSorted()).toEqual([202, ...Array.from({ length: 9 }, () => 409)]);
  g = await g.reopen();
  expect(await send()).toBe(409);
  expect(await count(id)).toBe(1);
});

test('WH-05 one that a crash left without a run counts as never accepted: sent again, it starts its run', async () => {
  let dies = false;
  g = await openGround(undefined, (journal: Store['journal']) => ({
    ...journal,
    write: (write) => {
      // The process ends before the run's first event is on its way to the disk: nothing is written after it, either.
      if (dies) throw new Error('the process ends here');
      return journal.write(write);
    },
  }));
  const { id, send } = await published();
  dies = true;
  await send().catch(() => undefined);
  g = await g.reopen();
  expect(await count(id)).toBe(0);
  expect(await send()).toBe(202);
  expect(await send()).toBe(409);
  expect(await count(id)).toBe(1);
});
