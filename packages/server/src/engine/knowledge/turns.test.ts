import { expect, test } from 'vitest';
import { type Place, Turns } from './turns.ts';

const place = (workspace: string, base: string): Place => ({ workspace, project: 'default', base });

/** Turns that end when they are told to. */
const held = () => {
  const begun: string[] = [];
  const open = new Map<string, (next: number | null) => void>();
  const failures: unknown[] = [];
  const turns = new Turns(
    ({ base }, look, after) => {
      begun.push(`${base} ${look} ${after}`);
      return new Promise((resolve) => open.set(base, resolve));
    },
    (error) => failures.push(error),
  );
  const end = async (base: string, next: number | null = null): Promise<void> => {
    open.get(base)?.(next);
    open.delete(base);
    await new Promise((resolve) => setImmediate(resolve));
  };
  return { begun, turns, end, failures };
};

test('DOS-08 a workspace with many bases, or a slow one, holds up none of another', async () => {
  const { begun, turns, end } = held();
  for (let n = 0; n < 50; n += 1) turns.add(place('many', `m${n}`), true);
  turns.add(place('one', 'o'), true);
  turns.add(place('two', 't'), true);
  expect(begun).toEqual(['m0 true 0', 'o true 0', 't true 0']);
  // The base that is slow is still at work, and the others are done.
  await end('o', 7);
  await end('t');
  expect(begun.slice(3)).toEqual(['o false 7']);
  await end('o');
  expect([turns.has('o'), turns.has('t'), turns.has('m0'), turns.has('m49')]).toEqual([false, false, true, true]);
});

test('bases of a workspace take turns, a document each', async () => {
  const { begun, turns, end } = held();
  for (const base of ['a', 'b']) turns.add(place('w', base), true);
  await end('a', 3);
  await end('b', 5);
  await end('a', null);
  expect(begun).toEqual(['a true 0', 'b true 0', 'a false 3', 'b false 5']);
});

test('workspaces that wait for a place are served in turn', async () => {
  const { begun, turns, end } = held();
  for (const workspace of ['a', 'b', 'c', 'd', 'e', 'f']) turns.add(place(workspace, workspace), false);
  expect(begun.length).toBe(4);
  await end('a', 1);
  await end('b', 1);
  await end('c', 1);
  expect(begun.slice(4)).toEqual(['e false 0', 'f false 0', 'a false 1']);
});

test('what is added while it is at work begins anew, and one that fails goes', async () => {
  const { begun, turns, end } = held();
  turns.add(place('w', 'a'), true);
  turns.add(place('w', 'a'), true);
  await end('a', null);
  expect(begun).toEqual(['a true 0', 'a true 0']);
  await end('a', null);
  expect(turns.has('a')).toBe(false);
  const failing = new Turns(
    () => Promise.reject(new Error('down')),
    () => undefined,
  );
  failing.add(place('w', 'a'), true);
  await failing.close();
  expect(failing.has('a')).toBe(false);
});
