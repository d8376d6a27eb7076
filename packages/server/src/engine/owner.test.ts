import { PERMISSIONS } from '@headgate/core';
import { tmpdir } from 'node:os';
import { afterEach, expect, test } from 'vitest';
import { kitIn, NOW } from '../store/testing/kit.ts';
import { mayHear } from './owner.ts';

const kit = kitIn(tmpdir());
afterEach(kit.clean);

test('AZ-10 a flow of a key hears of private flows as long as the key stands: not when it ran out, nor when it is gone', async () => {
  const store = await kit.store();
  const { flows, keys } = store.in('default');
  const made = { project: 'default', draft: {}, draftHash: 'd', at: NOW };
  await flows.create({ id: 'secret', name: 'secret', owner: 'u_ada', visibility: 'private', ...made });
  await flows.create({ id: 'open', name: 'open', owner: 'u_ada', ...made });
  await flows.create({ id: 'alert', name: 'alert', owner: 'k', ...made });
  await keys.create({
    ...{ id: 'k', workspace: 'default', name: 'k', hash: 'k'.padEnd(43, '0'), permissions: PERMISSIONS },
    ...{ projects: null, flows: null, expires: NOW + 1_000, revoked: null, created: 1, used: null },
  });
  const row = await flows.get('alert');
  if (row === null) throw new Error('the flow is not there');
  const hears = (about: string, now: number) => mayHear(store, 'default', row, about, now);
  expect([await hears('secret', NOW + 999), await hears('open', NOW + 999)]).toEqual([true, true]);
  expect([await hears('secret', NOW + 1_000), await hears('open', NOW + 1_000)]).toEqual([false, true]);
  await keys.revoke('k', NOW);
  expect([await hears('secret', NOW), await hears('open', NOW)]).toEqual([false, true]);
});
