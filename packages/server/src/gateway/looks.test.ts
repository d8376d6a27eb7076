/** Turns of looks: how many at a time, who waits, and who is told to come later. */

import { describe, expect, test } from 'vitest';
import { Looks } from './looks.ts';

/** Looks that end when they are told to. */
const asked = (looks: Looks, workspace: string) => {
  let resolve: (value: string) => void = () => undefined;
  let reject: (fault: Error) => void = () => undefined;
  const ended = new Promise<string>((done, fail) => {
    resolve = done;
    reject = fail;
  });
  const state = { begun: false };
  const answer = looks.of(workspace, () => {
    state.begun = true;
    return ended;
  });
  return { state, answer, end: { resolve, reject } };
};
const turn = () => new Promise((resolve) => setImmediate(resolve));

describe('DOS-08 looks of a workspace', () => {
  test('DOS-08 two are under way and the others have their turn; another workspace does not wait for them', async () => {
    const looks = new Looks();
    const all = Array.from({ length: 4 }, () => asked(looks, 'busy'));
    const other = asked(looks, 'quiet');
    expect([...all, other].map(({ state }) => state.begun)).toEqual([true, true, false, false, true]);
    all[1]?.end.resolve('second');
    await turn();
    expect(all.map(({ state }) => state.begun)).toEqual([true, true, true, false]);
    all[0]?.end.reject(new Error('the disk is gone'));
    await expect(all[0]?.answer).rejects.toThrow('the disk is gone');
    expect(all.map(({ state }) => state.begun)).toEqual([true, true, true, true]);
    for (const { end } of all) end.resolve('done');
    expect(await Promise.all(all.slice(1).map(({ answer }) => answer))).toEqual(['second', 'done', 'done']);
  });

  test('DOS-08 who comes when thirty wait is told so, and looks again when they are done', async () => {
    const looks = new Looks();
    const all = Array.from({ length: 32 }, () => asked(looks, 'busy'));
    expect(await asked(looks, 'busy').answer).toBeNull();
    for (const { end } of all) end.resolve('done');
    expect(new Set(await Promise.all(all.map(({ answer }) => answer)))).toEqual(new Set(['done']));
    const late = asked(looks, 'busy');
    expect(late.state.begun).toBe(true);
    late.end.resolve('late');
    expect(await late.answer).toBe('late');
  });
});
