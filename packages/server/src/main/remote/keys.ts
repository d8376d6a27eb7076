/** `headgate key …`: the API keys of a running server. */

import { existsSync } from 'node:fs';
import { milliseconds, type Problem, problem } from '@headgate/core';
import { writeKeyFile } from '../key-file.ts';
import { DONE, note, pretty, print } from '../say.ts';
import { ask, id, refused, rowOf, rowsOf, table, type Where } from './ask.ts';

type Wish = {
  readonly name: string;
  readonly permission: readonly string[];
  readonly flow: readonly string[];
  readonly project: readonly string[];
  readonly expires?: string;
  readonly apiKeyFile?: string;
};

/** A duration from now, or a time; as the API takes it. */
const expiryOf = (text: string): { readonly expires: string } | { readonly problem: Problem } => {
  const span = milliseconds(text);
  const at = span === undefined ? Date.parse(text) : Date.now() + span;
  if (Number.isFinite(at) && (span !== undefined || /^\d{4}-\d{2}-\d{2}/.test(text)))
    return { expires: new Date(at).toISOString() };
  const fix = 'Write 30d, or 2030-01-31T00:00:00Z.';
  return { problem: problem('usage', 'expected a duration or a time', { at: { field: '--expires' }, fix }) };
};

const exists = (path: string): Problem =>
  problem('file.exists', `${path} exists already`, { fix: 'Give the name of a new file.' });

/** Makes a key; its text goes to a new file, or is shown, this once. */
export const createKey = async (w: Where, o: Wish): Promise<number> => {
  const expiry = o.expires === undefined ? null : expiryOf(o.expires);
  if (expiry !== null && 'problem' in expiry) return refused([expiry.problem], w.json);
  const { apiKeyFile: file } = o;
  if (file !== undefined && existsSync(file)) return refused([exists(file)], w.json);
  const scope = {
    ...(o.flow.length > 0 ? { flows: o.flow } : {}),
    ...(o.project.length > 0 ? { projects: o.project } : {}),
  };
  const body = { name: o.name, permissions: o.permission, ...scope, ...expiry };
  const answer = await w.client.call('POST', '/api/v1/keys', body);
  if (!answer.ok) return refused(answer.problems, w.json);
  const { key, ...about } = rowOf(answer.value);
  if (file === undefined) {
    print(w.json ? pretty(answer.value) : String(key));
    if (!w.json) note(`This is the only time the key ${String(about['id'])} is shown.`);
    return DONE;
  }
  const written = writeKeyFile(file, String(key));
  if (!written.ok) {
    await w.client.call('DELETE', `/api/v1/keys/${id(String(about['id']))}`);
    return refused([{ ...written.problem, fix: 'The key was revoked again. Give another file.' }], w.json);
  }
  print(w.json ? pretty({ ...about, file }) : `${String(about['id'])}  ${file}`);
  return DONE;
};

export const listKeys = (w: Where): Promise<number> =>
  ask(w, 'GET', '/api/v1/keys', undefined, (v) =>
    table(rowsOf(v, 'keys'), ['id', 'name', 'permissions', 'expires', 'revoked', 'used']),
  );

export const revokeKey = (w: Where, key: string): Promise<number> =>
  ask(w, 'DELETE', `/api/v1/keys/${id(key)}`, undefined, () => `revoked ${key}`);
