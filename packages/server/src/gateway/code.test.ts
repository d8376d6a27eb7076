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

  test('in Python is read by Python, which runs none of it', async () => {
    const told = async (source: string): Promise<unknown> => {
      const flow = flowOf(source);
      const steps = flow.steps.map((s) => (s.id === 'sum' ? { ...s, with: { language: 'python', source } } : s));
      const { json } = await ask(ROUTES.checkFlow, { body: { draft: { ...flow, steps } } });
      return (json as { problems: { code: string; at: unknown }[] }).problems.map(({ code, at }) => ({ code, at }));
    };
    const at = (line: number, column: number) => ({ step: 'sum', field: 'with.source', line, column });
    expect(await told('import os\nos._exit(1)\ndef main(input, can):\n    return can.steps.first')).toEqual([]);
    expect(await told('def main(input, can):\n    return (1 +')).toEqual([{ code: 'code.syntax', at: at(2, 12) }]);
    expect(await told('def other(): pass')).toEqual([{ code: 'code.shape', at: at(1, 1) }]);
    expect(await told('def main(input, can):\n    return can.steps.aside')).toEqual([
      { code: 'ref.upstream', at: at(2, 22) },
    ]);
  }, 120_000);

  test('is refused at publishing when it does not compile', async () => {
    const made = await ask(ROUTES.createFlow, { body: { draft: flowOf('export default (input: number) => {') } });
    const { id } = made.json as { id: string };
    const refused = await ask(ROUTES.publishFlow, { params: { id }, body: { grant: 'needed' } });
    expect(refused.status).toBe(422);
    expect(JSON.stringify(refused.json)).toContain('code.syntax');
  });
});
