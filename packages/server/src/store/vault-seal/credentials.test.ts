import { randomBytes } from 'node:crypto';
import { expect, test } from 'vitest';
import { credentials } from './credentials.ts';
import { keyring } from './keyring.ts';

const made = credentials(keyring(randomBytes(32)));

test('an API key is hg_ and 43 characters of base64url, and never the same twice', () => {
  const keys = new Set(Array.from({ length: 1000 }, () => made.newKey()));
  expect(keys.size).toBe(1000);
  for (const key of keys) expect(key).toMatch(/^hg_[A-Za-z0-9_-]{43}$/);
});

test('the hash of a key is the same each time, and another under another instance key', () => {
  const key = made.newKey();
  expect(made.hashKey(key)).toBe(made.hashKey(key));
  expect(made.hashKey(key)).toMatch(/^[A-Za-z0-9_-]{43}$/);
  expect(made.hashKey(key)).not.toBe(credentials(keyring(randomBytes(32))).hashKey(key));
  expect(made.hashKey(key)).not.toContain(key.slice(3, 10));
});

test('a webhook token follows from its nonce, and its hash is not the hash of a key', () => {
  const nonce = randomBytes(32);
  const token = made.hookToken(nonce);
  expect(token).toMatch(/^[A-Za-z0-9_-]{43}$/);
  expect(made.hookToken(nonce)).toBe(token);
  expect(made.hashHook(token)).not.toBe(made.hashKey(token));
});

test('a keyring takes 32 bytes and nothing else, and keys of two purposes differ', () => {
  expect(() => keyring(randomBytes(31))).toThrow('32');
  const ring = keyring(randomBytes(32));
  const purposes = ['journal', 'blob', 'secret', 'api-key', 'hook', 'audit'] as const;
  expect(new Set(purposes.map((one) => Buffer.from(ring.derive(one)).toString('hex'))).size).toBe(purposes.length);
});
