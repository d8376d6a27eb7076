/**
 * The file of the instance key: 32 random bytes, as they are, mode 0600. Everything sealed is lost without it, so it is
 * made only when asked for, and nothing short, typed or published is taken for a key (a server with a guessable key is
 * worse than one that does not start).
 *
 * KF1 There is no setting that turns a refusal into a warning.
 */

import { createHash, randomBytes } from 'node:crypto';
import { closeSync, constants, fchmodSync, fstatSync, fsyncSync, openSync, readSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';
import { type Result, bad, good, problem } from '@headgate/core';

export const KEY_LENGTH = 32;

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');

/** Keys that stand in standards, documentation and tutorials, in hex. Sequences and repetitions are refused by rule below. */
const WELL_KNOWN: ReadonlySet<string> = new Set([
  '603deb1015ca71be2b73aef0857d77811f352c073b6108d72d9810a30914dff4', // NIST SP 800-38A, AES-256
  'feffe9928665731c6d6a8f9467308308feffe9928665731c6d6a8f9467308308', // GCM specification, case 15
  '9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60', // RFC 8032, test 1
  ...['', 'secret', 'password', 'changeme', 'change-me', 'test', 'key', 'admin', 'headgate', 'hello world'].map(sha256),
  ...['123456', 'default', 'example', 'letmein', 'qwerty', 'root', 'secretkey', 'secret-key', 'my-secret-key'].map(
    sha256,
  ),
  ...['dev', 'development', 'production', 'correct horse battery staple', 'CHANGE_ME', 'your-secret-key'].map(sha256),
]);

const FIX =
  'Let the server make one (headgate start makes a missing key file), or: head -c 32 /dev/urandom > FILE && chmod 600 FILE';

const refuse = (code: string, path: string, text: string, fix = FIX): Result<never> =>
  bad(problem(code, `The key file ${path} ${text}.`, { fix }));

/** Says what is wrong with 32 bytes as a key, or null. */
const weakness = (key: Uint8Array): string | null => {
  const hex = Buffer.from(key).toString('hex');
  if (key.every((byte) => byte === key[0])) return 'holds one byte repeated 32 times';
  if (key.every((byte) => (byte >= 0x20 && byte < 0x7f) || byte === 0x0a || byte === 0x0d || byte === 0x09))
    return 'holds typed text, expected 32 random bytes';
  if (WELL_KNOWN.has(hex)) return 'holds a key that is published in a standard or a tutorial';
  const step = ((key[1] ?? 0) - (key[0] ?? 0) + 256) % 256;
  if (key.every((byte, i) => i === 0 || byte === ((key[i - 1] ?? 0) + step) % 256))
    return 'holds a sequence of bytes that anyone would guess';
  // 32 random bytes hold fewer than 16 different ones less often than once in 10^9.
  if (new Set(key).size < 16) return 'holds a pattern, expected 32 random bytes';
  return null;
};

/** Judges 32 bytes as an instance key, wherever they come from. */
export const judgeKey = (key: Uint8Array, path: string): Result<Uint8Array> => {
  if (key.length !== KEY_LENGTH) return refuse('key.length', path, `holds ${key.length} bytes, expected ${KEY_LENGTH}`);
  const weak = weakness(key);
  return weak === null ? good(key) : refuse('key.weak', path, weak);
};

const codeOf = (error: unknown): string =>
  error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : 'unknown';

const create = (path: string): Result<Uint8Array> => {
  const key = Uint8Array.from(randomBytes(KEY_LENGTH));
  let file: number;
  try {
    file = openSync(path, 'wx', 0o600);
  } catch (error) {
    return refuse(
      'key.unwritable',
      path,
      `could not be made (${codeOf(error)})`,
      `See that the folder ${dirname(path)} exists and may be written`,
    );
  }
  try {
    fchmodSync(file, 0o600);
    writeSync(file, key);
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
  const folder = openSync(dirname(path), 'r');
  try {
    fsyncSync(folder);
  } finally {
    closeSync(folder);
  }
  return good(key);
};

/**
 * Reads the instance key. A missing file is made (0600) when `create` is set. Problems: `key.missing`, `key.unreadable`,
 * `key.unwritable`, `key.open` (others may read or change it), `key.length`, `key.weak`.
 */
export const loadKeyFile = (path: string, options: { create?: boolean } = {}): Result<Uint8Array> => {
  let file: number;
  try {
    // Without waiting: a pipe has no other side yet.
    file = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
  } catch (error) {
    if (codeOf(error) !== 'ENOENT')
      return refuse('key.unreadable', path, `could not be read (${codeOf(error)})`, 'See that the server may read it');
    return options.create === true ? create(path) : refuse('key.missing', path, 'does not exist');
  }
  try {
    const stat = fstatSync(file);
    if (!stat.isFile()) return refuse('key.unreadable', path, 'is not a regular file');
    if ((stat.mode & 0o027) !== 0) {
      const mode = (stat.mode & 0o777).toString(8).padStart(3, '0');
      return refuse(
        'key.open',
        path,
        `may be read or changed by others (mode ${mode}, expected 600)`,
        `chmod 600 ${path}; if others could read it, make a new key`,
      );
    }
    if (stat.size !== KEY_LENGTH) return refuse('key.length', path, `holds ${stat.size} bytes, expected ${KEY_LENGTH}`);
    const key = new Uint8Array(KEY_LENGTH);
    const read = readSync(file, key, 0, KEY_LENGTH, 0);
    return judgeKey(key.subarray(0, read), path);
  } finally {
    closeSync(file);
  }
};
