import { describe, expect, test } from 'vitest';
import { openApi } from './openapi.ts';
import { ROUTES } from './routes.ts';
import { SCHEMAS } from './schemas.ts';

const document = openApi(ROUTES);

function* references(value: unknown): Generator<string> {
  if (typeof value !== 'object' || value === null) return;
  for (const [key, part] of Object.entries(value)) {
    if (key === '$ref' && typeof part === 'string') yield part;
    else yield* references(part);
  }
}

describe('the OpenAPI document', () => {
  test('is the one kept in docs/openapi.json: a change of the API is a visible diff', async () => {
    await expect(`${JSON.stringify(document, null, 2)}\n`).toMatchFileSnapshot('../../../../docs/openapi.json');
  });

  test('every reference leads somewhere', () => {
    const all = [...references(document)];
    expect(all.length).toBeGreaterThan(20);
    for (const ref of all)
      expect(Object.keys(document.components.schemas)).toContain(ref.replace('#/components/schemas/', ''));
  });

  test('every operation has an id of its own, and every parameter of a path is in the path', () => {
    const ids: string[] = [];
    for (const [path, operations] of Object.entries(document.paths)) {
      for (const operation of Object.values(operations)) {
        ids.push(operation.operationId);
        const inPath = (operation.parameters ?? []).filter((parameter) => parameter.in === 'path');
        for (const parameter of inPath) expect(path).toContain(`{${parameter.name}}`);
        expect(operation.security.length === 0).toBe(operation['x-permission'].startsWith('none:'));
      }
    }
    expect(new Set(ids).size).toBe(ids.length);
  });

  test('names no product version: strangers may read it', () => {
    expect(document.info.version).toBe('1');
  });
});

describe('the published schemas', () => {
  test.each([...SCHEMAS])('%s stands alone', (_name, make) => {
    const schema = make();
    const defs = schema['$defs'] ?? {};
    for (const ref of references(schema)) expect(Object.keys(defs)).toContain(ref.replace('#/$defs/', ''));
    expect(schema['$schema']).toBe('https://json-schema.org/draft/2020-12/schema');
  });
});
