import { chmodSync, mkdtempSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { createHash, randomBytes } from 'node:crypto';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { judgeKey, loadKeyFile } from './key-file.ts';

let dir = '';
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'headgate-key-'));
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

const keyFile = (bytes: Uint8Array | string, mode = 0o600): string => {
  const path = join(dir, 'key');
  writeFileSync(path, bytes);
  chmodSync(path, mode);
  return path;
};

const refusal = (path: string): string => {
  const loaded = loadKeyFile(path);
  if (loaded.ok) throw new Error('the key was taken');
  expect(loaded.problem.fix).toBeTruthy();
  expect(loaded.problem.text).toContain(path);
  return loaded.problem.code;
};

test('32 random bytes that only their owner may read are taken', () => {
  const bytes = randomBytes(32);
  const loaded = loadKeyFile(keyFile(bytes));
  expect(loaded.ok && Buffer.from(loaded.value).equals(bytes)).toBe(true);
});

test('a missing file is made only when asked for, with mode 0600, and read back the same', () => {
  const path = join(dir, 'key');
  expect(refusal(path)).toBe('key.missing');
  const made = loadKeyFile(path, { create: true });
  expect(made.ok && made.value.length).toBe(32);
  expect(statSync(path).mode & 0o777).toBe(0o600);
  const again = loadKeyFile(path, { create: true });
  expect(again).toEqual(made);
  expect(new Uint8Array(readFileSync(path))).toEqual(made.ok && made.value);
});

test('a folder that is not there is said, not made', () => {
  const made = loadKeyFile(join(dir, 'no', 'key'), { create: true });
  expect(made.ok ? 'taken' : made.problem.code).toBe('key.unwritable');
});

test.each([0, 16, 31, 33, 64])('a file of %i bytes is refused (TOK-07)', (length) => {
  expect(refusal(keyFile(randomBytes(length)))).toBe('key.length');
});

test.each([0o644, 0o640 | 0o002, 0o604, 0o660])(
  'a file of mode %o is refused, since others read or change it',
  (mode) => {
    expect(refusal(keyFile(randomBytes(32), mode))).toBe('key.open');
  },
);

const guessable: [string, Uint8Array | string][] = [
  ['zeros', new Uint8Array(32)],
  ['one byte 32 times', new Uint8Array(32).fill(0xab)],
  ['a sequence from 0', Uint8Array.from({ length: 32 }, (_, i) => i)],
  ['a sequence downwards', Uint8Array.from({ length: 32 }, (_, i) => 255 - i)],
  ['a sequence in sevens', Uint8Array.from({ length: 32 }, (_, i) => (i * 7) % 256)],
  ['a word four times', Buffer.from('deadbeef'.repeat(8), 'hex')],
  ['16 bytes twice', Buffer.from('feffe9928665731c6d6a8f9467308308'.repeat(2), 'hex')],
  ['typed text', 'correct horse battery staple 123'],
  ['typed text with a line end', 'correct horse battery staple 12\n'],
  ['hex digits', '0123456789abcdef0f1e2d3c4b5a6978'],
  [
    'the key of NIST SP 800-38A',
    Buffer.from('603deb1015ca71be2b73aef0857d77811f352c073b6108d72d9810a30914dff4', 'hex'),
  ],
  ['the key of RFC 8032', Buffer.from('9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60', 'hex')],
  ['the hash of "password"', createHash('sha256').update('password').digest()],
];

test.each(guessable)('%s are refused as a key (TOK-07)', (_name, bytes) => {
  expect(refusal(keyFile(bytes))).toBe('key.weak');
});

test('random keys are never taken for guessable ones', () => {
  const refused = Array.from({ length: 20_000 }, () => judgeKey(randomBytes(32), 'made')).filter((one) => !one.ok);
  expect(refused).toEqual([]);
});

test('a link to a key is followed, a folder in its place is refused', () => {
  const path = keyFile(randomBytes(32));
  symlinkSync(path, join(dir, 'link'));
  expect(loadKeyFile(join(dir, 'link')).ok).toBe(true);
  expect(refusal(dir)).toBe('key.unreadable');
});
