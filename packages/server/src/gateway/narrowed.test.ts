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

/** Asks a route and holds the answer against its contract. */
const ask = async (
  contract: Contract,
  p: { params?: Record<string, string>; query?: string; body?: unknown; key?: string } = {},
): Promise<Answer> => {
  const answer = await server.ask(contract.method, pathOf(contract, p.params) + (p.query ?? ''), {
    key: p.key ?? key,
    ...(p.body === undefined ? {} : { body: p.body }),
  });
  expect(breaches(contract, answer)).toEqual([]);
  return answer;
};

const create = async (draft: unknown, as = key): Promise<string> => {
  const made = await ask(ROUTES.createFlow, { body: { draft }, key: as });
  expect(made.status).toBe(201);
  return (made.json as { id: string }).id;
};

test('code that says in `narrow` which host and secret it calls is asked for these alone, and lent no more', async () => {
  const source = 'export default (input, can) => can.fetch(new URL(input.path, input.base), { secret: "github" });';
  const calling = (narrow?: string[]): unknown => ({
    headgate: 1,
    name: 'Calls',
    steps: [{ id: 'ask', kind: 'code@1', with: { source }, ...(narrow === undefined ? {} : { narrow }) }],
  });
  const narrow = ['code: js', 'net: GET api.example.com:443', 'secret: use github for https://api.example.com'];
  const id = await create(calling(narrow));
  const refused = await ask(ROUTES.publishFlow, { params: { id } });
  const missing = narrow.slice(1).map((power) => ({ step: 'ask', power }));
  expect(refused.json).toMatchObject({ status: 409, code: 'grant.missing', missing });
  expect((await ask(ROUTES.publishFlow, { params: { id }, body: { grant: 'needed' } })).status).toBe(201);
  const { granted } = (await ask(ROUTES.flowPowers, { params: { id } })).json as { granted: { power: string }[] };
  expect(granted.map(({ power }) => power).toSorted()).toEqual(narrow.toSorted());
  // Who takes it out again asks for every address, which nobody lent.
  const save = { params: { id }, body: { revision: 1, draft: calling() } };
  expect((await ask(ROUTES.saveDraft, save)).status).toBe(200);
  expect((await ask(ROUTES.publishFlow, { params: { id } })).json).toMatchObject({
    code: 'grant.missing',
    missing: [{ step: 'ask', power: 'net: * *:*' }],
  });
});
