/** What the map of ASVS asks for and no row of attacks holds: passwords as people make them, factors, ciphers, parameters. */

import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { codeOf } from '../../packages/server/src/store/accounts/testing/totp.ts';
import { OauthKit } from '../fixtures/oauth.ts';
import { personAt } from '../fixtures/person.ts';
import { startServer, type TestServer } from '../fixtures/server.ts';

const AUTH = '/api/v1/auth';
const PASSWORD = 'correct horse battery';
let server: TestServer;
let count = 0;

beforeAll(async () => {
  server = await startServer({ limits: { tries: 1_000_000, networkTries: 1_000_000, even: 5 } });
});
afterAll(() => server.close());

const account = async (password = PASSWORD) => {
  count += 1;
  return (await server.house.store.accounts.superuser(`q${count}@example.com`, password, Date.now())).user;
};
const login = async (email: string, password: string) => {
  const person = personAt(server);
  const answer = await person.ask('POST', `${AUTH}/login`, { email, password });
  return { person, status: answer.status, state: (answer.json as { state?: string }).state };
};

describe('passwords', () => {
  test('a password may be made of anything, and of up to 256 signs; it is taken exactly as it came', async () => {
    for (const password of ['          ten blanks and more ', 'Ångström 漢字 🙂🙂🙂🙂🙂', 'aB3$'.repeat(64)]) {
      const { email } = await account();
      const { person } = await login(email, PASSWORD);
      const changed = await person.ask('POST', `${AUTH}/password`, { current: PASSWORD, password });
      expect([password, changed.status]).toEqual([password, 204]);
      expect((await login(email, password)).state).toBe('in');
      for (const other of [password.toLowerCase(), password.slice(0, -1), password.slice(0, 72), password.trim()])
        if (other !== password) expect([other, (await login(email, other)).status]).toEqual([other, 401]);
    }
  });

  test('a password is changed by who has the one before', async () => {
    const { email } = await account();
    const { person } = await login(email, PASSWORD);
    const wrong = await person.ask('POST', `${AUTH}/password`, {
      current: 'not the one before',
      password: 'another one',
    });
    expect(wrong.status).toBe(401);
    expect((await login(email, PASSWORD)).state).toBe('in');
    expect((await login(email, 'another one')).status).toBe(401);
  });
});

describe('second factors', () => {
  /** An account with a factor, its address of the authenticator and its recovery codes. */
  const withFactor = async () => {
    const user = await account();
    const { person } = await login(user.email, PASSWORD);
    const made = (await person.ask('POST', `${AUTH}/totp`, { password: PASSWORD })).json as {
      uri: string;
      recovery: string[];
    };
    const confirmed = await person.ask('POST', `${AUTH}/totp/confirm`, { code: codeOf(made.uri) });
    expect(confirmed.status).toBe(204);
    return { user, ...made };
  };

  test('a reset leaves the second factor asked for', async () => {
    const { user } = await withFactor();
    const { token } = await server.house.store.accounts.links.make({
      kind: 'reset',
      user: user.id,
      by: 'test',
      at: Date.now(),
      life: 60_000,
    });
    const set = await personAt(server).ask('POST', `${AUTH}/reset/${token}`, { password: 'a wholly new password' });
    expect(set.status).toBeLessThan(300);
    expect((await login(user.email, 'a wholly new password')).state).toBe('code');
  });

  test('recovery codes are many, long and never the same', async () => {
    const [one, two] = [await withFactor(), await withFactor()];
    const codes = [...one.recovery, ...two.recovery];
    expect(codes).toHaveLength(20);
    expect(new Set(codes).size).toBe(20);
    for (const code of codes) expect(code.replaceAll(/[^A-Za-z0-9]/g, '').length).toBeGreaterThanOrEqual(10);
    const secret = (uri: string) => new URL(uri).searchParams.get('secret') ?? '';
    expect(secret(one.uri)).not.toBe(secret(two.uri));
    expect(secret(one.uri).length).toBeGreaterThanOrEqual(26);
  });

  test('a code of an authenticator is good for its half minute, and the one before at most', async () => {
    const { user, uri } = await withFactor();
    for (const away of [-120_000, -90_000, 90_000]) {
      const { person, state } = await login(user.email, PASSWORD);
      expect(state).toBe('code');
      const answer = await person.ask('POST', `${AUTH}/login/code`, { code: codeOf(uri, Date.now() + away) });
      expect([away, answer.status]).toEqual([away, 401]);
    }
  });
});

test('a code lives for a minute, and refreshing ends half a year after the consent', async () => {
  const kit = await OauthKit.open();
  try {
    const code = await kit.code();
    kit.server.later(60_001);
    expect((await kit.byCode(code)).status).toBe(400);
    let tokens = await kit.tokens();
    for (let month = 0; month < 6; month += 1) {
      kit.server.later(29 * 86_400_000);
      const next = await kit.byRefresh(tokens.refresh_token);
      expect([month, next.status]).toEqual([month, 200]);
      tokens = next.json as typeof tokens;
    }
    kit.server.later(7 * 86_400_000);
    expect((await kit.byRefresh(tokens.refresh_token)).status).toBe(400);
  } finally {
    await kit.server.close();
  }
});

test('a parameter that comes twice is refused', async () => {
  const { plain } = await server.key();
  const twice = await server.ask('GET', '/api/v1/flows?limit=1&limit=2', { key: plain });
  expect(twice.status).toBe(422);
  expect((await server.ask('GET', '/api/v1/flows?limit=1', { key: plain })).status).toBe(200);
});

test('V11 only ciphers and hashes of the list are named in the source', () => {
  const root = join(import.meta.dirname, '../../packages');
  const files = readdirSync(root, { recursive: true, encoding: 'utf8' }).filter(
    (path) => /\/src\/.*\.ts$/.test(path) && !/node_modules|\/dist\/|\.test\.ts$|\/testing\//.test(path),
  );
  const named = (pattern: RegExp): Map<string, string[]> => {
    const found = new Map<string, string[]>();
    for (const file of files)
      for (const [, name = ''] of readFileSync(join(root, file), 'utf8').matchAll(pattern))
        found.set(name, [...(found.get(name) ?? []), file]);
    return found;
  };
  expect([...named(/create(?:C|Dec)ipheriv\(\s*'([^']+)'/g).keys()]).toEqual(['aes-256-gcm']);
  const hashes = named(/(?:createHash|createHmac|\bhash|hkdfSync)\(\s*'([^']+)'/g);
  // A webhook's preset may ask for the sender's own choice.
  expect([...hashes.keys()].filter((name) => name !== 'sha256')).toEqual([]);
  expect(named(/\b(Math\.random)\(/g).size).toBe(0);
});
