/** Accounts from the first start on, over the real command line and HTTP, with forms alone and no web app. */

import type { AddressInfo } from 'node:net';
import { SMTPServer } from 'smtp-server';
import { afterEach, expect, test } from 'vitest';
import { personAt } from '../fixtures/person.ts';
import { type Home, newHome, type Served, until } from './command.ts';

const AUTH = '/api/v1/auth';
const PASSWORD = 'correct horse battery';
const ON = { HEADGATE_ENABLE_SUPERUSER_CLI: 'true' };
const homes: Home[] = [];
const made = (): Home => {
  const home = newHome();
  homes.push(home);
  return home;
};
afterEach(async () => {
  for (const home of homes.splice(0)) await home.leave();
});

/** The path of the set-up link among what the server printed, or null. */
const linkIn = (server: Served): string | null =>
  new RegExp(`http://\\S+(${AUTH}/setup/[A-Za-z0-9_-]{43})`).exec(server.err())?.[1] ?? null;

test('the first start prints a link; it makes the administrator once, with a form, and no later start prints one', async () => {
  const home = made();
  const first = await home.serve(['--no-web']);
  await until(
    () => Promise.resolve(linkIn(first)),
    (link) => link !== null,
    3_000,
  );
  const link = linkIn(first) ?? '';
  expect(first.out()).not.toContain('/setup/');
  const ada = personAt(first);
  expect((await ada.page(link)).text).toContain(`action="${link}"`);
  const weak = await ada.form(link, { email: 'ada@example.com', name: 'Ada', password: 'password1234' });
  expect([weak.status, weak.text.includes('tried first')]).toEqual([422, true]);
  // The link still works, and the refusal leads back to its form.
  expect(weak.text).toContain(`<a href="${link}">Try again</a>`);
  const done = await ada.form(link, { email: 'ada@example.com', name: 'Ada', password: PASSWORD });
  expect([done.status, done.headers.location]).toEqual([303, `${AUTH}/account`]);
  expect((await ada.page(`${AUTH}/account`)).text).toContain('ada@example.com');
  // And owns the first workspace: the session opens its doors.
  expect((await ada.ask('POST', '/api/v1/keys', { name: 'first', permissions: ['flow.read'] })).status).toBe(201);
  const again = await personAt(first).form(link, { email: 'eve@example.com', name: 'Eve', password: PASSWORD });
  expect([again.status, again.text.includes('does not work')]).toEqual([404, true]);
  expect(again.text).not.toContain('Try again');
  // No open sign-up: nobody else gets an account by asking.
  expect((await personAt(first).form(`${AUTH}/signup`, { email: 'eve@example.com' })).status).toBe(403);
  await first.stop();

  const second = await home.serve(['--no-web']);
  expect(linkIn(second)).toBeNull();
  const later = personAt(second);
  expect((await later.form(`${AUTH}/login`, { email: 'ada@example.com', password: 'wrong' })).status).toBe(401);
  expect((await later.form(`${AUTH}/login`, { email: 'Ada@example.com', password: PASSWORD })).status).toBe(303);
  expect((await later.ask('GET', `${AUTH}/me`)).json).toMatchObject({ email: 'ada@example.com', administrator: true });
  // The session of before the restart goes on.
  const kept = personAt(second);
  for (const [name, value] of ada.cookies) kept.cookies.set(name, value);
  expect((await kept.ask('GET', `${AUTH}/me`)).status).toBe(200);
});

test('a start after another one takes the link before back', async () => {
  const home = made();
  const first = await home.serve();
  await until(
    () => Promise.resolve(linkIn(first)),
    (link) => link !== null,
    3_000,
  );
  const old = linkIn(first) ?? '';
  await first.stop();
  const second = await home.serve();
  await until(
    () => Promise.resolve(linkIn(second)),
    (link) => link !== null,
    3_000,
  );
  expect(linkIn(second)).not.toBe(old);
  expect((await personAt(second).page(old)).status).toBe(404);
  expect((await personAt(second).page(linkIn(second) ?? '')).status).toBe(200);
});

test('superuser makes an account that signs in, sets a new password beside a running server, and ends its sessions', async () => {
  const home = made();
  const superuser = (password: string) =>
    home.run(
      ['superuser', '--email', 'ada@example.com', '--password-file', home.write(`${password}.txt`, `${password}\n`)],
      { env: ON },
    );
  expect((await superuser('short')).code).toBe(1);
  expect((await superuser(PASSWORD)).code).toBe(0);
  const server = await home.serve();
  expect(linkIn(server)).toBeNull();
  const ada = personAt(server);
  expect((await ada.ask('POST', `${AUTH}/login`, { email: 'ada@example.com', password: PASSWORD })).status).toBe(200);
  expect((await superuser('another long password')).code).toBe(0);
  await until(
    () => ada.ask('GET', `${AUTH}/me`),
    (answer) => answer.status === 401,
    1_000,
  );
  const login = (password: string) =>
    personAt(server).ask('POST', `${AUTH}/login`, { email: 'ada@example.com', password });
  expect((await login(PASSWORD)).status).toBe(401);
  expect((await login('another long password')).status).toBe(200);
});

test('a forgotten password is set anew by a link that comes by mail, through a real mail server; every session ends', async () => {
  const letters: string[] = [];
  const smtp = new SMTPServer({
    authOptional: true,
    disabledCommands: ['STARTTLS'],
    logger: false,
    onData: (stream, _session, done) => {
      let text = '';
      stream.on('data', (part: Buffer) => (text += part.toString('utf8')));
      stream.on('end', () => {
        letters.push(text);
        done();
      });
    },
  });
  await new Promise<void>((resolve) => smtp.listen(0, '127.0.0.1', () => resolve()));
  const { port } = smtp.server.address() as AddressInfo;
  try {
    const home = newHome();
    homes.push(home);
    const file = home.write('password.txt', PASSWORD);
    await home.run(['superuser', '--email', 'ada@example.com', '--password-file', file], { env: ON });
    const mail = { HEADGATE_MAIL_URL: `smtp+plain://127.0.0.1:${port}`, HEADGATE_MAIL_FROM: 'headgate@example.com' };
    const server = await home.serve(['--no-web'], { env: { ...mail, HEADGATE_SIGN_UP: 'domain:example.com' } });
    const ada = personAt(server);
    await ada.form(`${AUTH}/login`, { email: 'ada@example.com', password: PASSWORD });
    const letter = (): Promise<string> =>
      until(
        () => Promise.resolve(letters.pop() ?? ''),
        (one) => one !== '',
        5_000,
      );
    const linkTo = async (kind: string): Promise<string> => {
      const text = await letter();
      return new RegExp(`${AUTH}/${kind}/[A-Za-z0-9_-]{43}`).exec(text.replaceAll('=\r\n', ''))?.[0] ?? text;
    };
    const asked = await personAt(server).form(`${AUTH}/reset`, { email: 'ada@example.com' });
    expect([asked.status, asked.text.includes('Look into your mail')]).toEqual([202, true]);
    const link = await linkTo('reset');
    expect((await personAt(server).page(link)).text).toContain('New password');
    expect((await personAt(server).form(link, { password: 'a new long password' })).headers.location).toBe(
      `${AUTH}/login`,
    );
    expect(await letter()).toContain('was changed');
    expect((await ada.ask('GET', `${AUTH}/me`)).status).toBe(401);
    expect((await personAt(server).form(link, { password: 'yet another password' })).status).toBe(404);
    const again = await ada.form(`${AUTH}/login`, { email: 'ada@example.com', password: 'a new long password' });
    expect(again.status).toBe(303);
    // Somebody of the domain signs up by the same way; somebody else gets no letter.
    expect((await personAt(server).form(`${AUTH}/signup`, { email: 'eve@elsewhere.example' })).status).toBe(202);
    expect((await personAt(server).form(`${AUTH}/signup`, { email: 'bo@example.com' })).status).toBe(202);
    const bo = personAt(server);
    const joined = await bo.form(await linkTo('signup'), { name: 'Bo', password: PASSWORD });
    expect(joined.status).toBe(303);
    expect((await bo.ask('GET', `${AUTH}/me`)).json).toMatchObject({ email: 'bo@example.com', administrator: false });
    expect(letters).toEqual([]);
  } finally {
    await new Promise<void>((resolve) => smtp.close(() => resolve()));
  }
});
