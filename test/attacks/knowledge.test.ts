/** Attacks on whom a knowledge base lets in, by people who may edit its project and are not let in. */

import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { firstAt, type Inmate, invite, joinAt, ownKey } from '../fixtures/household.ts';
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

test('AZ-05 who may lend no power has no base read the web, nor by an address that says more than one; twin: who may does, on record', async () => {
  const base = await made('web', []);
  expect((await ada.ask('PATCH', at(base), { readers: null })).status).toBe(200);
  const less = await ownKey(bo, ['knowledge.read', 'knowledge.write', 'file.read', 'table.read']);
  const more = await ownKey(bo, ['knowledge.read', 'knowledge.write', 'grant.give']);
  const add = (key: string, body: object) => server.ask('POST', at(base, '/sources'), { key, body });
  const site = { kind: 'url', url: 'http://127.0.0.1:9/docs/', prefix: '/docs/', origins: ['https://help.invalid'] };
  expect(await add(less.key, site)).toMatchObject({ status: 403, json: { code: 'permission.missing' } });
  expect((await ada.ask('GET', at(base))).json).toMatchObject({ sources: [] });
  for (const wrong of [
    { url: 'file:///etc/passwd' },
    { url: 'http://user:word@127.0.0.1/docs/' },
    { url: 'http://127.0.0.1:9/other/' },
    { prefix: '/docs/../' },
    { prefix: 'docs' },
    { origins: ['https://help.invalid/path/'] },
    { pages: 1_000_000 },
    { depth: -1 },
    { every: 1 },
    { secret: 'github' },
  ])
    expect([wrong, (await add(more.key, { ...site, ...wrong })).status]).toEqual([wrong, 422]);
  const added = await add(more.key, site);
  expect(added).toMatchObject({ status: 201, json: { spec: site, reading: null } });
  const { id } = added.json as { id: string };
  const { rows } = await server.house.store.in('default').audit.list({ limit: 200 });
  const lent = rows.filter(({ action, object }) => action === 'grant.given' && object.startsWith(base));
  expect(lent.map(({ actor, object }) => [actor, object]).toSorted()).toEqual(
    ['net: GET 127.0.0.1:9/docs/', 'net: GET 127.0.0.1:9/robots.txt', 'net: GET help.invalid:443']
      .map((power) => [more.id, `${base} ${id} * ${power}`])
      .toSorted(),
  );
  // Nobody opened the machine to calls: what was lent does not reach it, and each look at it is on record.
  await vi.waitFor(
    async () =>
      expect((await ada.ask('GET', at(base))).json).toMatchObject({
        sources: [{ state: 'failed', problem: { code: 'egress.denied' }, documents: 0 }],
      }),
    { timeout: 30_000, interval: 100 },
  );
  const pages = await bo.ask('GET', at(base, '/pages'));
  expect(pages.json).toMatchObject({ pages: [{ url: site.url, state: 'failed', problem: { code: 'egress.denied' } }] });
  const closed = await ada.ask('PATCH', at(base), { readers: [bo.id] });
  expect(closed.status).toBe(200);
  expect((await cy.ask('GET', at(base, '/pages'))).status).toBe(404);
});
