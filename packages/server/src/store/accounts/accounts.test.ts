import { randomBytes } from 'node:crypto';
import { tmpdir } from 'node:os';
import { DatabaseSync } from 'node:sqlite';
import { join } from 'node:path';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { beginChange, finishChange } from '../key-change.ts';
import type { Store } from '../ports.ts';
import { KEY, kitIn } from '../testing/kit.ts';
import type { Session, User } from './port.ts';
import { SESSION_IDLE, SESSION_LIFE } from './sessions.ts';
import { codeOf } from './testing/totp.ts';

const kit = kitIn(tmpdir());
afterEach(kit.clean);

const now = (): number => Date.now();
const PASSWORD = 'correct horse battery';
const FROM = { agent: 'a browser', network: '127.0.0.1' };

const ada = async (store: Store): Promise<User> =>
  (await store.accounts.superuser('Ada@Example.com', PASSWORD, now())).user;

const cookie = async (store: Store, user: User): Promise<string> =>
  (await store.accounts.begin(user.id, 'password', FROM, now())).token;

const sessionOf = (store: Store, token: string, at = now()): Promise<Session | null> =>
  store.accounts.sessionByCookie(token, at);

const opened = (dir?: string): Promise<Store> => kit.store({ clock: now, ...(dir === undefined ? {} : { dir }) });

describe('signing in with a password', () => {
  test('the right password signs in, whatever the case of the address, and the row holds argon2id alone', async () => {
    const dir = kit.dir();
    const store = await opened(dir);
    const user = await ada(store);
    expect(user).toMatchObject({ email: 'ada@example.com', administrator: true, state: 'active', factor: false });
    expect(await store.accounts.signIn.password('ADA@example.com', PASSWORD, now())).toEqual({
      kind: 'in',
      how: 'password',
      user,
    });
    const database = new DatabaseSync(join(dir, 'headgate.db'), { readOnly: true });
    const { password } = database.prepare('select password from user_login').get() ?? {};
    database.close();
    expect(password).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$/);
  });

  test('TOK-11 a wrong password, an unknown address and a suspended account are one answer', async () => {
    const store = await opened();
    const user = await ada(store);
    const { signIn } = store.accounts;
    expect(await signIn.password('ada@example.com', `${PASSWORD}.`, now())).toEqual({ kind: 'wrong' });
    expect(await signIn.password('nobody@example.com', PASSWORD, now())).toEqual({ kind: 'wrong' });
    expect(await signIn.password('not an address', PASSWORD, now())).toEqual({ kind: 'wrong' });
    const { user: second } = await store.accounts.superuser('eve@example.com', PASSWORD, now());
    await store.accounts.change(second.id, { state: 'suspended' }, now());
    expect(await signIn.password('eve@example.com', PASSWORD, now())).toEqual({ kind: 'wrong' });
    expect(await signIn.password('ada@example.com', PASSWORD, now())).toMatchObject({ kind: 'in', user });
  });

  test('the last active administrator stays one', async () => {
    const store = await opened();
    const user = await ada(store);
    expect(await store.accounts.change(user.id, { administrator: false }, now())).toBeNull();
    expect(await store.accounts.change(user.id, { state: 'suspended' }, now())).toBeNull();
    expect(await store.accounts.user(user.id)).toEqual(user);
  });
});

describe('sessions', () => {
  test('TOK-13 the database holds no cookie, and what it holds opens nothing', async () => {
    const dir = kit.dir();
    const store = await opened(dir);
    const token = await cookie(store, await ada(store));
    const database = new DatabaseSync(join(dir, 'headgate.db'), { readOnly: true });
    const rows = database.prepare('select * from user_session').all();
    database.close();
    expect(JSON.stringify(rows)).not.toContain(token);
    expect(await sessionOf(store, String(rows[0]?.['hash']))).toBeNull();
    expect(await sessionOf(store, token)).toMatchObject({ how: 'password', user: { email: 'ada@example.com' } });
  });

  test('TOK-09 one that was ended is gone for the next request, and the others stay', async () => {
    const store = await opened();
    const user = await ada(store);
    const [one, two] = [await cookie(store, user), await cookie(store, user)];
    const session = await sessionOf(store, one);
    expect(await store.accounts.end('u_somebody_else', session?.id ?? '')).toBe(false);
    expect(await store.accounts.end(user.id, session?.id ?? '')).toBe(true);
    expect(await sessionOf(store, one)).toBeNull();
    expect(await sessionOf(store, two)).not.toBeNull();
    expect(await store.accounts.sessions(user.id, now())).toHaveLength(1);
  });

  test.each(['end everywhere', 'password', 'standing', 'factor'] as const)(
    'TOK-09 all of an account end here at once and in another process within a second: %s',
    async (why) => {
      const dir = kit.dir();
      const here = await opened(dir);
      const there = await opened(dir);
      const user = await ada(here);
      await here.accounts.superuser('other@example.com', PASSWORD, now());
      const tokens = [await cookie(here, user), await cookie(here, user)];
      for (const token of tokens) {
        expect(await sessionOf(here, token)).not.toBeNull();
        await vi.waitFor(async () => expect(await sessionOf(there, token)).not.toBeNull());
      }
      const told: string[] = [];
      here.accounts.onEnd((ended) => told.push(ended));
      if (why === 'end everywhere') expect(await here.accounts.endSessions(user.id)).toBe(2);
      if (why === 'password') await here.accounts.own.setPassword(user.id, 'another password', now());
      if (why === 'standing') await here.accounts.change(user.id, { administrator: false }, now());
      if (why === 'factor') {
        const made = await here.accounts.own.beginTotp(user.id, PASSWORD);
        expect(await here.accounts.own.confirmTotp(user.id, codeOf(made?.uri ?? ''))).toBe(true);
      }
      const began = now();
      for (const token of tokens) expect(await sessionOf(here, token)).toBeNull();
      await vi.waitFor(async () => expect(await sessionOf(there, tokens[0] ?? '')).toBeNull(), { timeout: 1000 });
      expect(now() - began).toBeLessThan(1000);
      expect(told).toEqual([user.id]);
    },
  );

  test('TOK-09 a session ends after its life, and when it was not used for a day', async () => {
    const store = await opened();
    const user = await ada(store);
    const token = await cookie(store, user);
    const began = now();
    expect(await sessionOf(store, token, began + SESSION_IDLE - 60_000)).not.toBeNull();
    for (let at = began; at < began + SESSION_LIFE - SESSION_IDLE; at += SESSION_IDLE / 2)
      expect(await sessionOf(store, token, at)).not.toBeNull();
    expect(await sessionOf(store, token, began + SESSION_LIFE + 1000)).toBeNull();
    const idle = await cookie(store, user);
    expect(await sessionOf(store, idle, now() + SESSION_IDLE + 1000)).toBeNull();
  });

  test('what is no cookie of ours is nobody', async () => {
    const store = await opened();
    await cookie(store, await ada(store));
    for (const odd of ['', 'x', 'A'.repeat(43), `${'A'.repeat(42)} `, 'null', '__proto__'])
      expect(await sessionOf(store, odd)).toBeNull();
  });
});

describe('a second factor', () => {
  const factored = async (store: Store): Promise<{ user: User; uri: string; recovery: readonly string[] }> => {
    const user = await ada(store);
    const made = await store.accounts.own.beginTotp(user.id, PASSWORD);
    if (made === null) throw new Error('no factor was begun');
    // The code of the half minute before, so that the one of now is not spent.
    expect(await store.accounts.own.confirmTotp(user.id, codeOf(made.uri, now() - 30_000))).toBe(true);
    return { user, ...made };
  };

  const ticket = async (store: Store): Promise<string> => {
    const tried = await store.accounts.signIn.password('ada@example.com', PASSWORD, now());
    if (tried.kind !== 'code') throw new Error(`expected to be asked for a code, got ${tried.kind}`);
    return tried.ticket;
  };

  test('is asked for once it was confirmed, and its code signs in once', async () => {
    const store = await opened();
    const { user, uri } = await factored(store);
    const code = codeOf(uri);
    const first = await ticket(store);
    expect(await store.accounts.signIn.code(first, '000000', now())).toEqual({ kind: 'wrong' });
    expect(await store.accounts.signIn.code(first, code, now())).toMatchObject({
      kind: 'in',
      how: 'password+code',
      user: { id: user.id, factor: true },
    });
    expect(await store.accounts.signIn.code(first, code, now())).toEqual({ kind: 'wrong' });
    expect(await store.accounts.signIn.code(await ticket(store), code, now())).toEqual({ kind: 'wrong' });
  });

  test('TOK-11 of a suspended account is not asked for: the right password is as wrong as any', async () => {
    const store = await opened();
    const { user } = await factored(store);
    await store.accounts.superuser('other@example.com', PASSWORD, now());
    await store.accounts.change(user.id, { state: 'suspended' }, now());
    expect(await store.accounts.signIn.password(user.email, PASSWORD, now())).toEqual({ kind: 'wrong' });
    await store.accounts.change(user.id, { state: 'active' }, now());
    expect(await store.accounts.signIn.password(user.email, PASSWORD, now())).toMatchObject({ kind: 'code' });
  });

  test('a recovery code works once, and new ones end the old ones', async () => {
    const store = await opened();
    const { user, recovery } = await factored(store);
    expect(recovery).toHaveLength(10);
    const [one = '', two = ''] = recovery;
    expect(await store.accounts.signIn.code(await ticket(store), one, now())).toMatchObject({ kind: 'in' });
    expect(await store.accounts.signIn.code(await ticket(store), one, now())).toEqual({ kind: 'wrong' });
    expect(await store.accounts.own.newRecovery(user.id, 'wrong password')).toBeNull();
    const fresh = await store.accounts.own.newRecovery(user.id, PASSWORD);
    expect(await store.accounts.signIn.code(await ticket(store), two, now())).toEqual({ kind: 'wrong' });
    expect(await store.accounts.signIn.code(await ticket(store), fresh?.[0] ?? '', now())).toMatchObject({
      kind: 'in',
    });
  });

  test('TOK-11 five wrong codes spend the ticket, ten lock the factor for a while', async () => {
    const store = await opened();
    const { uri } = await factored(store);
    const kinds: string[] = [];
    for (let i = 0; i < 2; i += 1) {
      const one = await ticket(store);
      for (let n = 0; n < 6; n += 1) kinds.push((await store.accounts.signIn.code(one, `00000${n}`, now())).kind);
    }
    expect(kinds.filter((kind) => kind === 'wrong').length).toBeLessThanOrEqual(10);
    expect(await store.accounts.signIn.code(await ticket(store), codeOf(uri), now())).toEqual({ kind: 'locked' });
  });

  test('without the password it is neither begun nor taken away; begun and not confirmed it is not asked for', async () => {
    const store = await opened();
    const user = await ada(store);
    expect(await store.accounts.own.beginTotp(user.id, 'wrong password')).toBeNull();
    expect(await store.accounts.own.beginTotp(user.id, PASSWORD)).not.toBeNull();
    expect(await store.accounts.own.confirmTotp(user.id, '000000')).toBe(false);
    expect(await store.accounts.signIn.password('ada@example.com', PASSWORD, now())).toMatchObject({ kind: 'in' });
    const made = await store.accounts.own.beginTotp(user.id, PASSWORD);
    expect(await store.accounts.own.confirmTotp(user.id, codeOf(made?.uri ?? ''))).toBe(true);
    expect(await store.accounts.own.removeTotp(user.id, 'wrong password')).toBe(false);
    expect(await store.accounts.own.removeTotp(user.id, PASSWORD)).toBe(true);
    expect(await store.accounts.signIn.password('ada@example.com', PASSWORD, now())).toMatchObject({ kind: 'in' });
  });

  test('is gone when the administrator of the machine sets a new password: the way back for who lost the device', async () => {
    const store = await opened();
    const { user } = await factored(store);
    await store.accounts.superuser(user.email, 'another password', now());
    expect(await store.accounts.signIn.password(user.email, 'another password', now())).toMatchObject({
      kind: 'in',
      user: { factor: false },
    });
    expect(await store.accounts.own.beginTotp(user.id, 'another password')).not.toBeNull();
  });

  test('its secret and codes lie sealed in the database', async () => {
    const dir = kit.dir();
    const store = await opened(dir);
    const { uri, recovery } = await factored(store);
    const database = new DatabaseSync(join(dir, 'headgate.db'), { readOnly: true });
    const rows = JSON.stringify(database.prepare('select * from user_factor').all());
    database.close();
    for (const secret of [new URL(uri).searchParams.get('secret') ?? 'none', ...recovery])
      expect(rows).not.toContain(secret);
  });
});

describe('links', () => {
  const link = (store: Store, more: object = {}): Promise<{ token: string }> =>
    store.accounts.links.make({ kind: 'setup', by: 'server', at: now(), life: 60_000, ...more });
  const who = { email: 'first@example.com', name: 'First', password: PASSWORD };

  test('TOK-13 set-up works once, makes an administrator, and its row holds no token', async () => {
    const dir = kit.dir();
    const store = await opened(dir);
    const { token } = await link(store);
    const second = await link(store);
    const database = new DatabaseSync(join(dir, 'headgate.db'), { readOnly: true });
    expect(JSON.stringify(database.prepare('select * from user_link').all())).not.toContain(token);
    database.close();
    const uses = await Promise.all([1, 2].map(() => store.accounts.links.use(token, who, now())));
    expect(uses.filter((use) => use !== null)).toHaveLength(1);
    expect(await store.accounts.signIn.password(who.email, PASSWORD, now())).toMatchObject({
      kind: 'in',
      user: { administrator: true, name: 'First' },
    });
    // A second link of the same kind makes no second administrator.
    expect(await store.accounts.links.use(second.token, { ...who, email: 'x@example.com' }, now())).toBeNull();
  });

  test('one that ran out, was taken back or made up does nothing', async () => {
    const store = await opened();
    const { token } = await link(store);
    expect(await store.accounts.links.use(token, who, now() + 61_000)).toBeNull();
    await store.accounts.links.removeAll('setup');
    expect(await store.accounts.links.use(token, who, now())).toBeNull();
    expect(await store.accounts.links.use('A'.repeat(43), who, now())).toBeNull();
    expect(await store.accounts.any()).toBe(false);
  });

  test('a new password ends sessions, the old password and every other such link', async () => {
    const store = await opened();
    const user = await ada(store);
    const token = await cookie(store, user);
    const [one, two] = [
      await link(store, { kind: 'reset', user: user.id }),
      await link(store, { kind: 'reset', user: user.id }),
    ];
    expect(await store.accounts.links.use(one.token, { password: 'a new password' }, now())).not.toBeNull();
    expect(await sessionOf(store, token)).toBeNull();
    expect(await store.accounts.links.use(two.token, { password: 'a third password' }, now())).toBeNull();
    expect(await store.accounts.signIn.password(user.email, PASSWORD, now())).toEqual({ kind: 'wrong' });
    expect(await store.accounts.signIn.password(user.email, 'a new password', now())).toMatchObject({ kind: 'in' });
  });

  test('a sign-up makes the account of its address; one that needs approval waits', async () => {
    const store = await opened();
    await ada(store);
    const open = await link(store, { kind: 'signup', email: 'Bo@example.com' });
    const asks = await link(store, { kind: 'request', email: 'cy@example.com' });
    const name = { name: 'N', password: PASSWORD };
    expect(await store.accounts.links.use(open.token, { ...name, email: 'eve@example.com' }, now())).toMatchObject({
      user: { email: 'bo@example.com', state: 'active', administrator: false },
    });
    expect(await store.accounts.links.use(asks.token, name, now())).toMatchObject({ user: { state: 'pending' } });
  });
});

describe("a provider's word", () => {
  const says = { provider: 'corp', subject: 's-1', email: 'ada@example.com', verified: true, name: 'Ada' };

  test('signs in to the account of a proved address, and from then on by the subject', async () => {
    const store = await opened();
    const user = await ada(store);
    const sign = store.accounts.signIn.provider;
    expect(await sign({ ...says, verified: false, unknown: 'active' }, now())).toEqual({ kind: 'wrong' });
    expect(await sign({ ...says, unknown: 'refuse' }, now())).toMatchObject({ kind: 'in', how: 'sso:corp', user });
    expect(await sign({ ...says, email: 'moved@example.com', unknown: 'refuse' }, now())).toMatchObject({ user });
    expect(await sign({ ...says, subject: 's-2', email: 'bo@example.com', unknown: 'refuse' }, now())).toEqual({
      kind: 'wrong',
    });
    expect(await sign({ ...says, subject: 's-2', email: 'bo@example.com', unknown: 'pending' }, now())).toMatchObject({
      kind: 'in',
      user: { state: 'pending' },
    });
  });
});

test('an account whose address was never proved is not signed in to by a provider, until a link to the mailbox was used', async () => {
  const store = await opened();
  const made = await store.accounts.create({ email: 'bo@example.com', name: 'Bo', password: PASSWORD }, now());
  const says = { provider: 'corp', subject: 's', email: 'bo@example.com', verified: true, name: 'Bo' };
  const sign = () => store.accounts.signIn.provider({ ...says, unknown: 'active' }, now());
  expect(await store.accounts.signIn.password('bo@example.com', PASSWORD, now())).toMatchObject({ kind: 'in' });
  expect(await sign()).toEqual({ kind: 'wrong' });
  const reset = async (by: string): Promise<void> => {
    const { token } = await store.accounts.links.make({
      kind: 'reset',
      user: made?.id ?? '',
      by,
      at: now(),
      life: 60_000,
    });
    await store.accounts.links.use(token, { password: 'a new password' }, now());
  };
  await reset('key_of_an_administrator');
  expect(await sign()).toEqual({ kind: 'wrong' });
  await reset('mail');
  expect(await sign()).toMatchObject({ kind: 'in', user: { id: made?.id } });
});

test('the secret of a factor, a session and a link outlive a change of the instance key', async () => {
  const dir = kit.dir();
  const before = await opened(dir);
  const user = await ada(before);
  const made = await before.accounts.own.beginTotp(user.id, PASSWORD);
  expect(await before.accounts.own.confirmTotp(user.id, codeOf(made?.uri ?? '', now() - 30_000))).toBe(true);
  const token = await cookie(before, user);
  const reset = await before.accounts.links.make({
    kind: 'reset',
    user: user.id,
    by: 'cli',
    at: now(),
    life: 60_000,
  });
  await before.close();
  const to = Uint8Array.from(randomBytes(32));
  const entry = { at: now(), workspace: '*', actor: 'cli', action: 'key.rotate', object: 'instance key' } as const;
  const record = { ...entry, decision: 'allow', reason: null, run: null, step: null } as const;
  expect(
    beginChange(dir, { from: KEY, to, rewrap: () => new Uint8Array(), workspaceKeys: null, entry: record }).ok,
  ).toBe(true);
  expect(finishChange(dir, to).ok).toBe(true);
  const after = await kit.store({ dir, clock: now, key: to });
  expect(await sessionOf(after, token)).not.toBeNull();
  expect(await after.accounts.links.look(reset.token, now())).not.toBeNull();
  const tried = await after.accounts.signIn.password(user.email, PASSWORD, now());
  if (tried.kind !== 'code') throw new Error('no code was asked for');
  expect(await after.accounts.signIn.code(tried.ticket, codeOf(made?.uri ?? ''), now())).toMatchObject({ kind: 'in' });
});
