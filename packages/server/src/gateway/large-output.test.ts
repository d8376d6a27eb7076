/** A run whose output is large: left out where that is asked for, and told where it is read by pages. */

import { afterAll, beforeAll, expect, test } from 'vitest';
import { ROUTES, type Contract } from '@headgate/core/api';
import { breaches, pathOf, startServer, type Answer, type TestServer } from '../../../../test/fixtures/server.ts';

let server: TestServer;
let key: string;

beforeAll(async () => {
  server = await startServer();
  key = (await server.key()).plain;
});
afterAll(() => server.close());

type Asked = { readonly params?: Record<string, string>; readonly query?: string; readonly body?: unknown };

const ask = async (contract: Contract, { params, query = '', body }: Asked = {}): Promise<Answer> => {
  const answer = await server.ask(contract.method, pathOf(contract, params) + query, {
    key,
    ...(body === undefined ? {} : { body }),
  });
  expect(breaches(contract, answer)).toEqual([]);
  return answer;
};
const idOf = (answer: Answer): string => String(Reflect.get(Object(answer.json), 'id'));

/** A flow whose output is its input. */
const made = async (): Promise<string> => {
  const draft = { headgate: 1, name: 'Large', steps: [], output: '{{ input }}' };
  return idOf(await ask(ROUTES.createFlow, { body: { draft } }));
};
const start = (id: string, body: object): Promise<Answer> =>
  ask(ROUTES.startRun, { params: { id }, body: { draft: true, ...body } });

test('a large output is left out of a run where that is asked for, told by its size and the address of its pages, and whole where it is not', async () => {
  const large = 'gannet '.repeat(60_000);
  const id = await made();
  const run = idOf(await start(id, { input: { large }, wait: 5 }));
  const whole = (await ask(ROUTES.getRun, { params: { id: run } })).json as Record<string, unknown>;
  expect(whole['output']).toEqual({ large });
  expect(whole).not.toHaveProperty('apart');
  const apart = await ask(ROUTES.getRun, { params: { id: run }, query: '?large=apart' });
  const { output } = (apart.json as { apart: { output: { size: number; value: string } } }).apart;
  expect(apart.json).toEqual({ ...whole, output: null, apart: { output } });
  expect(output.size).toBe(JSON.stringify({ large }).length);
  expect(apart.text.length).toBeLessThan(2_000);
  const [path = '', query = ''] = output.value.split('?');
  expect(path).toBe(`/api/v1/runs/${run}/value`);
  const page = await ask(ROUTES.readValue, { params: { id: run }, query: `?${query}&path=/large&limit=6` });
  expect(page.json).toMatchObject({ kind: 'text', length: large.length, value: 'gannet' });
  // What is small stays where it was.
  const small = idOf(await start(id, { input: { large: 'gannet' }, wait: 5 }));
  const shown = (await ask(ROUTES.getRun, { params: { id: small }, query: '?large=apart' })).json;
  expect(shown).toMatchObject({ output: { large: 'gannet' } });
  expect(shown).not.toHaveProperty('apart');
  expect((await ask(ROUTES.getRun, { params: { id: run }, query: '?large=gone' })).status).toBe(422);
});
