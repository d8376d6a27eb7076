/**
 * `headgate connection …`: connections of a running server to outside services.
 *
 * CC1 A client’s secret comes from a file, never from a word of the command, and is printed nowhere.
 */

import { problem } from '@headgate/core';
import { readText } from '../files.ts';
import { complain, DONE, FAILED, MISUSED, note, pretty, print } from '../say.ts';
import { ask, id, query, refused, rowOf, rowsOf, table, type Where } from './ask.ts';

type Of = { readonly project: string; readonly environment?: string };
type Wish = Of & { readonly clientFile: string; readonly origin: readonly string[] };

/** How often it is asked for while somebody types in a code; milliseconds. */
const EVERY = 1_000;

const pathOf = (name: string, of: Of): string => `/api/v1/connections/${id(name)}${query(of)}`;

/** Makes a connection of what a file says of the client. */
export const createConnection = async (w: Where, name: string, wish: Wish): Promise<number> => {
  const { clientFile, origin, ...of } = wish;
  const read = readText(clientFile);
  if (!read.ok) return refused([{ ...read.problem, at: { field: '--client-file' } }], w.json);
  let client: unknown = null;
  try {
    client = JSON.parse(read.value);
  } catch {
    const fix =
      'Give the fields of the client as JSON, such as {"grant": "code", "tokenUrl": …}; docs/connections.md lists them.';
    complain([problem('usage', 'expected one JSON object', { at: { field: '--client-file' }, fix })], w.json);
    return MISUSED;
  }
  return ask(w, 'POST', '/api/v1/connections', { name, ...of, client, origins: origin }, (v) => String(v['name']));
};

/** Lists names, states and origins. */
export const listConnections = (w: Where, { project }: Of): Promise<number> =>
  ask(w, 'GET', `/api/v1/connections${query({ project })}`, undefined, (v) =>
    table(rowsOf(v, 'connections'), ['name', 'environment', 'state', 'grant', 'origins', 'expires', 'connected']),
  );

/** Tells how one stands, and why. */
export const showConnection = (w: Where, name: string, of: Of): Promise<number> =>
  ask(w, 'GET', pathOf(name, of), undefined, (v) => {
    const why = rowOf(v['problem'])['text'];
    return `${String(v['name'])}  ${String(v['state'])}${typeof why === 'string' ? `\n${why}` : ''}`;
  });

/** Connects one: at once, or by a code that somebody types in on another device, which is waited for. */
export const connectConnection = async (w: Where, name: string, of: Of): Promise<number> => {
  const before = await w.client.call('GET', pathOf(name, of), undefined);
  if (!before.ok) return refused(before.problems, w.json);
  const begun = await w.client.call('POST', `/api/v1/connections/${id(name)}/connect`, of);
  if (!begun.ok) return refused(begun.problems, w.json);
  const next = rowOf(begun.value);
  if (next['next'] === 'device') {
    note(`Open ${String(next['url'])} on any device and type in the code ${String(next['code'])}`);
    const until = Date.parse(String(next['until']));
    for (;;) {
      await new Promise((resolve) => setTimeout(resolve, EVERY));
      const now = await w.client.call('GET', pathOf(name, of), undefined);
      if (!now.ok) return refused(now.problems, w.json);
      if (rowOf(now.value)['connected'] !== rowOf(before.value)['connected']) break;
      if (Date.now() > until) {
        complain([problem('connection.failed', 'The code was not typed in in time', { fix: 'Begin again.' })], w.json);
        return FAILED;
      }
    }
  }
  print(w.json ? pretty({ name, connected: true }) : `${name} is connected`);
  return DONE;
};

export const endConnection = (w: Where, name: string, of: Of): Promise<number> =>
  ask(w, 'POST', `/api/v1/connections/${id(name)}/disconnect`, of, (v) =>
    v['revoked'] === true ? `${name}: the service took its tokens back` : `${name}: its tokens are forgotten here`,
  );

export const deleteConnection = (w: Where, name: string, of: Of): Promise<number> =>
  ask(w, 'DELETE', pathOf(name, of), undefined, () => `deleted ${name}`);
