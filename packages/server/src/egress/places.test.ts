import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type Place, Places } from './places.ts';

const ask = (places: Places, workspace: string, flow = 'f', origin = 'http://a'): Place => {
  const place = places.ask({ workspace, flow }, origin);
  if (place === null) throw new Error('too many wait');
  return place;
};
const isIn = async ({ entered }: Place): Promise<boolean> =>
  entered === null || Promise.race([entered.then(() => true), new Promise<boolean>((no) => setImmediate(no, false))]);

test('DOS-08 a workspace has half of all places, a flow and an origin a quarter, and others find theirs', async () => {
  const places = new Places(8);
  const flow = [1, 2, 3].map(() => ask(places, 'mine'));
  expect(await Promise.all(flow.map(isIn))).toEqual([true, true, false]);
  const sameOrigin = ask(places, 'mine', 'other');
  expect(await isIn(sameOrigin)).toBe(false);
  const elsewhere = [1, 2, 3].map((i) => ask(places, 'mine', `flow${i}`, `http://b${i}`));
  expect(await Promise.all(elsewhere.map(isIn))).toEqual([true, true, false]);
  const theirs = [1, 2].map(() => ask(places, 'yours'));
  expect(await Promise.all(theirs.map(isIn))).toEqual([true, true]);
});

test('DOS-08 a place given back goes to the next in turn, by workspace and by flow, and is given back once', async () => {
  const places = new Places(4);
  const held = ['a', 'b', 'c', 'd'].map((workspace) => ask(places, workspace));
  const first = ask(places, 'mine', 'busy');
  const second = ask(places, 'mine', 'busy');
  const quiet = ask(places, 'mine', 'quiet', 'http://b');
  const yours = ask(places, 'yours');
  held[0]?.leave();
  held[0]?.leave();
  expect(await Promise.all([first, second, quiet, yours].map(isIn))).toEqual([true, false, false, false]);
  held[1]?.leave();
  expect(await Promise.all([second, quiet, yours].map(isIn))).toEqual([false, false, true]);
  held[2]?.leave();
  expect(await Promise.all([second, quiet].map(isIn))).toEqual([false, true]);
  second.leave();
  expect(places.counts).toEqual({ taken: 4, waiting: 0 });
});

test('DOS-08 so many wait at most, and one who stops waiting makes room', () => {
  const places = new Places(4);
  ask(places, 'w');
  const waiting = Array.from({ length: 10_000 }, () => ask(places, 'w'));
  expect(places.ask({ workspace: 'w', flow: 'f' }, 'http://a')).toBeNull();
  expect(places.ask({ workspace: 'w', flow: 'g' }, 'http://b')).not.toBeNull();
  waiting[5_000]?.leave();
  expect(places.ask({ workspace: 'w', flow: 'f' }, 'http://a')).not.toBeNull();
});

test('DOS-08 whatever comes and goes, no bound is passed, and in the end all places are free', () => {
  const act = fc.record({ w: fc.nat(3), f: fc.nat(2), o: fc.nat(2), leave: fc.boolean(), which: fc.nat() });
  fc.assert(
    fc.property(fc.array(act, { maxLength: 120 }), fc.integer({ min: 4, max: 17 }), (acts, most) => {
      const places = new Places(most);
      const open: Place[] = [];
      for (const { w, f, o, leave, which } of acts) {
        if (leave && open.length > 0) open.splice(which % open.length, 1)[0]?.leave();
        else open.push(ask(places, `w${w}`, `f${f}`, `o${o}`));
        expect(places.counts.taken).toBeLessThanOrEqual(most);
        expect(places.counts.taken + places.counts.waiting).toBe(open.length);
      }
      for (const place of open) place.leave();
      expect(places.counts).toEqual({ taken: 0, waiting: 0 });
    }),
  );
});
