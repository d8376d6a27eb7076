/**
 * `headgate:routes`: method and path of the contracts that the app calls, by name. The app takes the types of the contracts
 * from core and this table at run time, so that their schemas are not sent to browsers; nor are routes that nothing in the
 * app names, by its name in quotes.
 *
 * `headgate:routes/later`: those that pages alone name which no first look opens. They are got with the first call of one.
 */

import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Plugin } from 'vite';

const NAME = 'headgate:routes';
const LATER = `${NAME}/later`;
const APP = join(import.meta.dirname, 'src', 'app');
/** Folders of pages that are fetched when they are opened. */
const PAGES =
  /^(connect|connections|dashboard|data|editor|evaluations|files|forms|knowledge|runs|settings|tables|trust)[/\\]/;

const sources = (): readonly { readonly path: string; readonly text: string }[] =>
  readdirSync(APP, { recursive: true, encoding: 'utf8' })
    .filter((path) => /\.tsx?$/.test(path) && !path.includes('.test.'))
    .map((path) => ({ path, text: readFileSync(join(APP, path), 'utf8') }));

/** Is a route wanted at once? So is one whose address is taken, which waits for nothing. */
const soon = (name: string, files: ReturnType<typeof sources>): boolean =>
  files.some(({ path, text }) => text.includes(PAGES.test(path) ? `path('${name}'` : `'${name}'`));

export const routes = (): Plugin => ({
  name: 'headgate-routes',
  resolveId: (id) => (id === NAME || id === LATER ? `\0${id}` : undefined),
  load: async (id) => {
    if (id !== `\0${NAME}` && id !== `\0${LATER}`) return undefined;
    const { ROUTES } = await import('@headgate/core/api');
    const files = sources();
    const called = Object.entries(ROUTES).filter(([name]) => files.some(({ text }) => text.includes(`'${name}'`)));
    const here = called.filter(([name]) => soon(name, files) === (id === `\0${NAME}`));
    const table = Object.fromEntries(here.map(([name, one]) => [name, [one.method, one.path]]));
    return `export const TABLE = ${JSON.stringify(table)};`;
  },
});
