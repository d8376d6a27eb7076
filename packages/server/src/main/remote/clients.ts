/** `headgate client …`: the applications that people may let in by OAuth. They have no secret, so nothing here is shown once. */

import { ask, id, rowsOf, table, type Where } from './ask.ts';

/** Registers an application with the addresses it may be sent back to. */
export const createClient = (
  w: Where,
  o: { readonly name: string; readonly redirect: readonly string[] },
): Promise<number> =>
  ask(w, 'POST', '/api/v1/oauth/clients', { name: o.name, redirects: o.redirect }, (v) => String(v['id']));

export const listClients = (w: Where): Promise<number> =>
  ask(w, 'GET', '/api/v1/oauth/clients', undefined, (v) =>
    table(rowsOf(v, 'clients'), ['id', 'name', 'redirects', 'created']),
  );

/** Removes an application; every token that it was given ends. */
export const removeClient = (w: Where, client: string): Promise<number> =>
  ask(w, 'DELETE', `/api/v1/oauth/clients/${id(client)}`, undefined, () => `removed ${client}`);
