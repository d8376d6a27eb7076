/**
 * `headgate:routes`: method and path of every contract, by name. The app takes the types of the contracts from core and this
 * table at run time, so that their schemas are not sent to browsers.
 */

import type { Plugin } from 'vite';

const NAME = 'headgate:routes';

export const routes = (): Plugin => ({
  name: 'headgate-routes',
  resolveId: (id) => (id === NAME ? `\0${NAME}` : undefined),
  load: async (id) => {
    if (id !== `\0${NAME}`) return undefined;
    const { ROUTES } = await import('@headgate/core/api');
    const table = Object.fromEntries(Object.entries(ROUTES).map(([name, one]) => [name, [one.method, one.path]]));
    return `export const TABLE = ${JSON.stringify(table)};`;
  },
});
