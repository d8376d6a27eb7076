/** What a step was given, worked out again, is what it got: steps here give back what they were given. */

import { afterEach, expect, test, vi } from 'vitest';
import { type Ground, openGround } from './testing/ground.ts';

let g: Ground | undefined;
afterEach(async () => {
  await g?.close();
  g = undefined;
});

/** On a busy machine the jail takes its time. */
const LONG = { wait: 60_000 };
vi.setConfig({ testTimeout: 90_000 });

const ECHO = 'export default (input) => input';
const echo = (id: string, input: unknown, more: object = {}) => ({
  id,
  kind: 'code@1',
  with: { language: 'js', source: ECHO, input },
  ...more,
});

const given = async (ground: Ground, run: string, step: string, item: readonly number[] = []): Promise<unknown> => {
  const ask = { path: '', offset: 0, limit: undefined, whole: false };
  const made = await ground.engine.values.page('default', { run, of: { step, item, side: 'in' }, links: true }, ask);
  return made === null ? null : made.ok ? made.value.value : made.problem;
};

/** What came out of an instance of a step, by the journal. */
const gave = async (ground: Ground, run: string, step: string, item?: readonly number[]): Promise<unknown> => {
  const { events = [] } = (await ground.engine.journal('default', run, 0, 1000)) ?? {};
  const done = events.find(
    (e) => e.type === 'step.done' && e.step === step && JSON.stringify(e.item) === JSON.stringify(item),
  );
  return (done?.data as { value?: unknown } | undefined)?.value;
};

test('SI1 an input of expressions is what the step got: the run’s input, earlier steps, the time and the run itself', async () => {
  g = await openGround();
  const flow = await g.publish({
    headgate: 1,
    name: 'Echoes',
    steps: [
      {
        id: 'first',
        kind: 'set@1',
        with: { value: { list: '{{ input.n.map(x => x * 2) }}', text: 'is {{ input.t }}' } },
      },
      echo(
        'echo',
        {
          all: '{{ steps.first }}',
          at: '{{ now }}',
          id: '{{ run.id }}',
          kind: '{{ trigger.kind }}',
          none: '{{ steps.off }}',
        },
        { after: ['first', 'off'] },
      ),
      { id: 'off', kind: 'set@1', disabled: true, with: { value: 1 } },
      { id: 'last', kind: 'set@1', after: ['echo'], with: { value: { over: '{{ steps.echo.all.list }}' } } },
    ],
  });
  const { id, state, problem } = await g.run(flow, { n: [1, 2], t: 'so' }, LONG);
  expect(state, JSON.stringify(problem)).toBe('done');
  const got = await gave(g, id, 'echo');
  expect(got).toMatchObject({ all: { list: [2, 4], text: 'is so' }, id, none: null });
  expect(await given(g, id, 'echo')).toEqual({ source: ECHO, language: 'js', input: got });
  expect(await given(g, id, 'last')).toEqual({ value: { over: [2, 4] } });
  expect(await given(g, id, 'first')).toEqual({ value: await gave(g, id, 'first') });
});

test('SI1 an instance within a block is given its own item; the block its list', async () => {
  g = await openGround();
  const flow = await g.publish({
    headgate: 1,
    name: 'Items',
    steps: [
      {
        id: 'all',
        kind: 'each@1',
        with: {
          over: '{{ input.list }}',
          steps: [
            { id: 'plus', kind: 'set@1', with: { value: '{{ item + index }}' } },
            echo('echo', { item: '{{ item }}', plus: '{{ steps.plus }}' }, { after: ['plus'] }),
          ],
        },
      },
      {
        id: 'short',
        kind: 'set@1',
        after: ['all'],
        each: { over: '{{ steps.all }}' },
        with: { value: '{{ item.item }}' },
      },
      {
        id: 'kept',
        kind: 'filter@1',
        after: ['short'],
        with: { items: '{{ steps.short }}', where: '{{ item > 15 }}' },
      },
    ],
  });
  const { id, state, problem } = await g.run(flow, { list: [10, 20, 30] }, LONG);
  expect(state, JSON.stringify(problem)).toBe('done');
  for (const at of [0, 1, 2])
    expect(await given(g, id, 'echo', [at])).toMatchObject({ input: await gave(g, id, 'echo', [at]) });
  expect(await given(g, id, 'all')).toEqual([10, 20, 30]);
  expect(await given(g, id, 'short')).toEqual(await gave(g, id, 'all'));
  expect(await given(g, id, 'short', [2])).toEqual({ value: 30 });
  expect(await given(g, id, 'kept')).toEqual({ items: [10, 20, 30], where: '{{ item > 15 }}' });
});

test('SI1 a step that failed for what it was given says why; one that was never reached, pinned or unknown says so', async () => {
  g = await openGround();
  const flow = await g.publish({
    headgate: 1,
    name: 'Fails',
    steps: [
      { id: 'one', kind: 'set@1', with: { value: { a: null } } },
      { id: 'two', kind: 'set@1', after: ['one'], with: { value: '{{ steps.one.a.b }}' } },
      { id: 'three', kind: 'set@1', after: ['two'], with: { value: 3 } },
    ],
  });
  const { id } = await g.run(flow, {}, { pins: { one: { a: null } } });
  expect(await given(g, id, 'two')).toMatchObject({ code: expect.stringMatching(/^expr/) as string });
  for (const step of ['one', 'three', 'four'])
    expect(await given(g, id, step), step).toMatchObject({ code: 'value.unknown' });
  expect(await given(g, 'r0', 'two')).toBeNull();
});

test('SI2 a link that goes on with the run is not made for who reads it; the step got the link itself', async () => {
  g = await openGround();
  const flow = await g.publish({
    headgate: 1,
    name: 'Links',
    steps: [
      echo('echo', { link: '{{ run.resume.wait }}' }),
      { id: 'wait', kind: 'wait.event@1', after: ['echo'], with: {} },
    ],
  });
  const { id } = await g.run(flow, {}, { wait: 0 });
  await g.until(id, 'waiting', LONG.wait);
  const ground = g;
  await expect
    .poll(async () => JSON.stringify(await gave(ground, id, 'echo')), { timeout: 20_000 })
    .toContain('/api/v1/resume/');
  expect(await given(g, id, 'echo')).toMatchObject({ input: { link: '[hidden: a link that goes on with the run]' } });
});

test('SI1 a value of ten megabytes is worked out, and read by pages', async () => {
  g = await openGround();
  const flow = await g.publish({
    headgate: 1,
    name: 'Large',
    steps: [{ id: 'use', kind: 'set@1', with: { value: { rows: '{{ input.rows }}' } } }],
  });
  const input = { rows: Array.from({ length: 10_000 }, (_, n) => ({ n, t: 'x'.repeat(1_000) })) };
  const { id, state, problem } = await g.run(flow, input, LONG);
  expect(state, JSON.stringify(problem)).toBe('done');
  const ask = { path: '/value/rows', offset: 9_998, limit: 5, whole: false };
  const made = await g.engine.values.page(
    'default',
    { run: id, of: { step: 'use', item: [], side: 'in' }, links: true },
    ask,
  );
  expect(made).toMatchObject({
    ok: true,
    value: { kind: 'list', length: 10_000, next: null, value: [{ n: 9_998 }, { n: 9_999 }] },
  });
});
