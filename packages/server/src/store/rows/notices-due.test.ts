import { tmpdir } from 'node:os';
import { afterEach, expect, test } from 'vitest';
import type { NoticeFor } from '../notice.ts';
import type { Store } from '../ports.ts';
import { kitIn, NOW } from '../testing/kit.ts';

const kit = kitIn(tmpdir());
afterEach(kit.clean);

const BOTH = { user: 'u_ada', app: true, due: NOW, again: false };
const LETTER = { ...BOTH, app: false };

/** Failed runs of one flow, one after the other, each told in a way of its own. */
const told = async (store: Store, ways: readonly NoticeFor[], grp = 'f oops'): Promise<void> => {
  const { notices } = store.engine;
  for (const [i, way] of ways.entries()) {
    const about = { project: 'default', flow: 'f', run: `r${i}`, ask: null, name: null, code: 'oops' };
    const notice = { ...about, id: `n${i}`, workspace: 'default', kind: 'run.failed' as const };
    const whole = { ...notice, tell: ['u_ada'], grp, mailed: false, at: NOW + i };
    await notices.add(whole);
    await notices.spread(whole, [way]);
  }
};

/** What letters are due, and how often each came. */
const due = async (store: Store): Promise<readonly (readonly [string, number])[]> =>
  (await store.engine.notices.due(NOW + 1)).map(({ notice, times }) => [notice, times] as const);

test('ND3 what comes again before it was read is one row that counts', async () => {
  const store = await kit.store();
  await told(store, [BOTH, BOTH, BOTH]);
  expect(await due(store)).toEqual([['n2', 3]]);
});

test('ND3 who chose to be told otherwise in between is told of what comes again: the latest of his rows goes on', async () => {
  const store = await kit.store();
  // By letter alone, then in the app as well, then by letter alone: two rows wait for a letter.
  await told(store, [LETTER, BOTH, LETTER]);
  expect(await store.engine.notices.waiting(10, null)).toEqual([]);
  expect(await due(store)).toEqual([
    ['n0', 1],
    ['n2', 2],
  ]);
});

test('those of which nobody was told yet are gone through from behind one that was looked at', async () => {
  const store = await kit.store();
  const { notices } = store.engine;
  const about = { project: 'default', flow: 'f', run: 'r', ask: null, name: null, code: 'oops', mailed: false };
  const at = { a: NOW, b: NOW, c: NOW + 1 };
  for (const [id, when] of Object.entries(at))
    await notices.add({ ...about, id, workspace: 'default', kind: 'run.failed', tell: [], grp: id, at: when });
  const first = await notices.waiting(1, null);
  expect(first.map(({ id }) => id)).toEqual(['a']);
  expect((await notices.waiting(9, first[0] ?? null)).map(({ id }) => id)).toEqual(['b', 'c']);
  expect((await notices.waiting(9, null)).map(({ id }) => id)).toEqual(['a', 'b', 'c']);
});

test('letters to an account are counted, those that left and those that are due', async () => {
  const store = await kit.store();
  const { notices } = store.engine;
  await told(store, [BOTH, { ...BOTH, due: NOW + 3_600_000 }]);
  expect(await notices.lettersSince('u_ada', NOW - 1, NOW + 1)).toBe(1);
  expect(await notices.claim('l_1', await notices.due(NOW + 1))).toBe(true);
  await notices.settle('l_1', 'sent');
  expect(await notices.lettersSince('u_ada', NOW - 1, NOW + 1)).toBe(1);
  expect(await notices.lettersSince('u_ada', NOW + 2, NOW + 2)).toBe(0);
  expect(await notices.lettersSince('u_bob', NOW - 1, NOW + 1)).toBe(0);
});
