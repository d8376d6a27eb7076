/**
 * SIGKILL in the middle of messages that come: a real server process that hears a real Mosquitto, killed again and again
 * while it starts runs, and every message has exactly one run in the end.
 */

import { execFileSync } from 'node:child_process';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { mosquittoServer } from '../../packages/server/src/egress/testing/servers.ts';
import { keyIn, newHome, type Served } from '../stories/command.ts';

const MESSAGES = 400;
const KILLS = 4;

let hub: Awaited<ReturnType<typeof mosquittoServer>>;
beforeAll(async () => {
  hub = await mosquittoServer();
}, 60_000);
afterAll(() => hub.stop());

/** One client, one line a message. */
const burst = (from: number, to: number, ...more: string[]): void =>
  void execFileSync(
    '/usr/bin/mosquitto_pub',
    [
      ...['-h', '127.0.0.1', '-p', String(hub.port), '-u', 'headgate', '-P', 'pass-canary'],
      ...['-t', 'bell', '-l', '-q', '1', ...more],
    ],
    { input: Array.from({ length: to - from + 1 }, (_, i) => `${from + i}\n`).join('') },
  );

const flow = () => ({
  headgate: 1,
  name: 'Hear',
  triggers: [
    {
      id: 'hear',
      kind: 'mqtt.subscribe@1',
      with: { host: '127.0.0.1', port: hub.port, tls: 'off', secret: 'hub', topics: 'bell', retained: true },
    },
  ],
  steps: [{ id: 'keep', kind: 'set@1', with: { value: '{{ input.json }}' } }],
  output: '{{ steps.keep }}',
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

const untilRuns = async (server: Served, key: string, of: string, least: number): Promise<readonly Row[]> => {
  for (;;) {
    const rows = await allRuns(server, key, of);
    if (rows.length >= least) return rows;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
};

test('a server that is killed in the middle of a burst has one run for every message in the end', async () => {
  const home = newHome();
  try {
    const env = { HEADGATE_EGRESS_ALLOW: `127.0.0.1:${hub.port}` };
    const key = keyIn(await home.superuser());
    let server = await home.serve([], { env });
    burst(0, 0, '-r');
    const secret = {
      name: 'hub',
      credential: { kind: 'basic', user: 'headgate', password: 'pass-canary' },
      origins: [`mqtt://127.0.0.1:${hub.port}`],
    };
    expect((await server.ask('PUT', '/api/v1/secrets', { key, body: secret })).status).toBe(200);
    const made = (await server.ask('POST', '/api/v1/flows', { key, body: { draft: flow() } })).json as { id: string };
    const published = await server.ask('POST', `/api/v1/flows/${made.id}/publish`, { key, body: { grant: 'needed' } });
    expect(published.status).toBe(201);
    // What the broker keeps of the topic comes once, however often the server starts anew.
    let begun = (await untilRuns(server, key, made.id, 1)).length;
    for (let kill = 0; kill < KILLS; kill += 1) {
      const from = (kill * MESSAGES) / KILLS;
      // The second half of each burst comes while nobody hears.
      burst(from + 1, from + MESSAGES / KILLS / 2);
      begun = (await untilRuns(server, key, made.id, begun + 3 + kill * 5)).length;
      server.signal('SIGKILL');
      await server.ended;
      burst(from + MESSAGES / KILLS / 2 + 1, from + MESSAGES / KILLS);
      server = await home.serve([], { env });
    }
    let rows: readonly Row[] = [];
    const end = Date.now() + 90_000;
    do {
      rows = await untilRuns(server, key, made.id, 1);
      await new Promise((resolve) => setTimeout(resolve, 100));
    } while ((rows.length < MESSAGES + 1 || rows.some(({ state }) => state !== 'done')) && Date.now() < end);
    const outputs: number[] = [];
    for (const { id } of rows)
      outputs.push(
        Number(((await server.ask('GET', `/api/v1/runs/${id}`, { key })).json as { output: number }).output),
      );
    expect(outputs.toSorted((a, b) => a - b)).toEqual(Array.from({ length: MESSAGES + 1 }, (_, i) => i));
    await server.stop();
  } finally {
    await home.leave();
  }
}, 240_000);
