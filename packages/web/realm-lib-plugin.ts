/**
 * `headgate:realm-lib`: what the language itself has in the realm that code steps run in, as one declaration file made of
 * TypeScript's own. What the realm takes away (shared memory, weak references, what RegExp remembers) is not in it, and of
 * browsers and Node there is nothing: `fetch` and `document` are names that nobody knows.
 */

import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import type { Plugin } from 'vite';

const NAME = 'headgate:realm-lib';
const FIRST = 'es2023';
const GONE: ReadonlySet<string> = new Set(['es2017.sharedmemory', 'es2020.sharedmemory', 'es2021.weakref']);
/** Statics of RegExp that tell of the last match. */
const LAST_MATCH = /^ {4}"(?:\$[\d&_`'+]|input|lastMatch|lastParen|leftContext|rightContext)": string;\n/gm;
const NOTICE = /^\/\*![\s\S]*?\*\/\s*/;

/** The declarations, each file once, what it refers to before it. */
export const realmLib = (): string => {
  const folder = join(dirname(createRequire(import.meta.url).resolve('typescript/package.json')), 'lib');
  const done = new Set<string>(GONE);
  const parts: string[] = [];
  const add = (name: string): void => {
    if (done.has(name)) return;
    done.add(name);
    const text = readFileSync(join(folder, `lib.${name}.d.ts`), 'utf8');
    for (const [, other = ''] of text.matchAll(/^\/\/\/ <reference lib="([^"]+)" \/>/gm)) add(other);
    parts.push(
      text
        .replace(NOTICE, '')
        .replace(/^\/\/\/ .*\n/gm, '')
        .replace(LAST_MATCH, ''),
    );
  };
  add(FIRST);
  const [notice = ''] = NOTICE.exec(readFileSync(join(folder, `lib.${FIRST}.d.ts`), 'utf8')) ?? [];
  return notice + parts.join('\n');
};

export const realmLibrary = (): Plugin => ({
  name: 'headgate-realm-lib',
  resolveId: (id) => (id === NAME ? `\0${NAME}` : undefined),
  load: (id) => (id === `\0${NAME}` ? `export const LIB = ${JSON.stringify(realmLib())};` : undefined),
});
