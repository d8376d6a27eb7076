import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type Environment, type Overrides, readSettings, type Settings } from './config.ts';

let dir: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'headgate-config-'));
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

const settings = (env: Environment = {}, overrides: Overrides = {}): Settings => {
  const read = readSettings({ HEADGATE_CONFIG_DIR: dir, ...env }, overrides);
  if ('problems' in read) throw new Error(read.problems.map((p) => p.text).join('; '));
  return read.settings;
};
const refused = (env: Environment): string[] => {
  const read = readSettings({ HEADGATE_CONFIG_DIR: dir, ...env });
  return 'problems' in read ? read.problems.map((p) => `${p.code} ${p.at?.field ?? ''}`.trim()) : [];
};

test('without any setting it is a server for this machine alone, under the home of the user', () => {
  const read = readSettings({});
  expect(read).toMatchObject({
    settings: {
      host: '127.0.0.1',
      port: 7860,
      publicUrl: 'http://localhost:7860',
      dir: join(homedir(), '.headgate'),
      keyFile: join(homedir(), '.headgate-key'),
      web: true,
      docs: true,
      superuserCli: false,
      twoFactors: false,
      currency: 'USD',
      egressAllow: '',
      otlp: null,
      keep: { days: 30, runs: 100_000 },
    },
  });
});

test('a setting comes from the command line, else from a variable, else from config.json', () => {
  writeFileSync(join(dir, 'config.json'), JSON.stringify({ HEADGATE_PORT: 1001, HEADGATE_WEB: false }));
  expect(settings()).toMatchObject({ port: 1001, web: false, publicUrl: 'http://localhost:1001' });
  expect(settings({ HEADGATE_PORT: '1002' })).toMatchObject({ port: 1002, web: false });
  expect(settings({ HEADGATE_PORT: '1002' }, { HEADGATE_PORT: '1003' })).toMatchObject({ port: 1003 });
});

test('the libraries that code may import are all, those that are named, or none; a strange name stops the start', () => {
  expect(settings().libraries).toContain('zod');
  expect(settings({ HEADGATE_CODE_LIBRARIES: 'zod, @noble/hashes' }).libraries).toEqual(['zod', '@noble/hashes']);
  expect(settings({ HEADGATE_CODE_LIBRARIES: 'none' }).libraries).toEqual([]);
  expect(refused({ HEADGATE_CODE_LIBRARIES: 'zod,axios' })).toEqual(['config.libraries HEADGATE_CODE_LIBRARIES']);
});

test('money has the name of one currency, by its code; another word stops the start', () => {
  expect(settings({ HEADGATE_CURRENCY: 'EUR' }).currency).toBe('EUR');
  for (const word of ['euro', 'eur', '€'])
    expect(refused({ HEADGATE_CURRENCY: word })).toEqual(['config.currency HEADGATE_CURRENCY']);
});

test('G1 a setting that is misspelt, or not understood, is a problem that names it; all of them come at once', () => {
  expect(refused({ HEADGATE_PROT: '80' })).toEqual(['config.unknown HEADGATE_PROT']);
  expect(
    refused({
      HEADGATE_PORT: '70000',
      HEADGATE_WEB: 'no',
      HEADGATE_ENABLE_SUPERUSER_CLI: 'yes',
      HEADGATE_PUBLIC_URL: 'flows.example.com',
      HEADGATE_OTLP_URL: 'file:///traces',
      HEADGATE_KEEP_DAYS: '0',
      HEADGATE_KEEP_RUNS: 'all',
      HEADGATE_DISK_FLOOR: 'some',
    }),
  ).toEqual([
    'config.port HEADGATE_PORT',
    'config.public_url HEADGATE_PUBLIC_URL',
    'config.otlp HEADGATE_OTLP_URL',
    'config.flag HEADGATE_WEB',
    'config.flag HEADGATE_ENABLE_SUPERUSER_CLI',
    'config.number HEADGATE_KEEP_DAYS',
    'config.number HEADGATE_KEEP_RUNS',
    'config.disk_floor HEADGATE_DISK_FLOOR',
  ]);
  expect(refused({ PATH: '/bin', HEADGATEX: '1' })).toEqual([]);
});

test('GUI-08 origins of web apps elsewhere are named whole, with TLS but on this machine; a pattern, a path and null are refused', () => {
  for (const wrong of [
    '*',
    'null',
    'https://*.example.com',
    'http://app.example.com',
    'https://app.example.com/',
    'https://APP.example.com',
    'app.example.com',
    'file://x',
  ])
    expect(refused({ HEADGATE_WEB_ORIGINS: `https://app.example.com, ${wrong}` }), wrong).toEqual([
      'config.web_origins HEADGATE_WEB_ORIGINS',
    ]);
  expect(
    refused({ HEADGATE_WEB_ORIGINS: 'https://app.example.com:8443 http://localhost:4000,http://127.0.0.1:4000' }),
  ).toEqual([]);
});

test('TUN-04 proxies are believed by address or network; everybody, a name or a half-written network are refused', () => {
  for (const wrong of ['proxy.example', '0.0.0.0/0', '::/0', '10.0.0.0/40', '10.0.0/24', '10.0.0.1/24/1', 'loopback'])
    expect(refused({ HEADGATE_TRUSTED_PROXIES: `127.0.0.1, ${wrong}` })).toEqual([
      'config.proxies HEADGATE_TRUSTED_PROXIES',
    ]);
  expect(refused({ HEADGATE_TRUSTED_PROXIES: '127.0.0.1, 10.0.0.0/24 fd00::/64,::1' })).toEqual([]);
});

test('another database than the one this version knows is refused, not ignored', () => {
  for (const url of ['postgres://db/headgate', 'sqlite:/var/other.db'])
    expect(refused({ HEADGATE_DATABASE_URL: url })).toEqual(['config.database HEADGATE_DATABASE_URL']);
});

test('an empty text is no setting: an empty host does not listen everywhere', () => {
  expect(
    settings({ HEADGATE_HOST: '', HEADGATE_PORT: '', HEADGATE_SECRET_KEY_FILE: '', HEADGATE_DATABASE_URL: '' }),
  ).toEqual(settings());
});

test('pages are served on loopback, and on another address only when asked for', () => {
  expect(settings({ HEADGATE_HOST: '0.0.0.0' })).toMatchObject({ web: false, docs: false });
  expect(settings({ HEADGATE_HOST: '0.0.0.0', HEADGATE_WEB: 'true' })).toMatchObject({ web: true, docs: false });
  expect(settings({ HEADGATE_HOST: '::1' })).toMatchObject({ web: true, docs: true });
});

test('a config.json that is no JSON, holds an unknown name, or a list for a text, is refused', () => {
  const contents = [
    '{',
    '[]',
    '{"HEADGATE_PROT": 1}',
    '{"HEADGATE_PORT": [1]}',
    '{"HEADGATE_CONFIG_DIR": "/elsewhere"}',
  ];
  for (const content of contents) {
    writeFileSync(join(dir, 'config.json'), content);
    expect([content, refused({})]).toEqual([content, ['config.file']]);
  }
});

test('SEC-08 there is no setting that turns a protection into a warning: these are all there are', () => {
  const names = readSettings({ HEADGATE_X: '1' });
  const fix = 'problems' in names ? (names.problems[0]?.fix ?? '') : '';
  expect(fix.match(/HEADGATE_\w+/g)).toEqual([
    'HEADGATE_HOST',
    'HEADGATE_PORT',
    'HEADGATE_PUBLIC_URL',
    'HEADGATE_TRUSTED_PROXIES',
    'HEADGATE_TWO_FACTORS',
    'HEADGATE_CURRENCY',
    'HEADGATE_WEB_ORIGINS',
    'HEADGATE_MCP_LEGACY',
    'HEADGATE_CONFIG_DIR',
    'HEADGATE_SECRET_KEY_FILE',
    'HEADGATE_SECRETS_FILE',
    'HEADGATE_WORKSPACE_KEYS_DIR',
    'HEADGATE_DATABASE_URL',
    'HEADGATE_WEB',
    'HEADGATE_DOCS',
    'HEADGATE_ENABLE_SUPERUSER_CLI',
    'HEADGATE_EGRESS_ALLOW',
    'HEADGATE_FOLDERS',
    'HEADGATE_CODE_LIBRARIES',
    'HEADGATE_OTLP_URL',
    'HEADGATE_KEEP_DAYS',
    'HEADGATE_KEEP_RUNS',
    'HEADGATE_FORMAT_SECONDS',
    'HEADGATE_FORMAT_MEMORY',
    'HEADGATE_DISK_FLOOR',
    'HEADGATE_SIGN_UP',
    'HEADGATE_MAIL_URL',
    'HEADGATE_MAIL_FROM',
    'HEADGATE_MAIL_FLOWS',
    'HEADGATE_SSO_ISSUER',
    'HEADGATE_SSO_CLIENT_ID',
    'HEADGATE_SSO_SECRET_FILE',
    'HEADGATE_SSO_TITLE',
    'HEADGATE_KEY_DAYS',
    'HEADGATE_KEY_MAX_DAYS',
    'HEADGATE_RATE_USER',
    'HEADGATE_RATE_WORKSPACE',
    'HEADGATE_RATE_NETWORK',
  ]);
});

test('who may sign up is one of four answers, and asking for mail that is not set up stops the start', () => {
  const mail = { HEADGATE_MAIL_URL: 'smtps://me:p%40ss@mail.example.com', HEADGATE_MAIL_FROM: 'headgate@example.com' };
  const read = (env: Record<string, string>) => {
    const made = readSettings({ HEADGATE_CONFIG_DIR: '/nowhere', ...env });
    return 'settings' in made ? made.settings : made.problems.map((p) => p.code);
  };
  expect(read({})).toMatchObject({ signUp: { kind: 'closed' }, mail: null });
  expect(read({ HEADGATE_SIGN_UP: 'invitation' })).toMatchObject({ signUp: { kind: 'invitation' } });
  expect(read({ ...mail, HEADGATE_SIGN_UP: 'approval' })).toMatchObject({
    signUp: { kind: 'approval' },
    mail: { host: 'mail.example.com', port: 465, security: 'tls', user: 'me', password: 'p@ss' },
  });
  expect(read({ ...mail, HEADGATE_SIGN_UP: 'domain:Example.com, b.example' })).toMatchObject({
    signUp: { kind: 'domain', domains: ['example.com', 'b.example'] },
  });
  for (const wrong of ['open', 'domain:', 'domain:nodot', 'approval', 'domain:example.com'])
    expect(read({ HEADGATE_SIGN_UP: wrong })).toEqual(['config.sign_up']);
  for (const wrong of ['mail.example.com', 'http://mail.example.com', 'smtp+plain://mail.example.com', 'smtps://'])
    expect(read({ ...mail, HEADGATE_MAIL_URL: wrong })).toEqual(['config.mail']);
  expect(read({ HEADGATE_MAIL_URL: 'smtps://mail.example.com' })).toEqual(['config.mail']);
});

test('a provider to sign in with is named whole, by https or on this machine, or not at all', () => {
  const whole = {
    HEADGATE_SSO_ISSUER: 'https://id.example.com/realm',
    HEADGATE_SSO_CLIENT_ID: 'headgate',
    HEADGATE_SSO_SECRET_FILE: '/etc/headgate/sso',
  };
  const read = (env: Record<string, string>) => {
    const made = readSettings({ HEADGATE_CONFIG_DIR: '/nowhere', ...env });
    return 'settings' in made ? made.settings.sso : made.problems.map((p) => p.code);
  };
  expect(read({})).toBeNull();
  expect(read(whole)).toMatchObject({ issuer: 'https://id.example.com/realm', title: 'id.example.com' });
  expect(read({ ...whole, HEADGATE_SSO_ISSUER: 'http://localhost:4000' })).toMatchObject({ title: 'localhost' });
  for (const issuer of ['http://id.example.com', 'ftp://x', 'https://id.example.com/?x', 'id.example.com'])
    expect(read({ ...whole, HEADGATE_SSO_ISSUER: issuer })).toEqual(['config.sso']);
  for (const name of Object.keys(whole)) expect(read({ ...whole, [name]: '' })).toEqual(['config.sso']);
});
