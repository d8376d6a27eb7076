/** People are told that they are asked in channels of Slack and chats of Telegram: peers that answer as these document it. */

import { readFileSync } from 'node:fs';
import { readService, type Service } from '@headgate/core';
import { afterEach, expect, test } from 'vitest';
import { countingServer, type Ground, openGround } from './testing/ground.ts';

let g: Ground | null = null;
const close: (() => Promise<void>)[] = [];
afterEach(async () => {
  await g?.close();
  g = null;
  for (const one of close.splice(0)) await one();
});

const at = (name: string, url: string): Service => {
  const read = readService(JSON.parse(readFileSync(`${import.meta.dirname}/../../services/${name}.json`, 'utf8')));
  if (!read.ok) throw new Error(name);
  return { ...read.service, base: read.service.base.replace(/^https:\/\/[^/]+/, url) };
};

type Said = { readonly path: string; readonly who: unknown; readonly body: Record<string, unknown> };

/** Both services at one peer. `refuses`: what it answers to every message. */
const ground = async (refuses: string | null = null) => {
  const said: Said[] = [];
  const peer = await countingServer((_n, request, response) => {
    let text = '';
    request.on('data', (piece: Buffer) => (text += piece.toString()));
    request.on('end', () => {
      const body = JSON.parse(text) as Record<string, unknown>;
      said.push({ path: request.url ?? '', who: request.headers.authorization, body });
      response.writeHead(200, { 'content-type': 'application/json' });
      response.end(refuses ?? '{"ok":true,"ts":"1.2","result":{"message_id":8}}');
    });
  });
  close.push(peer.close);
  const services = [at('slack', peer.url), at('telegram', peer.url)];
  g = await openGround(undefined, undefined, undefined, undefined, undefined, services);
  const secret = { project: 'default', origins: [peer.url], owner: 'owner', at: 1 };
  await g.store.in('default').secrets.put({ ...secret, name: 'slack', value: 'slack-canary' });
  await g.store.in('default').secrets.put({ ...secret, name: 'bot', value: '123:bot-canary' });
  const powers = [
    'ask: *',
    `net: POST ${peer.host}/api/chat.postMessage`,
    `secret: use slack for ${peer.url}`,
    `net: POST ${peer.host}/bot~secret~/sendMessage`,
    `secret: use bot for ${peer.url}`,
  ];
  return { of: g, said, powers };
};

const TELL = { slack: { secret: 'slack', channel: '#pay' }, telegram: { secret: 'bot', chat: '42' } };

const ask = async (of: Ground, powers: readonly string[], more: Record<string, unknown> = {}) => {
  const settings = { title: 'Pay 40 EUR?', text: 'To the baker.', who: { link: true }, tell: TELL, ...more };
  const flow = {
    headgate: 1,
    name: 'Ask',
    steps: [{ id: 'ask', kind: 'ask@1', with: settings }],
    output: '{{ steps.ask }}',
  };
  const id = await of.publish(flow, { grants: powers.map((power) => ({ step: 'ask', power })) });
  return of.run(id, {}, { wait: 0 });
};

/** What the journal says of each time people were told. */
const told = async (of: Ground, run: string, times: number): Promise<readonly Record<string, unknown>[]> => {
  for (;;) {
    const page = await of.engine.journal('default', run, 0, 1_000);
    const asked = (page?.events ?? []).filter(({ type }) => type === 'step.asked');
    if (asked.length >= times) return asked.map(({ data }) => data as Record<string, unknown>);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
};

test('a message in each holds the question and the link that answers it, and people are told again when it is time', async () => {
  const { of, said, powers } = await ground();
  const run = await ask(of, powers, { remind: { every: '1h', most: 1 } });
  expect(await told(of, run.id, 1)).toMatchObject([{ why: 'asked', told: ['slack', 'telegram'], failed: [] }]);
  const [slack, telegram] = said;
  expect(slack).toMatchObject({ path: '/api/chat.postMessage', who: 'Bearer slack-canary', body: { channel: '#pay' } });
  expect(telegram).toMatchObject({ path: '/bot123:bot-canary/sendMessage', body: { chat_id: '42' } });
  const link = /http:\/\/localhost:7860\/api\/v1\/resume\/(\S+)/.exec(String(slack?.body['text']));
  expect(String(slack?.body['text'])).toMatch(/^You are asked: Pay 40 EUR\?\n\nTo the baker\.\n\nAnswer here: /);
  expect(telegram?.body['text']).toBe(slack?.body['text']);
  of.clock.shift(3_601_000);
  expect((await told(of, run.id, 2))[1]).toMatchObject({ why: 'reminder', told: ['slack', 'telegram'] });
  expect(String(said[2]?.body['text'])).toMatch(/^Still waiting for your answer: /);
  // The link is the one that answers.
  const answered = await of.engine.asks.answerBehind(link?.[1] ?? '', null, { answer: 'approved' });
  expect(answered).toMatchObject({ ok: true });
  expect((await of.until(run.id, 'done')).output).toMatchObject({ approved: true });
  for (const kept of [JSON.stringify(of.logs), JSON.stringify(await of.engine.journal('default', run.id, 0, 1_000))])
    expect(kept).not.toContain('canary');
}, 60_000);

test('CAP-01 a service that was not lent hears nothing, one that refuses is on record, and the question waits all the same', async () => {
  const { of, said, powers } = await ground();
  const half = await ask(of, powers.slice(0, 3));
  expect(await told(of, half.id, 1)).toMatchObject([{ told: ['slack'], failed: ['grant.missing'] }]);
  expect(said.map(({ path }) => path)).toEqual(['/api/chat.postMessage']);
  expect((await of.engine.view('default', half.id))?.state).toBe('waiting');
  await of.close();
  g = null;
  const second = await ground(
    '{"ok":false,"error":"channel_not_found","error_code":400,"description":"chat not found"}',
  );
  const run = await ask(second.of, second.powers);
  expect(await told(second.of, run.id, 1)).toMatchObject([
    { told: [], failed: [expect.stringMatching(/^service\./), expect.stringMatching(/^service\./)] },
  ]);
  expect((await second.of.engine.view('default', run.id))?.state).toBe('waiting');
}, 60_000);
