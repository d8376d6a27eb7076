import { afterEach, expect, test } from 'vitest';
import { type Ground, openGround } from './testing/ground.ts';

let g: Ground;
afterEach(async () => {
  await g.close();
});

/** Texts and members by which one library or another knows that it should make more of data than data. */
const MARKERS: Record<string, unknown> = {
  buffer: { type: 'Buffer', data: [104, 105] },
  date: { $date: '2026-01-01T00:00:00Z' },
  type: { $type: 'Function', source: 'process.exit(9)' },
  class: { '@class': 'java.lang.Runtime', '@type': 'Error' },
  func: { run: '_$$ND_FUNC$$_function(){process.exit(9)}()' },
  ref: { $ref: '#/buffer', $jsonPointer: '/buffer' },
  yaml: '!!js/function "function(){process.exit(9)}"',
  held: { value: { blob: 'blob_0', size: 1 } },
  blob: { blob: 'blob_of_nobody', size: 3 },
  then: { then: 'not a promise' },
  toJSON: { toJSON: 'not a function' },
  proto: { constructor: { prototype: { polluted: true } } },
};

test('Q-02 what looks like an object to revive comes out of stored state as the data that went in', async () => {
  g = await openGround();
  const id = await g.publish({
    headgate: 1,
    name: 'Keeps',
    steps: [
      { id: 'keep', kind: 'set@1', with: { value: '{{ input }}' } },
      { id: 'hold', kind: 'wait@1', after: ['keep'], with: { for: '1h' } },
      {
        id: 'each',
        kind: 'set@1',
        after: ['hold'],
        each: { over: '{{ steps.keep.list }}' },
        with: { value: '{{ item }}' },
      },
      {
        id: 'seen',
        kind: 'set@1',
        after: ['each'],
        with: { value: { one: '{{ steps.keep.all }}', all: '{{ steps.each }}' } },
      },
    ],
    output: '{{ steps.seen }}',
  });
  const run = await g.run(id, { all: MARKERS, list: Object.values(MARKERS) }, { wait: 0 });
  await g.until(run.id, 'waiting');
  g = await g.reopen();
  g.clock.shift(3_700_000);
  const end = await g.until(run.id, 'done');
  expect(end.output).toEqual({ one: MARKERS, all: Object.values(MARKERS) });
  expect(Object.hasOwn(Object.prototype, 'polluted')).toBe(false);
  expect(g.logs.filter((line) => line.level === 'error')).toEqual([]);
});
