/**
 * Three people in two workspaces, and an outsider, from the set-up link to the removal of a member: every step over the
 * HTTP API of a served Headgate, with the sessions of real sign-ins. At the end the audit trails tell it back.
 *
 * Ada sets the instance up and owns the first workspace; Bo works in it; Cy owns a second one, and looks into the first;
 * Eve has no account.
 */

import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Person, personAt } from '../fixtures/person.ts';
import type { Answer } from '../fixtures/send.ts';
import { type Home, newHome, type Served, until } from './command.ts';

const AUTH = '/api/v1/auth';
const PASSWORD = 'correct horse battery';

let home: Home;
let server: Served;
let slow: Server;
let port: number;
/** Calls that the slow server holds open, and how many were broken off. */
let calls = 0;
let broken = 0;
let ada: Person;
let bo: Person;
let cy: Person;
let eve: Person;
const ids: Record<string, string> = {};

const code = (answer: Answer): unknown => (answer.json as { code?: string }).code;
const idOf = (answer: Answer): string => (answer.json as { id: string }).id;
const good = (answer: Answer, status: number): Answer => {
  if (answer.status !== status) throw new Error(`${answer.status} in place of ${status}: ${answer.text}`);
  return answer;
};
const whoIs = async (person: Person): Promise<string> => idOf(good(await person.ask('GET', `${AUTH}/me`), 200));
const soon = (so: () => boolean | Promise<boolean>, within = 2_000): Promise<unknown> =>
  until(async () => so(), Boolean, within);

/** A flow that answers by name, and one that waits for a server that never answers. */
const greet = {
  headgate: 1,
  name: 'Greet',
  input: { type: 'object', properties: { name: { type: 'string' } }, required: ['name'], additionalProperties: false },
  steps: [{ id: 'greet', kind: 'set@1', with: { value: 'Hello {{ input.name }}' } }],
  output: '{{ steps.greet }}',
};
const calling = () => ({
  headgate: 1,
  name: 'Calls',
  steps: [{ id: 'call', kind: 'http.request@1', with: { method: 'GET', url: `http://127.0.0.1:${port}/` } }],
});

const made = async (who: Person, draft: unknown, project?: string): Promise<string> => {
  const body = { draft, ...(project === undefined ? {} : { project }) };
  const flow = idOf(good(await who.ask('POST', '/api/v1/flows', body), 201));
  good(await who.ask('POST', `/api/v1/flows/${flow}/publish`, { grant: 'needed' }), 201);
  return flow;
};
const start = (who: Person, flow: string, body: object = {}): Promise<Answer> =>
  who.ask('POST', `/api/v1/flows/${flow}/runs`, { input: {}, ...body });
const stateOf = async (who: Person, run: string): Promise<unknown> =>
  ((await who.ask('GET', `/api/v1/runs/${run}`)).json as { state?: unknown }).state;

/** Follows a run with a session, and says when its stream ended. */
const follow = async (who: Person, run: string): Promise<{ readonly ended: Promise<number> }> => {
  const cookie = [...who.cookies].map(([name, value]) => `${name}=${value}`).join('; ');
  const url = `http://127.0.0.1:${server.port}/api/v1/runs/${run}/events`;
  const answer = await fetch(url, { headers: { cookie, 'sec-fetch-site': 'same-origin' } });
  expect(answer.status).toBe(200);
  const reader = answer.body?.getReader();
  const ended = (async () => {
    while ((await reader?.read())?.done === false);
    return performance.now();
  })();
  return { ended };
};

const accept = async (token: string, name: string): Promise<Person> => {
  const person = personAt(server);
  good(await person.ask('POST', `${AUTH}/invitations/${token}`, { name, password: PASSWORD }), 201);
  return person;
};
const invite = async (by: Person, email: string, role: string): Promise<string> =>
  (good(await by.ask('POST', '/api/v1/invitations', { email, role }), 201).json as { token: string }).token;

/** What a trail says, the oldest first: who did what to what, and how it was decided. */
const trail = async (who: Person): Promise<string[]> => {
  const { records } = good(await who.ask('GET', '/api/v1/audit?limit=200'), 200).json as {
    records: { actor: string; action: string; object: string; decision: string }[];
  };
  const names = new Map(Object.entries(ids).map(([name, id]) => [id, name]));
  const plain = (text: string): string => text.replaceAll(/[a-z]+_[A-Za-z0-9_-]{8,}/g, (id) => names.get(id) ?? id);
  return records
    .toReversed()
    .map(({ actor, action, object, decision }) => `${plain(actor)} ${action} ${plain(object)} ${decision}`);
};

beforeAll(async () => {
  slow = createServer((request) => {
    calls += 1;
    request.on('close', () => {
      broken += 1;
    });
  });
  await new Promise<void>((resolve) => slow.listen(0, '127.0.0.1', resolve));
  ({ port } = slow.address() as AddressInfo);
  home = newHome();
  const env = { HEADGATE_SIGN_UP: 'invitation', HEADGATE_EGRESS_ALLOW: '127.0.0.1' };
  server = await home.serve(['--no-web'], { env });
});
afterAll(async () => {
  await home.leave();
  slow.closeAllConnections();
  await new Promise((resolve) => slow.close(resolve));
});

test('invite: Ada sets it up, Bo and Cy come in by what was sent to them, and Eve does not', async () => {
  const linked = () => new RegExp(`(${AUTH}/setup/[A-Za-z0-9_-]{43})`).exec(server.err())?.[1] ?? '';
  await soon(() => linked() !== '', 5_000);
  ada = personAt(server);
  good(await ada.form(linked(), { email: 'ada@example.com', name: 'Ada', password: PASSWORD }), 303);
  ids['ada'] = await whoIs(ada);
  const forBo = await invite(ada, 'bo@example.com', 'editor');
  bo = await accept(forBo, 'Bo');
  ids['bo'] = await whoIs(bo);
  cy = await accept(await invite(ada, 'cy@example.com', 'viewer'), 'Cy');
  ids['cy'] = await whoIs(cy);
  ids['lab'] = idOf(good(await ada.ask('POST', '/api/v1/workspaces', { name: 'Lab', to: ids['cy'] }), 201));
  // What was taken up once opens nothing, and nobody gets in by asking.
  eve = personAt(server);
  expect((await eve.ask('POST', `${AUTH}/invitations/${forBo}`, { name: 'Eve', password: PASSWORD })).status).toBe(404);
  expect((await eve.ask('POST', `${AUTH}/signup`, { email: 'eve@example.com' })).status).toBe(403);
  expect((await eve.ask('GET', '/api/v1/flows')).status).toBe(401);
  // Editors invite nobody; who made the second workspace does not look into it.
  expect((await bo.ask('POST', '/api/v1/invitations', { email: 'x@example.com', role: 'viewer' })).status).toBe(403);
  expect((await ada.ask('POST', `${AUTH}/workspaces/${ids['lab']}`)).status).toBe(404);
});

test('roles and sharing: what each may, and that the other workspace is not there', async () => {
  ids['greet'] = await made(bo, greet);
  ids['calls'] = await made(bo, calling());
  const run = await start(bo, ids['greet'], { input: { name: 'Bo' }, wait: 5 });
  expect(run.json).toMatchObject({ state: 'done', output: 'Hello Bo' });
  // A viewer sees it and starts nothing; made an operator, he does, and still changes nothing.
  expect((await cy.ask('GET', `/api/v1/flows/${ids['greet']}`)).status).toBe(200);
  expect((await start(cy, ids['greet'], { input: { name: 'Cy' } })).status).toBe(403);
  expect((await cy.ask('PUT', `/api/v1/members/${ids['cy']}`, { role: 'owner' })).status).toBe(403);
  good(await ada.ask('PUT', `/api/v1/members/${ids['cy']}`, { role: 'operator' }), 204);
  cy = await signedIn('cy@example.com');
  expect((await start(cy, ids['greet'], { input: { name: 'Cy' }, wait: 5 })).json).toMatchObject({
    output: 'Hello Cy',
  });
  expect((await cy.ask('PATCH', `/api/v1/flows/${ids['greet']}`, { name: 'Mine' })).status).toBe(403);
  // A private flow is there for its owner alone.
  good(await bo.ask('PATCH', `/api/v1/flows/${ids['calls']}`, { visibility: 'private' }), 200);
  expect((await cy.ask('GET', `/api/v1/flows/${ids['calls']}`)).status).toBe(404);
  good(await bo.ask('PATCH', `/api/v1/flows/${ids['calls']}`, { visibility: 'project' }), 200);
  // In his own workspace Cy is the owner, of what is there; the first one's ids say nothing there.
  good(await cy.ask('POST', `${AUTH}/workspaces/${ids['lab']}`), 204);
  ids['own'] = await made(cy, { ...greet, name: 'Own' });
  const never = `f_${'0'.repeat(16)}`;
  for (const path of ['', '/draft', '/versions', '/powers'])
    expect((await cy.ask('GET', `/api/v1/flows/${ids['greet']}${path}`)).text).toBe(
      (await cy.ask('GET', `/api/v1/flows/${never}${path}`)).text,
    );
  expect((await cy.ask('GET', '/api/v1/flows')).text).not.toContain(ids['greet']);
  expect((await bo.ask('GET', `/api/v1/flows/${ids['own']}`)).status).toBe(404);
  good(await cy.ask('POST', `${AUTH}/workspaces/default`), 204);
});

test('a public flow: Eve runs it with the fields it declares, and reads nothing', async () => {
  const visit = (body: object): Promise<Answer> => eve.ask('POST', `/api/v1/public/${ids['greet']}/runs`, body);
  expect((await visit({ input: { name: 'Eve' } })).status).toBe(404);
  expect((await bo.ask('PATCH', `/api/v1/flows/${ids['greet']}`, { visibility: 'public' })).status).toBe(403);
  good(await ada.ask('PATCH', `/api/v1/flows/${ids['greet']}`, { visibility: 'public' }), 200);
  expect((await visit({ input: { name: 'Eve' } })).json).toMatchObject({ state: 'done', output: 'Hello Eve' });
  expect((await visit({ input: { name: 'Eve', more: 1 } })).status).toBe(422);
  expect((await visit({ input: { name: 'Eve' }, draft: greet })).status).toBe(422);
  expect((await eve.ask('GET', `/api/v1/flows/${ids['greet']}`)).status).toBe(401);
  expect((await visit({ input: { name: 'Eve' }, wait: 0 })).json).not.toHaveProperty('id');
  good(await ada.ask('PATCH', `/api/v1/flows/${ids['greet']}`, { visibility: 'project' }), 200);
  expect((await visit({ input: { name: 'Eve' } })).status).toBe(404);
});

test('revocation: a grant that is taken back ends the call under way, a session that is ended its stream, within a second', async () => {
  ids['first'] = idOf(await start(cy, ids['calls'] ?? ''));
  await soon(() => calls === 1);
  const stream = await follow(cy, ids['first']);
  const { granted } = (await bo.ask('GET', `/api/v1/flows/${ids['calls']}/powers`)).json as {
    granted: { id: string }[];
  };
  expect(granted).toHaveLength(1);
  let at = performance.now();
  good(await bo.ask('DELETE', `/api/v1/flows/${ids['calls']}/grants/${granted[0]?.id}`), 204);
  await soon(() => broken === 1);
  expect(performance.now() - at).toBeLessThan(1_000);
  await soon(async () => (await stateOf(bo, ids['first'] ?? '')) === 'failed');
  await stream.ended;
  // Lent again, it calls again; now it is the session of who looks on that ends.
  good(await bo.ask('POST', `/api/v1/flows/${ids['calls']}/publish`, { grant: 'needed' }), 201);
  ids['second'] = idOf(await start(bo, ids['calls'] ?? ''));
  await soon(() => calls === 2);
  const seen = await follow(cy, ids['second']);
  at = performance.now();
  good(await cy.ask('POST', `${AUTH}/logout/everywhere`), 204);
  expect((await seen.ended) - at).toBeLessThan(1_500);
  expect((await cy.ask('GET', '/api/v1/flows')).status).toBe(401);
  expect(await stateOf(bo, ids['second'])).toBe('running');
});

test('removal: what Bo started, lent and held ends; what he made is Ada’s; his other workspace knows nothing of it', async () => {
  const key = good(await bo.ask('POST', '/api/v1/me/keys', { name: 'of Bo', permissions: ['flow.read'] }), 201);
  const secret = (key.json as { key: string }).key;
  const byKey = (): Promise<Answer> => eve.ask('GET', '/api/v1/flows', undefined, { 'x-api-key': secret });
  expect((await byKey()).status).toBe(200);
  const at = performance.now();
  const left = good(await ada.ask('DELETE', `/api/v1/members/${ids['bo']}?successor=${ids['ada']}`), 200);
  expect(left.json).toMatchObject({ keys: 1, flows: 2, runs: 1 });
  await soon(() => broken === 2);
  expect(performance.now() - at).toBeLessThan(1_000);
  await soon(async () => (await stateOf(ada, ids['second'] ?? '')) === 'cancelled');
  expect((await byKey()).status).toBe(401);
  expect((await bo.ask('GET', '/api/v1/flows')).json).toMatchObject({ status: 403, code: 'workspace.none' });
  expect((await bo.ask('GET', `${AUTH}/workspaces`)).json).toEqual({ workspaces: [] });
  expect((await ada.ask('GET', `/api/v1/flows/${ids['greet']}`)).json).toMatchObject({
    owner: ids['ada'],
    enabled: true,
  });
  expect((await start(ada, ids['greet'] ?? '', { input: { name: 'Ada' }, wait: 5 })).json).toMatchObject({
    output: 'Hello Ada',
  });
  // The last owner cannot be taken away, not by herself either.
  expect(code(await ada.ask('DELETE', `/api/v1/members/${ids['ada']}`))).toBe('member.last_owner');
});

test('the audit trail tells it back, in order, and each workspace’s tells of that one alone', async () => {
  const told = await trail(ada);
  const story = [
    'ada invite',
    'bo publishFlow greet',
    'ada putMember cy',
    'ada patchFlow greet',
    'bo takeGrant',
    'ada deleteMember bo',
  ];
  let from = 0;
  for (const line of story) {
    const found = told.findIndex((one, i) => i >= from && one.startsWith(line));
    expect([line, found >= 0, told]).toEqual([line, true, told]);
    from = found + 1;
  }
  // What was refused is in it as well.
  expect(told.filter((line) => line.endsWith(' deny')).length).toBeGreaterThan(3);
  expect(told.join('\n')).not.toContain(ids['own']);
  cy = await signedIn('cy@example.com');
  good(await cy.ask('POST', `${AUTH}/workspaces/${ids['lab']}`), 204);
  const lab = await trail(cy);
  expect(lab.some((line) => line.startsWith('cy publishFlow own'))).toBe(true);
  // Of the first workspace's flow it says that Cy asked for it, and got nothing.
  expect(lab.filter((line) => /greet|\bbo\b/.test(line) && !line.endsWith(' deny'))).toEqual([]);
  await server.stop();
  const checked = await home.run(['audit-log', 'verify']);
  expect([checked.code, checked.out]).toEqual([0, expect.stringContaining('none changed or removed')]);
});

async function signedIn(email: string): Promise<Person> {
  const person = personAt(server);
  good(await person.ask('POST', `${AUTH}/login`, { email, password: PASSWORD }), 200);
  return person;
}
