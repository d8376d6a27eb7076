import { expect, test } from 'vitest';
import { FLOW_SCHEMA_ID, flowFileSchema } from './schema.ts';

test('the schema of the flow file is kept as it is: a change is a change for every editor', async () => {
  const text = `${JSON.stringify(flowFileSchema(), null, 2)}\n`;
  await expect(text).toMatchFileSnapshot('testing/flow.schema.golden.json');
});

test('every reference in the schema leads somewhere, and every object of the file is closed', () => {
  const schema = flowFileSchema();
  const defs = new Set(Object.keys(Object(schema['$defs'])).map((name) => `#/$defs/${name}`));
  const refs: unknown[] = [];
  const open: string[] = [];
  const walk = (value: unknown, path: string): void => {
    if (typeof value !== 'object' || value === null) return;
    if ('$ref' in value) refs.push(value.$ref);
    if ('properties' in value && !('additionalProperties' in value) && !/\/(if|then)$/.test(path)) open.push(path);
    for (const [key, part] of Object.entries(value)) walk(part, `${path}/${key}`);
  };
  walk(schema, '');
  expect(schema['$id']).toBe(FLOW_SCHEMA_ID);
  expect([...new Set(refs)].filter((ref) => !defs.has(String(ref)))).toEqual([]);
  expect(refs.length).toBeGreaterThanOrEqual(5);
  expect(open).toEqual([]);
});
