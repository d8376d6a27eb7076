import { expect, test } from 'vitest';
import { readFlow } from '../parse.ts';
import type { Json } from '../model.ts';
import { doEdit } from './apply.ts';
import type { Edit } from './edit.ts';

const BASE = { headgate: 1, name: 'Orders', steps: [{ id: 'one', kind: 'set@1', with: { value: 1 } }] };

/** The flow with a block of these settings. */
const withBlock = (settings: Readonly<Record<string, Json>>) => {
  const read = readFlow(BASE);
  if (!read.ok) throw new Error('the flow is wrong');
  const step = { id: 'block', kind: 'each@1', with: settings };
  const made = doEdit(read.flow, { do: 'step.put', step, at: { block: null, before: null } });
  if (!made.ok) throw new Error(made.problem.text);
  return made.value.flow;
};

const INTO: Edit = {
  do: 'step.put',
  step: { id: 'more', kind: 'set@1', with: { value: 1 } },
  at: { block: 'block', before: null },
};

test('nothing is put into a block that has no list of steps: there would be one left after undoing', () => {
  expect(doEdit(withBlock({ over: [] }), INTO)).toMatchObject({ ok: false, problem: { code: 'edit.missing' } });
});

test('into one with a list, empty or not, a step is put and taken out again', () => {
  const flow = withBlock({ over: [], steps: [] });
  const made = doEdit(flow, INTO);
  if (!made.ok) throw new Error(made.problem.text);
  expect(JSON.stringify(made.value.flow)).toContain('"steps":[{"id":"more"');
  expect(doEdit(made.value.flow, made.value.inverse)).toMatchObject({ ok: true, value: { flow } });
});
