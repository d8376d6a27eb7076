/** Passkeys, with a virtual authenticator of a real Chromium: made, used, refused, removed. */

import { type Browser, chromium, type Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Home, newHome, type Served } from './command.ts';

const AUTH = '/api/v1/auth';
/** What the browser tells of a sign-out that clears what it kept. */
const FORGOT = /^Clear-Site-Data header .* Cleared data types/;
const PASSWORD = 'correct horse battery';

let home: Home;
let server: Served;
let browser: Browser;
let page: Page;

beforeAll(async () => {
  home = newHome();
  const file = home.write('password.txt', PASSWORD);
  const made = await home.run(['superuser', '--email', 'ada@example.com', '--password-file', file], {
    env: { HEADGATE_ENABLE_SUPERUSER_CLI: 'true' },
  });
  expect(made.code).toBe(0);
  server = await home.serve(['--no-web']);
  browser = await chromium.launch({ executablePath: '/usr/bin/chromium', args: ['--no-sandbox'] });
  // Pages of ours run no script; this test plays the script of a web app on their origin.
  const context = await browser.newContext({ bypassCSP: true });
  page = await context.newPage();
  const cdp = await context.newCDPSession(page);
  await cdp.send('WebAuthn.enable');
  await cdp.send('WebAuthn.addVirtualAuthenticator', {
    options: {
      protocol: 'ctap2',
      transport: 'internal',
      hasResidentKey: true,
      hasUserVerification: true,
      isUserVerified: true,
      automaticPresenceSimulation: true,
    },
  });
  await page.goto(`http://localhost:${server.port}${AUTH}/login`);
}, 60_000);

afterAll(async () => {
  await browser?.close();
  await home.leave();
});

type Said = { status: number; json: Record<string, unknown> };

/** A call that the page makes, with its cookies. */
const ask = (method: string, path: string, body?: unknown): Promise<Said> =>
  page.evaluate(
    async ([verb, to, text]) => {
      const answer = await fetch(String(to), {
        method: String(verb),
        ...(text === null ? {} : { body: String(text), headers: { 'content-type': 'application/json' } }),
      });
      const said = await answer.text();
      return { status: answer.status, json: said === '' ? {} : (JSON.parse(said) as Record<string, unknown>) };
    },
    [method, path, body === undefined ? null : JSON.stringify(body)],
  );

/** What the browser makes of the options of a ceremony. */
const create = (options: unknown): Promise<unknown> =>
  page.evaluate(async (json) => {
    const publicKey = PublicKeyCredential.parseCreationOptionsFromJSON(json as PublicKeyCredentialCreationOptionsJSON);
    const made = (await navigator.credentials.create({ publicKey })) as PublicKeyCredential;
    return made.toJSON() as unknown;
  }, options);

const get = (options: unknown): Promise<unknown> =>
  page.evaluate(async (json) => {
    const publicKey = PublicKeyCredential.parseRequestOptionsFromJSON(json as PublicKeyCredentialRequestOptionsJSON);
    const got = (await navigator.credentials.get({ publicKey })) as PublicKeyCredential;
    return got.toJSON() as unknown;
  }, options);

const challenge = async (): Promise<object> =>
  Object((await ask('POST', `${AUTH}/login/passkey/options`)).json['options']) as object;
const me = async (): Promise<number> => (await ask('GET', `${AUTH}/me`)).status;

test('a passkey is made after the password, signs in without it, and only with the person at the device', async () => {
  expect((await ask('POST', `${AUTH}/login`, { email: 'ada@example.com', password: PASSWORD })).status).toBe(200);
  expect((await ask('POST', `${AUTH}/passkeys/options`, { password: 'wrong' })).status).toBe(401);
  const { json } = await ask('POST', `${AUTH}/passkeys/options`, { password: PASSWORD });
  const response = await create(json['options']);
  const made = await ask('POST', `${AUTH}/passkeys`, { name: 'My laptop', response });
  expect([made.status, made.json['name']]).toEqual([201, 'My laptop']);
  // The answer to one challenge is no answer to another, nor twice to the same.
  expect((await ask('POST', `${AUTH}/passkeys`, { name: 'Again', response })).status).toBe(401);
  // The session of before ended with the change; the page goes on with a new one.
  expect(await me()).toBe(200);

  await ask('POST', `${AUTH}/logout`);
  expect(await me()).toBe(401);
  const signed = await get(await challenge());
  const signedIn = await ask('POST', `${AUTH}/login/passkey`, { response: signed });
  expect(signedIn).toMatchObject({ status: 200, json: { state: 'in', account: { email: 'ada@example.com' } } });
  expect(await me()).toBe(200);
  const sessions = await ask('GET', `${AUTH}/sessions`);
  expect(JSON.stringify(sessions.json)).toContain('"how":"passkey"');

  // TOK-09: replayed, it is nothing.
  await ask('POST', `${AUTH}/logout`);
  expect((await ask('POST', `${AUTH}/login/passkey`, { response: signed })).status).toBe(401);
  await challenge();
  expect((await ask('POST', `${AUTH}/login/passkey`, { response: signed })).status).toBe(401);
  expect(await me()).toBe(401);

  // A signature of a device that was told not to ask who holds it is one factor, and not enough.
  const bare = await get({ ...(await challenge()), userVerification: 'discouraged' });
  expect((await ask('POST', `${AUTH}/login/passkey`, { response: bare })).status).toBe(401);
  const again = await get(await challenge());
  expect((await ask('POST', `${AUTH}/login/passkey`, { response: again })).status).toBe(200);

  const list = (await ask('GET', `${AUTH}/passkeys`)).json as { passkeys: { id: string; name: string }[] };
  expect(list.passkeys.map(({ name }) => name)).toEqual(['My laptop']);
  expect((await ask('DELETE', `${AUTH}/passkeys/${list.passkeys[0]?.id}`)).status).toBe(204);
  expect(await me()).toBe(200);
  await ask('POST', `${AUTH}/logout`);
  const removed = await get(await challenge());
  expect((await ask('POST', `${AUTH}/login/passkey`, { response: removed })).status).toBe(401);
}, 60_000);

test('the sign-in form works in a browser as it is, with no script of ours and nothing that the policy refuses', async () => {
  const context = await browser.newContext();
  const fresh = await context.newPage();
  const complaints: string[] = [];
  fresh.on('console', (line) => complaints.push(line.text()));
  await fresh.goto(`http://localhost:${server.port}${AUTH}/login`);
  await fresh.getByLabel('E-mail address').fill('ada@example.com');
  await fresh.getByLabel('Password').fill(PASSWORD);
  await fresh.getByRole('button', { name: 'Sign in' }).click();
  await fresh.waitForURL(`**${AUTH}/account`);
  expect(await fresh.getByRole('table').textContent()).toContain('(here)');
  await fresh.getByRole('button', { name: 'Sign out everywhere' }).click();
  await fresh.waitForURL(`**${AUTH}/login`);
  expect(complaints.filter((line) => !FORGOT.test(line))).toEqual([]);
  await context.close();
}, 60_000);

test('our own pages make a passkey and sign in with it, under their policy, by keyboard alone', async () => {
  const context = await browser.newContext();
  const fresh = await context.newPage();
  const complaints: string[] = [];
  fresh.on('console', (line) => complaints.push(line.text()));
  const cdp = await context.newCDPSession(fresh);
  await cdp.send('WebAuthn.enable');
  await cdp.send('WebAuthn.addVirtualAuthenticator', {
    options: {
      protocol: 'ctap2',
      transport: 'internal',
      hasResidentKey: true,
      hasUserVerification: true,
      isUserVerified: true,
      automaticPresenceSimulation: true,
    },
  });
  const base = `http://localhost:${server.port}${AUTH}`;
  await fresh.goto(`${base}/login`);
  await fresh.getByLabel('E-mail address').fill('ada@example.com');
  await fresh.getByLabel('Password').fill(PASSWORD);
  await fresh.keyboard.press('Enter');
  await fresh.waitForURL(`${base}/account`);
  await fresh.goto(`${base}/account/passkeys`);
  await fresh.getByLabel('What to call it').fill('My <b>phone</b>');
  await fresh.keyboard.press('Tab');
  await fresh.keyboard.type('not the password');
  await fresh.keyboard.press('Enter');
  await fresh
    .getByRole('status')
    .filter({ hasText: /wrong|not right|do not/i })
    .waitFor();
  await fresh.getByLabel('Password').fill(PASSWORD);
  await fresh.keyboard.press('Enter');
  await fresh.getByRole('cell', { name: 'My <b>phone</b>', exact: true }).waitFor();
  await fresh.goto(`${base}/account`);
  await fresh.getByRole('button', { name: 'Sign out here' }).press('Enter');
  await fresh.waitForURL(`${base}/login`);
  await fresh.getByRole('link', { name: 'Sign in with a passkey' }).press('Enter');
  await fresh.getByRole('button', { name: 'Sign in with a passkey' }).press('Enter');
  await fresh.waitForURL(`${base}/account`);
  expect(await fresh.getByRole('table').textContent()).toContain('passkey (here)');
  await fresh.goto(`${base}/account/passkeys`);
  await fresh.getByRole('button', { name: 'Remove the passkey My <b>phone</b>' }).press('Enter');
  await fresh.getByText('There is none yet.').waitFor();
  // The one refusal above is told by the browser, too; nothing was refused by the policy.
  expect(complaints.filter((line) => !line.includes('401') && !FORGOT.test(line))).toEqual([]);
  await context.close();
}, 60_000);
