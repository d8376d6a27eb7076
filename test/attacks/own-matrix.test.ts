/**
 * The matrix of what belongs to an account: every route about the own account that names an object × somebody else's object, and ×
 * every identity that is no session. Made from the contracts: a new one is in it by being a route.
 */

import { DatabaseSync } from 'node:sqlite';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Contract, isSelf, ROUTES } from '@headgate/core/api';
import { newDevice } from '../fixtures/authenticator.ts';
import { AUTH, firstAt, type Inmate, joinAt, PASSWORD, signIn } from '../fixtures/household.ts';
import type { Person } from '../fixtures/person.ts';
import type { Answer } from '../fixtures/send.ts';
import { methodOf, startServer, type TestServer } from '../fixtures/server.ts';

const ORIGIN = 'http://localhost';
const own = Object.entries<Contract>(ROUTES).filter(([, contract]) => isSelf(contract.needs));
const about = own.filter(([, contract]) => contract.path.includes('{'));

/** What `{id}` is, by the first words of a path. A new kind of object has a line here, and a thing in `thingsOf`. */
const KINDS = ['sessions', 'passkeys', 'workspaces'] as const;
type Things = Readonly<Record<(typeof KINDS)[number], string>>;

/** What a route needs besides its object. */
const BODIES: Readonly<Record<string, unknown>> = { deleteWorkspace: { name: 'Theirs' } };

let server: TestServer;
let ada: Inmate;
let victim: Inmate;
let attacker: Inmate;
let theirs: Things;
let mine: Things;
const NEVER: Things = {
  sessions: `s_${'0'.repeat(24)}`,
  passkeys: `pk_${'0'.repeat(24)}`,
  workspaces: `w_${'0'.repeat(24)}`,
};

const thingsOf = async (person: Inmate): Promise<{ things: Things; again: Inmate }> => {
  const device = newDevice(ORIGIN);
  const begun = await person.ask('POST', `${AUTH}/passkeys/options`, { password: PASSWORD });
  const { challenge } = (begun.json as { options: { challenge: string } }).options;
  const made = await person.ask('POST', `${AUTH}/passkeys`, { name: 'mine', response: device.make(challenge) });
  const passkeys = (made.json as { id: string }).id;
  const workspace = await ada.ask('POST', '/api/v1/workspaces', { name: 'Theirs', to: person.id });
  const again = await signIn(server, person.email);
  const { sessions } = (await again.ask('GET', `${AUTH}/sessions`)).json as {
    sessions: { id: string; current: boolean }[];
  };
  return {
    things: {
      sessions: sessions.find(({ current }) => !current)?.id ?? '',
      passkeys,
      workspaces: (workspace.json as { id: string }).id,
    },
    again,
  };
};

beforeAll(async () => {
  server = await startServer({
    publicUrl: ORIGIN,
    signUp: { kind: 'invitation' },
    limits: { tries: 1_000_000, networkTries: 1_000_000, even: 5 },
  });
  ada = await firstAt(server);
  victim = await joinAt(server, ada, 'victim@example.com', { role: 'editor' });
  attacker = await joinAt(server, ada, 'attacker@example.com', { role: 'owner' });
  ({ things: theirs, again: victim } = await thingsOf(victim));
  ({ things: mine, again: attacker } = await thingsOf(attacker));
}, 60_000);
afterAll(() => server.close());

const pathIn = (contract: Contract, things: Things): string => {
  const kind = KINDS.find((one) => contract.path.includes(`/${one}/{id}`));
  if (kind === undefined) throw new Error(`say in test/attacks/own-matrix.test.ts what {id} of ${contract.path} is`);
  return contract.path.replace('{id}', things[kind]);
};

const call = (person: Person, name: string, contract: Contract, things: Things): Promise<Answer> =>
  person.ask(methodOf(contract), pathIn(contract, things), BODIES[name]);

/** All that is the victim's, but when its sessions were used. */
const rows = (): string => {
  const database = new DatabaseSync(join(server.dir, 'headgate.db'), { readOnly: true });
  try {
    const of = (sql: string, ...values: string[]): unknown => database.prepare(sql).all(...values);
    return JSON.stringify([
      of('select id, hash, workspace, expires from user_session where user_id = ? order by id', victim.id),
      of('select * from user_passkey where user_id = ?', victim.id),
      of('select * from workspace where id = ?', theirs.workspaces),
      of('select * from member where workspace = ?', theirs.workspaces),
    ]);
  } finally {
    database.close();
  }
};

const told = ({ status, text, headers }: Answer, things: Things): unknown => {
  let plain = text;
  for (const [kind, id] of Object.entries(things)) plain = plain.replaceAll(id, kind);
  const rest = Object.entries(headers).filter(([name]) => !['date', 'keep-alive'].includes(name));
  return { status, plain, headers: Object.fromEntries(rest) };
};

describe('AZ-01 what belongs to another account', () => {
  test('AZ-01 the matrix has every kind of object that a route about the own account names', () => {
    expect(about.length).toBeGreaterThanOrEqual(6);
    const kinds = new Set(about.map(([, contract]) => KINDS.find((one) => contract.path.includes(`/${one}/{id}`))));
    expect(kinds).toEqual(new Set(KINDS));
  });

  test.each(about)('AZ-01 %s answers as if it had never been there, and changes nothing', async (name, contract) => {
    const before = rows();
    const foreign = await call(attacker, name, contract, theirs);
    const nothing = await call(attacker, name, contract, NEVER);
    expect(foreign.status).toBe(404);
    expect(told(foreign, theirs)).toEqual(told(nothing, NEVER));
    expect(rows()).toBe(before);
    expect((await victim.ask('GET', `${AUTH}/me`)).status).toBe(200);
  });

  test.each(own)('AZ-05 %s is reached by no key, no token and nobody without a session', async (name, contract) => {
    const before = rows();
    const { plain } = await server.key({ user: victim.id, role: 'editor' });
    const path = contract.path.includes('{') ? pathIn(contract, theirs) : contract.path;
    const body = contract.bodyKind === 'none' ? {} : { body: BODIES[name] ?? {} };
    const ask = (more: object): Promise<Answer> => server.ask(methodOf(contract), path, { ...body, ...more });
    for (const more of [{}, { key: plain }, { headers: { authorization: `Bearer ${plain}` } }])
      expect([name, (await ask(more)).status]).toEqual([name, 401]);
    // A session beside a key is no session: one credential at a time.
    const cookie = [...victim.cookies].map(([one, value]) => `${one}=${value}`).join('; ');
    const both = await ask({ key: plain, headers: { cookie, 'sec-fetch-site': 'same-origin' } });
    expect([name, both.status]).toEqual([name, 401]);
    expect(rows()).toBe(before);
  });

  test('AZ-01 twin: each of these routes reaches the same kind of object of one’s own', async () => {
    const order = ['chooseWorkspace', 'endSession', 'removePasskey'];
    for (const name of order) {
      const [, contract] = about.find(([one]) => one === name) ?? [];
      if (contract === undefined) throw new Error(`no route ${name}`);
      expect([name, (await call(attacker, name, contract, mine)).status]).toEqual([name, 204]);
    }
    const [, end] = about.find(([one]) => one === 'deleteWorkspace') ?? [];
    if (end === undefined) throw new Error('no route deleteWorkspace');
    expect((await call(attacker, 'deleteWorkspace', end, mine)).status).toBe(202);
  });
});
