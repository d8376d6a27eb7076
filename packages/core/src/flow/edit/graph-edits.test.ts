/** Edits of the graph: moving into blocks and out, notes and groups, upgrades, parts of an edit; each undone exactly. */

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { graphOf } from '../graph.ts';
import { type Flow, flowSchema } from '../model.ts';
import { readFlow } from '../parse.ts';
import { doEdit } from './apply.ts';
import { addNote, groupBoxes, placeBoxes } from './drawn.ts';
import { addStep, deleteSteps, filledOf, renameStep } from './commands.ts';
import type { Edit } from './edit.ts';
import { moveSteps } from './move.ts';
import { isDivisible, withoutFields } from './part.ts';
import { stepIn } from './place.ts';
import { sentenceOf } from './sentence.ts';
import { newerKind, upgradeSteps } from './upgrade.ts';

const BASE: Flow = {
  headgate: 1,
  name: 'Orders',
  triggers: [{ id: 'hook', kind: 'webhook@1' }],
  steps: [
    { id: 'first', kind: 'set@1', with: { value: 1 } },
    { id: 'second', kind: 'set@1', after: ['first'] },
    {
      id: 'loop',
      kind: 'each@1',
      after: ['second'],
      with: {
        over: [],
        steps: [
          { id: 'inner', kind: 'set@1' },
          { id: 'last', kind: 'set@1', after: ['inner'] },
        ],
      },
    },
    { id: 'other', kind: 'repeat@1', with: { until: '{{ true }}', max: 2, steps: [{ id: 'turn', kind: 'set@1' }] } },
    { id: 'end', kind: 'set@1', after: ['loop', 'second'] },
  ],
  layout: { first: [0, 0], second: [200, 0] },
  notes: { hint: { text: 'of all', at: [0, 90] }, within: { text: 'of each', at: [8, 8], block: 'loop' } },
  groups: { front: { name: 'Front', holds: ['first', 'hint'] } },
};

const good = <T>(result: { ok: true; value: T } | { ok: false; problem: { text: string } }): T => {
  if (!result.ok) throw new Error(result.problem.text);
  return result.value;
};

const done = (flow: Flow, edit: Edit): Flow => {
  const made = good(doEdit(flow, edit));
  expect(good(doEdit(made.flow, made.inverse)).flow).toEqual(flow);
  expect(flowSchema.safeParse(made.flow).success).toBe(true);
  return made.flow;
};

describe('moving', () => {
  test('among neighbours changes the order alone', () => {
    const flow = done(BASE, good(moveSteps(BASE, ['end'], { block: null, before: 'second' })));
    expect(flow.steps.map(({ id }) => id)).toEqual(['first', 'end', 'second', 'loop', 'other']);
    expect(stepIn(flow, 'end')?.after).toEqual(['loop', 'second']);
  });

  test('into a block takes along the wires among the moved, and cuts those that would cross its border', () => {
    const edit = good(moveSteps(BASE, ['first', 'second'], { block: 'loop', before: 'last' }));
    expect(sentenceOf(edit)).toBe('Move 2 steps into loop, and take away the wires that would cross its border');
    const flow = done(BASE, edit);
    expect(
      graphOf(flow)
        .byId.get('loop')
        ?.inner?.nodes.map(({ id }) => id),
    ).toEqual(['inner', 'first', 'second', 'last']);
    expect(stepIn(flow, 'second')?.after).toEqual(['first']);
    expect(stepIn(flow, 'end')?.after).toEqual(['loop']);
    expect(stepIn(flow, 'loop')?.after).toBeUndefined();
    expect(flow.layout).toBeUndefined();
  });

  test('into itself, or into what it holds, is refused', () => {
    expect(moveSteps(BASE, ['loop'], { block: 'loop', before: null })).toMatchObject({ ok: false });
    expect(moveSteps(BASE, ['gone'], { block: null, before: null })).toMatchObject({ ok: false });
  });

  test('whatever is moved wherever, no wire crosses a border, nothing is lost, and undo brings all back', () => {
    const id = fc.constantFrom('first', 'second', 'loop', 'inner', 'last', 'other', 'turn', 'end');
    const to = fc.record({ block: fc.constantFrom(null, 'loop', 'other'), before: fc.option(id, { nil: null }) });
    fc.assert(
      fc.property(fc.uniqueArray(id, { minLength: 1, maxLength: 4 }), to, (ids, place) => {
        const edit = moveSteps(BASE, ids, place);
        if (!edit.ok) return;
        const flow = done(BASE, edit.value);
        const { nodes } = graphOf(flow);
        expect(nodes.map((node) => node.id).toSorted()).toEqual(
          graphOf(BASE)
            .nodes.map((node) => node.id)
            .toSorted(),
        );
        for (const { step, entries } of nodes) expect(entries).toHaveLength(step.after?.length ?? 0);
      }),
      { numRuns: 500 },
    );
  });
});

describe('what is drawn', () => {
  test('boxes and notes are put somewhere in one edit', () => {
    const flow = done(BASE, placeBoxes(BASE, { first: [5, 6], hook: [1, 2], hint: [7, 8] }));
    expect(flow.layout).toEqual({ first: [5, 6], second: [200, 0], hook: [1, 2] });
    expect(flow.notes?.['hint']?.at).toEqual([7, 8]);
    expect(sentenceOf(placeBoxes(BASE, { first: [0, 1] }))).toBe('Move first on the canvas');
  });

  test('a note gets an id that nothing else has, in a flow without notes too', () => {
    const bare: Flow = { headgate: 1, name: 'Bare', steps: [{ id: 'note', kind: 'set@1' }] };
    const { edit, id } = addNote(bare, [1, 2], 'Look');
    expect(id).toBe('note_2');
    expect(done(bare, edit).notes).toEqual({ note_2: { text: 'Look', at: [1, 2] } });
  });

  test('a box is in one group at most, and a group that lost its last box is gone', () => {
    const { edit, id } = good(groupBoxes(BASE, ['first', 'hint', 'front', 'nobody'], 'All'));
    expect(done(BASE, edit).groups).toEqual({ [id]: { name: 'All', holds: ['first', 'hint'] } });
    expect(groupBoxes(BASE, ['nobody'], 'None')).toMatchObject({ ok: false, problem: { code: 'edit.missing' } });
  });

  test('what is deleted leaves its group; its notes go with a block; notes and groups are deleted by themselves', () => {
    const flow = done(BASE, good(deleteSteps(BASE, ['first', 'loop'], true)));
    expect(flow.groups).toEqual({ front: { name: 'Front', holds: ['hint'] } });
    expect(Object.keys(flow.notes ?? {})).toEqual(['hint']);
    expect(done(BASE, good(deleteSteps(BASE, ['hint', 'front'], true)))).toMatchObject({ groups: {} });
  });

  test('a new name is followed by groups and notes', () => {
    const flow = done(BASE, good(renameStep(BASE, 'first', 'start')));
    expect(flow.groups?.['front']?.holds).toEqual(['start', 'hint']);
    expect(done(BASE, good(renameStep(BASE, 'loop', 'all'))).notes?.['within']?.block).toBe('all');
  });
});

test('a new block is saved before anything is in it', () => {
  for (const kind of ['each@1', 'repeat@1']) {
    const filled = filledOf(kind);
    const made = good(addStep(BASE, { kind, with: { ...filled } }));
    expect(readFlow(done(BASE, made.edit)).ok).toBe(true);
  }
  expect(filledOf('set@1')).toBeNull();
});

describe('a newer version of a kind', () => {
  const NEW = {
    kind: 'set@3',
    input: { type: 'object', properties: { text: {} }, additionalProperties: false },
  };

  test('is the newest of the same name', () => {
    const known = [{ kind: 'set@1', input: {} }, { kind: 'set@2', input: {} }, NEW, { kind: 'setting@9', input: {} }];
    expect(newerKind(known, 'set@1')).toBe(NEW);
    expect(newerKind(known, 'set@3')).toBeNull();
  });

  test('is taken in one edit that names the settings it has no more', () => {
    const edit = good(upgradeSteps(BASE, new Map([['first', NEW]])));
    expect(sentenceOf(edit)).toBe('Upgrade first to set@3, without first.value');
    expect(stepIn(done(BASE, edit), 'first')).toEqual({ id: 'first', kind: 'set@3', with: {} });
    const open = { kind: 'webhook@2', input: { type: 'object' } };
    expect(done(BASE, good(upgradeSteps(BASE, new Map([['hook', open]])))).triggers).toEqual([
      { id: 'hook', kind: 'webhook@2' },
    ]);
    expect(upgradeSteps(BASE, new Map([['nobody', NEW]]))).toMatchObject({ ok: false });
  });
});

test('an edit without some of its fields does the rest', () => {
  const edit: Edit = {
    do: 'all',
    what: 'Both',
    edits: [
      { do: 'set', of: { step: 'first' }, path: ['with', 'value'], value: 2 },
      { do: 'set', of: { step: 'second' }, path: ['name'], value: 'Second' },
    ],
  };
  expect(isDivisible(edit)).toBe(true);
  expect(isDivisible(good(renameStep(BASE, 'first', 'start')))).toBe(false);
  const field = { of: { step: 'first' }, path: ['with', 'value'] };
  const left = withoutFields(edit, [field]);
  expect(left).toMatchObject({ edits: [{ of: { step: 'second' } }] });
  expect(withoutFields(left as Edit, [{ of: { step: 'second' }, path: ['name'] }])).toBeNull();
  expect(withoutFields({ do: 'step.take', id: 'first' }, [{ of: { step: 'first' }, path: [] }])).toBeNull();
});
