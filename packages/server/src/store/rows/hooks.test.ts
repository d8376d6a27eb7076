import { tmpdir } from 'node:os';
import { afterEach, expect, test } from 'vitest';
import { kitIn, NOW } from '../testing/kit.ts';

const kit = kitIn(tmpdir());
afterEach(kit.clean);

const HOOK = { id: 'hook', kind: 'webhook@1', with: {}, disabled: false };

test('HO1 a replaced address stands for its trigger until its time and no longer, whoever asks', async () => {
  let now = NOW;
  const store = await kit.store({ clock: () => now });
  const { flows, deployments } = store.in('default');
  await flows.create({ id: 'f', project: 'default', owner: 'u', name: 'f', draft: {}, draftHash: 'd', at: NOW });
  await flows.publish({
    ...{ flow: 'f', hash: 'h', doc: { version: 1 }, note: null, by: 'u', at: NOW, grants: [], triggers: [HOOK] },
  });
  const turn = async (until: number): Promise<string> =>
    (await deployments.readdress('f', 'default', 'hook', { at: now, until })) ?? '';
  const old = await turn(NOW);
  const fresh = await turn(NOW + 60_000);
  expect(await store.engine.hookByToken(old)).toMatchObject({ flow: 'f', trigger: 'hook', until: NOW + 60_000 });
  expect(await store.engine.hookByToken(fresh)).toMatchObject({ flow: 'f', trigger: 'hook', until: null });
  now += 60_000;
  expect(await store.engine.hookByToken(old)).toBeNull();
  expect(await store.engine.hookByToken(fresh)).toMatchObject({ flow: 'f' });
});
