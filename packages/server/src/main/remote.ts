/** Commands that ask a running server: `flow`, `runs`, `key`. Each is one or two calls of the API and a way to print. */

import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { readFlowFile } from './files.ts';
import { type Client, openClient } from './client.ts';
import { complain, DONE, FAILED, print } from './say.ts';

export type Where = { readonly url: string; readonly keyFile: string; readonly json: boolean };

type Row = Readonly<Record<string, unknown>>;

const rowsOf = (value: unknown): Row[] => {
  if (typeof value !== 'object' || value === null) return [];
  const list = Object.values(value).find((v) => Array.isArray(v));
  return Array.isArray(list) ? (list as Row[]) : [];
};

/** Rows as columns that line up. */
const table = (rows: readonly Row[], columns: readonly string[]): string => {
  const cell = (row: Row, c: string): string => {
    const v = row[c];
    return v === null || v === undefined ? '' : typeof v === 'object' ? JSON.stringify(v) : String(v);
  };
  const widths = columns.map((c) => Math.max(c.length, ...rows.map((r) => cell(r, c).length)));
  const line = (cells: readonly string[]): string => cells.map((t, i) => t.padEnd(widths[i] ?? 0)).join('  ').trimEnd();
  return [line(columns), ...rows.map((r) => line(columns.map((c) => cell(r, c))))].join('\n');
};

const withClient = async (w: Where, act: (client: Client) => Promise<number>): Promise<number> => {
  const client = openClient(w.url, w.keyFile);
  if (client.ok) return act(client.value);
  complain([client.problem], w.json);
  return FAILED;
};

/** One call; prints its answer with `show`, or the Problem. */
const ask = (w: Where, method: string, path: string, body: unknown, show: (value: unknown) => string): Promise<number> =>
  withClient(w, async (client) => {
    const answer = await client.call(method, path, body);
    if (!answer.ok) {
      complain([answer.problem], w.json);
      return FAILED;
    }
    print(w.json ? JSON.stringify(answer.value, null, 2) : show(answer.value));
    return DONE;
  });

const pretty = (value: unknown): string => JSON.stringify(value, null, 2);
const listed = (columns: readonly string[]) => (value: unknown): string => table(rowsOf(value), columns);
const id = encodeURIComponent;

export const listFlows = (w: Where): Promise<number> => ask(w, 'GET', '/api/v1/flows', undefined, listed(['id', 'name', 'version', 'enabled', 'updated']));
export const publishFlow = (w: Where, flow: string, grantNeeded: boolean): Promise<number> =>
  ask(w, 'POST', `/api/v1/flows/${id(flow)}/publish`, grantNeeded ? { grant: 'needed' } : {}, pretty);

/** Imports a flow file as a new flow with an unpublished draft: nothing of it runs. */
export const importFlow = async (w: Where, file: string): Promise<number> => {
  const read = readFlowFile(file);
  if ('problems' in read) {
    complain(read.problems, w.json);
    return FAILED;
  }
  return ask(w, 'POST', '/api/v1/flows', { name: read.flow.name, draft: read.flow }, (v) => String((v as Row)['id']));
};

/** Writes a flow's draft as `flow.json` into a folder. */
export const exportFlow = (w: Where, flow: string, dir: string): Promise<number> =>
  withClient(w, async (client) => {
    const answer = await client.call('GET', `/api/v1/flows/${id(flow)}`);
    if (!answer.ok) {
      complain([answer.problem], w.json);
      return FAILED;
    }
    mkdirSync(dir, { recursive: true });
    const path = join(dir, 'flow.json');
    writeFileSync(path, `${pretty((answer.value as Row)['draft'])}\n`);
    print(w.json ? pretty({ file: path }) : path);
    return DONE;
  });

export const listRuns = (w: Where, q: { flow?: string; state?: string }): Promise<number> => {
  const query = new URLSearchParams(Object.entries(q).filter(([, v]) => v !== undefined));
  return ask(w, 'GET', `/api/v1/runs?${query}`, undefined, listed(['id', 'flow', 'version', 'state', 'started', 'ended']));
};
export const showRun = (w: Where, run: string): Promise<number> => ask(w, 'GET', `/api/v1/runs/${id(run)}`, undefined, pretty);
export const showJournal = (w: Where, run: string): Promise<number> => ask(w, 'GET', `/api/v1/runs/${id(run)}/journal`, undefined, listed(['seq', 'at', 'type', 'step', 'item', 'data']));
export const rerunRun = (w: Where, run: string): Promise<number> => ask(w, 'POST', `/api/v1/runs/${id(run)}/rerun`, {}, pretty);
export const cancelRun = (w: Where, run: string): Promise<number> => ask(w, 'POST', `/api/v1/runs/${id(run)}/cancel`, {}, pretty);

export const listKeys = (w: Where): Promise<number> => ask(w, 'GET', '/api/v1/keys', undefined, listed(['id', 'name', 'permissions', 'expires', 'used']));
export const revokeKey = (w: Where, key: string): Promise<number> => ask(w, 'DELETE', `/api/v1/keys/${id(key)}`, undefined, () => `revoked ${key}`);
export const createKey = (w: Where, k: { name: string; permissions: readonly string[]; expires?: string }): Promise<number> => ask(w, 'POST', '/api/v1/keys', k, (v) => String((v as Row)['key']));
