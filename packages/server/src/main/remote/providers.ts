/**
 * `headgate provider …`: the providers of models of a running server.
 *
 * CP1 A key comes from standard input or a file, never from a word of the command, is stored as a secret for the origin of its
 *     provider alone, and is printed nowhere.
 */

import { bad, good, problem, type Result } from '@headgate/core';
import { readText } from '../files.ts';
import { complain, DONE, FAILED, MISUSED, pretty, print } from '../say.ts';
import { ask, id, refused, rowOf, rowsOf, table, type Where } from './ask.ts';
import { valueIn } from './secrets.ts';

type Wish = {
  readonly kind: string;
  readonly baseUrl?: string;
  readonly secret?: string;
  readonly keyValueFile?: string;
  readonly modelsFile?: string;
  readonly default?: string;
};

/** Where it is asked: as it was said, or as its kind has it. Null: its kind is asked nowhere, or there is none. */
const originOf = async (w: Where, { kind, baseUrl }: Wish): Promise<Result<string | null>> => {
  let address = baseUrl;
  if (address === undefined) {
    const kinds = await w.client.call('GET', '/api/v1/model-kinds', undefined);
    if (!kinds.ok) return bad(kinds.problems[0] ?? problem('usage', 'The kinds of providers cannot be listed'));
    const known = rowsOf(kinds.value, 'kinds').find(({ name }) => name === kind)?.['baseUrl'];
    address = typeof known === 'string' ? known : '';
  }
  return good(URL.canParse(address) ? new URL(address).origin : null);
};

/** Stores the key that was given, under the name of a secret; an exit code: that failed, and was said. */
const keepKey = async (w: Where, secret: string, file: string, wish: Wish): Promise<number | null> => {
  const origin = await originOf(w, wish);
  if (!origin.ok) return refused([origin.problem], w.json);
  if (origin.value === null) {
    const fix = 'Say where the provider is, with --base-url; `headgate provider kinds` lists the kinds.';
    complain([problem('usage', 'It is not known where a key would go', { at: { field: '--base-url' }, fix })], w.json);
    return MISUSED;
  }
  const value = await valueIn(file, '--key-value-file');
  if (!value.ok) return refused([value.problem], w.json);
  const body = { name: secret, origins: [origin.value], value: value.value };
  const kept = await w.client.call('PUT', '/api/v1/secrets', body);
  return kept.ok ? null : refused(kept.problems, w.json);
};

/** Sets one up, or changes how it is set up; prints its name and where it is asked. */
export const addProvider = async (w: Where, name: string, wish: Wish): Promise<number> => {
  const { kind, baseUrl, modelsFile, keyValueFile } = wish;
  const secret = wish.secret ?? (keyValueFile === undefined ? undefined : `${name}-key`);
  let models: unknown;
  if (modelsFile !== undefined) {
    const read = readText(modelsFile);
    if (!read.ok) return refused([{ ...read.problem, at: { field: '--models-file' } }], w.json);
    try {
      models = JSON.parse(read.value);
    } catch {
      const fix =
        'Give a list of models as JSON, such as [{"id": "small"}]; docs/guides/models.md tells what each may say.';
      complain([problem('usage', 'expected a JSON list', { at: { field: '--models-file' }, fix })], w.json);
      return MISUSED;
    }
  }
  if (secret !== undefined && keyValueFile !== undefined) {
    const failed = await keepKey(w, secret, keyValueFile, wish);
    if (failed !== null) return failed;
  }
  const body = {
    ...{ name, kind },
    ...(baseUrl === undefined ? {} : { baseUrl }),
    ...(secret === undefined ? {} : { secret: { name: secret } }),
    ...(models === undefined ? {} : { models }),
    ...(wish.default === undefined ? {} : { default: wish.default }),
  };
  return ask(w, 'PUT', '/api/v1/model-providers', body, (v) => `${String(v['name'])}  ${String(v['address'])}`);
};

/** Lists those that are set up: their kinds, addresses and the names of their secrets. */
export const listProviders = (w: Where): Promise<number> =>
  ask(w, 'GET', '/api/v1/model-providers', undefined, (v) =>
    table(
      rowsOf(v, 'providers').map((row) => ({ ...row, secret: rowOf(row['secret'])['name'] })),
      ['name', 'kind', 'address', 'secret', 'default', 'updated'],
    ),
  );

/** Lists the kinds that can be set up. */
export const listKinds = (w: Where): Promise<number> =>
  ask(w, 'GET', '/api/v1/model-kinds', undefined, (v) =>
    table(rowsOf(v, 'kinds'), ['name', 'title', 'baseUrl', 'key', 'example']),
  );

export const removeProvider = (w: Where, name: string): Promise<number> =>
  ask(w, 'DELETE', `/api/v1/model-providers/${id(name)}`, undefined, () => `removed ${name}`);

/** Asks it for its models, which costs nothing; fails when it is not there or takes not the key. */
export const testProvider = async (w: Where, name: string): Promise<number> => {
  const answer = await w.client.call('POST', `/api/v1/model-providers/${id(name)}/test`, undefined);
  if (!answer.ok) return refused(answer.problems, w.json);
  const { ok, models, problem: why } = rowOf(answer.value);
  if (ok === true) {
    const names = Array.isArray(models) ? models.map(String) : [];
    print(w.json ? pretty(answer.value) : [`${name} answers, with ${names.length} models`, ...names].join('\n'));
    return DONE;
  }
  const { code, text, fix } = rowOf(why);
  complain([problem(String(code), String(text), typeof fix === 'string' ? { fix } : {})], w.json);
  return FAILED;
};
