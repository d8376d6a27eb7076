import { createHash } from 'node:crypto';
import { expect, test } from 'vitest';
import { PendingConnections } from './pending.ts';

const of = (workspace: string) => ({
  workspace,
  at: { project: 'default', name: 'shop', environment: '*' },
  id: 'sec_1',
});

const open = () => {
  let now = 1_000;
  const pending = new PendingConnections(() => now);
  const begin = (workspace = 'default') => pending.begin(of(workspace), 'u_ada', 's_1');
  return { pending, begin, later: (ms: number) => void (now += ms) };
};

test('what was begun is taken once, with the verifier that fits its challenge', () => {
  const { pending, begin } = open();
  const begun = begin();
  const taken = pending.take(begun?.state ?? '');
  expect(taken).toMatchObject({ who: 'u_ada', session: 's_1', of: of('default') });
  expect(createHash('sha256').update(String(taken?.verifier)).digest('base64url')).toBe(begun?.challenge);
  expect(pending.take(begun?.state ?? '')).toBeNull();
});

test('no two states or verifiers are alike, and each is of 256 bits', () => {
  const { begin } = open();
  const all = Array.from({ length: 40 }, () => begin());
  expect(new Set(all.map((one) => one?.state)).size).toBe(40);
  expect(new Set(all.map((one) => one?.challenge)).size).toBe(40);
  for (const one of all) expect(one?.state).toMatch(/^[\w-]{43}$/);
});

test('PD1 after ten minutes it is worth nothing; a moment before, it is', () => {
  const { pending, begin, later } = open();
  const [first, second] = [begin(), begin()];
  later(599_999);
  expect(pending.take(first?.state ?? '')).not.toBeNull();
  later(1);
  expect(pending.take(second?.state ?? '')).toBeNull();
});

test('PD2 one workspace begins only so many at a time, is in nobody else’s way, and may again when they ran out', () => {
  const { begin, later } = open();
  for (let i = 0; i < 50; i += 1) expect(begin()).not.toBeNull();
  expect(begin()).toBeNull();
  expect(begin('other')).not.toBeNull();
  later(600_000);
  expect(begin()).not.toBeNull();
});
