/** Tickets for streams: what a browser opens one with, and everything else that somebody could do with one. */

import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Contract, isStream, ROUTES } from '@headgate/core/api';
import { personAt, type Person } from '../fixtures/person.ts';
import { type Answer, methodOf, pathOf, startServer, type TestServer } from '../fixtures/server.ts';

const PASSWORD = 'a password that is long enough';
const WAITS = {
  headgate: 1,
  name: 'Waits',
  steps: [{ id: 'rest', kind: 'wait@1', with: { for: '1h' } }],
};

let server: TestServer;
let key: { id: string; plain: string };
let run: string;
let over: string;

const ticketFor = (credential: string, of = run): Promise<Answer> =>
  server.ask('POST', '/api/v1/tickets', { key: credential, body: { for: 'run.events', run: of } });
const made = (answer: Answer) => answer.json as { ticket: string; path: string; expires: string };

/** Opens a stream as EventSource does: without any header of its own. The status, and whether it ended within the time. */
const openStream = async (path: string, headers: Record<string, string> = {}) => {
  const end = new AbortController();
  const answer = await fetch(server.url + path, { headers, signal: end.signal });
  const reader = answer.body?.getReader();
  const first = answer.status === 200 ? new TextDecoder().decode((await reader?.read())?.value) : '';
  const ended = async (): Promise<boolean> => {
    for (;;) {
      const next = await Promise.race([
        reader?.read(),
        new Promise<'late'>((resolve) => void setTimeout(() => resolve('late'), 5_000).unref()),
      ]);
      if (next === 'late') return false;
      if (next === undefined || next.done) return true;
    }
  };
  return { status: answer.status, first, ended, leave: () => end.abort() };
};

let count = 0;
/** Somebody who is signed in and acts in `default`; `also` is another workspace that he is a member of. */
const personWith = async (also?: string): Promise<Person> => {
  const { store } = server.house;
  count += 1;
  const { user } = await store.accounts.superuser(`p${count}@example.com`, PASSWORD, Date.now());
  await store.in('default').members.add({ user: user.id, role: 'admin', created: Date.now(), by: 'test' });
  const person = personAt(server);
  await person.ask('POST', '/api/v1/auth/login', { email: user.email, password: PASSWORD });
  if (also !== undefined) {
    await server.key({ workspace: also, user: user.id, role: 'viewer' });
    await person.ask('POST', '/api/v1/auth/workspaces/default', {});
  }
  return person;
};

beforeAll(async () => {
  server = await startServer();
  key = await server.key();
  const start = async (draft: unknown): Promise<string> => {
    const flow = (await server.ask('POST', '/api/v1/flows', { key: key.plain, body: { draft } })).json as {
      id: string;
    };
    const begun = await server.ask('POST', `/api/v1/flows/${flow.id}/runs`, {
      key: key.plain,
      body: { draft: true, input: {} },
    });
    return (begun.json as { id: string }).id;
  };
  run = await start(WAITS);
  over = await start({ headgate: 1, name: 'Other', steps: WAITS.steps });
});
afterAll(() => server.close());

describe('TOK-13 tickets, the one credential in an address', () => {
  test('TOK-13 twin: a ticket opens its stream once, without any header', async () => {
    const answer = await ticketFor(key.plain);
    expect(answer.status).toBe(201);
    const { path, ticket } = made(answer);
    expect(path).toBe(`/api/v1/runs/${run}/events?ticket=${ticket}`);
    const stream = await openStream(`${path}&after=0`);
    expect(stream).toMatchObject({ status: 200, first: expect.stringContaining('follows') });
    stream.leave();
    expect((await openStream(path)).status).toBe(401);
  });

  test('TOK-13 it is for half a minute, and for its own run alone; a try uses it up', async () => {
    const late = made(await ticketFor(key.plain)).path;
    server.later(30_001);
    expect((await openStream(late)).status).toBe(401);
    const { ticket, path } = made(await ticketFor(key.plain));
    expect((await openStream(`/api/v1/runs/${over}/events?ticket=${ticket}`)).status).toBe(401);
    expect((await openStream(path)).status).toBe(401);
  });

  test('TOK-13 no route but a stream takes one, in the address or in a header', async () => {
    const doors = Object.values<Contract>(ROUTES).filter(
      (contract) => !isStream(contract) && contract !== ROUTES.webhook,
    );
    const { ticket } = made(await ticketFor(key.plain));
    for (const contract of doors) {
      const answer = await server.ask(methodOf(contract), `${pathOf(contract)}?ticket=${ticket}`);
      expect([contract.path, answer.status]).toEqual([contract.path, 400]);
    }
    expect((await server.ask('GET', '/api/v1/runs', { key: ticket })).status).toBe(401);
    const stream = await openStream(`/api/v1/runs/${run}/events?ticket=${ticket}`);
    expect(stream.status).toBe(200);
    stream.leave();
  });

  test('TOK-13 beside it no other credential is taken, in the address or in a header, and two tickets are none', async () => {
    const { path, ticket } = made(await ticketFor(key.plain));
    expect((await openStream(path, { 'x-api-key': key.plain })).status).toBe(400);
    for (const more of [`&key=${key.plain}`, `&x=${ticket}`, `&ticket=${ticket}`])
      expect([more, (await openStream(path + more)).status]).toEqual([more, 400]);
    for (const wrong of ['', 'hgt_', `hgt_${'A'.repeat(43)}`, key.plain])
      expect((await openStream(`/api/v1/runs/${run}/events?ticket=${wrong}`)).status).toBe(401);
  });

  test('AZ-10 a ticket dies with the key it was got by, and so does a stream that it opened', async () => {
    const other = await server.key({ name: 'other' });
    const [open, kept] = [made(await ticketFor(other.plain)).path, made(await ticketFor(other.plain)).path];
    const stream = await openStream(open);
    expect(stream.status).toBe(200);
    await server.ask('DELETE', `/api/v1/keys/${other.id}`, { key: key.plain });
    expect((await openStream(kept)).status).toBe(401);
    expect(await stream.ended()).toBe(true);
  });

  test('AZ-10 TOK-09 and with the session, also when that acts in another workspace now', async () => {
    const person = await personWith();
    const get = async (): Promise<string> =>
      made(await person.ask('POST', '/api/v1/tickets', { for: 'run.events', run })).path;
    const [open, kept] = [await get(), await get()];
    const stream = await openStream(open);
    expect(stream.status).toBe(200);
    await person.ask('POST', '/api/v1/auth/logout', {});
    expect((await openStream(kept)).status).toBe(401);
    expect(await stream.ended()).toBe(true);
    const other = await personWith('second');
    const there = made(await other.ask('POST', '/api/v1/tickets', { for: 'run.events', run })).path;
    await other.ask('POST', '/api/v1/auth/workspaces/second', {});
    expect((await openStream(there)).status).toBe(401);
  });

  test('AZ-01 nobody gets one for a run that he does not see, and it holds no more than what it was got by', async () => {
    const stranger = await server.key({ workspace: 'elsewhere' });
    const never = await ticketFor(stranger.plain, `run_${'0'.repeat(24)}`);
    expect(await ticketFor(stranger.plain)).toMatchObject({ status: 404, text: never.text });
    const blind = await server.key({ permissions: ['run'] });
    expect((await ticketFor(blind.plain)).status).toBe(403);
  });

  test('GUI-07 a page of another site gets none with somebody’s cookie', async () => {
    const person = await personWith();
    const ask = (headers: Record<string, string>): Promise<Answer> =>
      person.ask('POST', '/api/v1/tickets', { for: 'run.events', run }, headers);
    expect((await ask({ 'sec-fetch-site': 'cross-site', origin: 'https://evil.example' })).status).toBe(403);
    expect((await ask({})).status).toBe(201);
  });

  test('TOK-13 it is in no log and in no row, and making them without end is bounded', async () => {
    const { ticket, path } = made(await ticketFor(key.plain));
    const stream = await openStream(path);
    stream.leave();
    expect(server.log()).not.toContain(ticket);
    expect(server.log()).not.toContain('hgt_');
    const many = await server.key({ name: 'many' });
    const statuses = await Promise.all(Array.from({ length: 101 }, async () => (await ticketFor(many.plain)).status));
    expect(statuses.filter((status) => status === 201)).toHaveLength(100);
    expect(statuses.filter((status) => status === 429)).toHaveLength(1);
    expect((await ticketFor(key.plain)).status).toBe(201);
  });
});
