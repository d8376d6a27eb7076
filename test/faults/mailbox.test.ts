/**
 * SIGKILL in the middle of mails that arrive: a real server process that reads a real IMAP server, killed again and again
 * while it starts runs, and every mail has exactly one run in the end.
 */

import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type ImapServer, imapServer } from '../../packages/server/src/egress/testing/imap-server.ts';
import { type Certificate, certificate } from '../../packages/server/src/egress/testing/mail-server.ts';
import { keyIn, newHome, type Served } from '../stories/command.ts';

const MAILS = 60;
const KILLS = 3;

let certificates: Certificate;
let imap: ImapServer;
beforeAll(async () => {
  certificates = certificate();
  imap = await imapServer(certificates);
}, 60_000);
afterAll(() => imap.close());

const deliver = (from: number, to: number): void => {
  for (let n = from; n <= to; n += 1)
    imap.deliver(`From: a@example.com\nTo: b@example.com\nSubject: ${n}\nMessage-ID: <${n}@x>\n\nMail ${n}\n`);
};

const flow = () => ({
  headgate: 1,
  name: 'Hear',
  triggers: [
    {
      id: 'mail',
      kind: 'email.receive@1',
      with: { host: '127.0.0.1', port: imap.port, secret: 'box', every: '10s', begin: 'all', seen: true },
    },
  ],
  steps: [{ id: 'keep', kind: 'set@1', with: { value: '{{ input.subject }}' } }],
  output: '{{ steps.keep }}',
});

type Row = { readonly id: string; readonly state: string };

const allRuns = async (server: Served, key: string, of: string): Promise<readonly Row[]> =>
  ((await server.ask('GET', `/api/v1/runs?flow=${of}&limit=200`, { key })).json as { runs: Row[] }).runs;

const untilRuns = async (server: Served, key: string, of: string, least: number): Promise<readonly Row[]> => {
  for (;;) {
    const rows = await allRuns(server, key, of);
    if (rows.length >= least) return rows;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
};

test('a server that is killed while mails arrive has one run for every mail in the end', async () => {
  const home = newHome();
  try {
    const trusted = join(home.env['HOME'] ?? '', 'ca.pem');
    writeFileSync(trusted, certificates.cert);
    const env = { HEADGATE_EGRESS_ALLOW: `127.0.0.1:${imap.port}`, NODE_EXTRA_CA_CERTS: trusted };
    const key = keyIn(await home.superuser());
    let server = await home.serve([], { env });
    const kept = await server.ask('PUT', '/api/v1/secrets', {
      key,
      body: {
        name: 'box',
        credential: { kind: 'basic', user: 'ada', password: 'right' },
        origins: [`imap://127.0.0.1:${imap.port}`],
      },
    });
    expect(kept.status).toBe(200);
    deliver(1, MAILS / 2);
    const made = (await server.ask('POST', '/api/v1/flows', { key, body: { draft: flow() } })).json as { id: string };
    const published = await server.ask('POST', `/api/v1/flows/${made.id}/publish`, { key, body: { grant: 'needed' } });
    expect(published.status).toBe(201);
    let begun = 0;
    for (let kill = 0; kill < KILLS; kill += 1) {
      begun = (await untilRuns(server, key, made.id, begun + 4 + kill * 3)).length;
      server.signal('SIGKILL');
      await server.ended;
      // More arrive while nobody reads.
      if (kill < 2) deliver(MAILS / 2 + 1 + (kill * MAILS) / 4, MAILS / 2 + ((kill + 1) * MAILS) / 4);
      server = await home.serve([], { env });
    }
    let rows: readonly Row[] = [];
    const end = Date.now() + 90_000;
    do {
      rows = await untilRuns(server, key, made.id, 1);
      await new Promise((resolve) => setTimeout(resolve, 100));
    } while ((rows.length < MAILS || rows.some(({ state }) => state !== 'done')) && Date.now() < end);
    const outputs: number[] = [];
    for (const { id } of rows)
      outputs.push(
        Number(((await server.ask('GET', `/api/v1/runs/${id}`, { key })).json as { output: string }).output),
      );
    expect(outputs.toSorted((a, b) => a - b)).toEqual(Array.from({ length: MAILS }, (_, i) => i + 1));
    await server.stop();
  } finally {
    await home.leave();
  }
}, 240_000);
