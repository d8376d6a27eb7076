/** Attacks on whom a knowledge base lets in, by people who may edit its project and are not let in. */

import { afterAll, beforeAll, expect, test } from 'vitest';
import { firstAt, type Inmate, invite, joinAt } from '../fixtures/household.ts';
import { startServer, type TestServer } from '../fixtures/server.ts';

let server: TestServer;
let ada: Inmate;
let bo: Inmate;
let cy: Inmate;

beforeAll(async () => {
  server = await startServer({
    signUp: { kind: 'invitation' },
    limits: { even: 5, tries: 100_000, networkTries: 100_000 },
  });
  ada = await firstAt(server);
  bo = await joinAt(server, ada, 'bo@example.com', { role: 'editor' });
  cy = await joinAt(server, ada, 'cy@example.com', { role: 'editor' });
});
afterAll(() => server.close());

const at = (base: string, rest = ''): string => `/api/v1/knowledge/${base}${rest}`;
const made = async (name: string, readers: readonly string[]): Promise<string> => {
  const answer = await bo.ask('POST', '/api/v1/knowledge', { name, readers });
  if (answer.status !== 201) throw new Error(answer.text);
  return (answer.json as { id: string }).id;
};
const looked = async (base: string): Promise<unknown> => {
  const { readers, sources, paused } = (await ada.ask('GET', at(base))).json as Record<string, unknown>;
  return { readers, sources, paused };
};
const searches = async (who: Inmate, base: string): Promise<number> =>
  (await who.ask('POST', at(base, '/search'), { question: 'x', mode: 'text' })).status;

test('AZ-05 an editor who is not let in changes nothing of a base, whom it lets in least; twins: who is let in, and who manages', async () => {
  const base = await made('closed', [bo.id]);
  const source = await bo.ask('POST', at(base, '/sources'), { kind: 'files', path: 'in/' });
  const { id } = source.json as { id: string };
  const before = await looked(base);
  const tries: readonly (readonly [method: string, rest: string, body?: object])[] = [
    ['PATCH', '', { readers: null }],
    ['PATCH', '', { readers: [bo.id, cy.id] }],
    ['PATCH', '', { name: 'mine' }],
    ['POST', '/index', { do: 'again' }],
    ['POST', '/index', { do: 'stop' }],
    ['POST', '/sources', { kind: 'files', path: '*' }],
    ['DELETE', `/sources?source=${id}`],
    ['DELETE', ''],
  ];
  for (const [method, rest, body] of tries)
    expect([method, rest, (await cy.ask(method, at(base, rest), body)).status]).toEqual([method, rest, 404]);
  expect(await searches(cy, base)).toBe(404);
  expect(await looked(base)).toEqual(before);
  expect((await bo.ask('PATCH', at(base), { name: 'ours' })).status).toBe(200);
  expect((await bo.ask('POST', at(base, '/index'), { do: 'look' })).status).toBe(200);
  expect((await ada.ask('PATCH', at(base), { readers: [bo.id, cy.id] })).status).toBe(200);
  expect(await searches(cy, base)).toBe(200);
  expect((await bo.ask('DELETE', at(base, `/sources?source=${id}`))).status).toBe(204);
});

test('AZ-10 who left and came back is let in by no base that let him in before; twin: the others of it are', async () => {
  const base = await made('left', [bo.id, cy.id]);
  const alone = await made('alone', [cy.id]);
  expect([await searches(cy, base), await searches(cy, alone)]).toEqual([200, 200]);
  expect((await ada.ask('DELETE', `/api/v1/members/${cy.id}?successor=${ada.id}`)).status).toBe(200);
  const token = await invite(ada, cy.email, { role: 'editor' });
  expect((await cy.ask('POST', `/api/v1/auth/invitations/${token}`, {})).status).toBe(201);
  expect([await searches(cy, base), await searches(cy, alone)]).toEqual([404, 404]);
  expect([await searches(bo, base), await searches(bo, alone)]).toEqual([200, 404]);
});
