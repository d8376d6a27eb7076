/**
 * Ways in to an account that should be over: planted before the address was proved, by who knew the password, by an
 * administrator's link. And accounts that an address leads to by looking like another.
 */

import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Mail } from '../../packages/server/src/egress/mail/port.ts';
import { codeOf } from '../../packages/server/src/store/accounts/testing/totp.ts';
import { type Device, newDevice, type Lies } from '../fixtures/authenticator.ts';
import { AUTH, firstAt, type Inmate, joinAt, ownKey, PASSWORD, signIn } from '../fixtures/household.ts';
import { type Person, personAt } from '../fixtures/person.ts';
import type { Answer } from '../fixtures/send.ts';
import { startServer, type TestServer } from '../fixtures/server.ts';

const ORIGIN = 'http://localhost';
const NEW = 'a new and long password';

let server: TestServer;
let ada: Inmate;
const mails: Mail[] = [];
let count = 0;

beforeAll(async () => {
  server = await startServer({
    publicUrl: ORIGIN,
    signUp: { kind: 'invitation' },
    limits: { tries: 1_000_000, networkTries: 1_000_000, even: 5 },
    mail: (mail) => {
      mails.push(mail);
      return Promise.resolve({ ok: true, value: null });
    },
  });
  ada = await firstAt(server);
});
afterAll(() => server.close());

const address = (): string => {
  count += 1;
  return `w${count}@example.com`;
};

const addPasskey = async (person: Person, device: Device, lies: Lies = {}, password = PASSWORD): Promise<Answer> => {
  const begun = await person.ask('POST', `${AUTH}/passkeys/options`, { password });
  if (begun.status !== 200) return begun;
  const { challenge } = (begun.json as { options: { challenge: string } }).options;
  return person.ask('POST', `${AUTH}/passkeys`, { name: 'mine', response: device.make(challenge, lies) });
};

const byPasskey = async (device: Device): Promise<number> => {
  const person = personAt(server);
  const begun = await person.ask('POST', `${AUTH}/login/passkey/options`);
  const { challenge } = (begun.json as { options: { challenge: string } }).options;
  return (await person.ask('POST', `${AUTH}/login/passkey`, { response: device.use(challenge) })).status;
};

const byPassword = async (email: string, password: string): Promise<number> =>
  (await personAt(server).ask('POST', `${AUTH}/login`, { email, password })).status;

const mailedLink = async (email: string): Promise<string> => {
  const before = mails.length;
  expect((await personAt(server).ask('POST', `${AUTH}/reset`, { email })).status).toBe(202);
  const text = mails.slice(before).find(({ to }) => to === email)?.text ?? '';
  return new URL(/http:\S+/.exec(text)?.[0] ?? '').pathname;
};

const madeLink = async (user: string, by: Person = ada): Promise<string> => {
  const made = await by.ask('POST', `/api/v1/users/${user}/reset`);
  expect(made.status).toBe(201);
  return new URL((made.json as { link: string }).link).pathname;
};

const set = (path: string, password = NEW, clear?: boolean): Promise<Answer> =>
  personAt(server).ask('POST', path, { password, ...(clear === undefined ? {} : { clear }) });

const keyWorks = async (key: string): Promise<number> => (await server.ask('GET', '/api/v1/flows', { key })).status;

/** A member with a passkey, a key of his own and an application's consent in his name. */
const planted = async (role = 'editor') => {
  const email = address();
  const person = await joinAt(server, ada, email, { role });
  const device = newDevice(ORIGIN);
  expect((await addPasskey(person, device)).status).toBe(201);
  const { key } = await ownKey(person, ['flow.read']);
  expect([await byPasskey(device), await keyWorks(key)]).toEqual([200, 200]);
  return { email, person, device, key };
};

describe('TOK-09 what was planted in an account before its address was proved', () => {
  test('TOK-09 ends with the first new password by mail: passkey, codes, keys, sessions', async () => {
    const { email, device, key } = await planted();
    expect((await set(await mailedLink(email))).status).toBe(204);
    expect([await byPasskey(device), await keyWorks(key)]).toEqual([401, 401]);
    const victim = await signIn(server, email, NEW);
    expect((await victim.ask('GET', `${AUTH}/passkeys`)).json).toEqual({ passkeys: [] });
  });

  test('TOK-09 so do codes: who set the password by mail is asked for none that somebody else set up', async () => {
    const email = address();
    const person = await joinAt(server, ada, email, { role: 'viewer' });
    const { uri } = (await person.ask('POST', `${AUTH}/totp`, { password: PASSWORD })).json as { uri: string };
    expect((await person.ask('POST', `${AUTH}/totp/confirm`, { code: codeOf(uri) })).status).toBe(204);
    expect((await set(await mailedLink(email))).status).toBe(204);
    expect((await signIn(server, email, NEW)).email).toBe(email);
  });

  test('TOK-09 twin: once it is proved, a passkey and a key of one’s own outlive a new password, unless one says otherwise', async () => {
    const email = address();
    await joinAt(server, ada, email, { role: 'editor' });
    await set(await mailedLink(email), PASSWORD);
    const person = await signIn(server, email);
    const device = newDevice(ORIGIN);
    expect((await addPasskey(person, device)).status).toBe(201);
    const { key } = await ownKey(person, ['flow.read']);
    expect((await set(await mailedLink(email))).status).toBe(204);
    expect([await byPasskey(device), await keyWorks(key)]).toEqual([200, 200]);
    expect((await set(await mailedLink(email), PASSWORD, true)).status).toBe(204);
    expect([await byPasskey(device), await keyWorks(key)]).toEqual([401, 401]);
  });

  test('TOK-09 who changes the password signed in may end all of it, by JSON and by the form', async () => {
    for (const form of [false, true]) {
      const { email, person, device, key } = await planted();
      const me = await signIn(server, email);
      const changed = form
        ? await me.form(`${AUTH}/password`, { current: PASSWORD, password: NEW, clear: 'yes' })
        : await me.ask('POST', `${AUTH}/password`, { current: PASSWORD, password: NEW, clear: true });
      // A form without script says where it comes from by its fetch metadata, which this browser sends.
      expect([204, 303]).toContain(changed.status);
      expect([await byPasskey(device), await keyWorks(key)]).toEqual([401, 401]);
      expect((await person.ask('GET', `${AUTH}/me`)).status).toBe(401);
      expect(mails.at(-1)).toMatchObject({ to: email, subject: 'Your password at Headgate was changed' });
    }
  });

  test('TOK-09 the command line’s superuser takes an account over with nothing left of who had it', async () => {
    const { email, device, key, person } = await planted('admin');
    const token = await person.ask('POST', '/api/v1/tokens', { name: 't', permissions: ['flow.read'] });
    const bearer = { authorization: `Bearer ${(token.json as { token: string }).token}` };
    expect((await server.ask('GET', '/api/v1/flows', { headers: bearer })).status).toBe(200);
    const link = await madeLink(person.id);
    await server.house.store.accounts.superuser(email, NEW, Date.now());
    expect([await byPasskey(device), await keyWorks(key), (await set(link)).status]).toEqual([401, 401, 404]);
    expect((await server.ask('GET', '/api/v1/flows', { headers: bearer })).status).toBe(401);
    expect(await byPassword(email, NEW)).toBe(200);
  });
});

describe('TOK-09 what was begun before the password was changed', () => {
  test('TOK-09 a link to a new password that is out does not work after it, nor after a change of standing', async () => {
    for (const change of ['password', 'standing'] as const) {
      const email = address();
      const person = await joinAt(server, ada, email, { role: 'viewer' });
      const links = [await madeLink(person.id), await mailedLink(email)];
      if (change === 'password')
        expect((await person.ask('POST', `${AUTH}/password`, { current: PASSWORD, password: NEW })).status).toBe(204);
      else
        for (const state of ['suspended', 'active'])
          expect((await ada.ask('PATCH', `/api/v1/users/${person.id}`, { state })).status).toBe(200);
      for (const link of links) expect((await set(link, 'that of the attacker')).status).toBe(404);
      expect(await byPassword(email, 'that of the attacker')).toBe(401);
    }
  });

  test('TOK-09 neither does the step between the old password and a code', async () => {
    const email = address();
    const person = await joinAt(server, ada, email, { role: 'viewer' });
    const begun = (await person.ask('POST', `${AUTH}/totp`, { password: PASSWORD })).json as {
      uri: string;
      recovery: string[];
    };
    expect((await person.ask('POST', `${AUTH}/totp/confirm`, { code: codeOf(begun.uri) })).status).toBe(204);
    const half = async (): Promise<Person> => {
      const other = personAt(server);
      const step = await other.ask('POST', `${AUTH}/login`, { email, password: PASSWORD });
      expect(step.json).toEqual({ state: 'code' });
      return other;
    };
    const [twin, attacker] = [await half(), await half()];
    expect((await twin.ask('POST', `${AUTH}/login/code`, { code: begun.recovery[0] })).status).toBe(200);
    expect((await person.ask('POST', `${AUTH}/password`, { current: PASSWORD, password: NEW })).status).toBe(204);
    expect((await attacker.ask('POST', `${AUTH}/login/code`, { code: begun.recovery[1] })).status).toBe(401);
    // And the recovery code is not used up by it.
    const mine = personAt(server);
    await mine.ask('POST', `${AUTH}/login`, { email, password: NEW });
    expect((await mine.ask('POST', `${AUTH}/login/code`, { code: begun.recovery[1] })).status).toBe(200);
  });
});

describe('AZ-12 an administrator’s link into somebody’s account', () => {
  /** A workspace that the administrator is no member of, with its owner and a flow that is private to him. */
  const tenant = async () => {
    const email = address();
    const owner = await joinAt(server, ada, email, { role: 'viewer' });
    const made = await ada.ask('POST', '/api/v1/workspaces', { name: 'Tenant', to: owner.id });
    const { id } = made.json as { id: string };
    expect((await owner.ask('POST', `${AUTH}/workspaces/${id}`)).status).toBe(204);
    const draft = { headgate: 1, name: 'Mine', steps: [{ id: 'a', kind: 'set@1', with: { value: 1 } }] };
    const flow = ((await owner.ask('POST', '/api/v1/flows', { draft })).json as { id: string }).id;
    const hidden = ((await owner.ask('POST', '/api/v1/flows', { draft })).json as { id: string }).id;
    expect((await owner.ask('PATCH', `/api/v1/flows/${hidden}`, { visibility: 'private' })).status).toBe(200);
    return { email, owner, id, flow, hidden };
  };

  const inTenant = async (email: string, id: string): Promise<Person> => {
    const person = await signIn(server, email, NEW);
    expect((await person.ask('POST', `${AUTH}/workspaces/${id}`)).status).toBe(204);
    return person;
  };

  const trailOf = async (id: string) => (await server.house.store.in(id).audit.list({ limit: 50 })).rows;

  test('AZ-12 OPS-03 is on record in every workspace before it is made, told to the person, and reads no more than a look on record', async () => {
    const { email, owner, id, flow, hidden } = await tenant();
    const before = mails.length;
    const link = await madeLink(owner.id);
    expect(await trailOf(id)).toContainEqual(
      expect.objectContaining({ action: 'resetUser', actor: ada.id, object: owner.id, decision: 'allow' }),
    );
    expect(mails.slice(before)).toMatchObject([{ to: email, subject: 'A link to a new password at Headgate' }]);
    expect((await set(link)).status).toBe(204);
    const thief = await inTenant(email, id);
    expect((await thief.ask('GET', '/api/v1/flows')).status).toBe(200);
    expect((await thief.ask('GET', `/api/v1/flows/${flow}`)).status).toBe(200);
    expect((await thief.ask('GET', `/api/v1/flows/${hidden}`)).status).toBe(404);
    const draft = { headgate: 1, name: 'Theirs', steps: [] };
    const tries: readonly (readonly [string, string, unknown?])[] = [
      ['POST', '/api/v1/flows', { draft }],
      ['PATCH', `/api/v1/flows/${flow}`, { name: 'Theirs' }],
      ['POST', '/api/v1/me/keys', { name: 'k', permissions: ['flow.read'] }],
      ['POST', '/api/v1/keys', { name: 'k', permissions: ['flow.read'] }],
      ['PUT', '/api/v1/secrets', { name: 's', value: 'a value that is long' }],
      ['PUT', `/api/v1/members/${owner.id}`, { role: 'owner' }],
      ['POST', '/api/v1/invitations', { email: 'puppet@example.com', role: 'owner' }],
      ['POST', `${AUTH}/workspaces/${id}/delete`, { name: 'Tenant' }],
      ['POST', `${AUTH}/totp`, { password: NEW }],
      ['POST', `${AUTH}/passkeys/options`, { password: NEW }],
    ];
    for (const [method, path, body] of tries)
      expect([path, (await thief.ask(method, path, body)).status]).toEqual([path, 403]);
    // Changing the password again makes him nobody else.
    expect((await thief.ask('POST', `${AUTH}/password`, { current: NEW, password: PASSWORD })).status).toBe(204);
    expect((await thief.ask('PATCH', `/api/v1/flows/${flow}`, { name: 'Theirs' })).status).toBe(403);
    // And what the owner lent and runs goes on meanwhile.
    expect((await server.house.store.directory.named(id, owner.id))?.principal.permissions).toContain('run');
  });

  test('AZ-12 twins: a manager there says that it is the person; so does the mailbox', async () => {
    const one = await tenant();
    const other = await joinAt(server, ada, address(), { role: 'viewer' });
    await server.house.store.in(one.id).members.add({ user: other.id, role: 'admin', created: 1, by: 'test' });
    await other.ask('POST', `${AUTH}/workspaces/${one.id}`);
    await server.house.store.in(one.id).members.setRole(other.id, 'owner');
    expect((await set(await madeLink(one.owner.id))).status).toBe(204);
    const person = await inTenant(one.email, one.id);
    expect((await person.ask('PATCH', `/api/v1/flows/${one.flow}`, { name: 'Ours' })).status).toBe(403);
    expect((await other.ask('PUT', `/api/v1/members/${one.owner.id}`, { role: 'owner' })).status).toBe(204);
    expect((await person.ask('PATCH', `/api/v1/flows/${one.flow}`, { name: 'Ours' })).status).toBe(200);

    const two = await tenant();
    expect((await set(await madeLink(two.owner.id))).status).toBe(204);
    expect((await set(await mailedLink(two.email), NEW)).status).toBe(204);
    const back = await inTenant(two.email, two.id);
    expect((await back.ask('PATCH', `/api/v1/flows/${two.flow}`, { name: 'Ours' })).status).toBe(200);
    expect((await back.ask('GET', `/api/v1/flows/${two.hidden}`)).status).toBe(200);
  });

  test('AZ-12 twin: where the administrator manages the workspace himself, nothing is held', async () => {
    const email = address();
    const person = await joinAt(server, ada, email, { role: 'editor' });
    expect((await set(await madeLink(person.id))).status).toBe(204);
    const back = await signIn(server, email, NEW);
    const draft = { headgate: 1, name: 'Mine', steps: [{ id: 'a', kind: 'set@1', with: { value: 1 } }] };
    expect((await back.ask('POST', '/api/v1/flows', { draft })).status).toBe(201);
  });
});

describe('API-10 an answer of a device that does not fit', () => {
  test('API-10 is refused like any other, without a fault of the server', async () => {
    const email = address();
    const person = await joinAt(server, ada, email, { role: 'viewer' });
    const other = await joinAt(server, ada, address(), { role: 'viewer' });
    const device = newDevice(ORIGIN);
    const lies: readonly Lies[] = [
      { origin: 'http://localhost:3000' },
      { rp: 'evil.example' },
      { type: 'webauthn.get' },
      { flags: 0x41 },
    ];
    for (const lie of lies) expect([lie, (await addPasskey(person, device, lie)).status]).toEqual([lie, 401]);
    expect((await addPasskey(person, device)).status).toBe(201);
    expect((await addPasskey(other, device)).status).toBe(401);
    const begun = await other.ask('POST', `${AUTH}/passkeys/options`, { password: PASSWORD });
    expect(begun.status).toBe(200);
    for (const response of [{}, { id: 'x' }, device.use('x'), { ...device.make('x'), response: 5 }])
      expect((await other.ask('POST', `${AUTH}/passkeys`, { name: 'x', response })).status).toBe(401);
    expect(server.log()).not.toMatch(/server\.bug|"level":50/);
  });
});

describe('TOK-11 addresses that look like others', () => {
  test('TOK-11 a sign that folds to a letter makes no address into another, at no door', async () => {
    const kelvin = '\u212Aate@example.com';
    const kate = await joinAt(server, ada, 'kate@example.com', { role: 'viewer' });
    const { signIn: doors } = server.house.store.accounts;
    const says = {
      provider: 'provider',
      subject: 'k',
      email: kelvin,
      verified: true,
      name: 'K',
      unknown: 'refuse',
    } as const;
    await set(await mailedLink(kate.email), PASSWORD);
    expect(await doors.provider(says, Date.now())).toEqual({ kind: 'wrong' });
    expect((await ada.ask('POST', '/api/v1/invitations', { email: kelvin, role: 'viewer' })).status).toBe(422);
    expect(await server.house.store.accounts.userByEmail(kelvin)).toBeNull();
    // Twins: capital letters are the same address, and the provider's word leads to it.
    expect(await doors.provider({ ...says, subject: 'k2', email: 'KATE@example.com' }, Date.now())).toMatchObject({
      kind: 'in',
      user: { id: kate.id },
    });
    expect(await byPassword('Kate@Example.com', PASSWORD)).toBe(200);
  });

  test('TOK-11 a further subject of the provider with the same address does not get into the account', async () => {
    const owner = await joinAt(server, ada, address(), { role: 'viewer' });
    await set(await mailedLink(owner.email), PASSWORD);
    const { signIn: doors } = server.house.store.accounts;
    const says = { provider: 'provider', email: owner.email, verified: true, name: 'A', unknown: 'active' } as const;
    expect(await doors.provider({ ...says, subject: 'first' }, Date.now())).toMatchObject({ kind: 'in' });
    expect(await doors.provider({ ...says, subject: 'second' }, Date.now())).toEqual({ kind: 'wrong' });
    expect(await doors.provider({ ...says, subject: 'first' }, Date.now())).toMatchObject({ kind: 'in' });
  });

  test('TOK-11 who asks for an account by mail gets the link at the address that is kept, and at no odd one', async () => {
    const open = await startServer({
      signUp: { kind: 'domain', domains: ['corp.example'] },
      limits: { even: 5 },
      mail: (mail) => {
        mails.push(mail);
        return Promise.resolve({ ok: true, value: null });
      },
    });
    try {
      const ask = async (email: string): Promise<readonly string[]> => {
        const before = mails.length;
        expect((await open.ask('POST', `${AUTH}/signup`, { body: { email } })).status).toBe(202);
        return mails.slice(before).map(({ to }) => to);
      };
      expect(await ask('Kate@Corp.Example')).toEqual(['kate@corp.example']);
      for (const odd of [
        '\u212Aim@corp.example',
        'kаte@corp.example',
        'x%evil.example@corp.example',
        'x!y@corp.example',
      ])
        expect([odd, await ask(odd)]).toEqual([odd, []]);
    } finally {
      await open.close();
    }
  });
});

describe('AZ-05 owners who cannot act', () => {
  test('AZ-05 the last owner who can sign in does not step down, and nobody makes a workspace for nobody', async () => {
    const owner = await joinAt(server, ada, address(), { role: 'viewer' });
    const made = await ada.ask('POST', '/api/v1/workspaces', { name: 'Two', to: owner.id });
    const { id } = made.json as { id: string };
    await owner.ask('POST', `${AUTH}/workspaces/${id}`);
    const second = await joinAt(server, ada, address(), { role: 'viewer' });
    await server.house.store.in(id).members.add({ user: second.id, role: 'owner', created: 1, by: 'test' });
    await ada.ask('PATCH', `/api/v1/users/${second.id}`, { state: 'suspended' });
    const down = () => owner.ask('PUT', `/api/v1/members/${owner.id}`, { role: 'viewer' });
    expect((await down()).json).toMatchObject({ code: 'member.last_owner' });
    for (const to of ['u_000000000000000000000000', second.id])
      expect((await ada.ask('POST', '/api/v1/workspaces', { name: 'None', to })).json).toMatchObject({
        code: 'member.unfit',
      });
    // Twin: with another who can sign in he may.
    await ada.ask('PATCH', `/api/v1/users/${second.id}`, { state: 'active' });
    expect((await down()).status).toBe(204);
  });
});
