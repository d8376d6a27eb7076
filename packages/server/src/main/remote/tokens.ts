/** `headgate token …`: the engine tokens of a running server. */

import { existsSync } from 'node:fs';
import { milliseconds, problem } from '@headgate/core';
import { writeKeyFile } from '../key-file.ts';
import { DONE, note, pretty, print } from '../say.ts';
import { ask, id, query, refused, rowOf, rowsOf, table, type Where } from './ask.ts';

type Wish = {
  readonly name: string;
  readonly permission: readonly string[];
  readonly flow: readonly string[];
  readonly project: readonly string[];
  readonly lifetime?: string;
  readonly renewable?: string;
  readonly tokenFile?: string;
};

/** In seconds. */
const DAY = 86_400;

/** Seconds of a duration; undefined: none was given; null: it is none. */
const seconds = (text: string | undefined): number | undefined | null => {
  if (text === undefined) return undefined;
  const span = milliseconds(text);
  return span === undefined ? null : Math.floor(span / 1000);
};

const usage = (field: string, text: string, fix: string) => problem('usage', text, { at: { field }, fix });

/** Makes a token; it goes to a new file, or is shown, this once. */
export const createToken = async (w: Where, o: Wish): Promise<number> => {
  const lifetime = seconds(o.lifetime);
  const renewable = seconds(o.renewable);
  if (lifetime === null) return refused([usage('--lifetime', 'expected a duration', 'Write 1h, or 24h.')], w.json);
  if (renewable === null) return refused([usage('--renewable', 'expected a duration', 'Write 7d, or 30d.')], w.json);
  if (lifetime !== undefined && (lifetime < 60 || lifetime > DAY)) {
    const fix = 'Write 24h at most; with --renewable 30d what holds it gets the next one by itself.';
    return refused([usage('--lifetime', 'expected 1m to 24h', fix)], w.json);
  }
  if (renewable !== undefined && renewable > 30 * DAY)
    return refused([usage('--renewable', 'expected up to 30d', 'Make a new token then, or an API key.')], w.json);
  const { tokenFile: file } = o;
  if (file !== undefined && existsSync(file))
    return refused([problem('file.exists', `${file} exists already`, { fix: 'Give the name of a new file.' })], w.json);
  const answer = await w.client.call('POST', '/api/v1/tokens', {
    name: o.name,
    permissions: o.permission,
    ...(o.flow.length > 0 ? { flows: o.flow } : {}),
    ...(o.project.length > 0 ? { projects: o.project } : {}),
    ...(lifetime === undefined ? {} : { lifetime }),
    ...(renewable === undefined ? {} : { renewable }),
  });
  if (!answer.ok) return refused(answer.problems, w.json);
  const { token, ...about } = rowOf(answer.value);
  const name = String(about['id']);
  if (file === undefined) {
    print(w.json ? pretty(answer.value) : String(token));
    if (!w.json) note(`This is the only time the token ${name} is shown; it ends at ${String(about['expires'])}.`);
    return DONE;
  }
  const written = writeKeyFile(file, String(token));
  if (!written.ok) {
    await w.client.call('DELETE', `/api/v1/tokens/${id(name)}`);
    return refused([{ ...written.problem, fix: 'The token was revoked again. Give another file.' }], w.json);
  }
  print(w.json ? pretty({ ...about, file }) : `${name}  ${file}`);
  return DONE;
};

export const listTokens = (w: Where): Promise<number> =>
  ask(
    w,
    'GET',
    '/api/v1/tokens',
    undefined,
    (v) =>
      `engine ${String(v['engine'])}\n` +
      table(rowsOf(v, 'tokens'), ['id', 'name', 'subject', 'permissions', 'expires', 'renewable', 'revoked']),
  );

/** Ends one token with its family, those of a subject, or all. */
export const revokeTokens = (
  w: Where,
  token: string | undefined,
  o: { readonly subject?: string; readonly all?: boolean },
): Promise<number> => {
  const asked = [token, o.subject, o.all === true ? 'true' : undefined].filter((one) => one !== undefined);
  if (asked.length !== 1)
    return Promise.resolve(
      refused([usage('token', 'expected one of a token, --subject and --all', 'Say what is to end.')], w.json),
    );
  if (token !== undefined) return ask(w, 'DELETE', `/api/v1/tokens/${id(token)}`, undefined, () => `revoked ${token}`);
  const which = query({ subject: o.subject, all: o.all === true ? 'true' : undefined });
  return ask(w, 'DELETE', `/api/v1/tokens${which}`, undefined, (v) => `revoked ${String(v['revoked'])}`);
};

export const rotateKeys = (w: Where, end: boolean): Promise<number> =>
  ask(w, 'POST', '/api/v1/tokens/rotate-keys', end ? { end } : {}, (v) => `tokens are signed with ${String(v['kid'])}`);
