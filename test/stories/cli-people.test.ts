/** People from a shell: invited, found by the addresses that everybody knows, given a workspace, roles and groups. */

import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { personAt } from '../fixtures/person.ts';
import { type Ended, newHome, problemsOf, type Served } from './command.ts';

vi.setConfig({ testTimeout: 120_000, hookTimeout: 60_000 });

const PASSWORD = 'granite otter lamp 71';

const home = newHome();
let server: Served;
let keyFile: string;
const run = (...words: readonly string[]): Promise<Ended> =>
  home.run([...words, '--url', server.url, '--key-file', keyFile]);
const fixOf = async (...words: readonly string[]): Promise<unknown> => {
  const ended = await run(...words, '--json');
  expect(ended.code).toBe(1);
  return problemsOf(ended)[0];
};

beforeAll(async () => {
  keyFile = await home.superuser();
  server = await home.serve();
});
afterAll(() => home.leave());

test('a colleague is invited, takes the link up, and gets a workspace by the mail address', async () => {
  expect(await fixOf('workspace', 'create', '--name', 'Sales', '--owner', 'Ben@Example.com')).toMatchObject({
    at: { field: '--owner' },
    text: 'Nobody has an account at Ben@Example.com',
    fix: expect.stringContaining('headgate member invite Ben@Example.com'),
  });
  expect(await fixOf('workspace', 'create', '--name', 'Sales', '--owner', 'ben')).toMatchObject({
    text: 'expected the mail address or the id of an account, got "ben"',
    fix: expect.stringContaining('headgate user list'),
  });
  expect(await fixOf('workspace', 'create', '--name', 'Sales', '--owner', 'u_nobody')).toMatchObject({
    code: 'member.unfit',
    fix: expect.stringContaining('headgate user list'),
  });

  const invited = await run('member', 'invite', 'ben@example.com');
  expect(invited.err).toContain('no mail is sent');
  const ben = personAt(server);
  const path = new URL(invited.out.trim()).pathname;
  expect((await ben.form(path, { name: 'Ben', password: PASSWORD })).status).toBe(303);
  const [line] = (await run('user', 'list')).out.split('\n').filter((one) => one.includes('ben@example.com'));
  expect(line).toMatch(/^u_\S+ +ben@example\.com +Ben +active +false +false/);

  const made = await run('workspace', 'create', '--name', 'Sales', '--owner', 'Ben@Example.com');
  expect(made.code, made.err).toBe(0);
  const mine = (await ben.ask('GET', '/api/v1/auth/workspaces')).json;
  expect(mine).toMatchObject({
    workspaces: [
      { id: 'default', role: null },
      { name: 'Sales', role: 'owner' },
    ],
  });
});

test('roles and groups are given by mail address, and who is no member is named', async () => {
  expect((await run('member', 'role', 'ben@example.com', 'operator')).code).toBe(0);
  expect((await run('member', 'list')).out).toMatch(/ben@example\.com +Ben +operator/);
  expect(await fixOf('member', 'role', 'cy@example.com', 'viewer')).toMatchObject({
    text: 'cy@example.com is no member of this workspace',
    fix: expect.stringContaining('headgate member list'),
  });
  expect(await fixOf('member', 'invite', 'cy@example.com', '--role', 'boss')).toMatchObject({
    text: expect.stringContaining('viewer, operator, editor, admin, owner'),
  });
  const group = (await run('group', 'create', 'Accounting', '--member', 'ben@example.com')).out.trim();
  expect((await run('group', 'list')).out).toMatch(/g_\S+ +Accounting +ben@example\.com/);
  const project = (await run('project', 'create', 'Books')).out.trim();
  expect((await run('member', 'role', group, 'editor', '--project', project)).code).toBe(0);
  const ben = personAt(server);
  await ben.ask('POST', '/api/v1/auth/login', { email: 'ben@example.com', password: PASSWORD });
  const { workspaces } = (await ben.ask('GET', '/api/v1/auth/workspaces')).json as { workspaces: { id: string }[] };
  expect(workspaces.map(({ id }) => id)).toContain('default');
  expect((await ben.ask('POST', '/api/v1/auth/workspaces/default')).status).toBe(204);
  const draft = { headgate: 1, name: 'Ledger', steps: [] };
  const write = async (): Promise<number> => (await ben.ask('POST', '/api/v1/flows', { draft, project })).status;
  await expect.poll(write, { timeout: 5000 }).toBe(201);
  expect((await run('group', 'members', group)).out).toBe(`${group}: 0 members\n`);
  await expect.poll(write, { timeout: 5000 }).not.toBe(201);
  expect((await run('group', 'remove', group)).code).toBe(0);
  expect(await fixOf('group', 'remove', 'Accounting')).toMatchObject({ fix: expect.stringContaining('Give the id') });
});

test('an account is suspended, let in again, and gets a link to a new password', async () => {
  const ben = personAt(server);
  const login = async (password: string): Promise<number> =>
    (await ben.ask('POST', '/api/v1/auth/login', { email: 'ben@example.com', password })).status;
  expect((await run('user', 'state', 'ben@example.com', 'suspended')).out).toContain('suspended');
  expect(await login(PASSWORD)).toBe(401);
  expect((await run('user', 'state', 'ben@example.com', 'active')).code).toBe(0);
  expect(await login(PASSWORD)).toBe(200);
  expect((await run('user', 'administrator', 'ben@example.com', 'on')).out).toContain('manages the instance');
  // The only account that does stays; the key is nobody's.
  expect(await fixOf('user', 'administrator', 'ben@example.com', 'off')).toMatchObject({ code: 'user.last' });
  const link = (await run('user', 'reset', 'ben@example.com')).out.trim();
  const next = 'basalt heron candle 83';
  expect((await ben.form(new URL(link).pathname, { password: next })).status).toBe(303);
  expect(await login(next)).toBe(200);
});
