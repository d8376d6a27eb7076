/** Ends of connections, told of before anything fails by them. */

import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, expect, test } from 'vitest';
import { type Ground, openGround } from './testing/ground.ts';

const HOUR = 3_600_000;
let g: Ground | null = null;
afterEach(async () => {
  await g?.close();
  g = null;
});

const connect = async (of: Ground, name: string, expires: number, renewed: boolean): Promise<void> => {
  const { connections } = of.store.in('default');
  const key = { project: 'default', name, environment: '*' };
  const shown = { grant: 'code', authorizeUrl: 'https://a.example/a', tokenUrl: 'https://a.example/t' };
  const at = of.clock.now();
  await connections.create({
    ...{ ...key, ...shown, clientId: 'us', scope: null, service: null },
    ...{ origins: ['https://a.example'], value: '{}', owner: 'u_ada', at },
  });
  const state = 'connected' as const;
  await connections.save({ ...key, version: 1, value: '{}', state, problem: null, expires, renewed, at, by: 'u_ada' });
};

/** What was written for people to be told of. */
const written = (of: Ground): unknown[] => {
  const db = new DatabaseSync(join(of.dir, 'headgate.db'), { readOnly: true });
  const rows = db.prepare('select kind, name, tell, code from notice order by at, name').all();
  db.close();
  return rows.map((row) => ({ ...row }));
};

test('a connection that nothing renews is told of a day before it ends, once, and once more when it ended unused', async () => {
  g = await openGround();
  const of = g;
  const now = of.clock.now();
  await connect(of, 'short', now + 30 * HOUR, false);
  await connect(of, 'renewed', now + 30 * HOUR, true);
  await connect(of, 'long', now + 400 * HOUR, false);
  const soon = { kind: 'connection.lapsing', name: 'short', tell: '["u_ada"]', code: null };
  const over = { kind: 'connection.reconnect', name: 'short', tell: '["u_ada"]', code: 'expired' };
  of.clock.shift(8 * HOUR);
  await expect.poll(() => written(of), { timeout: 10_000 }).toEqual([soon]);
  of.clock.shift(8 * HOUR);
  of.clock.shift(16 * HOUR);
  await expect.poll(() => written(of), { timeout: 10_000 }).toEqual([soon, over]);
  of.clock.shift(30 * HOUR);
  expect((await of.store.engine.notices.endings(now, of.clock.now() + 24 * HOUR)).map(({ name }) => name)).toEqual([
    'short',
  ]);
  expect(written(of)).toEqual([soon, over]);
}, 60_000);
