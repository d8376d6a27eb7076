import { expect, test } from 'vitest';
import { z } from 'zod';
import { defineBlock, defineStep, done, perItem } from './define.ts';
import { headersOf } from './headers.ts';
import { trial } from './trial.ts';
import { kindOf, listField, listOf, notBoolean } from './value.ts';

test('kinds are told in words', () => {
  const values = [null, undefined, [], 'a', 1, true, {}];
  expect(values.map(kindOf)).toEqual(['null', 'null', 'a list', 'a text', 'a number', 'true or false', 'an object']);
});

test('V1 a list is itself, null and nothing are no items, anything else is a Problem at its field', () => {
  const list = [1];
  const found = listOf(list, 'items');
  expect(found.ok && found.value).toBe(list);
  expect(listOf(null, 'items')).toEqual({ ok: true, value: [] });
  expect(listOf(undefined, 'items')).toEqual({ ok: true, value: [] });
  expect(listOf({ 0: 'a', length: 1 }, 'items')).toMatchObject({
    ok: false,
    problem: { code: 'value.not_list', at: { field: 'items' } },
  });
});

test('V3 no text carries a value', () => {
  const value = 'hunter2';
  expect(JSON.stringify([listOf(value, 'items'), notBoolean(value, 'when', 3)])).not.toContain(value);
  expect(JSON.stringify(headersOf({ 'x-key': `${value}\nx` }))).not.toContain(value);
});

test('perItem and list fields have a JSON Schema, and copy nothing', () => {
  const schema = z.strictObject({ items: listField('The list.'), by: perItem('The key.').optional() });
  expect(z.toJSONSchema(schema)).toMatchObject({
    properties: {
      items: { type: ['array', 'null'], description: 'The list.' },
      by: { type: 'string', format: 'expression', description: 'The key.' },
    },
    required: ['items'],
  });
  const items = [1];
  expect(schema.parse({ items }).items).toBe(items);
});

test('trial checks the input, collects logs and lends no network that was not handed in', async () => {
  const step = defineStep({
    kind: 'probe',
    version: 1,
    title: 'Probe',
    group: 'net',
    summary: 'Tries.',
    input: z.strictObject({ url: z.string() }),
    output: z.unknown(),
    run: async ({ url }, can) => {
      can.log('info', 'asking', { key: can.key });
      return done(await can.net.request({ method: 'GET', url }));
    },
  });
  const { outcome, logs } = await trial(step, { url: 'http://a.example/' }, { key: 'k' });
  expect(outcome).toMatchObject({ kind: 'done', value: { problem: { code: 'power.missing' }, sent: 'no' } });
  expect(logs).toEqual([{ level: 'info', text: 'asking', data: { key: 'k' } }]);
  await expect(trial(step, {})).rejects.toThrow('url');
});

test('a block is never run as a step', async () => {
  const block = defineBlock({
    kind: 'each',
    version: 1,
    title: 'Each',
    group: 'flow',
    summary: 'Goes through a list.',
    input: z.strictObject({}),
    output: z.unknown(),
    block: 'each',
  });
  await expect(trial(block, {})).rejects.toThrow('the engine runs its steps');
});
