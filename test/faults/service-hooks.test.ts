/**
 * SIGKILL in the middle of bursts of deliveries that a service signs and sends again until it hears a yes: a real server
 * process, killed again and again, and every event has exactly one run in the end.
 */

import { createHmac } from 'node:crypto';
import { expect, test } from 'vitest';
import { keyIn, newHome, type Served } from '../stories/command.ts';

const EVENTS = 160;
const KILLS = 4;
/** Deliveries under way at once. */
const AT_ONCE = 12;
const SECRET = 'whsec_of-this-test-alone-0123456789';

const flow = {
  headgate: 1,
  name: 'Paid',
  triggers: [
    {
      id: 'paid',
      kind: 'service.webhook@1',
      with: { service: 'stripe', trigger: 'event', signing: 'signing', events: ['invoice.paid'] },
    },
  ],
  steps: [{ id: 'keep', kind: 'set@1', with: { value: '{{ input.id }}' } }],
  output: '{{ steps.keep }}',
};

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

test('a server that is killed in the middle of bursts of deliveries has one run for every event in the end', async () => {
  const home = newHome();
  try {
    const key = keyIn(await home.superuser());
    let server = await home.serve([]);
    const put = await server.ask('PUT', '/api/v1/secrets', { key, body: { name: 'signing', value: SECRET } });
    expect(put.status).toBe(200);
    const made = (await server.ask('POST', '/api/v1/flows', { key, body: { draft: flow } })).json as { id: string };
    const published = await server.ask('POST', `/api/v1/flows/${made.id}/publish`, { key, body: {} });
    expect(published.status).toBe(201);
    const [hook] = (published.json as { webhooks: { url: string }[] }).webhooks;
    const path = new URL(hook?.url ?? '').pathname;

    let yes = 0;
    let tried = 0;
    let heard: () => void = () => undefined;
    const event = async (n: number): Promise<void> => {
      const body = JSON.stringify({ id: `evt_${n}`, type: 'invoice.paid' });
      for (;;) {
        const t = Math.floor(Date.now() / 1000);
        const mac = createHmac('sha256', SECRET).update(`${t}.${body}`).digest('hex');
        tried += 1;
        const answer = await fetch(`${server.url}${path}`, {
          method: 'POST',
          headers: { 'content-type': 'application/json', 'stripe-signature': `t=${t},v1=${mac}` },
          body,
        }).catch(() => null);
        if (answer?.ok === true) break;
        // Nobody is there, or is not any more: the sender waits a little and sends it once more.
        await new Promise((resolve) => setTimeout(resolve, 100));
      }
      yes += 1;
      heard();
    };
    let next = 0;
    const sending = Promise.all(
      Array.from({ length: AT_ONCE }, async () => {
        while (next < EVENTS) await event((next += 1));
      }),
    );
    for (let kill = 0; kill < KILLS; kill += 1) {
      const upTo = Math.min(EVENTS, yes + 20 + kill * 7);
      await new Promise<void>((resolve) => {
        heard = () => {
          if (yes >= upTo) resolve();
        };
        heard();
      });
      server.signal('SIGKILL');
      await server.ended;
      server = await home.serve([]);
    }
    await sending;
    // Whoever sends all of it once more starts nothing.
    next = 0;
    await Promise.all(
      Array.from({ length: AT_ONCE }, async () => {
        while (next < EVENTS) await event((next += 1));
      }),
    );
    let rows: readonly Row[] = [];
    const end = Date.now() + 60_000;
    for (;;) {
      rows = await allRuns(server, key, made.id);
      if (rows.length >= EVENTS && rows.every((row) => row.state === 'done')) break;
      if (Date.now() > end) break;
      await new Promise((resolve) => setTimeout(resolve, 200));
    }
    expect(rows.filter((row) => row.state !== 'done')).toEqual([]);
    expect(tried).toBeGreaterThan(2 * EVENTS);
    const outputs: string[] = [];
    for (const { id } of rows)
      outputs.push(((await server.ask('GET', `/api/v1/runs/${id}`, { key })).json as { output: string }).output);
    expect(outputs.toSorted()).toEqual(Array.from({ length: EVENTS }, (_, i) => `evt_${i + 1}`).toSorted());
    await server.stop();
  } finally {
    await home.leave();
  }
}, 300_000);
