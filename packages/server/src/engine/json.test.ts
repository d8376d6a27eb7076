import fc from 'fast-check';
import { afterEach, describe, expect, test } from 'vitest';
import { holdsMore, MOST_VALUES, readValues } from '@headgate/core';
import { JsonTurns } from './json.ts';
import { countingServer, type Ground, openGround } from './testing/ground.ts';
import { MOST_PARTS, Values } from './values.ts';

let g: Ground | undefined;
afterEach(async () => {
  await g?.close();
  g = undefined;
});

const MB = 1024 * 1024;
/** `[{},{},…]` of so many bytes: as many objects as fit. */
const objects = (bytes: number): string => `[${'{},'.repeat(bytes / 3)}{}]`;

const parts = (value: unknown): number =>
  typeof value === 'object' && value !== null
    ? 1 + Object.values(value).reduce((sum: number, one) => sum + 1 + parts(one), 0)
    : 0;

describe('DOS-04 JSON from outside', () => {
  test('the signs counted are never fewer than the values, and at most two a value, whatever the texts hold', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        const text = JSON.stringify(value);
        const count = parts(value);
        // Short texts are let through without counting.
        if (text.length <= count) return;
        if (count > 1) expect(holdsMore(text, Math.floor(count / 2) - 1)).toBe(true);
        expect(holdsMore(text, count)).toBe(false);
      }),
      { numRuns: 500 },
    );
    expect(holdsMore(JSON.stringify(['a,[{"\\,,,,,,,,,,,,', ',,,"']), 4)).toBe(false);
  });

  test('many values are refused before one is made, few long ones are read', () => {
    expect(readValues(objects(16 * MB), 'The answer')).toMatchObject({
      ok: false,
      problem: { code: 'value.too_many' },
    });
    const long = ['x'.repeat(8 * MB), 'y,[{'.repeat(MB)];
    expect(readValues(JSON.stringify(long), 'The answer')).toEqual({ ok: true, value: long });
    expect(readValues(JSON.stringify(Array(MOST_VALUES - 1).fill(1)), 'The answer')?.ok).toBe(true);
    expect(readValues('{', 'The answer')).toBeUndefined();
  });

  test('large texts have their turns in order, one a turn of the loop; small ones do not wait', async () => {
    const turns = new JsonTurns();
    const seen: string[] = [];
    let round = 0;
    const rounds = new Set<number>();
    const tick = (): void => {
      round += 1;
      if (seen.length < 4) setImmediate(tick);
    };
    setImmediate(tick);
    const large = ['a', 'b', 'c'].map(async (name) => {
      await turns.turn(MB);
      seen.push(name);
      rounds.add(round);
    });
    await turns.turn(10);
    seen.unshift('small');
    await Promise.all(large);
    expect(seen).toEqual(['small', 'a', 'b', 'c']);
    expect(rounds.size).toBe(3);
  });

  test('a value that steps put together is bounded by its parts too', () => {
    const values = new Values(() => new Uint8Array());
    const many = Array.from({ length: MOST_PARTS + 1 }, () => 1);
    expect(values.hold(many, [])).toMatchObject({ problem: { code: 'value.too_many' } });
    expect(values.hold(['x'.repeat(2 * MB)], [])).toMatchObject({ held: { size: 2 * MB + 4 } });
  });
});

/** The longest the loop did not come round while something was done, in milliseconds. */
const stalled = async (act: () => Promise<unknown>): Promise<number> => {
  let last = performance.now();
  let longest = 0;
  const timer = setInterval(() => {
    const now = performance.now();
    longest = Math.max(longest, now - last);
    last = now;
  }, 2);
  await act();
  longest = Math.max(longest, performance.now() - last);
  clearInterval(timer);
  return longest;
};

const fetch = (url: string) => ({
  headgate: 1,
  name: 'Fetch',
  steps: [{ id: 'get', kind: 'http.request@1', with: { method: 'GET', url } }],
});

test('DOS-04 an answer of five million objects is a problem, and holds the loop up no longer than one text of its size', async () => {
  const hostile = objects(16 * MB - 10);
  const honest = JSON.stringify({ text: 'x'.repeat(15 * MB) });
  const server = await countingServer((_n, request, response) => {
    response.writeHead(200, { 'content-type': 'application/json' });
    response.end(request.url === '/hostile' ? hostile : honest);
  });
  g = await openGround();
  const lend = { grants: [{ step: '*', power: `net: * ${server.host}` }] };
  const flows = {
    hostile: await g.publish(fetch(`${server.url}/hostile`), lend),
    honest: await g.publish(fetch(`${server.url}/honest`), lend),
  };
  const ground = g;
  expect((await ground.run(flows.honest)).state).toBe('done');
  const control = await stalled(() => ground.run(flows.honest));
  const longest = await stalled(async () => {
    const ended = await Promise.all(Array.from({ length: 4 }, () => ground.run(flows.hostile, {}, { wait: 30_000 })));
    for (const run of ended)
      expect(run).toMatchObject({ state: 'failed', problem: { code: 'value.too_many', at: { step: 'get' } } });
  });
  expect(longest).toBeLessThan(3 * control + 100);
  await server.close();
});

test('DOS-04 a page of a journal ends before it is heavy, and the next one goes on', async () => {
  g = await openGround();
  const steps = Array.from({ length: 40 }, (_, i) => ({
    id: `s${i}`,
    kind: 'set@1',
    with: { value: '{{ input.text }}' },
  }));
  const id = await g.publish({ headgate: 1, name: 'Heavy', steps });
  const run = await g.run(id, { text: 'x'.repeat(200 * 1024) });
  const seen: number[] = [];
  let pages = 0;
  for (let after = 0; ; pages += 1) {
    const page = await g.engine.journal('default', run.id, after, 1_000);
    if (page === null) throw new Error('no journal');
    expect(JSON.stringify(page.events).length).toBeLessThan(3 * MB);
    seen.push(...page.events.map((event) => event.seq));
    if (page.next === null) break;
    after = page.next;
  }
  expect(pages).toBeGreaterThan(2);
  expect(seen).toEqual(Array.from({ length: seen.length }, (_, i) => i + 1));
});
