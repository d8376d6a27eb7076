/** The pages of the own account, by forms alone; and where signing in leads to. */

import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { codeOf } from '../../packages/server/src/store/accounts/testing/totp.ts';
import { type Fields, OauthKit, PUBLIC, ticketOf } from '../fixtures/oauth.ts';
import { personAt, type Person } from '../fixtures/person.ts';
import type { Answer } from '../fixtures/server.ts';

const AUTH = '/api/v1/auth';
const PASSWORD = 'correct horse battery';
let kit: OauthKit;
let count = 0;

beforeAll(async () => {
  kit = await OauthKit.open();
});
afterAll(() => kit.server.close());

const account = async () => {
  count += 1;
  const { house } = kit.server;
  const { user } = await house.store.accounts.superuser(`r${count}@example.com`, PASSWORD, Date.now());
  return user;
};
const login = async (email: string): Promise<Person> => {
  const person = personAt(kit.server);
  expect((await person.form(`${AUTH}/login`, { email, password: PASSWORD })).status).toBe(303);
  return person;
};
const unescaped = (text: string): string => text.replaceAll('&amp;', '&');

describe('the pages of accounts', () => {
  test('codes are set up, asked for and taken away again by forms, and the recovery codes work', async () => {
    const { email } = await account();
    const person = await login(email);
    expect((await person.page(`${AUTH}/account`)).text).toContain('not asked for');
    expect((await person.page(`${AUTH}/totp`)).text).toContain('>Begin</button>');
    const wrong = await person.form(`${AUTH}/totp`, { password: 'another password' });
    expect([wrong.status, wrong.text.includes('otpauth:')]).toEqual([401, false]);

    const begun = await person.form(`${AUTH}/totp`, { password: PASSWORD });
    expect(begun.headers['content-type']).toContain('text/html');
    const uri = unescaped(/href="(otpauth:[^"]+)"/.exec(begun.text)?.[1] ?? '');
    const recovery = [...begun.text.matchAll(/<li><code>([^<]+)<\/code>/g)].map(([, one = '']) => one);
    expect(recovery).toHaveLength(10);
    const miss = await person.form(`${AUTH}/totp/confirm`, { code: '000000' });
    expect([miss.status, miss.text.includes(`href="${AUTH}/totp/confirm"`)]).toEqual([401, true]);
    expect((await person.page(`${AUTH}/totp/confirm`)).text).toContain('Confirm');
    const confirmed = await person.form(`${AUTH}/totp/confirm`, { code: codeOf(uri) });
    expect([confirmed.status, confirmed.headers.location]).toEqual([303, `${AUTH}/account`]);

    const again = personAt(kit.server);
    const half = await again.form(`${AUTH}/login`, { email, password: PASSWORD });
    expect(half.headers.location).toBe(`${AUTH}/login/code`);
    expect((await again.page(`${AUTH}/account`)).status).toBe(401);
    await again.form(`${AUTH}/login/code`, { code: recovery[0] ?? '' });
    expect((await again.page(`${AUTH}/account`)).text).toContain('asked for');

    const fresh = await again.form(`${AUTH}/recovery`, { password: PASSWORD });
    expect([...fresh.text.matchAll(/<li><code>/g)]).toHaveLength(10);
    expect(fresh.text).not.toContain(recovery[1]);
    expect((await again.form(`${AUTH}/totp/remove`, { password: PASSWORD })).status).toBe(303);
    expect((await again.page(`${AUTH}/totp`)).text).toContain('>Begin</button>');
  });

  test('one’s sessions are listed and ended on a page, others’ are not', async () => {
    const [one, two] = [await account(), await account()];
    const [here, there, stranger] = [await login(one.email), await login(one.email), await login(two.email)];
    const idOf = async (person: Person): Promise<string> => {
      const { sessions } = (await person.ask('GET', `${AUTH}/sessions`)).json as {
        sessions: { id: string; current: boolean }[];
      };
      return sessions.find(({ current }) => current)?.id ?? '';
    };
    const path = `${AUTH}/sessions/${await idOf(there)}/end`;
    const shown = (await here.page(`${AUTH}/account`)).text;
    expect(shown).toContain(`action="${path}"`);
    expect((await stranger.form(path, {})).status).toBe(404);
    expect((await there.page(`${AUTH}/account`)).status).toBe(200);
    expect((await here.form(path, {})).headers.location).toBe(`${AUTH}/account`);
    expect((await there.page(`${AUTH}/account`)).status).toBe(401);
    const self = await here.form(`${AUTH}/sessions/${await idOf(here)}/end`, {});
    expect(self.headers.location).toBe(`${AUTH}/login`);
    expect((await here.page(`${AUTH}/account`)).status).toBe(401);
  });

  test('TOK-09 other sessions are ended by who signed in minutes ago; one’s own by whoever holds it', async () => {
    const { email } = await account();
    const [here, there] = [await login(email), await login(email)];
    const { sessions } = (await here.ask('GET', `${AUTH}/sessions`)).json as {
      sessions: { id: string; current: boolean }[];
    };
    const [own, other] = [true, false].map((is) => sessions.find(({ current }) => current === is)?.id ?? '');
    kit.server.later(11 * 60_000);
    for (const [method, path] of [
      ['DELETE', `sessions/${other}`],
      ['POST', `sessions/${other}/end`],
      ['DELETE', 'sessions'],
      ['POST', 'logout/everywhere'],
    ] as const)
      expect([path, (await here.ask(method, `${AUTH}/${path}`)).json]).toMatchObject([path, { code: 'auth.stale' }]);
    expect((await there.ask('GET', `${AUTH}/me`)).status).toBe(200);
    expect((await here.ask('DELETE', `${AUTH}/sessions/${own}`)).status).toBe(204);
    // Twin: signed in again, he ends it.
    const again = await login(email);
    expect((await again.ask('DELETE', `${AUTH}/sessions/${other}`)).status).toBe(204);
    expect((await there.ask('GET', `${AUTH}/me`)).status).toBe(401);
    kit.server.later(-11 * 60_000);
  });

  test('a password from the list of breached ones is refused at every door', async () => {
    const { email, id } = await account();
    const person = await login(email);
    const { plain } = await kit.server.key();
    const link = ((await kit.server.ask('POST', `/api/v1/users/${id}/reset`, { key: plain })).json as { link: string })
      .link;
    for (const bad of ['Liverpool1!', 'dragon-2024', 'chelsea1234']) {
      const changed = await person.ask('POST', `${AUTH}/password`, { current: PASSWORD, password: bad });
      expect([bad, (changed.json as { code: string }).code]).toEqual([bad, 'password.weak']);
      const set = await person.ask('POST', new URL(link).pathname, { password: bad });
      expect([bad, (set.json as { code: string }).code]).toEqual([bad, 'password.weak']);
    }
    expect((await login(email)).cookies.size).toBeGreaterThan(0);
  });

  test('every field has its label, hides what is secret, and lets the browser and its helpers fill it in; signing out is in sight', async () => {
    const { email } = await account();
    const person = await login(email);
    const pages = ['account', 'totp', 'totp/confirm', 'account/passkeys', 'login', 'login/passkey', 'login/code'];
    for (const path of pages) {
      const { text } = await person.page(`${AUTH}/${path}`);
      const ids = [...text.matchAll(/\bid="([^"]+)"/g)].map(([, id]) => id);
      expect([path, ids.filter((id, at) => ids.indexOf(id) !== at)]).toEqual([path, []]);
      for (const [field] of text.matchAll(/<input [^>]*>/g)) {
        if (/ hidden|type="hidden"/.test(field)) continue;
        const id = /\bid="([^"]+)"/.exec(field)?.[1] ?? 'none';
        expect([path, field, text.includes(`<label for="${id}">`)]).toEqual([path, field, true]);
        expect(field).toMatch(/autocomplete="[a-z-]+"/);
        expect(field).not.toMatch(/onpaste|readonly/);
        if (field.includes('name="password"')) expect(field).toContain('type="password"');
      }
      for (const [, label = '', words = ''] of text.matchAll(/<button [^>]*?(aria-label="[^"]+")?[^>]*>([^<]*)</g))
        expect(label + words).not.toBe('');
      if (path !== 'account') continue;
      expect(text).toContain('Sign out here');
    }
  });

  test('no page carries a script but the one for passkeys, and that one is a file', async () => {
    const { email } = await account();
    const person = await login(email);
    const of = async (path: string) => {
      const { text, headers } = await person.page(`${AUTH}/${path}`);
      return { scripts: text.match(/<script\b[^>]*>/g) ?? [], csp: String(headers['content-security-policy']), text };
    };
    for (const path of ['account', 'totp', 'totp/confirm', 'login', 'login/code', 'reset'])
      expect(await of(path)).toMatchObject({ scripts: [], csp: expect.not.stringContaining('script-src') });
    for (const path of ['login/passkey', 'account/passkeys']) {
      const { scripts, csp, text } = await of(path);
      expect(scripts).toEqual([`<script src="${AUTH}/passkey.js" defer>`]);
      expect(text).not.toMatch(/<script[^>]*>[^<]|\son[a-z]+=|javascript:/i);
      expect(csp).toContain("script-src 'self';");
      expect(csp).toContain("require-trusted-types-for 'script'");
      expect(csp).not.toMatch(/unsafe|\*/);
    }
    const script = await person.page(`${AUTH}/passkey.js`);
    expect(script.headers['content-type']).toBe('text/javascript; charset=utf-8');
    expect(script.text).not.toMatch(/innerHTML|eval\(|localStorage|sessionStorage|document\.cookie/);
  });

  test('signing out tells the browser to forget, by clear-site-data', async () => {
    const { email } = await account();
    for (const path of ['logout', 'logout/everywhere']) {
      const answer = await (await login(email)).form(`${AUTH}/${path}`, {});
      expect([path, answer.headers['clear-site-data']]).toEqual([path, '"cache", "storage"']);
    }
  });
});

describe('GUI-10 back to the consent after signing in', () => {
  const cookieOf = (url: string): Fields => ({ '__Host-headgate-return': Buffer.from(url).toString('base64url') });
  /** Signs in with what the browser had before, and says where the account page leads to. */
  const leadsTo = async (person: Person): Promise<Answer> => {
    const { email } = await account();
    await person.form(`${AUTH}/login`, { email, password: PASSWORD });
    return person.page(`${AUTH}/account`);
  };

  test('GUI-10 twin: who was sent to sign in comes back to the very request, once, and consents there', async () => {
    const user = await account();
    await kit.server.house.store.in('default').members.add({ user: user.id, role: 'admin', created: 1, by: 'test' });
    const person = personAt(kit.server);
    const asked = await person.page(kit.wish());
    expect(asked.text).toContain(`href="${AUTH}/login"`);
    await person.form(`${AUTH}/login`, { email: user.email, password: PASSWORD });
    const back = await person.page(`${AUTH}/account`);
    expect([back.status, back.headers.location]).toEqual([303, kit.wish()]);
    const consent = await person.page(back.headers.location ?? '');
    expect(ticketOf(consent)).not.toBe('');
    expect((await person.page(`${AUTH}/account`)).status).toBe(200);
  });

  test('GUI-10 no other address is gone to, whatever the cookie or the query says', async () => {
    const evil = [
      'https://evil.example/',
      '//evil.example/api/v1/oauth/authorize?x=1',
      '/\\evil.example/api/v1/oauth/authorize?',
      `${PUBLIC}/api/v1/oauth/authorize?x=1`,
      `${PUBLIC}.evil.example/api/v1/oauth/authorize?x=1`,
      '/api/v1/oauth/authorize/../../../evil?x',
      '/api/v1/oauth/authorize',
      '/api/v1/oauth/authorize?a=1\r\nset-cookie: x=1',
      '/api/v1/oauth/authorize?a=\\\\evil.example',
      'javascript:alert(1)//api/v1/oauth/authorize?',
      '/api/v1/auth/logout?',
      `/api/v1/oauth/authorize?${'a'.repeat(3_000)}`,
    ];
    for (const url of evil) {
      const person = personAt(kit.server);
      for (const [name, value] of Object.entries(cookieOf(url))) person.cookies.set(name, value);
      const answer = await leadsTo(person);
      expect([url, answer.status, answer.headers.location]).toEqual([url, 200, undefined]);
    }
    const queries = ['next', 'return', 'to', 'url', 'redirect', 'continue'];
    for (const name of queries) {
      const answer = await personAt(kit.server).page(`${AUTH}/login?${name}=https://evil.example/`);
      expect([name, answer.status]).toEqual([name, 422]);
    }
  });

  test('GUI-10 what is remembered is the request as this server got it, and nothing of it is consented to', async () => {
    const person = personAt(kit.server);
    await person.page(`${kit.wish()}&prompt=none`);
    const answer = await leadsTo(person);
    expect(new URL(answer.headers.location ?? '', PUBLIC).origin).toBe(PUBLIC);
    const after = await person.page(answer.headers.location ?? '');
    // An account that is a member of nothing is asked for nothing and given nothing.
    expect(after.headers.location).toBeUndefined();
  });
});
