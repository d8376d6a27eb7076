/** Edits: whatever is done can be undone exactly, two people's work is joined without a loss, and names follow. */

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { everyStep } from '../blocks.ts';
import { type Flow, flowSchema } from '../model.ts';
import { doEdit, doEdits } from './apply.ts';
import { addStep, deleteSteps, idsOf, insertStep, pasteSteps, renameStep } from './commands.ts';
import type { Edit } from './edit.ts';
import { NO_HISTORY, perform, redo, undo } from './history.ts';
import { landed, merge } from './merge.ts';
import { sentenceOf } from './sentence.ts';

const BASE: Flow = {
  headgate: 1,
  name: 'Orders',
  description: 'of the day',
  triggers: [{ id: 'hook', kind: 'webhook@1', with: { answer: 'sync' } }],
  steps: [
    { id: 'check', kind: 'if@1', with: { when: '{{ input.total > 0 }}' } },
    {
      id: 'fetch',
      kind: 'http.request@1',
      name: 'Get it',
      after: ['check.true'],
      with: { method: 'GET', url: 'https://a.example/{{ steps.check }}' },
      retry: { max: 2, when: '{{ problems.fetch.code == "x" }}' },
    },
    {
      id: 'each',
      kind: 'each@1',
      after: ['fetch'],
      with: {
        over: '{{ steps.fetch.body }}',
        steps: [
          { id: 'inner', kind: 'set@1', with: { value: 'of {{ steps.fetch.status }} {{ item["fetch"] }}' } },
          {
            id: 'last',
            kind: 'code@1',
            after: ['inner'],
            with: { source: 'export default (i, can) => can.steps.fetch' },
          },
        ],
      },
    },
    { id: 'end', kind: 'respond@1', after: ['each', 'check.false'], with: { body: ['{{ steps.each }}', 1, null] } },
  ],
  output: { text: '{{ steps.fetch?.body ?? steps["fetch"].status }}', fetch: 'fetch' },
  layout: { check: [0, 0], fetch: [200, 0] },
  notes: { hint: { text: 'of all', at: [0, 90] }, within: { text: 'of each', at: [8, 8], block: 'each' } },
  groups: { front: { name: 'Front', holds: ['check', 'fetch', 'hint'] } },
};

const good = <T>(result: { ok: true; value: T } | { ok: false; problem: { text: string } }): T => {
  if (!result.ok) throw new Error(result.problem.text);
  return result.value;
};

const id = fc.constantFrom('check', 'fetch', 'each', 'inner', 'last', 'end', 'hook', 'new_one', 'other');
const place = fc.record({
  block: fc.constantFrom(null, null, 'each', 'inner', 'nowhere'),
  before: fc.option(id, { nil: null }),
});
const json = fc.jsonValue({ maxDepth: 2, noUnicodeString: true } as never) as fc.Arbitrary<never>;
const path = fc.oneof(
  fc.constantFrom(
    ['name'],
    ['note'],
    ['with'],
    ['with', 'url'],
    ['with', 'deep', 'er'],
    ['with', 'body', 0],
    ['after', 0],
  ),
  fc.constantFrom(
    ['with', 'body', 1],
    ['with', 'body', 9],
    ['retry', 'max'],
    ['after'],
    ['id'],
    ['with', 'steps'],
    ['zzz'],
  ),
  fc.constantFrom(['notes', 'hint'], ['notes', 'other', 'at'], ['groups', 'front', 'holds'], ['groups']),
  fc.constantFrom(['description'], ['output'], ['output', 'text'], ['settings', 'timeout'], ['triggers'], ['headgate']),
);
const owner = fc.oneof(
  fc.constant(null),
  id.map((step) => ({ step })),
  id.map((trigger) => ({ trigger })),
);
const step = fc.record({
  id,
  kind: fc.constantFrom('set@1', 'each@1'),
  with: fc.constantFrom({ value: 1 }, { steps: [] }),
});
const single: fc.Arbitrary<Edit> = fc.oneof(
  fc.record({ do: fc.constant('step.put' as const), step, at: place }),
  fc.record({ do: fc.constant('step.take' as const), id }),
  fc.record({ do: fc.constant('step.move' as const), id, to: place }),
  fc.record({
    do: fc.constant('trigger.put' as const),
    trigger: fc.record({ id, kind: fc.constant('schedule@1') }),
    before: fc.option(id, { nil: null }),
  }),
  fc.record({ do: fc.constant('trigger.take' as const), id }),
  fc.record({ do: fc.constant('set' as const), of: owner, path, value: json }),
  fc.record({ do: fc.constant('set' as const), of: owner, path }),
  fc.record({
    do: fc.constant('wire' as const),
    step: id,
    entry: fc.constantFrom('check', 'check.true', 'each', 'Bad.entry'),
    on: fc.boolean(),
  }),
  fc.record({ do: fc.constant('rekey' as const), from: id, to: fc.constantFrom('new_one', 'renamed', 'Bad', 'each') }),
  fc.record({
    do: fc.constant('layout' as const),
    places: fc.dictionary(id, fc.option(fc.tuple(fc.integer(), fc.integer()), { nil: null }), { maxKeys: 3 }),
  }),
) as fc.Arbitrary<Edit>;
const some = fc.oneof(
  single,
  fc.array(single, { maxLength: 4 }).map((edits): Edit => ({ do: 'all', what: 'Several', edits })),
);

describe('an edit', () => {
  test('is undone exactly by its inverse, which is undone by doing it again, and changes nothing it was given', () => {
    let done = 0;
    fc.assert(
      fc.property(fc.array(some, { maxLength: 12 }), (edits) => {
        let flow = BASE;
        for (const edit of edits) {
          const before = structuredClone(flow);
          const made = doEdit(flow, edit);
          expect(flow).toEqual(before);
          if (!made.ok) continue;
          done += 1;
          const { flow: after, inverse } = made.value;
          const back = good(doEdit(after, inverse));
          expect(back.flow).toEqual(flow);
          expect(good(doEdit(back.flow, back.inverse)).flow).toEqual(after);
          flow = after;
        }
      }),
      { numRuns: 1_500 },
    );
    expect(done).toBeGreaterThan(2_000);
  });

  test('leaves a flow in its form, with every id once', () => {
    fc.assert(
      fc.property(fc.array(some, { maxLength: 12 }), (edits) => {
        let flow = BASE;
        for (const edit of edits) {
          const made = doEdit(flow, edit);
          if (made.ok) flow = made.value.flow;
        }
        expect(flowSchema.safeParse(flow).error?.issues ?? []).toEqual([]);
        const ids = [...[...everyStep(flow)].map((one) => one.id), ...(flow.triggers ?? []).map((one) => one.id)];
        expect(new Set(ids).size).toBe(ids.length);
      }),
      { numRuns: 500 },
    );
  });

  test('of several is done whole or not at all, and can be kept as JSON', () => {
    const edits: Edit[] = [
      { do: 'set', of: { step: 'fetch' }, path: ['with', 'url'], value: 'https://b.example' },
      { do: 'step.take', id: 'nobody' },
    ];
    const made = doEdit(BASE, { do: 'all', what: 'Both', edits });
    expect(made).toMatchObject({ ok: false, problem: { code: 'edit.missing', at: { step: 'nobody' } } });
    const one = edits[0] as Edit;
    expect(doEdit(BASE, JSON.parse(JSON.stringify(one)) as Edit)).toEqual(doEdit(BASE, one));
  });

  test.each<[Edit, string, object]>([
    [{ do: 'set', of: { step: 'fetch' }, path: ['retry', 'max'], value: 'many' }, 'edit.field', { field: 'retry.max' }],
    [{ do: 'set', of: { step: 'fetch' }, path: ['id'], value: 'x' }, 'edit.field', { step: 'fetch' }],
    [{ do: 'set', of: null, path: ['headgate'], value: 2 }, 'edit.field', { field: 'headgate' }],
    [{ do: 'step.move', id: 'each', to: { block: 'each', before: null } }, 'edit.field', { step: 'each' }],
    [{ do: 'step.put', step: { id: 'inner', kind: 'set@1' }, at: { block: null, before: null } }, 'edit.taken', {}],
    [{ do: 'rekey', from: 'fetch', to: 'hook' }, 'edit.taken', { step: 'hook' }],
  ])('that cannot be done says where: %j', (edit, code, at) => {
    expect(doEdit(BASE, edit)).toMatchObject({ ok: false, problem: { code, at } });
  });
});

describe('commands', () => {
  test('a step that is added waits for what it was drawn from, and has a free id of its kind', () => {
    const { edit, id: made } = good(addStep(BASE, { kind: 'set@1' }, { after: ['fetch'] }));
    const { flow } = good(doEdit(BASE, edit));
    expect(flow.steps.map((one) => one.id)).toEqual(['check', 'fetch', 'set', 'each', 'end']);
    expect([made, flow.steps[2]?.after]).toEqual(['set', ['fetch']]);
    expect(good(addStep(flow, { kind: 'set@1' })).id).toBe('set_2');
    const inside = good(addStep(BASE, { kind: 'set@1' }, { after: ['inner'] }));
    expect([...everyStep(good(doEdit(BASE, inside.edit)).flow)].map((one) => one.id)).toContain('set');
    expect(good(doEdit(BASE, inside.edit)).flow.steps).toHaveLength(4);
  });

  test('a step that is inserted on a wire stands between, in one undo', () => {
    const { edit } = good(insertStep(BASE, { kind: 'set@1' }, { from: 'check.false', to: 'end' }));
    const { flow, inverse } = good(doEdit(BASE, edit));
    expect(flow.steps.find((one) => one.id === 'set')?.after).toEqual(['check.false']);
    expect(flow.steps.find((one) => one.id === 'end')?.after).toEqual(['each', 'set']);
    expect(good(doEdit(flow, inverse)).flow).toEqual(BASE);
  });

  test('deleting reconnects what waited, or leaves a gap; undone, all is as it was', () => {
    const after = (flow: Flow, of: string) => flow.steps.find((one) => one.id === of)?.after;
    const joined = good(doEdit(BASE, good(deleteSteps(BASE, ['fetch'], true))));
    expect(after(joined.flow, 'each')).toEqual(['check.true']);
    expect(joined.flow.layout).toEqual({ check: [0, 0] });
    const gap = good(doEdit(BASE, good(deleteSteps(BASE, ['fetch'], false))));
    expect(after(gap.flow, 'each')).toBeUndefined();
    const many = good(doEdit(BASE, good(deleteSteps(BASE, ['fetch', 'each', 'inner'], true))));
    expect(after(many.flow, 'end')).toEqual(['check.true', 'check.false']);
    for (const one of [joined, gap, many]) expect(good(doEdit(one.flow, one.inverse)).flow).toEqual(BASE);
  });

  test('renaming follows every reference, in code too, and nothing else of that name', () => {
    const { flow, inverse } = good(doEdit(BASE, good(renameStep(BASE, 'fetch', 'load'))));
    const text = JSON.stringify(flow);
    expect(text).toContain('steps.load.status');
    expect(text).toContain('steps.load?.body ?? steps[\\"load\\"].status');
    expect(text).toContain('problems.load.code');
    expect(text).toContain('can.steps.load');
    expect(text.match(/fetch/g)).toHaveLength(3); // item["fetch"], the key and the text of the output
    expect(flow.layout).toEqual({ check: [0, 0], load: [200, 0] });
    expect(good(doEdit(flow, inverse)).flow).toEqual(BASE);
  });

  test('copies have ids of their own, and refer to each other as the copied did', () => {
    const copied = BASE.steps.slice(1, 3);
    const { edit, ids } = good(pasteSteps(BASE, copied, { behind: 'end' }));
    const { flow } = good(doEdit(BASE, edit));
    expect(ids).toEqual(['fetch_2', 'each_2']);
    const [first, second] = flow.steps.slice(-2);
    expect([first?.id, first?.after, second?.after]).toEqual(['fetch_2', ['check.true'], ['fetch_2']]);
    expect(JSON.stringify(second)).toContain('steps.fetch_2.body');
    expect(idsOf(flow).size).toBe(idsOf(BASE).size + 4);
    // Into another flow: what they waited for is not there.
    const other: Flow = { headgate: 1, name: 'Other', steps: [] };
    const there = good(doEdit(other, good(pasteSteps(other, copied)).edit)).flow;
    expect(there.steps.map((one) => [one.id, one.after])).toEqual([
      ['fetch', undefined],
      ['each', ['fetch']],
    ]);
  });
});

test('copies of steps with the longest ids, and of copies, get ids of their own too', () => {
  const long = `a${'b'.repeat(62)}`;
  const steps = [
    { id: long, kind: 'set@1', with: { value: 1 } },
    { id: `${long.slice(0, 60)}_c`, kind: 'set@1', after: [long], with: { value: `{{ steps.${long} }}` } },
    { id: 'copied', kind: 'set@1' },
    { id: 'copied_2', kind: 'set@1', after: ['copied'] },
  ];
  let flow: Flow = { headgate: 1, name: 'Long', steps };
  for (let i = 0; i < 3; i += 1) {
    const { edit, ids } = good(pasteSteps(flow, steps));
    expect(new Set(ids).size).toBe(4);
    flow = good(doEdit(flow, edit)).flow;
    const [first, second, , fourth] = flow.steps.slice(-4);
    expect(second?.with).toEqual({ value: `{{ steps.${first?.id} }}` });
    expect(fourth?.after).toEqual([ids[2]]);
  }
  expect(flowSchema.safeParse(flow).success).toBe(true);
  expect(idsOf(flow).size).toBe(16);
});

describe('history', () => {
  test('undo and redo go back and forth over any edits, and survive being kept as JSON', () => {
    fc.assert(
      fc.property(fc.array(some, { maxLength: 8 }), (edits) => {
        const flows: Flow[] = [BASE];
        let [flow, history] = [BASE, NO_HISTORY];
        for (const edit of edits) {
          const made = perform(flow, history, edit);
          if (!made.ok) continue;
          ({ flow, history } = made.value);
          flows.push(flow);
        }
        history = JSON.parse(JSON.stringify(history)) as typeof history;
        for (const before of flows.slice(0, -1).toReversed()) {
          const made = undo(flow, history);
          ({ flow, history } = good(made as NonNullable<typeof made>));
          expect(flow).toEqual(before);
        }
        expect(undo(flow, history)).toBeNull();
        for (const after of flows.slice(1)) {
          const made = redo(flow, history);
          ({ flow, history } = good(made as NonNullable<typeof made>));
          expect(flow).toEqual(after);
        }
        expect(redo(flow, history)).toBeNull();
      }),
      { numRuns: 300 },
    );
  });
});

describe('merging', () => {
  const set = (of: string, field: string, value: string): Edit => ({
    do: 'set',
    of: { step: of },
    path: ['with', field],
    value,
  });

  test('edits of different places are both kept, whoever saved first', () => {
    const mine = [
      set('fetch', 'url', 'https://mine.example'),
      good(addStep(BASE, { kind: 'set@1' }, { after: ['end'] })).edit,
    ];
    const theirs = good(
      doEdits(BASE, [set('fetch', 'method', 'POST'), { do: 'set', of: null, path: ['name'], value: 'Theirs' }]),
    ).flow;
    const { flow, conflicts } = merge(BASE, mine, theirs);
    expect(conflicts).toEqual([]);
    expect(flow.name).toBe('Theirs');
    expect(flow.steps[1]?.with).toEqual({ method: 'POST', url: 'https://mine.example' });
    expect(flow.steps.at(-1)?.id).toBe('set');
  });

  test('the same field changed by both is a conflict that shows all three values, and what hangs on it waits with it', () => {
    const theirs = good(doEdits(BASE, [set('fetch', 'url', 'https://theirs.example')])).flow;
    const { flow, conflicts, applied } = merge(
      BASE,
      [set('fetch', 'url', 'https://mine.example'), set('end', 'status', '200')],
      theirs,
    );
    expect(flow.steps[1]?.with?.['url']).toBe('https://theirs.example');
    expect(applied).toHaveLength(1);
    expect(conflicts).toMatchObject([
      {
        path: ['with', 'url'],
        base: 'https://a.example/{{ steps.check }}',
        mine: 'https://mine.example',
        theirs: 'https://theirs.example',
      },
    ]);
    // Choosing mine is doing it.
    expect(good(doEdit(flow, conflicts[0]?.edit as Edit)).flow.steps[1]?.with?.['url']).toBe('https://mine.example');
  });

  test('what I changed of a step they deleted, and a step I deleted that they changed, are conflicts', () => {
    const gone = good(doEdit(BASE, good(deleteSteps(BASE, ['fetch'], true)))).flow;
    const one = merge(BASE, [set('fetch', 'url', 'https://mine.example')], gone);
    expect(one.conflicts).toMatchObject([{ of: { step: 'fetch' }, mine: 'https://mine.example' }]);
    expect(one.flow).toEqual(gone);
    const changed = good(doEdit(BASE, set('fetch', 'url', 'https://theirs.example'))).flow;
    const two = merge(BASE, [good(deleteSteps(BASE, ['fetch'], true))], changed);
    expect(two.conflicts.length).toBeGreaterThan(0);
    expect(two.flow).toEqual(changed);
  });

  test('what stands on an edit in conflict is one too, and says where', () => {
    const theirs = good(doEdit(BASE, good(renameStep(BASE, 'fetch', 'get')))).flow;
    const mine: Edit[] = [good(renameStep(BASE, 'fetch', 'load')), set('load', 'method', 'POST')];
    const { flow, applied, conflicts } = merge(BASE, mine, theirs);
    expect([flow, applied]).toEqual([theirs, []]);
    expect(conflicts.at(-1)).toMatchObject({ of: { step: 'load' }, path: ['with', 'method'] });
  });

  test('with somebody who changed nothing it is what I have; with somebody who did the same, that, once', () => {
    fc.assert(
      fc.property(fc.array(some, { maxLength: 8 }), (edits) => {
        let own = BASE;
        const mine: Edit[] = [];
        for (const edit of edits) {
          const made = doEdit(own, edit);
          if (!made.ok) continue;
          own = made.value.flow;
          mine.push(edit);
        }
        const alone = merge(BASE, mine, BASE);
        expect([alone.flow, alone.conflicts]).toEqual([own, []]);
        // What was saved and not acknowledged is known again, wherever the line broke; the rest is done on top of it.
        for (let saved = 0; saved <= mine.length; saved += 1) {
          const theirs = good(doEdits(BASE, mine.slice(0, saved))).flow;
          const there = landed(BASE, mine, theirs);
          expect(there).toBeGreaterThanOrEqual(saved);
          expect(good(doEdits(theirs, mine.slice(there))).flow).toEqual(own);
        }
      }),
      { numRuns: 300 },
    );
  });
});

test('each says what it did', () => {
  const said = (edit: Edit): string => sentenceOf(edit);
  expect(said({ do: 'set', of: { step: 'fetch' }, path: ['with', 'url'], value: 'x' })).toBe('Set with.url of fetch');
  expect(said({ do: 'set', of: null, path: ['description'] })).toBe('Clear description of the flow');
  expect(said({ do: 'wire', step: 'end', entry: 'check.true', on: true })).toBe('Connect check.true to end');
  expect(said(good(deleteSteps(BASE, ['fetch', 'each'], true)))).toBe('Delete 2 steps');
  expect(said(good(renameStep(BASE, 'fetch', 'load')))).toBe('Rename fetch to load');
});
