import { trial } from '@headgate/core/step';
import { expect, test } from 'vitest';
import { step } from './step.ts';

test('if goes on by the port of its answer', async () => {
  expect((await trial(step, { when: true })).outcome).toEqual({ kind: 'done', value: true, port: 'true' });
  expect((await trial(step, { when: false })).outcome).toEqual({ kind: 'done', value: false, port: 'false' });
});

test('if never guesses: each other kind of value is a Problem with its own fix', async () => {
  const fixes = new Set<string | undefined>();
  for (const when of ['true', '', 1, 0, null, undefined, [], [true], {}]) {
    const { outcome } = await trial(step, { when });
    if (outcome.kind !== 'problem') throw new Error(`guessed ${JSON.stringify(when)}`);
    expect(outcome.problem).toMatchObject({ code: 'value.not_boolean', at: { field: 'when' }, retry: 'no' });
    fixes.add(outcome.problem.fix);
  }
  expect(fixes.size).toBe(5);
});

test('the text of the Problem names the kind of the value and never the value', async () => {
  const { outcome } = await trial(step, { when: 'hunter2' });
  expect(JSON.stringify(outcome)).not.toContain('hunter2');
  expect(outcome).toMatchObject({ problem: { text: '`when` must be true or false; it is a text.' } });
});

test('if has the ports true and false', () => {
  expect(step.ports).toEqual(['true', 'false']);
});
