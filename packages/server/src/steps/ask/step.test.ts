import { describe, expect, test } from 'vitest';
import { problem, trial } from '@headgate/core/step';
import { step } from './step.ts';

const who = { members: ['Ada@Example.com'] };
const wrong = (input: unknown): string[] => {
  const read = step.input.safeParse(input);
  return read.success ? [] : read.error.issues.map(({ path }) => path.join('.'));
};

describe('ask', () => {
  test('asks whom it says, by their addresses in one spelling, and tells them at once, again, and others later', async () => {
    const { outcome } = await trial(step, {
      title: 'Pay?',
      who,
      deadline: '5h',
      late: { answer: 'refused' },
      remind: { every: '2h', most: 9 },
      escalate: { after: '3h', who: { roles: ['owner'] } },
    });
    expect(outcome).toMatchObject({
      kind: 'event',
      deadline: 18_000_000,
      ask: {
        title: 'Pay?',
        wanted: { kind: 'approve' },
        count: 1,
        who: [{ kind: 'member', name: 'ada@example.com' }],
        late: { answer: 'refused' },
      },
    });
    const ask = 'ask' in outcome ? outcome.ask : undefined;
    expect(ask?.notices.map(({ after, why }) => [after / 3_600_000, why])).toEqual([
      [0, 'asked'],
      [2, 'reminder'],
      [3, 'escalated'],
      [4, 'reminder'],
    ]);
  });

  test('asks for the power to ask each of them, and for any when it is not known whom', () => {
    const scopes = (raw: Record<string, unknown>): string[] =>
      (step.needs?.(raw) ?? []).map(({ power, scope }) => `${power}: ${scope}`);
    expect(
      scopes({
        who: {
          members: ['Ada@Example.com'],
          roles: ['admin'],
          groups: ['Finance'],
          emails: ['x@out.example'],
          link: true,
        },
      }),
    ).toEqual([
      'ask: person ada@example.com',
      'ask: role admin',
      'ask: group finance',
      'ask: person x@out.example',
      'ask: *',
    ]);
    expect(scopes({ who: { members: '{{ input.who }}' } })).toEqual(['ask: *']);
  });

  test('asks nobody when it may not', async () => {
    const denied = problem('grant.missing', 'no');
    const { outcome } = await trial(step, { title: 'Pay?', who }, { people: { mayAsk: async () => denied } });
    expect(outcome).toEqual({ kind: 'problem', problem: denied, sent: 'no' });
  });

  test('refuses settings that contradict themselves', () => {
    expect(wrong({ title: 'x', who: {} })).toEqual(['who']);
    expect(wrong({ title: 'x', who, wanted: 'choose' })).toEqual(['choices']);
    expect(wrong({ title: 'x', who, wanted: 'form' })).toEqual(['fields']);
    expect(wrong({ title: 'x', who: { roles: ['admin'] }, answers: 'all' })).toEqual(['answers']);
    expect(wrong({ title: 'x', who: { link: true }, answers: { of: 2 } })).toEqual(['answers']);
    expect(wrong({ title: 'x', who: { emails: ['x@out.example'] } })).toEqual(['tell']);
    expect(wrong({ title: 'x', who, late: { answer: 'refused' } })).toEqual(['deadline']);
    expect(wrong({ title: 'x', who, wanted: 'form', fields: [{ name: 'a', label: 'A', type: 'file' }] })).toEqual([
      'fields',
    ]);
    expect(wrong({ title: 'x', who })).toEqual([]);
  });

  test('says its ports by what is wanted', () => {
    const ports = (raw: Record<string, unknown>): readonly string[] =>
      typeof step.ports === 'function' ? step.ports(raw) : [];
    expect(ports({})).toEqual(['approved', 'refused']);
    expect(ports({ wanted: 'form', late: { answer: {} } })).toEqual(['answered', 'late']);
  });
});
