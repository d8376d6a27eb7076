/** The drawing, the tree, walking, copying and what a wire says: pure, and the same whoever shows them. */

import type { Flow } from '@headgate/core';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { whereAt, wheresAt } from './add-wish.ts';
import { arrange } from './canvas/arrange.ts';
import { overlap } from './canvas/box.ts';
import { drawer } from './canvas/scene.ts';
import { tidied } from './canvas/tidy.ts';
import { areasOf, named, walk } from './canvas/walk.ts';
import { copied, pasted } from './clip.ts';
import type { Kinds } from './editor-context.ts';
import { rowsOf, seen } from './outline/rows.ts';
import { shapeText, wireView } from './run/wire.ts';
import type { StepView } from './run/fold.ts';

const kind = (name: string, ports: readonly string[] | null = []) => ({
  kind: `${name}@1`,
  title: name,
  summary: name,
  input: {},
  output: {},
  group: 'flow',
  ports,
  pure: true,
});
const KINDS: Kinds = {
  steps: [kind('set'), kind('if', ['true', 'false']), kind('switch', null), kind('each'), kind('repeat')],
  triggers: [{ kind: 'webhook@1', title: 'Webhook', summary: '', input: {} }],
};

const FLOW: Flow = {
  headgate: 1,
  name: 'Orders',
  triggers: [{ id: 'hook', kind: 'webhook@1' }],
  steps: [
    { id: 'start', kind: 'set@1' },
    { id: 'check', kind: 'if@1', after: ['start'], onProblem: 'port' },
    { id: 'yes', kind: 'set@1', after: ['check.true'] },
    { id: 'more', kind: 'set@1', after: ['yes'] },
    { id: 'no', kind: 'set@1', after: ['check.false'] },
    { id: 'both', kind: 'set@1', after: ['more', 'no'] },
    { id: 'loop', kind: 'each@1', after: ['both'], with: { over: [], steps: [{ id: 'in', kind: 'set@1' }] } },
  ],
};

describe('the drawing', () => {
  test('new branches stand in the order of their ports, so that no wire crosses another', () => {
    const { boxes } = drawer(KINDS)(FLOW);
    const y = (id: string): number => boxes.find((box) => box.id === id)?.y ?? NaN;
    expect(y('yes')).toBeLessThan(y('no'));
    const two = drawer(KINDS)({
      headgate: 1,
      name: 'Two',
      steps: [
        { id: 'a', kind: 'set@1' },
        { id: 'b', kind: 'if@1', after: ['a'] },
        { id: 'first', kind: 'set@1', after: ['b.true'] },
        { id: 'second', kind: 'set@1', after: ['b.false'] },
      ],
    }).boxes;
    expect(
      two
        .filter(({ x }) => x === Math.max(...two.map((box) => box.x)))
        .toSorted((a, b) => a.y - b.y)
        .map(({ id }) => id),
    ).toEqual(['first', 'second']);
  });

  test('SC3 what did not change is the same object, and a level that is in order stays so', () => {
    const draw = drawer(KINDS);
    const before = draw(FLOW);
    const after = draw({ ...FLOW, steps: FLOW.steps.map((one) => (one.id === 'yes' ? { ...one, name: 'Yes' } : one)) });
    const changed = after.boxes.filter((box, i) => box !== before.boxes[i]);
    expect(changed.map(({ id, name }) => [id, name])).toEqual([['yes', 'Yes']]);
    expect(after.wires).toBe(before.wires);
  });

  test('SC1 a new box among placed ones gets a free spot and moves nobody', () => {
    const layout = Object.fromEntries(
      drawer(KINDS)(FLOW).boxes.map(({ id, x, y }) => [id, [x, y] as [number, number]]),
    );
    const steps = [...FLOW.steps, { id: 'new', kind: 'set@1', after: ['start'] }, { id: 'lone', kind: 'set@1' }];
    const { boxes } = drawer(KINDS)({ ...FLOW, steps, layout });
    const stayed = boxes.filter(({ id }) => layout[id] !== undefined);
    expect(stayed.map(({ id, x, y }) => [id, [x, y]])).toEqual(stayed.map(({ id }) => [id, layout[id]]));
    const top = boxes.filter(({ parent }) => parent === null);
    expect(top.filter((one) => top.some((other) => one !== other && overlap(one, other)))).toEqual([]);
  });

  test('SC2 a block is as large as what it holds, which lies within it', () => {
    const { boxes } = drawer(KINDS)({ ...FLOW, layout: { in: [700, 300] } });
    const block = boxes.find(({ id }) => id === 'loop');
    const inner = boxes.find(({ id }) => id === 'in');
    expect(inner).toMatchObject({ parent: 'loop', x: 700, y: 300 });
    expect(block?.width).toBeGreaterThan(700 + (inner?.width ?? 0));
    expect(areasOf(boxes).get('in')?.x).toBe((block?.x ?? 0) + 700);
  });

  test('notes and groups are drawn; a group is around what it holds', () => {
    const { boxes } = drawer(KINDS)({
      ...FLOW,
      notes: { n: { text: 'Look', at: [5, 900] } },
      groups: { g: { name: 'First', holds: ['start', 'check', 'gone'] } },
    });
    const [group, start] = [boxes.find(({ id }) => id === 'g'), boxes.find(({ id }) => id === 'start')];
    expect(group?.what).toBe('group');
    expect((group?.x ?? 0) < (start?.x ?? 0) && (group?.y ?? 0) < (start?.y ?? 0)).toBe(true);
    expect(boxes.find(({ id }) => id === 'n')).toMatchObject({ what: 'note', text: 'Look', x: 5, y: 900 });
  });
});

describe('putting in order', () => {
  test('whatever the graph, nothing lies on anything else, and all goes from left to right', () => {
    const graphs = fc.integer({ min: 1, max: 12 }).chain((n) =>
      fc.record({
        n: fc.constant(n),
        lines: fc.array(fc.tuple(fc.nat(n - 1), fc.nat(n - 1)), { maxLength: 16 }),
        was: fc.array(fc.integer({ min: -500, max: 500 }), { minLength: n, maxLength: n }),
      }),
    );
    fc.assert(
      fc.property(graphs, ({ n, lines, was }) => {
        const boxes = Array.from({ length: n }, (_, i) => ({
          id: `b${i}`,
          width: 216,
          height: 40 + i * 10,
          was: { x: 0, y: was[i] ?? 0 },
        }));
        const wires = lines.filter(([a, b]) => a < b).map(([a, b]) => ({ from: `b${a}`, to: `b${b}` }));
        const spots = arrange(boxes, wires);
        const areas = boxes.map((box) => ({ ...box, ...(spots.get(box.id) ?? { x: 0, y: 0 }) }));
        for (const a of areas) for (const b of areas) if (a !== b) expect(overlap(a, b)).toBe(false);
        for (const { from, to } of wires) expect(spots.get(from)?.x ?? 0).toBeLessThan(spots.get(to)?.x ?? 0);
      }),
      { numRuns: 100 },
    );
  });

  test('D11.8 boxes of a column keep the order in which they stood', () => {
    const steps = ['a', 'b', 'c'].map((id) => ({ id, kind: 'set@1', after: ['start'] }));
    const layout: Flow['layout'] = { start: [0, 0], a: [400, 300], b: [410, 10], c: [390, 150] };
    const flow: Flow = { headgate: 1, name: 'F', steps: [{ id: 'start', kind: 'set@1' }, ...steps], layout };
    const places = tidied(drawer(KINDS)(flow));
    const order = ['a', 'b', 'c'].toSorted((one, other) => (places[one]?.[1] ?? 0) - (places[other]?.[1] ?? 0));
    expect(order).toEqual(['b', 'c', 'a']);
  });
});

test('arrows lead along wires, up and down to what is nearest, into blocks and out', () => {
  const scene = drawer(KINDS)(FLOW);
  expect(walk(scene, 'start', 'ArrowRight')).toBe('check');
  expect(walk(scene, 'check', 'ArrowLeft')).toBe('start');
  expect(walk(scene, 'start', 'ArrowLeft')).toBe('hook');
  const fork: Flow = {
    ...FLOW,
    steps: ['a', 'b'].map((id) => ({ id, kind: 'set@1' })),
    layout: { hook: [0, 50], a: [300, 0], b: [300, 100] },
  };
  expect(walk(drawer(KINDS)(fork), 'a', 'ArrowDown')).toBe('b');
  expect(walk(drawer(KINDS)(fork), 'b', 'ArrowUp')).toBe('a');
  expect(walk(drawer(KINDS)(fork), 'b', 'ArrowDown')).toBeNull();
  expect(walk(scene, 'loop', 'ArrowDown')).toBe('in');
  expect(walk(scene, 'in', 'ArrowLeft')).toBe('loop');
  expect(named(scene, 'start', 'b')).toBe('both');
  expect(named(scene, 'start', 'zz')).toBeNull();
});

describe('the tree', () => {
  test('a step stands in the branch it can only be come to by; where branches join it stands below them', () => {
    const rows = rowsOf(FLOW, KINDS);
    expect(rows.map(({ id, depth }) => `${' '.repeat(depth)}${id}`)).toEqual([
      'hook',
      'start',
      'check',
      ' check.true',
      '  yes',
      '  more',
      ' check.false',
      '  no',
      ' check.problem',
      'both',
      'loop',
      ' in',
    ]);
    expect(seen(rows, new Set(['check.true', 'loop'])).map(({ id }) => id)).not.toContain('yes');
    expect(seen(rows, new Set(['check'])).map(({ id }) => id)).toEqual([
      'hook',
      'start',
      'check',
      'both',
      'loop',
      'in',
    ]);
  });

  test('every step has one row, whatever the wires, cycles included', () => {
    const id = fc.constantFrom('start', 'check.true', 'check.false', 'yes', 'more', 'no', 'both', 'loop');
    fc.assert(
      fc.property(fc.array(fc.uniqueArray(id, { maxLength: 3 }), { minLength: 7, maxLength: 7 }), (afters) => {
        const steps = FLOW.steps.map((one, i) => ({ ...one, after: afters[i] ?? [] }));
        const rows = rowsOf({ ...FLOW, steps }, KINDS).filter(({ what }) => what === 'step');
        expect(rows.map((row) => row.id).toSorted()).toEqual([...FLOW.steps.map((one) => one.id), 'in'].toSorted());
      }),
      { numRuns: 300 },
    );
  });
});

describe('text for the clipboard', () => {
  test('what is copied is a flow file that can be pasted, and a block takes along what it holds', () => {
    const made = copied(FLOW, new Set(['loop', 'in', 'hook']));
    expect(made?.count).toBe(2);
    const read = pasted(made?.text ?? '');
    expect(read).toMatchObject({ ok: true, value: { steps: [{ id: 'loop' }], triggers: [{ id: 'hook' }] } });
    expect(copied(FLOW, new Set())).toBeNull();
  });

  test('CL1 a value that looks like a key stays behind, and is told of', () => {
    const key = `ghp_${'a1B2c3D4e5F6g7H8i9J0k1L2m3N4o5P6q7R8'}`;
    const flow: Flow = {
      ...FLOW,
      steps: [{ id: 'call', kind: 'set@1', with: { value: { auth: key, url: 'https://a.example' } } }],
    };
    const made = copied(flow, new Set(['call']));
    expect(made?.leftOut).toBe(1);
    expect(made?.text).not.toContain(key);
    expect(made?.text).toContain('https://a.example');
  });

  test('what is no flow says what is wrong with it', () => {
    const code = (text: string): string | null => {
      const read = pasted(text);
      return read.ok ? null : read.problem.code;
    };
    expect(code('')).toBe('paste.empty');
    expect(code('{"nodes": []}')).toBe('paste.foreign');
    expect(code('[1, 2]')).toBe('paste.foreign');
    expect(code('{"headgate": 1, "name": "x", "steps": []}')).toBe('paste.empty');
    expect(code('{"headgate": 1, "name": "x", "steps": [')).toMatch(/^json\./);
    expect(code('{"headgate": 1, "name": "x", "steps": [{"id": "A", "kind": "set@1"}]}')).toBe('field.wrong');
  });
});

test('a wire says whether it was taken, how much went over it, and of what shape', () => {
  const view = (part: Partial<StepView>): StepView =>
    ({
      state: 'done',
      started: 10,
      ended: 22,
      attempts: 1,
      port: null,
      out: null,
      problem: null,
      reused: null,
      pinned: false,
      items: null,
      waitsFor: null,
      ...part,
    }) as StepView;
  const list = view({ out: { value: [{ id: 1, tags: ['a'] }, {}] } });
  expect(wireView(list, null)).toEqual({
    state: 'taken',
    items: 2,
    took: 12,
    shape: '{ id: number, tags: list of text }',
  });
  expect(wireView(view({ port: 'true' }), 'false')).toMatchObject({ state: 'skipped' });
  expect(wireView(view({ port: 'true' }), 'true')).toMatchObject({ state: 'taken' });
  expect(wireView(view({ state: 'failed' }), null)).toMatchObject({ state: 'failed' });
  expect(wireView(view({ state: 'running' }), null)).toBeNull();
  expect(wireView(null, null)).toBeNull();
  expect(shapeText(null)).toBe('nothing');
});

test('a new step is offered behind the cursor, at a branch that is free, on the wires that lead here, in the block', () => {
  expect(whereAt(FLOW, KINDS, 'check')).toEqual({ at: 'after', entry: 'check.problem' });
  expect(whereAt(FLOW, KINDS, 'check.true')).toEqual({ at: 'after', entry: 'check.true' });
  expect(whereAt(FLOW, KINDS, null)).toEqual({ at: 'flow' });
  expect(wheresAt(FLOW, KINDS, 'in', { at: 'after', entry: 'in' })).toContainEqual({ at: 'block', block: 'loop' });
  expect(wheresAt(FLOW, KINDS, 'yes', { at: 'after', entry: 'yes' })).toContainEqual({
    at: 'wire',
    from: 'check.true',
    to: 'yes',
  });
});
