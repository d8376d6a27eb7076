/**
 * The web app as the build left it: which script and style sheets its page names, and its files by name. Files are read when
 * they are asked for: a server that nobody looks at holds none of them.
 *
 * WA1 A file is served by the name that the build gave it: what is asked for is looked up in a list, never made into a path.
 */

import { readFileSync, readdirSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import type { WebApp } from '@headgate/core/api';
import { isObject } from '@headgate/core';

const BUILT = new URL('../../../web/dist/app/', import.meta.url);

const TYPES: Readonly<Record<string, string>> = {
  js: 'text/javascript; charset=utf-8',
  css: 'text/css; charset=utf-8',
  svg: 'image/svg+xml',
  json: 'application/json; charset=utf-8',
};

/** `built`: the folder of the build, with `/` at its end. Null: it was not built. */
export const webApp = (built = BUILT): WebApp | null => {
  const entry = entryOf(built);
  if (entry === null) return null;
  const names = new Set(readdirSync(new URL('assets/', built)));
  return {
    script: `/${entry.file}`,
    styles: entry.css.map((path) => `/${path}`),
    file: async (name) => {
      const type = TYPES[name.split('.').at(-1) ?? ''];
      if (!names.has(name) || type === undefined) return null;
      // Another build under a server that runs takes the files of this one away: they are not there, then.
      const text = await readFile(fileURLToPath(new URL(`assets/${name}`, built)), 'utf8').catch(() => null);
      return text === null ? null : { type, text };
    },
  };
};

/** The one entry of Vite's manifest, with its style sheets. */
const entryOf = (built: URL): { readonly file: string; readonly css: readonly string[] } | null => {
  let read: unknown;
  try {
    read = JSON.parse(readFileSync(new URL('manifest.json', built), 'utf8'));
  } catch {
    return null;
  }
  const entry = Object.values(isObject(read) ? read : {}).find((one) => isObject(one) && one.isEntry === true);
  if (!isObject(entry) || typeof entry.file !== 'string') return null;
  return { file: entry.file, css: Array.isArray(entry.css) ? entry.css.map(String) : [] };
};
