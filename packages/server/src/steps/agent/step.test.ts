import { expect, test } from 'vitest';
import { type AgentTurn, noModels, problem, trial, z } from '@headgate/core/step';
import { step } from './step.ts';

const settings = (more: object = {}) =>
  step.agent?.(step.input.parse({ model: 'local/small', prompt: 'Do it.', steps: [], ...more }) as never);

test('settings that are left out have limits all the same, and nobody approves', () => {
  expect(settings()).toMatchObject({
    who: [],
    wait: null,
    outside: 'ask',
    limits: { turns: 10, calls: 30, mistakes: 5, tokens: 100_000, money: null, seconds: 600 },
  });
  expect(settings({ limits: { turns: 3 } })?.limits).toMatchObject({ turns: 3, calls: 30 });
  expect(settings({ approvers: { roles: ['admin'] }, approval: '2d' })).toMatchObject({
    who: [{ kind: 'role', name: 'admin' }],
    wait: 172_800_000,
  });
});

test('it needs its models and who approves, and none of the powers of its tools', () => {
  const steps = [{ id: 'get', kind: 'http.request@1', with: { method: 'GET', url: 'https://example.com' } }];
  const needs = step.needs?.({ model: 'local/small', prompt: 'x', steps, approvers: { roles: ['admin'] } });
  expect(needs?.map(({ power, scope }) => `${power}: ${scope}`)).toEqual(['model: local/small', 'ask: role admin']);
});

test('a question to its model that fails is its Problem, and unknown settings are refused', async () => {
  const why = problem('model.down', 'It is down');
  const turn: AgentTurn = {
    do: 'think',
    ask: { models: ['local/small'], timeout: 1_000, tries: 0, stall: 1_000, maxTokens: 10, messages: [] },
  };
  // The engine gives it turns of its own making, which its settings are no part of.
  const { outcome } = await trial({ ...step, input: z.unknown() }, turn, { models: noModels(why) });
  expect(outcome).toMatchObject({ kind: 'problem', problem: why });
  expect(step.input.safeParse({ model: 'local/small', prompt: 'x', steps: [], powers: ['*'] }).success).toBe(false);
});
