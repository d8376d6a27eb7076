/** Attacks on accounts, over real HTTP: sessions that outlive their end, tricked browsers, odd values, tokens left lying about. */

import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Contract, isSelf, ROUTES } from '@headgate/core/api';
import type { User } from '../../packages/server/src/store/accounts/port.ts';
import { codeOf } from '../../packages/server/src/store/accounts/testing/totp.ts';
import { type Person, personAt } from '../fixtures/person.ts';
import { breaches, methodOf, pathOf, startServer, type TestServer } from '../fixtures/server.ts';

const PASSWORD = 'correct horse battery';
const AUTH = '/api/v1/auth';

let server: TestServer;
let count = 0;

beforeAll(async () => {
  server = await startServer({ limits: { tries: 1_000_000, networkTries: 1_000_000, even: 5 } });
});
afterAll(() => server.close());

/** A fresh account; the first is an administrator as all of `superuser` are. */
const account = async (at = server): Promise<User> => {
  count += 1;
  return (await at.house.store.accounts.superuser(`p${count}@example.com`, PASSWORD, Date.now())).user;
};

const signedIn = async (user: User, at = server): Promise<Person> => {
  const person = personAt(at);
  const answer = await person.ask('POST', `${AUTH}/login`, { email: user.email, password: PASSWORD });
  expect(answer.status).toBe(200);
  return person;
};

const status = async (person: Person): Promise<number> => (await person.ask('GET', `${AUTH}/me`)).status;

/** The same browser as it was: with the cookies it had. */
const replay = (person: Person, at = server): Person => {
  const again = personAt(at);
  for (const [name, value] of person.cookies) again.cookies.set(name, value);
  return again;
};

describe('TOK-09 sessions that should be over', () => {
  const ends: readonly (readonly [string, (person: Person, user: User) => Promise<unknown>])[] = [
    ['logout', (person) => person.ask('POST', `${AUTH}/logout`)],
    [
      'sign out everywhere, from another browser',
      async (_p, user) => (await signedIn(user)).ask('DELETE', `${AUTH}/sessions`),
    ],
    [
      'ended in the list of another browser',
      async (_p, user) => {
        const other = await signedIn(user);
        const { sessions } = (await other.ask('GET', `${AUTH}/sessions`)).json as {
          sessions: { id: string; current: boolean }[];
        };
        for (const one of sessions.filter(({ current }) => !current))
          await other.ask('DELETE', `${AUTH}/sessions/${one.id}`);
      },
    ],
    [
      'a change of password elsewhere',
      async (_p, user) =>
        (await signedIn(user)).ask('POST', `${AUTH}/password`, { current: PASSWORD, password: 'another long one' }),
    ],
    [
      'a second factor begun elsewhere',
      async (_p, user) => {
        const other = await signedIn(user);
        const { uri } = (await other.ask('POST', `${AUTH}/totp`, { password: PASSWORD })).json as { uri: string };
        expect((await other.ask('POST', `${AUTH}/totp/confirm`, { code: codeOf(uri) })).status).toBe(204);
      },
    ],
    [
      'a change of standing by an administrator',
      async (_p, user) => {
        const { plain } = await server.key();
        await server.ask('PATCH', `/api/v1/users/${user.id}`, { key: plain, body: { administrator: false } });
      },
    ],
    [
      'suspended by an administrator',
      async (_p, user) => {
        const { plain } = await server.key();
        await server.ask('PATCH', `/api/v1/users/${user.id}`, { key: plain, body: { state: 'suspended' } });
      },
    ],
    [
      'a new password by link',
      async (_p, user) => {
        const { plain } = await server.key();
        const made = await server.ask('POST', `/api/v1/users/${user.id}/reset`, { key: plain });
        const { pathname } = new URL((made.json as { link: string }).link);
        expect((await personAt(server).ask('POST', pathname, { password: 'by link, a long one' })).status).toBe(204);
      },
    ],
  ];

  test.each(ends)('TOK-09 a cookie kept from before is refused after: %s', async (_name, end) => {
    const user = await account();
    const person = await signedIn(user);
    const kept = replay(person);
    expect(await status(kept)).toBe(200);
    await end(person, user);
    expect(await status(kept)).toBe(401);
  });

  test('TOK-09 twin: other sessions of the account go on after a logout, and other accounts after all else', async () => {
    const user = await account();
    const [one, two] = [await signedIn(user), await signedIn(user)];
    const stranger = await signedIn(await account());
    await one.ask('POST', `${AUTH}/logout`);
    expect([await status(two), await status(stranger)]).toEqual([200, 200]);
    await two.ask('DELETE', `${AUTH}/sessions`);
    expect(await status(stranger)).toBe(200);
  });

  test('TOK-09 who makes the change goes on with a new id, and not with the one before', async () => {
    const user = await account();
    const person = await signedIn(user);
    const kept = replay(person);
    const changed = await person.ask('POST', `${AUTH}/password`, { current: PASSWORD, password: 'another long one' });
    expect(changed.status).toBe(204);
    expect(await status(person)).toBe(200);
    expect(await status(kept)).toBe(401);
    expect([...person.cookies.values()]).not.toEqual([...kept.cookies.values()]);
  });

  test('TOK-09 an id from before the sign-in is not taken over: neither a made-up one nor that of a session', async () => {
    const user = await account();
    const attacker = await signedIn(await account());
    const [name = '', theirs = ''] = [...attacker.cookies][0] ?? [];
    for (const planted of ['A'.repeat(43), theirs]) {
      const victim = personAt(server);
      victim.cookies.set(name, planted);
      await victim.ask('POST', `${AUTH}/login`, { email: user.email, password: PASSWORD });
      expect(victim.cookies.get(name)).not.toBe(planted);
      const lurker = personAt(server);
      lurker.cookies.set(name, planted);
      expect(await status(lurker)).toBe(401);
    }
  });

  test('TOK-09 the cookie is __Host-, Secure, HttpOnly, SameSite behind https, and plainly named on this machine alone', async () => {
    const secure = await startServer({ publicUrl: 'https://flows.example.com', limits: { even: 5 } });
    try {
      const user = await account(secure);
      const answer = await secure.ask('POST', `${AUTH}/login`, { body: { email: user.email, password: PASSWORD } });
      const [session = ''] = answer.headers['set-cookie'] ?? [];
      expect(session).toMatch(
        /^__Host-headgate=[A-Za-z0-9_-]{43}; Path=\/; Max-Age=\d+; HttpOnly; SameSite=Lax; Secure$/,
      );
      expect(answer.text).not.toContain(session.slice(16, 59));
      const plain = session.replace('__Host-', '').split(';', 1)[0] ?? '';
      const other = await secure.ask('GET', `${AUTH}/me`, { headers: { cookie: plain } });
      expect(other.status).toBe(401);
      const twin = await secure.ask('GET', `${AUTH}/me`, { headers: { cookie: session.split(';', 1)[0] ?? '' } });
      expect(twin.status).toBe(200);
    } finally {
      await secure.close();
    }
    const local = await signedIn(await account());
    expect([...local.cookies.keys()]).toEqual(['headgate-local']);
  });
});

describe('GUI-07 requests that a browser was tricked into', () => {
  const own = Object.entries(ROUTES as Readonly<Record<string, Contract>>).filter(
    ([, c]) => isSelf(c.needs) && c.method !== 'GET',
  );

  test.each(own)(
    'GUI-07 %s with the cookie alone, or from another site, is refused and does nothing',
    async (_name, contract) => {
      const user = await account();
      const person = await signedIn(user);
      const cookie = [...person.cookies].map(([name, value]) => `${name}=${value}`).join('; ');
      const ways: readonly Readonly<Record<string, string>>[] = [
        {},
        { 'sec-fetch-site': 'cross-site' },
        { 'sec-fetch-site': 'same-site' },
        { origin: 'https://evil.example' },
        { origin: 'null' },
        { origin: 'null', 'sec-fetch-site': 'cross-site' },
      ];
      for (const more of ways) {
        const answer = await server.ask(methodOf(contract), pathOf(contract), {
          headers: { cookie, ...more },
          body: {},
        });
        expect([answer.status, (answer.json as { code: string }).code]).toEqual([403, 'origin.foreign']);
      }
      expect(await status(person)).toBe(200);
    },
  );

  test('GUI-07 another site can sign nobody in: not with its own account either', async () => {
    const user = await account();
    for (const [type, body] of [
      ['application/x-www-form-urlencoded', `email=${user.email}&password=${encodeURIComponent(PASSWORD)}`],
      ['text/plain', JSON.stringify({ email: user.email, password: PASSWORD })],
    ] as const) {
      const answer = await server.ask('POST', `${AUTH}/login`, {
        headers: { 'content-type': type, origin: 'https://evil.example' },
        body,
      });
      expect(answer.status).toBe(403);
      expect(answer.headers['set-cookie']).toBeUndefined();
    }
  });

  test('GUI-07 twin: a form of our own page signs in, and its cookie changes what it is meant to', async () => {
    const user = await account();
    const person = personAt(server);
    const answer = await person.form(`${AUTH}/login`, { email: user.email, password: PASSWORD });
    expect([answer.status, answer.headers.location]).toEqual([303, '/']);
    expect((await person.page(`${AUTH}/account`)).text).toContain(user.email);
    expect((await person.form(`${AUTH}/logout/everywhere`, {})).headers.location).toBe(`${AUTH}/login`);
    expect(await status(person)).toBe(401);
  });

  test('GUI-07 no GET of an account changes anything: the session goes on after all of them', async () => {
    const user = await account();
    const person = await signedIn(user);
    for (const [, contract] of Object.entries(ROUTES as Readonly<Record<string, Contract>>)) {
      if (contract.method !== 'GET' || !contract.path.startsWith(AUTH)) continue;
      await person.ask('GET', pathOf(contract));
    }
    expect(await status(person)).toBe(200);
    expect(await server.house.store.accounts.sessions(user.id, Date.now())).toHaveLength(1);
  });
});

describe('API-09 other kinds of values where a text is expected', () => {
  const odd: readonly unknown[] = [null, 1, true, '', [], ['x'], {}, { $ne: '' }, [['x']]];
  const doors = ['login', 'login/code', 'setup/TOKEN', 'signup', 'signup/TOKEN', 'reset', 'reset/TOKEN'] as const;

  test.each(doors)('API-09 %s answers 422 before anything is looked up, and makes no session', async (door) => {
    const fields = door.startsWith('setup')
      ? ['email', 'name', 'password']
      : door === 'signup/TOKEN'
        ? ['name', 'password']
        : door === 'login'
          ? ['email', 'password']
          : [door === 'login/code' ? 'code' : door === 'reset/TOKEN' ? 'password' : 'email'];
    for (const value of odd) {
      for (const field of fields) {
        const body = Object.fromEntries(fields.map((name) => [name, name === field ? value : 'a text that fits']));
        const answer = await server.ask('POST', `${AUTH}/${door.replace('TOKEN', 'A'.repeat(43))}`, { body });
        expect([door, value, answer.status]).toEqual([door, value, 422]);
        expect(answer.headers['set-cookie']).toBeUndefined();
      }
    }
    const twice = `{"email":"a@b.example","email":"c@d.example","password":"x","code":"1","name":"n"}`;
    expect((await server.ask('POST', `${AUTH}/${door.replace('TOKEN', 'A'.repeat(43))}`, { body: twice })).status).toBe(
      400,
    );
  });

  test('API-09 twin: the same doors take texts, and say what is wrong with them in their own words', async () => {
    const user = await account();
    const right = await server.ask('POST', `${AUTH}/login`, { body: { email: user.email, password: PASSWORD } });
    expect(right.status).toBe(200);
    expect(breaches(ROUTES.login, right)).toEqual([]);
    const link = await server.ask('POST', `${AUTH}/reset/${'A'.repeat(43)}`, {
      body: { password: 'a text that fits' },
    });
    expect((link.json as { code: string }).code).toBe('link.unknown');
  });
});

describe('AZ-03 fields that the server sets', () => {
  const writes = Object.entries(ROUTES as Readonly<Record<string, Contract>>).filter(
    ([, c]) => /^\/api\/v1\/(auth|users)\//.test(c.path) && ['json', 'either'].includes(c.bodyKind),
  );

  test.each(writes)('AZ-03 %s refuses every one of them, and any field nobody asked for', async (_name, contract) => {
    const person = await signedIn(await account());
    const { plain } = await server.key();
    const cookie = [...person.cookies].map(([name, value]) => `${name}=${value}`).join('; ');
    for (const owned of [
      'id',
      'state_',
      'email_verified',
      'role',
      'workspace',
      'owner',
      'user',
      'created',
      'hash',
      'used',
      'next',
    ]) {
      const identity = contract.path.startsWith('/api/v1/users/')
        ? { key: plain }
        : { headers: { cookie, 'sec-fetch-site': 'same-origin' } };
      const answer = await server.ask(methodOf(contract), pathOf(contract, { id: 'u_x', token: 'A'.repeat(43) }), {
        ...identity,
        body: { [owned]: 'x' },
      });
      expect([owned, answer.status]).toEqual([owned, 422]);
      expect(answer.text).toContain('field.unknown');
    }
  });
});

describe('TOK-13 tokens that lie about', () => {
  test('TOK-13 neither cookie nor link nor code stands in the database, in the log or in an address of ours', async () => {
    const user = await account();
    const person = await signedIn(user);
    const totp = (await person.ask('POST', `${AUTH}/totp`, { password: PASSWORD })).json as {
      uri: string;
      recovery: string[];
    };
    const { plain } = await server.key();
    const made = await server.ask('POST', `/api/v1/users/${user.id}/reset`, { key: plain });
    const token = new URL((made.json as { link: string }).link).pathname.split('/').at(-1) ?? '';
    await person.page(`${AUTH}/reset/${token}`);
    const canaries = [
      [...person.cookies.values()][0] ?? 'none',
      token,
      PASSWORD,
      new URL(totp.uri).searchParams.get('secret') ?? 'none',
      ...totp.recovery,
    ];
    const files = readdirSync(server.dir).filter((name) => name.startsWith('headgate.db'));
    const bytes = files.map((name) => readFileSync(join(server.dir, name)).toString('latin1')).join('');
    for (const canary of canaries) {
      expect(canary.length).toBeGreaterThan(8);
      expect(bytes).not.toContain(canary);
      expect(server.log()).not.toContain(canary);
    }
    const rows = await server.house.store.in('*').audit.list({ limit: 1000 });
    for (const canary of canaries) expect(JSON.stringify(rows)).not.toContain(canary);
  });

  test('TOK-13 a password, a code or a session in the address is refused', async () => {
    for (const query of ['password=x', 'token=x', 'access_token=x'])
      expect((await server.ask('GET', `${AUTH}/login?${query}`)).status).toBe(400);
    for (const query of ['email=a@b.example', 'code=123456', 'session=x'])
      expect((await server.ask('GET', `${AUTH}/login?${query}`)).status).toBe(422);
  });
});
