/**
 * SIGKILL in the middle of bursts of files: a real server process that watches a folder is killed again and again while it
 * starts runs, more files come while it is down, and every file has exactly one run in the end.
 */

import { mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { keyIn, newHome, type Served } from '../stories/command.ts';

const FILES = 400;
const KILLS = 4;

let api: Server;
let url = '';
let folder = '';
let put = 0;
/** Files whose runs called out, as they came. */
const reached: string[] = [];
let heard: () => void = () => undefined;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'headgate-burst-'));
  api = createServer((request, response) => {
    response.writeHead(200, { 'content-type': 'application/json' });
    reached.push((request.url ?? '').slice('/reached/'.length));
    heard();
    return response.end('{}');
  });
  await new Promise<void>((resolve) => api.listen(0, '127.0.0.1', resolve));
  const address = api.address();
  url = `http://127.0.0.1:${typeof address === 'object' && address !== null ? address.port : 0}`;
});
afterAll(() => {
  api.closeAllConnections();
  api.close();
  rmSync(folder, { recursive: true, force: true });
});

/** Half of them are written in place, half come by being renamed, as careful programs do. */
const putUpTo = (count: number): void => {
  for (; put < Math.min(FILES, count); ) {
    put += 1;
    const path = join(folder, `file-${put}.txt`);
    if (put % 2 === 0) writeFileSync(path, `content ${put}`);
    else {
      writeFileSync(join(folder, '.part'), `content ${put}`);
      renameSync(join(folder, '.part'), path);
    }
  }
};

const flow = () => ({
  headgate: 1,
  name: 'Watch',
  triggers: [
    {
      id: 'look',
      kind: 'file.watch@1',
      with: { folder: 'disk/in/', match: '*.txt', settled: '0s', every: '2s', from: 'all' },
    },
  ],
  steps: [
    { id: 'tell', kind: 'http.request@1', with: { method: 'GET', url: `${url}/reached/{{ input.name }}` } },
    { id: 'keep', kind: 'set@1', after: ['tell'], with: { value: '{{ input.name }}' } },
  ],
  output: '{{ steps.keep }}',
});

/** Resolves when so many calls came in. */
const calls = (count: number): Promise<void> =>
  new Promise((resolve) => {
    heard = () => {
      if (reached.length >= count) resolve();
    };
    heard();
  });

type Row = { readonly id: string; readonly state: string };

const allRuns = async (server: Served, key: string, of: string): Promise<readonly Row[]> => {
  const rows: Row[] = [];
  for (let cursor = ''; ; ) {
    const page = await server.ask('GET', `/api/v1/runs?flow=${of}&limit=200${cursor}`, { key });
    const { runs, next } = page.json as { runs: Row[]; next?: string | null };
    rows.push(...runs);
    if (next === undefined || next === null) return rows;
    cursor = `&cursor=${next}`;
  }
};

test('a server that is killed in the middle of bursts of files has one run for every file in the end', async () => {
  const home = newHome();
  try {
    const env = { HEADGATE_EGRESS_ALLOW: '127.0.0.1', HEADGATE_FOLDERS: `in=${folder}` };
    const key = keyIn(await home.superuser());
    let server = await home.serve([], { env });
    const made = (await server.ask('POST', '/api/v1/flows', { key, body: { draft: flow() } })).json as { id: string };
    putUpTo(FILES / 2);
    const published = await server.ask('POST', `/api/v1/flows/${made.id}/publish`, { key, body: { grant: 'needed' } });
    expect(published.status).toBe(201);
    for (let kill = 0; kill < KILLS; kill += 1) {
      await calls(reached.length + 20 + kill * 7);
      server.signal('SIGKILL');
      await server.ended;
      putUpTo(put + FILES / 8);
      server = await home.serve([], { env });
    }
    let rows: readonly Row[] = [];
    const end = Date.now() + 60_000;
    for (;;) {
      rows = await allRuns(server, key, made.id);
      if (rows.length >= FILES && rows.every((row) => row.state === 'done')) break;
      if (Date.now() > end) break;
      await new Promise((resolve) => setTimeout(resolve, 200));
    }
    expect(rows.filter((row) => row.state !== 'done')).toEqual([]);
    const outputs: string[] = [];
    for (const { id } of rows)
      outputs.push(((await server.ask('GET', `/api/v1/runs/${id}`, { key })).json as { output: string }).output);
    expect(outputs.toSorted()).toEqual(Array.from({ length: FILES }, (_, i) => `file-${i + 1}.txt`).toSorted());
    await server.stop();
  } finally {
    await home.leave();
  }
}, 180_000);
