import { compileInput } from '@headgate/core';
import { expect, test } from 'vitest';
import { added, described, fieldsIn, freeName, needs, removed, renamed, typed } from './declared.ts';

test('fields are added, named, typed, described and taken away, and the schema is one that the engine takes', () => {
  let schema = added(undefined, freeName(undefined));
  expect(schema).toEqual({
    type: 'object',
    properties: { field: { type: 'string' } },
    additionalProperties: false,
    required: ['field'],
  });
  schema = added(schema, freeName(schema));
  schema = renamed(schema, 'field', 'amount') ?? schema;
  schema = typed(schema, 'amount', 'whole');
  schema = described(schema, 'amount', 'In cents');
  schema = needs(schema, 'field2', false);
  expect(fieldsIn(schema)).toEqual([
    { name: 'amount', type: 'whole', needed: true, about: 'In cents' },
    { name: 'field2', type: 'text', needed: false, about: '' },
  ]);
  const judge = compileInput(schema);
  expect(judge.ok && judge.validate({ amount: 3 }).ok).toBe(true);
  expect(judge.ok && judge.validate({ amount: 'three' }).ok).toBe(false);
  expect(judge.ok && judge.validate({}).ok).toBe(false);
  schema = removed(removed(schema, 'amount'), 'field2');
  expect(schema).toEqual({ type: 'object', properties: {}, additionalProperties: false });
});

test('a name that is taken, or none, renames nothing; the order stays', () => {
  const schema = added(added(undefined, 'a'), 'b');
  expect(renamed(schema, 'a', 'b')).toBeNull();
  expect(renamed(schema, 'a', '')).toBeNull();
  expect(fieldsIn(renamed(schema, 'a', 'z') ?? schema)?.map(({ name }) => name)).toEqual(['z', 'b']);
});

test('what no field shows is kept, but for what was said of another type', () => {
  const schema = {
    type: 'object',
    title: 'Order',
    properties: { size: { type: 'string', enum: ['s', 'm'], title: 'Size', description: 'As sold' } },
  };
  expect(described(schema, 'size', 'As made')).toEqual({
    ...schema,
    properties: { size: { ...schema.properties.size, description: 'As made' } },
  });
  expect(typed(schema, 'size', 'number')).toEqual({
    ...schema,
    properties: { size: { title: 'Size', type: 'number', description: 'As sold' } },
  });
});

test('a schema that is no list of fields is not read as one', () => {
  expect(fieldsIn({ type: 'array', items: { type: 'string' } })).toBeNull();
  expect(fieldsIn(undefined)).toEqual([]);
});
