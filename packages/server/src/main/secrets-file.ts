/**
 * Secrets from a file of the machine's administrator (HEADGATE_SECRETS_FILE), outside the folder of state. It goes before
 * the store. A line a field:
 *
 *   # a comment
 *   github=ghp_…                                   the secret github, one text
 *   github@origins=https://api.github.com          where it may be sent; several with spaces between
 *   github@environment=prod                        for runs in this environment alone; without it for all
 *   mail@kind=basic                                a credential of a kind, by its fields
 *   mail@user=ada
 *   mail@password="with \"quotes\", spaces and\nlines"
 *   other/github=…                                 for another workspace than default
 *
 * A value ends with its line. In double quotes \n, \" and \\ mean what they mean in JSON; in single quotes nothing does.
 *
 * SF1 A file that others may read or change, or that is not understood, gives nothing: at the start it stops the start,
 *     later it takes its secrets away until it is mended. Nothing of its values stands in a problem.
 * SF2 It is read again when it changed.
 */

import { closeSync, constants, fstatSync, openSync, readFileSync, statSync } from 'node:fs';
import {
  bad,
  ENVIRONMENT_NAME,
  good,
  isSecretOrigin,
  problem,
  readCredential,
  type Result,
  SECRET_NAME,
} from '@headgate/core';
import type { Held, HeldSecret, SecretSource } from '../engine/secret-source.ts';

const DEFAULT = 'default';
const LINE = /^(?:([a-z0-9_-]{1,64})\/)?([^@=\s]+)(?:@([A-Za-z.]+))?\s*=\s*(.*)$/;
const MOST_BYTES = 4 * 1024 * 1024;

type Entry = {
  readonly workspace: string;
  readonly name: string;
  readonly fields: Map<string, string>;
  readonly line: number;
};

/** `environment` null: it is for all of them. */
type Placed = HeldSecret & { readonly environment: string | null };
type Content = ReadonlyMap<string, Placed>;

const wrong = (path: string, text: string, line?: number): Result<never> =>
  bad(
    problem('secrets_file.wrong', `${path}${line === undefined ? '' : `, line ${line}`}: ${text}`, {
      fix: 'See docs/secrets.md for how the file is written.',
    }),
  );

const unquoted = (written: string): string | null => {
  if (written.startsWith("'")) return written.length > 1 && written.endsWith("'") ? written.slice(1, -1) : null;
  if (!written.startsWith('"')) return written;
  try {
    const value: unknown = JSON.parse(written);
    return typeof value === 'string' ? value : null;
  } catch {
    return null;
  }
};

/** The fields as the credential's JSON has them: `header.name` is a field of a field. */
const nested = (fields: ReadonlyMap<string, string>): Record<string, unknown> => {
  const made: Record<string, unknown> = {};
  const inner: Record<string, string> = {};
  for (const [name, value] of fields) {
    if (name === 'origins' || name === 'environment') continue;
    if (name.startsWith('header.')) inner[name.slice('header.'.length)] = value;
    else made[name] = value;
  }
  return Object.keys(inner).length === 0 ? made : { ...made, header: inner };
};

const heldIn = ({ fields }: Entry): Held | null => {
  const kind = fields.get('kind') ?? 'plain';
  if (kind !== 'plain') return readCredential(kind, JSON.stringify(nested(fields)));
  const value = fields.get('value');
  const others = [...fields.keys()].filter((name) => !['value', 'kind', 'origins', 'environment'].includes(name));
  return value === undefined || value === '' || others.length > 0 ? null : { kind: 'plain', value };
};

/** Reads the text of a file; `stamp` tells its versions apart. */
export const parseSecrets = (path: string, text: string, stamp: string): Result<Content> => {
  const entries = new Map<string, Entry>();
  for (const [i, raw] of text.split(/\r?\n/).entries()) {
    const written = raw.trim();
    if (written === '' || written.startsWith('#')) continue;
    const [, workspace = DEFAULT, name = '', field = 'value', rest = ''] = LINE.exec(written) ?? [];
    if (!SECRET_NAME.test(name)) return wrong(path, 'expected NAME=VALUE or NAME@FIELD=VALUE', i + 1);
    const value = unquoted(rest);
    if (value === null) return wrong(path, 'a quotation mark that opens a value has to close it', i + 1);
    const key = `${workspace}/${name}`;
    const entry = entries.get(key) ?? { workspace, name, fields: new Map(), line: i + 1 };
    if (entry.fields.has(field)) return wrong(path, `${name}@${field} is there already`, i + 1);
    entry.fields.set(field, value);
    entries.set(key, entry);
  }
  const content = new Map<string, Placed>();
  for (const [key, entry] of entries) {
    const origins = (entry.fields.get('origins') ?? '').split(/\s+/).filter((one) => one !== '');
    if (!origins.every(isSecretOrigin))
      return wrong(path, `the origins of ${entry.name} are to be as https://api.example.com`, entry.line);
    const environment = entry.fields.get('environment') ?? null;
    if (environment !== null && !ENVIRONMENT_NAME.test(environment))
      return wrong(path, `the environment of ${entry.name} is no name of one`, entry.line);
    const held = heldIn(entry);
    if (held === null) return wrong(path, `the fields of ${entry.name} are not those of its kind`, entry.line);
    content.set(key, { id: `file ${key}`, version: stamp, origins, held, environment });
  }
  return good(content);
};

const codeOf = (error: unknown): string =>
  error instanceof Error && 'code' in error ? String(error.code) : 'unknown error';

/** Size, time and place of the file as one text; null when it is not there. */
const stampOf = (path: string): string | null => {
  const stat = statSync(path, { throwIfNoEntry: false, bigint: true });
  return stat === undefined ? null : `${stat.ino}.${stat.size}.${stat.mtimeNs}.${stat.ctimeNs}`;
};

const load = (path: string, stamp: string): Result<Content> => {
  let file: number;
  try {
    // Without waiting: a pipe has no other side yet.
    file = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
  } catch (error) {
    return wrong(path, `cannot be read (${codeOf(error)})`);
  }
  try {
    const stat = fstatSync(file);
    if (!stat.isFile()) return wrong(path, 'is not a regular file');
    if ((stat.mode & 0o077) !== 0) {
      const mode = (stat.mode & 0o777).toString(8).padStart(3, '0');
      return bad(
        problem('secrets_file.open', `${path} may be read or changed by others (mode ${mode}, expected 600)`, {
          fix: `chmod 600 ${path}; if others could read it, replace what is in it.`,
        }),
      );
    }
    if (stat.size > MOST_BYTES) return wrong(path, `is larger than ${MOST_BYTES} bytes`);
    return parseSecrets(path, readFileSync(file, 'utf8'), stamp);
  } finally {
    closeSync(file);
  }
};

/** Workspace and name of a key of the content. */
const named = (key: string): { workspace: string; name: string } => {
  const at = key.lastIndexOf('/');
  return { workspace: key.slice(0, at), name: key.slice(at + 1) };
};

/** Opens the file as a source of secrets. Problems, for now and for the start: `secrets_file.open`, `secrets_file.wrong`. */
export const secretsFile = (path: string, warn: (text: string) => void): Result<SecretSource> => {
  let stamp = stampOf(path);
  const first = stamp === null ? wrong(path, 'does not exist') : load(path, stamp);
  if (!first.ok) return first;
  let content: Content = first.value;
  const look = (): boolean => {
    const now = stampOf(path);
    if (now === stamp) return false;
    stamp = now;
    const read = now === null ? wrong(path, 'does not exist') : load(path, now);
    if (!read.ok) warn(read.problem.text);
    content = read.ok ? read.value : new Map();
    return true;
  };
  return good({
    name: 'file',
    look,
    read: (workspace, _project, name, environment) => {
      const found = content.get(`${workspace}/${name}`);
      const there = found !== undefined && (found.environment === null || found.environment === environment);
      return Promise.resolve(there ? found : null);
    },
    all: () => Promise.resolve([...content].map(([key, { held }]) => ({ ...named(key), held }))),
  });
};
