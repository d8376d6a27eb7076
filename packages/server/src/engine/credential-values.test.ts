/** Which texts of a credential the guard is told, so that none of them leaves; and a renewal that comes too late. */

import { expect, test } from 'vitest';
import { valuesOf } from './credentials.ts';
import { type Ground, openGround } from './testing/ground.ts';

const store = (ground: Ground, credential: { kind: string; [field: string]: unknown }, ...origins: string[]) =>
  ground.store.in('default').secrets.put({
    project: 'default',
    name: 'mine',
    origins,
    kind: credential.kind,
    value: JSON.stringify(credential),
    owner: 'owner',
    at: 1,
  });

test('the guard is told every text that gives a credential away', () => {
  expect(valuesOf({ kind: 'plain', value: 'Bearer abc.def' })).toEqual(['Bearer abc.def', 'abc.def']);
  expect(valuesOf({ kind: 'basic', user: 'sk_live', password: '' })).toEqual(['sk_live:', 'sk_live']);
  expect(valuesOf({ kind: 'database_url', url: 'postgres://a:p%40ss@h/d' })).toEqual([
    'postgres://a:p%40ss@h/d',
    'p%40ss',
    'p@ss',
  ]);
});

test('a secret that was stored anew meanwhile is not written over', async () => {
  const g = await openGround();
  const { secrets } = g.store.in('default');
  await store(g, { kind: 'bearer', token: 'one' }, 'https://a.example');
  await store(g, { kind: 'bearer', token: 'two' }, 'https://a.example');
  expect(
    await secrets.renew({ project: 'default', name: 'mine', environment: '*', version: 1, value: '{}', at: 1 }),
  ).toBeNull();
  expect(await secrets.sealed('default', 'mine', 'default')).toMatchObject({ version: 2 });
  await g.close();
});
