/** Where values of a step's output came from, and where that is not known. */

import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import type { Origin } from '@headgate/core';
import { type Ground, openGround } from './testing/ground.ts';

vi.setConfig({ testTimeout: 90_000, hookTimeout: 90_000 });

let g: Ground;
let run: string;
beforeAll(async () => {
  g = await openGround();
  const flow = await g.publish({
    headgate: 1,
    name: 'Lineage',
    steps: [
      {
        id: 'fetch',
        kind: 'set@1',
        with: { value: { body: { items: '{{ input.rows }}', count: '{{ input.rows.length }}' } } },
      },
      {
        id: 'kept',
        kind: 'filter@1',
        after: ['fetch'],
        with: { items: '{{ steps.fetch.body.items }}', where: '{{ item.n > 1 }}' },
      },
      {
        id: 'order',
        kind: 'sort@1',
        after: ['kept'],
        with: { items: '{{ steps.kept }}', by: '{{ item.n }}', order: 'down' },
      },
      { id: 'picked', kind: 'set@1', after: ['order'], with: { value: '{{ steps.order.slice(1).map(x => x.who) }}' } },
      { id: 'names', kind: 'set@1', after: ['order'], with: { value: '{{ steps.order.map(x => x.who.name + "!") }}' } },
      {
        id: 'all',
        kind: 'each@1',
        after: ['order'],
        with: {
          over: '{{ steps.order }}',
          steps: [{ id: 'one', kind: 'set@1', with: { value: { it: '{{ item.who }}', at: '{{ index }}' } } }],
        },
      },
      {
        id: 'code',
        kind: 'code@1',
        after: ['all'],
        with: { language: 'js', source: 'export default (input) => input', input: '{{ steps.all }}' },
      },
    ],
  });
  const rows = [1, 2, 3].map((n) => ({ n, who: { name: `name ${n}` } }));
  const made = await g.run(flow, { rows }, { wait: 60_000 });
  expect(made.state, JSON.stringify(made.problem)).toBe('done');
  run = made.id;
});
afterAll(() => g.close());

const origin = async (step: string, path: string, item: readonly number[] = []): Promise<unknown> => {
  const made = await g.engine.values.origin('default', run, { step, item, path });
  return made === null ? null : made.ok ? made.value : made.problem.code;
};
const known = (root: Origin['root'], step: string | null, path: string) =>
  expect.objectContaining({ root, step, path, exact: true, why: null }) as Origin;

test('LI1 an item that was kept, ordered, picked or wrapped is the very one it was before, at its place', async () => {
  expect(await origin('kept', '/0')).toEqual(known('step', 'fetch', '/body/items/1'));
  expect(await origin('kept', '/1/who/name')).toEqual(known('step', 'fetch', '/body/items/2/who/name'));
  expect(await origin('order', '/0')).toEqual(known('step', 'kept', '/1'));
  expect(await origin('picked', '/0')).toEqual(known('step', 'order', '/1/who'));
  expect(await origin('fetch', '/body/items/2')).toEqual(known('input', null, '/rows/2'));
});

test('LI1 what an item of a block gave leads to that item; within it, to the item itself', async () => {
  expect(await origin('all', '/1')).toEqual(
    expect.objectContaining({ item: 1, root: 'step', step: 'order', path: '/1', exact: true }),
  );
  expect(await origin('all', '/1/at')).toEqual(
    expect.objectContaining({ item: 1, step: 'order', path: '/1', exact: false }),
  );
  expect(await origin('one', '/it', [1])).toEqual(known('item', null, '/who'));
});

test('LI1 what was put together, and what code gave, is not known, and what was read for it is told', async () => {
  expect(await origin('names', '/0')).toEqual(expect.objectContaining({ root: null, why: 'made', reads: ['order'] }));
  expect(await origin('one', '/at', [0])).toEqual(expect.objectContaining({ root: null, why: 'made' }));
  expect(await origin('code', '/0')).toEqual(expect.objectContaining({ root: null, why: 'effect', reads: ['all'] }));
  expect(await origin('kept', '/7')).toBe('value.missing');
  expect(await origin('none', '/0')).toBe('value.unknown');
});
