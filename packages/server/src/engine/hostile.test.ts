/** What flows and data could do to the engine itself: hold it up, overflow it, or break it for everybody else. */

import { readdirSync, statSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Ground, openGround } from './testing/ground.ts';
import { DEEPEST, HEAVIEST, weigh } from './values.ts';

const flow = (steps: unknown[], more: Record<string, unknown> = {}) => ({
  headgate: 1,
  name: 'Hostile',
  steps,
  ...more,
});
const nested = (levels: number): string => '['.repeat(levels) + ']'.repeat(levels);

let g: Ground;
beforeAll(async () => {
  g = await openGround();
});
afterAll(() => g.close());

describe('values', () => {
  test('a weight is about the length of the JSON, counts what is reached twice twice, and stops above its cap', () => {
    for (const value of [null, 1, 'text', [1, 2, 3], { a: 'b', c: [true, 'd'] }, ['x'.repeat(1000)]]) {
      const length = JSON.stringify(value).length;
      expect(weigh(value, HEAVIEST)).toBeGreaterThanOrEqual(length * 0.5);
      expect(weigh(value, HEAVIEST)).toBeLessThanOrEqual(length * 3 + 10);
    }
    const shared = ['x'.repeat(1000)];
    expect(weigh([shared, shared], HEAVIEST)).toBeGreaterThan(2000);
    let doubled: unknown = 'x'.repeat(64);
    for (let i = 0; i < 60; i += 1) doubled = [doubled, doubled];
    const before = performance.now();
    expect(weigh(doubled, HEAVIEST)).toBeGreaterThan(HEAVIEST);
    expect(performance.now() - before).toBeLessThan(2_000);
  });

  test('depth is bounded by count, not by the stack', () => {
    expect(weigh(JSON.parse(nested(DEEPEST)), HEAVIEST)).toBeLessThan(HEAVIEST);
    expect(weigh(JSON.parse(nested(DEEPEST + 1)), HEAVIEST)).toBe(Number.POSITIVE_INFINITY);
    expect(weigh(JSON.parse(nested(100_000)), HEAVIEST)).toBe(Number.POSITIVE_INFINITY);
  });

  test('a repeat that wraps its own last result is stopped at a depth, as a list and as an object', async () => {
    for (const value of [['{{ item }}'], { a: '{{ item }}' }]) {
      const deep = await g.publish(
        flow([
          {
            id: 'r',
            kind: 'repeat@1',
            with: { until: '{{ false }}', max: 20_000, steps: [{ id: 'v', kind: 'set@1', with: { value } }] },
          },
        ]),
      );
      expect(await g.run(deep)).toMatchObject({
        state: 'failed',
        problem: { code: 'value.too_deep', at: { step: 'v' } },
      });
    }
    const shallow = await g.publish(
      flow([
        {
          id: 'r',
          kind: 'repeat@1',
          with: {
            until: '{{ false }}',
            max: 100,
            steps: [{ id: 'v', kind: 'set@1', with: { value: ['{{ item }}'] } }],
          },
        },
      ]),
    );
    expect((await g.run(shallow)).state).toBe('done');
  });

  test('an answer of another server that is nested without end fails the step that asked, and nobody else', async () => {
    const server = createServer((request, response) => {
      response.setHeader('content-type', 'application/json');
      response.end(nested(Number(request.url?.slice(1))));
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const address = server.address();
    const host = `127.0.0.1:${typeof address === 'object' && address !== null ? address.port : 0}`;
    try {
      const ask = await g.publish(
        flow([
          { id: 'get', kind: 'http.request@1', with: { method: 'GET', url: `http://${host}/{{ input.levels }}` } },
        ]),
        { grants: [{ step: 'get', power: `net: GET ${host}` }] },
      );
      for (const levels of [9_000, 100_000])
        expect(await g.run(ask, { levels })).toMatchObject({
          state: 'failed',
          problem: { code: 'value.too_deep', at: { step: 'get' } },
        });
      expect(await g.run(ask, { levels: 50 })).toMatchObject({ state: 'done' });
    } finally {
      server.close();
    }
  });
});

test('a damaged value ends the run that reads it, is told in the log, and the engine goes on with all others', async () => {
  let own = await openGround();
  try {
    const waits = await own.publish(
      flow([
        { id: 'big', kind: 'set@1', with: { value: '{{ input.text }}' } },
        { id: 'wait', kind: 'wait@1', after: ['big'], with: { for: '1s' } },
        { id: 'use', kind: 'set@1', after: ['wait'], with: { value: '{{ steps.big.length }}' } },
      ]),
    );
    const other = await own.publish(flow([{ id: 'a', kind: 'set@1', with: { value: 1 } }]));
    const run = await own.run(waits, { text: 'x'.repeat(100_000) }, { wait: 0 });
    await own.until(run.id, 'waiting');
    const blobs = dirname(dirname(own.store.blobs.path('b0000000')));
    own = await own.reopen();
    let damaged = 0;
    for (const name of readdirSync(blobs, { recursive: true }).map(String)) {
      const path = join(blobs, name);
      if (!statSync(path).isFile()) continue;
      writeFileSync(path, 'no blob of ours');
      damaged += 1;
    }
    expect(damaged).toBeGreaterThan(0);
    await own.until(run.id, 'failed');
    expect(await own.engine.view('default', run.id)).toMatchObject({ problem: { code: 'run.bug' } });
    expect(own.logs.some((line) => line.level === 'error' && line.data['run'] === run.id)).toBe(true);
    expect(await own.run(other)).toMatchObject({ state: 'done', output: 1 });
  } finally {
    await own.close();
  }
});

describe('turns', () => {
  test('many runs that compute at the same time let a timer pass between them', async () => {
    const work = '{{ input.list.map(i => i * 2).filter(i => i > 3).length }}';
    const busy = await g.publish(
      flow(
        Array.from({ length: 30 }, (_, i) => ({
          id: `s${i}`,
          kind: 'set@1',
          ...(i > 0 ? { after: [`s${i - 1}`] } : {}),
          with: { value: work },
        })),
      ),
    );
    const list = Array.from({ length: 5_000 }, (_, i) => i);
    let turns = 0;
    let going = true;
    const tick = (): void => {
      turns += 1;
      if (going) setImmediate(tick);
    };
    setImmediate(tick);
    const ends = await Promise.all(Array.from({ length: 30 }, () => g.run(busy, { list })));
    going = false;
    expect(ends.every((end) => end.state === 'done')).toBe(true);
    // 900 steps of about a millisecond each: in turns of 8 ms and one step these are about a hundred.
    expect(turns).toBeGreaterThan(40);
  });

  test('a step of many items gives way before the next one', async () => {
    const where = '{{ [item, item, item].map(x => x + 1).length > 0 }}';
    const busy = await g.publish(
      flow(
        Array.from({ length: 10 }, (_, i) => ({
          id: `f${i}`,
          kind: 'filter@1',
          ...(i > 0 ? { after: [`f${i - 1}`] } : {}),
          with: { items: '{{ input.list }}', where },
        })),
      ),
    );
    let turns = 0;
    let going = true;
    const tick = (): void => {
      turns += 1;
      if (going) setImmediate(tick);
    };
    setImmediate(tick);
    await g.run(busy, { list: Array.from({ length: 30_000 }, (_, i) => i) });
    going = false;
    expect(turns).toBeGreaterThanOrEqual(10);
  });
});
