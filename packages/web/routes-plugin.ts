/**
 * `headgate:routes`: method and path of the contracts that the app calls, by name. The app takes the types of the contracts
 * from core and this table at run time, so that their schemas are not sent to browsers; nor are routes that nothing in the
 * app names, by its name in quotes.
 */

import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Plugin } from 'vite';

const NAME = 'headgate:routes';
const APP = join(import.meta.dirname, 'src', 'app');

const sources = (): string =>
  readdirSync(APP, { recursive: true, encoding: 'utf8' })
    .filter((path) => /\.tsx?$/.test(path) && !path.includes('.test.'))
    .map((path) => readFileSync(join(APP, path), 'utf8'))
    .join('\n');

export const routes = (): Plugin => ({
  name: 'headgate-routes',
  resolveId: (id) => (id === NAME ? `\0${NAME}` : undefined),
  load: async (id) => {
    if (id !== `\0${NAME}`) return undefined;
    const { ROUTES } = await import('@headgate/core/api');
    const app = sources();
    const called = Object.entries(ROUTES).filter(([name]) => app.includes(`'${name}'`));
    const table = Object.fromEntries(called.map(([name, one]) => [name, [one.method, one.path]]));
    return `export const TABLE = ${JSON.stringify(table)};`;
  },
});
