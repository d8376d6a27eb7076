import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { findKeys, looksSecret } from './keys.ts';
import { isShapeKind, SHAPES } from './shapes.ts';
import { shortSecret } from './short.ts';
import { isSecretLabel } from './labels.ts';
import { redactJson, redactText } from './redact.ts';

const hex = '0123456789abcdef'.repeat(8);
const mixed = 'aB3dE5fG7hJ9kL1mN3pQ5rS7tU9vW1xY3zA5bC7dE9fG1hJ3kL5mN7pQ9rS1tU3vW5xY7z';
/** Made here, of the vendors' forms; none was ever anybody's. */
const keys: Readonly<Record<string, string>> = {
  Headgate: `hg_${mixed.slice(0, 43)}`,
  'model provider': `sk-${mixed.slice(0, 32)}`,
  'model provider, project': `sk-proj-${mixed.slice(0, 40)}`,
  'model provider, other': `sk-ant-api03-${mixed.slice(0, 60)}`,
  Groq: `gsk_${mixed.slice(0, 52)}`,
  'Hugging Face': `hf_${mixed.slice(0, 34)}`,
  Stripe: `sk_live_${mixed.slice(0, 24)}`,
  'webhook secret': `whsec_${mixed.slice(0, 32)}`,
  GitHub: `ghp_${mixed.slice(0, 36)}`,
  'GitHub, fine': `github_pat_${mixed.slice(0, 22)}_${mixed.slice(0, 59)}`,
  GitLab: `glpat-${mixed.slice(0, 20)}`,
  Slack: `xoxb-1234567890-${mixed.slice(0, 24)}`,
  AWS: 'AKIAQ3EGXAMPLE2A4B5C',
  Google: `AIza${mixed.slice(0, 35)}`,
  'Google token': `ya29.${mixed.slice(0, 40)}`,
  npm: `npm_${mixed.slice(0, 36)}`,
  SendGrid: `SG.${mixed.slice(0, 22)}.${mixed.slice(0, 43)}`,
  Mailgun: `key-${hex.slice(0, 32)}`,
  Shopify: `shpat_${hex.slice(0, 32)}`,
  DigitalOcean: `dop_v1_${hex.slice(0, 64)}`,
  JWT: `eyJ${mixed.slice(0, 20)}.eyJ${mixed.slice(0, 30)}.${mixed.slice(0, 43)}`,
  'private key': `-----BEGIN RSA PRIVATE KEY-----\n${mixed}\n-----END RSA PRIVATE KEY-----`,
  'private key cut off': `-----BEGIN PRIVATE KEY-----\n${mixed}`,
};

describe('a key is found by its form', () => {
  test.each(Object.entries(keys))('%s', (_name, key) => {
    for (const [before, after] of [
      ['', ''],
      ['x="', '"'],
      ['token: ', '\n'],
      ['https://h/?k=', ''],
      ['(', ')'],
      ['"a\\n', '"'],
      ['?a=%20', '&'],
      ['"\\u000a', '"'],
    ]) {
      const made = redactText(`${before}${key}${key.startsWith('-----BEGIN PRIVATE KEY') ? '' : after}`);
      expect(made).toMatch(/\[key [^\]]+\]/);
      expect(made).not.toContain(key.slice(8, 24));
    }
    expect(looksSecret(key)).toBe(true);
  });
});

test('a password in an address and a credential behind its scheme are hidden, and the rest stays readable', () => {
  expect(redactText('postgres://ann:hunter2@db.example/app')).toBe('postgres://ann:[key password]@db.example/app');
  expect(redactText('authorization: Bearer abcdefghijklmnop1234')).toBe('authorization: Bearer [key credential]');
  expect(redactText('authorization: Basic dXNlcjpwYXNzd29yZA==')).toBe('authorization: Basic [key credential]');
});

test('every kind of key is in the documents, by the name under which it is shown', () => {
  const page = readFileSync(new URL('../../../../docs/guard.md', import.meta.url), 'utf8');
  for (const kind of new Set(['password', ...SHAPES.map((shape) => shape.kind)])) {
    expect(page).toContain(`\`${kind}\``);
    expect(isShapeKind(kind)).toBe(true);
  }
  expect(isShapeKind('constructor')).toBe(false);
});

test('short.ts tells the owner of a value that is not looked for, and says nothing of others', () => {
  expect(shortSecret('1234567')).toMatch(/fewer than 8 characters/);
  expect(shortSecret('  1234567\n')).not.toBeNull();
  expect(shortSecret('12345678')).toBeNull();
});

test('ordinary text is left alone', () => {
  const texts = [
    'task-list, disk-usage and risk-assessment-of-all-components',
    'a basic understanding of the matter',
    'sk-loading-spinner-container-large',
    'https://example.com:8080/a@b',
    'http://[::1]:80/x',
    'npm_config_cache',
    'the key-value store',
    'AKIA is a prefix',
    'eyJ',
    'ghp_short',
    'Bearer of bad news',
    'mailto:ann@example.com',
    'steps.fetch.body.items[0].name',
    'hg_some_function_name_that_is_long',
    '2026-11-22T04:45:00.000Z',
  ];
  for (const text of texts) expect(redactText(text)).toBe(text);
});

test('KY1 time is linear in the text, whatever it is made of', () => {
  const begun = performance.now();
  for (const piece of [
    'sk-',
    'eyJ',
    'eyJ.',
    '-eyJa.',
    '://',
    '://a:',
    '-----BEGIN ',
    '-----BEGIN PRIVATE KEY-----',
    'Bearer ',
    'Basic ',
    'AKIA',
    'ghp_',
    'SG.',
    'SG.a',
    'a',
    '-',
    'sk-1',
  ]) {
    findKeys(piece.repeat(Math.ceil(200_000 / piece.length)));
  }
  expect(performance.now() - begun).toBeLessThan(4000);
});

test('KY2 clean text costs one pass', () => {
  const text = 'The quick brown fox jumps over the lazy dog, and reads steps.fetch.body {"items": [1, 2, 3]}. '.repeat(
    5000,
  );
  redactText(text);
  const begun = performance.now();
  redactText(text);
  expect(performance.now() - begun).toBeLessThan(500);
});

test('LB1 LB2 labels are known in every spelling, as a whole or as the last words', () => {
  for (const name of [
    'Authorization',
    'set-cookie',
    'X-Api-Key',
    'x_api_key',
    'apiKey',
    'password',
    'dbPassword',
    'db_password',
    'clientSecret',
    'github.token',
    'accessToken',
    'PRIVATE_KEY',
    'stripe-secret-key',
    'credentials',
  ]) {
    expect([name, isSecretLabel(name)]).toEqual([name, true]);
  }
  for (const name of [
    'tokens',
    'max_tokens',
    'passenger',
    'secretary',
    'key',
    'keyboard',
    'author',
    'cookies_accepted',
    'nextPageToken',
    'monkey',
    'signature',
    'name',
    '',
    'x'.repeat(500),
  ]) {
    expect([name, isSecretLabel(name)]).toEqual([name, false]);
  }
});

test('under a label everything is hidden, elsewhere only what looks like a key', () => {
  const given = {
    headers: { authorization: 'Bearer x', 'set-cookie': ['a=1', 'b=2'], accept: 'text/html' },
    auth: { user: 'ann', pin: 1234 },
    note: `use ${keys['GitHub']}`,
    [`${keys['GitHub']}`]: 'ann',
    list: [1, 'x', null, true],
  };
  expect(redactJson(given)).toEqual({
    headers: { authorization: '[hidden]', 'set-cookie': ['[hidden]', '[hidden]'], accept: 'text/html' },
    auth: { user: '[hidden]', pin: '[hidden]' },
    note: 'use [key github]',
    '[key github]': 'ann',
    list: [1, 'x', null, true],
  });
});

test('RD1 what needs no change is the same value, and nothing given is changed', () => {
  const clean = { a: [1, { b: 'x' }], c: { d: null } };
  expect(redactJson(clean)).toBe(clean);
  const given = Object.freeze({ password: 'x', rest: Object.freeze([1]) });
  const made = redactJson(given);
  expect(made).toEqual({ password: '[hidden]', rest: [1] });
  expect(Reflect.get(Object(made), 'rest')).toBe(given.rest);
});

test('RD2 no depth exhausts the stack, and __proto__ is a name like any other', () => {
  let deep: unknown = 'x';
  for (let i = 0; i < 100_000; i++) deep = [deep];
  expect(JSON.stringify(redactJson(deep))).toContain('nested too deep');
  const made = redactJson(JSON.parse('{"__proto__": {"password": "x"}, "a": 1}'));
  expect(JSON.stringify(made)).toBe('{"__proto__":{"password":"[hidden]"},"a":1}');
  expect(Reflect.get({}, 'password')).toBeUndefined();
});

test('redacting is total, and redacting twice changes nothing more', () => {
  fc.assert(
    fc.property(fc.jsonValue(), fc.constantFrom(...Object.values(keys)), (value, key) => {
      const once = redactJson({ value, text: `${key} ${JSON.stringify(value)}` });
      expect(redactJson(once)).toEqual(once);
    }),
  );
});
