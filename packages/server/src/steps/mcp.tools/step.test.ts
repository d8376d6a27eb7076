import { problem, trial } from '@headgate/core/step';
import { expect, test } from 'vitest';
import { step as call } from '../mcp.call/step.ts';
import { step } from './step.ts';

// Against real servers of both eras: mcp.call/step.test.ts.

test('it asks for the one address, and for the secret there', () => {
  const needs = step.needs?.({ url: 'https://mcp.example.com/mcp', secret: 'far' }) ?? [];
  expect(needs.map(({ power, scope, least }) => `${power}: ${least ?? scope}`)).toEqual([
    'net: POST mcp.example.com:443/mcp',
    'secret: use far for https://mcp.example.com',
  ]);
});

test('a refused power is the Problem of the step', async () => {
  const refused = problem('power.missing', 'not lent');
  const net = { request: async () => ({ problem: refused, sent: 'no' as const }) };
  const { outcome } = await trial(step, { url: 'https://mcp.example.com/mcp' }, { net });
  expect(outcome).toMatchObject({ kind: 'problem', problem: refused, sent: 'no' });
});

test('a server whose list of tools does not end is left', async () => {
  let asked = 0;
  const net = {
    request: async ({ body }: { body?: unknown }) => {
      asked += 1;
      const { id } = body as { id: number };
      const result = { tools: [], nextCursor: String(asked) };
      const headers = { 'content-type': 'application/json' };
      return { status: 200, headers, body: { jsonrpc: '2.0', id, result } };
    },
  };
  const { outcome } = await trial(step, { url: 'https://mcp.example.com/mcp' }, { net });
  expect(outcome).toMatchObject({ kind: 'problem', problem: { code: 'mcp.answer' } });
  expect(asked).toBeLessThan(100);
});

test('of a server that is registered here, the power over its tools is asked for, and nothing of the network', async () => {
  expect(step.needs?.({ url: 'mcp:notes' })).toMatchObject([{ power: 'mcp', scope: 'notes/tools/list' }]);
  expect(call.needs?.({ url: 'mcp:notes' })).toMatchObject([{ power: 'mcp', scope: 'notes/tools/list' }]);
  expect(call.needs?.({ url: 'mcp:notes', tool: 'read' })).toMatchObject([{ power: 'mcp', scope: 'notes/read' }]);
  for (const url of ['mcp:', 'mcp:NOTES', 'mcp:a/b', 'mcp:/usr/bin/id', 'mcp:a b', 'mcp:{{ input }}'])
    expect(step.input.safeParse({ url }).success, url).toBe(false);
  const { outcome } = await trial(step, { url: 'mcp:notes', secret: 'far' });
  expect(outcome).toMatchObject({ kind: 'problem', problem: { code: 'mcp.secret' }, sent: 'no' });
});
