import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Contract, ROUTES } from '@headgate/core/api';
import { type Answer, breaches, pathOf, startServer, type TestServer } from '../../../../test/fixtures/server.ts';

let server: TestServer;
let key: string;

beforeAll(async () => {
  server = await startServer();
  key = (await server.key()).plain;
});
afterAll(() => server.close());

/** Asks a route and holds the answer against its contract. */
const ask = async (contract: Contract, p: { params?: Record<string, string>; body?: unknown }): Promise<Answer> => {
  const answer = await server.ask(contract.method, pathOf(contract, p.params), { key, body: p.body });
  expect(breaches(contract, answer)).toEqual([]);
  return answer;
};

describe('code in a flow', () => {
  const flowOf = (source: string) => ({
    headgate: 1,
    name: 'Code',
    steps: [
      { id: 'first', kind: 'set@1', with: { value: 1 } },
      { id: 'sum', kind: 'code@1', after: ['first'], with: { language: 'ts', source } },
      { id: 'aside', kind: 'set@1', with: { value: 1 } },
    ],
  });
  const codesOf = async (source: string): Promise<unknown> => {
    const { json: body } = await ask(ROUTES.checkFlow, { body: { draft: flowOf(source) } });
    const { problems } = body as { problems: { code: string; at: { line?: number } }[] };
    return problems.filter(({ at }) => at.line !== undefined).map(({ code, at }) => [code, at.line]);
  };

  test('SUP-05 is compiled by the check, which tells what is wrong at its line; nothing of it runs', async () => {
    expect(await codesOf('export default (input: number, can: any): number => input + can.steps.first;')).toEqual([]);
    expect(await codesOf('export default (input: number) => {\n  return input +;\n};')).toEqual([['code.syntax', 2]]);
    expect(await codesOf("import { readFile } from 'node:fs';\nexport default () => readFile;")).toEqual([
      ['code.import', 1],
    ]);
    expect(await codesOf('export default (input: number, can: any) =>\n  can.steps.aside;')).toEqual([
      ['ref.upstream', 2],
    ]);
  });

  test('is refused at publishing when it does not compile', async () => {
    const made = await ask(ROUTES.createFlow, { body: { draft: flowOf('export default (input: number) => {') } });
    const { id } = made.json as { id: string };
    const refused = await ask(ROUTES.publishFlow, { params: { id }, body: { grant: 'needed' } });
    expect(refused.status).toBe(422);
    expect(JSON.stringify(refused.json)).toContain('code.syntax');
  });
});
