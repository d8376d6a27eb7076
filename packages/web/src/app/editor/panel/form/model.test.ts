/** Schemas of step kinds become forms, and what is typed becomes values. */

import { expect, test } from 'vitest';
import { fieldsOf, formOf, labelOf } from './model.ts';
import { asExpression, asPlain, isComputed, read, shown } from './written.ts';

const TEXT = { is: 'text', long: false, pattern: null, least: 0, most: null };

test('names of fields are written as people write them', () => {
  expect(['groupBy', 'url', 'on_item', 'http.timeout', 'n'].map(labelOf)).toEqual([
    'Group by',
    'URL',
    'On item',
    'HTTP timeout',
    'N',
  ]);
});

test('each kind of schema has the one input that fits it', () => {
  expect(formOf({ type: 'string' })).toEqual({ ...TEXT, writing: 'template' });
  expect(formOf({ type: 'string', maxLength: 5000 })).toMatchObject({ long: true });
  expect(formOf({ type: 'string', format: 'expression' })).toMatchObject({ writing: 'expression' });
  expect(formOf({ type: 'string', pattern: '^(\\d{1,12})(ms|s|m|h|d)$' })).toMatchObject({ writing: 'duration' });
  expect(formOf({ type: 'string', pattern: '^[A-Za-z0-9][A-Za-z0-9_.-]{0,99}$' })).toMatchObject({ writing: 'secret' });
  expect(formOf({ type: 'string', enum: ['a', 'b'] })).toEqual({ is: 'choice', options: ['a', 'b'] });
  expect(formOf({ type: 'integer', minimum: 1, maximum: Number.MAX_SAFE_INTEGER })).toEqual({
    is: 'number',
    whole: true,
    least: 1,
    most: null,
  });
  expect(formOf({ type: 'boolean' })).toEqual({ is: 'boolean' });
  expect(formOf({ type: ['string', 'number', 'null'] })).toMatchObject({ is: 'text', writing: 'template' });
  expect(formOf({ type: 'array', items: { type: 'boolean' }, minItems: 2 })).toEqual({
    is: 'list',
    item: { is: 'boolean' },
    least: 2,
    most: null,
  });
  expect(formOf({ type: 'object', additionalProperties: { type: 'string' } })).toMatchObject({ is: 'map' });
  expect(formOf({ anyOf: [{ type: 'string' }, { type: 'array', items: { type: 'string' } }] })).toMatchObject({
    is: 'either',
  });
});

test('what is not understood takes any JSON, and a list of anything begins as an expression', () => {
  for (const schema of [
    {},
    null,
    { not: {} },
    { $ref: '#/x' },
    { type: 'object' },
    { anyOf: [{}, { type: 'string' }] },
  ])
    expect(formOf(schema)).toEqual({ is: 'any', expression: false });
  expect(formOf({ type: ['array', 'null'] }, { kind: 'sort@1', name: 'items' })).toEqual({
    is: 'any',
    expression: true,
  });
  expect(formOf({}, { kind: 'if@1', name: 'when' })).toEqual({ is: 'any', expression: true });
});

test('fields keep the order of the schema, say what is needed, and leave out what is shown elsewhere', () => {
  const schema = {
    type: 'object',
    properties: { steps: {}, url: { type: 'string', description: 'The address.' }, wait: { type: 'boolean' } },
    required: ['url', 'steps'],
  };
  expect(fieldsOf(schema, 'x@1', ['steps']).map(({ name, required, hint }) => [name, required, hint])).toEqual([
    ['url', true, 'The address.'],
    ['wait', false, ''],
  ]);
  expect(fieldsOf(null, 'x@1')).toEqual([]);
});

test('numbers, durations and lists are read by their forms, and what does not fit says why', () => {
  const whole = formOf({ type: 'integer', minimum: 1, maximum: 9 });
  expect(read(whole, '4')).toEqual({ ok: true, value: 4 });
  expect(read(whole, '')).toEqual({ ok: true, value: undefined });
  expect([read(whole, 'x'), read(whole, '1.5'), read(whole, '0'), read(whole, '10')]).toEqual([
    { ok: false, why: 'number' },
    { ok: false, why: 'whole' },
    { ok: false, why: 'least', bound: 1 },
    { ok: false, why: 'most', bound: 9 },
  ]);
  const duration = formOf({ type: 'string', pattern: '^(\\d{1,12})(ms|s|m|h|d)$' });
  expect(read(duration, '30s')).toEqual({ ok: true, value: '30s' });
  expect(read(duration, '30 s')).toEqual({ ok: false, why: 'duration' });
});

test('a field of any JSON takes texts as they stand, and JSON that is broken is no text', () => {
  const any = formOf({});
  expect(['hello', '12', 'true', '[1, "{{ input.a }}"]', '"12"'].map((text) => read(any, text))).toEqual(
    ['hello', 12, true, [1, '{{ input.a }}'], '12'].map((value) => ({ ok: true, value })),
  );
  expect(read(any, '{"a": ')).toEqual({ ok: false, why: 'json' });
  expect(read(any, '{{ input.a }}')).toEqual({ ok: true, value: '{{ input.a }}' });
  expect(shown(any, { a: [1] })).toBe('{\n  "a": [\n    1\n  ]\n}');
});

test('a value toggles to an expression and back without a change', () => {
  const number = formOf({ type: 'number' });
  for (const value of [0, 12.5, true, null, [1, { a: 'b' }], 'text']) {
    const text = asExpression(value);
    expect(asPlain(typeof value === 'number' ? number : formOf({}), text)).toEqual(value);
  }
  expect(asExpression(undefined)).toBe('');
  expect(asPlain(number, '{{ steps.a.n }}')).toBeUndefined();
  expect(asPlain(number, 'Sum {{ 1 }}')).toBeUndefined();
});

test('braces that are escaped are no expression', () => {
  expect(['{{ a }}', 'x {{', '\\{{ a }}', '\\\\{{ a }}', 'a', 5].map(isComputed)).toEqual([
    true,
    true,
    false,
    true,
    false,
    false,
  ]);
});
