/** `headgate service …`: the services of a running server, and describing one by its OpenAPI document. */

import { importOpenApi, isObject } from '@headgate/core';
import { readText } from '../files.ts';
import { describe, DONE, note, pretty, print } from '../say.ts';
import { jsonOf } from './yaml.ts';
import { ask, id, refused, rowsOf, table, type Where } from './ask.ts';

export const listServices = (w: Where): Promise<number> =>
  ask(w, 'GET', '/api/v1/services', undefined, (v) =>
    table(
      rowsOf(v, 'services').map(({ name, title, operations, own }) => ({
        name,
        title,
        operations: Array.isArray(operations) ? operations.length : 0,
        from: own === true ? 'workspace' : 'server',
      })),
      ['name', 'title', 'operations', 'from'],
    ),
  );

type Wish = { readonly name?: string; readonly base?: string; readonly print?: boolean };

/** Stores what the file describes; a manifest as it is, an OpenAPI document as what is made of it. */
export const importService = async (w: Where, file: string, { name, base, print: only }: Wish): Promise<number> => {
  const text = readText(file);
  if (!text.ok) return refused([text.problem], w.json);
  const json = jsonOf(text.value);
  if (!json.ok) return refused([json.problem], w.json);
  let manifest = manifestIn(json.value);
  if (manifest === null) {
    const made = importOpenApi(json.value, { name, base });
    if (!made.ok) return refused(made.problems, w.json);
    for (const one of made.notes) note(describe(one));
    manifest = made.service;
  }
  if (only === true) {
    print(pretty(manifest));
    return DONE;
  }
  return ask(
    w,
    'PUT',
    '/api/v1/services',
    { manifest },
    (v) => `${String(v['name'])}: ${Number(v['operations'])} operations`,
  );
};

/** A file that is a manifest already. */
const manifestIn = (text: string): unknown => {
  try {
    const value: unknown = JSON.parse(text);
    return isObject(value) && value['service'] !== undefined ? value : null;
  } catch {
    return null;
  }
};

export const removeService = (w: Where, name: string): Promise<number> =>
  ask(w, 'DELETE', `/api/v1/services/${id(name)}`, undefined, () => 'deleted');
