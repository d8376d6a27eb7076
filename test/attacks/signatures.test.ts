/** Events that nobody signed, or that were changed or sent again, at the door of webhooks: nothing runs, and it is on record. */

import { createHmac, randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Answer, startServer, type TestServer } from '../fixtures/server.ts';

const BODY = '{"type": "paid", "amount": 5}';
const SECRET = randomBytes(24);
const PLAIN = SECRET.toString('base64');

type Headers = Readonly<Record<string, string>>;
type Sign = (body: string, at: number, secret: string) => Headers;

const mac = (secret: string | Buffer, text: string): Buffer => createHmac('sha256', secret).update(text).digest();

/** As each sender's documentation has it. `secret` is the text that is stored. */
const PRESETS: readonly (readonly [string, Sign])[] = [
  ['headgate', (b, t, s) => ({ 'x-headgate-signature': `t=${t},v1=${mac(s, `${t}.${b}`).toString('hex')}` })],
  ['stripe', (b, t, s) => ({ 'stripe-signature': `t=${t},v1=${mac(s, `${t}.${b}`).toString('hex')}` })],
  ['github', (b, _t, s) => ({ 'x-hub-signature-256': `sha256=${mac(s, b).toString('hex')}` })],
  [
    'slack',
    (b, t, s) => ({
      'x-slack-request-timestamp': String(t),
      'x-slack-signature': `v0=${mac(s, `v0:${t}:${b}`).toString('hex')}`,
    }),
  ],
  [
    'standard-webhooks',
    (b, t, s) => ({
      'webhook-id': 'msg_1',
      'webhook-timestamp': String(t),
      'webhook-signature': `v1,${mac(Buffer.from(s.slice('whsec_'.length), 'base64'), `msg_1.${t}.${b}`).toString('base64')}`,
    }),
  ],
];
const secretOf = (preset: string): string => (preset === 'standard-webhooks' ? `whsec_${PLAIN}` : PLAIN);

let server: TestServer;
let key: string;

beforeAll(async () => {
  server = await startServer();
  key = (await server.key()).plain;
});
afterAll(() => server.close());

/** A published flow whose webhook wants this preset; the path of the webhook. */
const wanting = async (preset: string): Promise<{ path: string; flow: string }> => {
  const name = `shared_${preset.replaceAll('-', '_')}`;
  await server.ask('PUT', '/api/v1/secrets', { key, body: { name, value: secretOf(preset) } });
  const draft = {
    headgate: 1,
    name: 'Signed',
    triggers: [{ id: 'hook', kind: 'webhook@1', with: { answer: 'sync', signature: { preset, secret: name } } }],
    steps: [{ id: 'a', kind: 'set@1', with: { value: 1 } }],
  };
  const { id } = (await server.ask('POST', '/api/v1/flows', { key, body: { draft } })).json as { id: string };
  const published = await server.ask('POST', `/api/v1/flows/${id}/publish`, { key, body: { grant: 'needed' } });
  expect(published.status, published.text).toBe(201);
  const { webhooks } = published.json as { webhooks: { url: string }[] };
  return { path: new URL(webhooks[0]?.url ?? '').pathname, flow: id };
};

const send = (path: string, body: string, headers: Headers): Promise<Answer> =>
  server.ask('POST', path, { body, headers: { 'content-type': 'application/json', ...headers } });
const runsOf = async (flow: string): Promise<number> =>
  ((await server.ask('GET', `/api/v1/runs?flow=${flow}`, { key })).json as { runs: unknown[] }).runs.length;
const seconds = (): number => Math.floor(Date.now() / 1000);

describe('events that a provider would have signed', () => {
  test.each(PRESETS)(
    'WH-01 %s: without, with a made-up and with another secret’s signature it is 401, on record, and nothing runs',
    async (preset, sign) => {
      const { path, flow } = await wanting(preset);
      const good = sign(BODY, seconds(), secretOf(preset));
      const other = sign(BODY, seconds(), `whsec_${randomBytes(24).toString('base64')}`);
      const cut = Object.fromEntries(Object.entries(good).map(([name, value]) => [name, value.slice(0, -1)]));
      const empty = Object.fromEntries(Object.keys(good).map((name) => [name, '']));
      const { audit } = server.house.store.in('default');
      for (const headers of [{}, empty, cut, other, { authorization: 'Bearer x' }]) {
        const before = (await audit.list({ limit: 1 })).rows[0]?.id ?? 0;
        expect([headers, (await send(path, BODY, headers)).status]).toEqual([headers, 401]);
        const fresh = (await audit.list({ limit: 20 })).rows.filter(
          ({ id, decision }) => id > before && decision === 'deny',
        );
        expect(fresh).toHaveLength(1);
      }
      expect(await runsOf(flow)).toBe(0);
      // Twin: the event itself goes through.
      expect((await send(path, BODY, good)).status).toBe(200);
      expect(await runsOf(flow)).toBe(1);
    },
  );

  test.each(PRESETS)('WH-03 %s: bytes that read the same are not what was signed', async (preset, sign) => {
    const { path, flow } = await wanting(preset);
    const good = sign(BODY, seconds(), secretOf(preset));
    for (const changed of [
      BODY.replace(': ', ':'),
      `${BODY} `,
      `${BODY}\n`,
      BODY.replace('"paid"', '"\\u0070aid"'),
      BODY.replace('5', '50'),
    ])
      expect([changed, (await send(path, changed, good)).status]).toEqual([changed, 401]);
    const twice = '{"type": "paid", "type": "paid"}';
    expect((await send(path, twice, sign(twice, seconds(), secretOf(preset)))).status).toBe(400);
    expect(await runsOf(flow)).toBe(0);
  });

  test.each(PRESETS)(
    'WH-05 %s: the same event again, and one of long ago, start nothing more',
    async (preset, sign) => {
      const { path, flow } = await wanting(preset);
      const good = sign(BODY, seconds(), secretOf(preset));
      expect((await send(path, BODY, good)).status).toBe(200);
      for (let again = 0; again < 3; again += 1) expect((await send(path, BODY, good)).status).toBe(409);
      if (preset !== 'github')
        for (const away of [-400, 400])
          expect((await send(path, BODY, sign(BODY, seconds() + away, secretOf(preset)))).status).toBe(401);
      expect(await runsOf(flow)).toBe(1);
    },
  );
});
