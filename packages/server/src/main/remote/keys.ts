/** `headgate key …`: the API keys of a running server. */

import { existsSync } from 'node:fs';
import { milliseconds, type Problem, problem } from '@headgate/core';
import { writeKeyFile } from '../key-file.ts';
import { DONE, note, pretty, print } from '../say.ts';
import { ask, id, refused, type Row, rowOf, rowsOf, table, type Where } from './ask.ts';

type Wish = {
  readonly name: string;
  readonly permission: readonly string[];
  readonly flow: readonly string[];
  readonly project: readonly string[];
  readonly expires?: string;
  readonly rate?: number;
  readonly parallel?: number;
  readonly budget?: string;
  readonly own?: boolean;
  readonly apiKeyFile?: string;
};

/** Keys of the workspace, or those of the account that asks. */
const pathOf = (own: boolean | undefined): string => (own === true ? '/api/v1/me/keys' : '/api/v1/keys');

/** A duration from now, or a time; as the API takes it. */
const expiryOf = (text: string): { readonly expires: string } | { readonly problem: Problem } => {
  const span = milliseconds(text);
  const at = span === undefined ? Date.parse(text) : Date.now() + span;
  if (Number.isFinite(at) && (span !== undefined || /^\d{4}-\d{2}-\d{2}/.test(text)))
    return { expires: new Date(at).toISOString() };
  const fix = 'Write 30d, or 2030-01-31T00:00:00Z.';
  return { problem: problem('usage', 'expected a duration or a time', { at: { field: '--expires' }, fix }) };
};

/** What is said of a budget is judged by the server; here it has to be JSON. */
const budgetOf = (text: string): { readonly budget: unknown } | { readonly problem: Problem } => {
  try {
    return { budget: JSON.parse(text) };
  } catch {
    const fix = 'Write {"runs": {"day": 100}, "tokens": {"run": 20000}}.';
    return { problem: problem('usage', 'expected JSON', { at: { field: '--budget' }, fix }) };
  }
};

const exists = (path: string): Problem =>
  problem('file.exists', `${path} exists already`, { fix: 'Give the name of a new file.' });

/** Makes a key; its text goes to a new file, or is shown, this once. */
export const createKey = async (w: Where, o: Wish): Promise<number> => {
  const expiry = o.expires === undefined ? null : expiryOf(o.expires);
  if (expiry !== null && 'problem' in expiry) return refused([expiry.problem], w.json);
  const { apiKeyFile: file } = o;
  if (file !== undefined && existsSync(file)) return refused([exists(file)], w.json);
  const budget = o.budget === undefined ? null : budgetOf(o.budget);
  if (budget !== null && 'problem' in budget) return refused([budget.problem], w.json);
  const scope = {
    ...(o.flow.length > 0 ? { flows: o.flow } : {}),
    ...(o.project.length > 0 ? { projects: o.project } : {}),
  };
  const limits = {
    ...(o.rate === undefined ? {} : { rate: o.rate }),
    ...(o.parallel === undefined ? {} : { parallel: o.parallel }),
  };
  const body = {
    name: o.name,
    permissions: o.permission,
    ...scope,
    ...expiry,
    ...budget,
    ...(Object.keys(limits).length === 0 ? {} : { limits }),
  };
  const answer = await w.client.call('POST', pathOf(o.own), body);
  if (!answer.ok) return refused(answer.problems, w.json);
  const { key, ...about } = rowOf(answer.value);
  if (file === undefined) return shown(w, answer.value);
  const written = writeKeyFile(file, String(key));
  if (!written.ok) {
    await w.client.call('DELETE', `${pathOf(o.own)}/${id(String(about['id']))}`);
    return refused([{ ...written.problem, fix: 'The key was revoked again. Give another file.' }], w.json);
  }
  print(w.json ? pretty({ ...about, file }) : `${String(about['id'])}  ${file}`);
  return DONE;
};

/** A new secret on the screen, since no file was named. */
const shown = (w: Where, value: unknown): number => {
  const { key, id: name } = rowOf(value);
  print(w.json ? pretty(value) : String(key));
  if (!w.json) note(`This is the only time the key ${String(name)} is shown.`);
  return DONE;
};

type Turn = { readonly overlap?: string; readonly own?: boolean; readonly apiKeyFile?: string };

/** Gives a key a new secret, which goes to a new file, or is shown, this once. The old one lasts for the overlap. */
export const rotateKey = async (w: Where, key: string, o: Turn): Promise<number> => {
  const span = o.overlap === undefined ? undefined : milliseconds(o.overlap);
  if (o.overlap !== undefined && span === undefined) {
    const wrong = { at: { field: '--overlap' }, fix: 'Write 24h, 7d, or 0s to end the old secret now.' };
    return refused([problem('usage', 'expected a duration', wrong)], w.json);
  }
  const { apiKeyFile: file } = o;
  if (file !== undefined && existsSync(file)) return refused([exists(file)], w.json);
  const body = span === undefined ? {} : { overlap: Math.floor(span / 1000) };
  const answer = await w.client.call('POST', `${pathOf(o.own)}/${id(key)}/rotate`, body);
  if (!answer.ok) return refused(answer.problems, w.json);
  const { key: plain, ...about } = rowOf(answer.value);
  if (file === undefined) return shown(w, answer.value);
  const written = writeKeyFile(file, String(plain));
  if (!written.ok) {
    const fix = 'The secret was made and is lost; the old one lasts for the overlap. Rotate again, into another file.';
    return refused([{ ...written.problem, fix }], w.json);
  }
  print(w.json ? pretty({ ...about, file }) : `${key}  ${file}`);
  return DONE;
};

export const listKeys = (w: Where, own?: boolean): Promise<number> =>
  ask(w, 'GET', pathOf(own), undefined, (v) =>
    table(rowsOf(v, 'keys').map(line), [
      'id',
      'name',
      'by',
      'permissions',
      'lost',
      'expires',
      'old secret until',
      'revoked',
      'used',
    ]),
  );

const line = (row: Row): Row => ({ ...row, 'old secret until': rowsOf(row, 'secrets')[1]?.['until'] ?? null });

export const revokeKey = (w: Where, key: string, own?: boolean): Promise<number> =>
  ask(w, 'DELETE', `${pathOf(own)}/${id(key)}`, undefined, () => `revoked ${key}`);
