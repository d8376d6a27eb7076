/**
 * The names of all fields that contracts have: words of ours in everybody's answers, and nobody's secret. Where the guard
 * has something to hide in an answer, these stand aside while it looks.
 */

import { openApi, ROUTES } from '@headgate/core/api';

let known: readonly string[] | undefined;

/** Made when the guard first has something to hide. */
const names = (): readonly string[] => (known ??= [...new Set(namesIn(openApi(ROUTES)))]);

function* namesIn(schema: unknown): Generator<string> {
  if (typeof schema !== 'object' || schema === null) return;
  const properties: unknown = Reflect.get(schema, 'properties');
  if (typeof properties === 'object' && properties !== null) yield* Object.keys(properties);
  for (const part of Object.values(schema)) yield* namesIn(part);
}

/** Signs that are nobody's (Unicode's private use), around a number: too short to be a secret. */
const [OPEN, CLOSE] = ['\uE000', '\uE001'];

/** Does what `hide` does to a JSON text, and leaves the names of our fields as they are. */
export const besideNames = (text: string, hide: (text: string) => string): string => {
  if (text.includes(OPEN)) return hide(text);
  const all = names();
  const places = new Map(all.map((name, i) => [name, i]));
  const marked = text.replaceAll(/"([A-Za-z][A-Za-z0-9_]*)"(?=\s*:)/g, (whole, name: string) => {
    const place = places.get(name);
    return place === undefined ? whole : `"${OPEN}${place}${CLOSE}"`;
  });
  return hide(marked).replaceAll(/\uE000(\d+)\uE001/g, (_, place: string) => all[Number(place)] ?? '');
};
