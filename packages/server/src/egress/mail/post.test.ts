import { afterEach, beforeAll, expect, test } from 'vitest';
import type { Letter } from '@headgate/core';
import { parseAllow } from '../allow.ts';
import { type Certificate, certificate, smtpServer, type SmtpServer } from '../testing/mail-server.ts';
import { openPost, type PostAsk } from './post.ts';

let certificates: Certificate;
beforeAll(() => {
  certificates = certificate();
});
const closers: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0)) await close();
});
const smtp = async (options: Parameters<typeof smtpServer>[0] = {}): Promise<SmtpServer> => {
  const server = await smtpServer({ ...certificates, ...options });
  closers.push(server.close);
  return server;
};

const post = (allow: string, authorities = [certificates.cert]) => {
  const list = parseAllow(allow);
  if (!list.ok) throw new Error(list.problem.text);
  return openPost(list.value, { authorities, resolve: () => Promise.resolve(['127.0.0.1']) });
};

const ask = (port: number, more: Partial<PostAsk> = {}): PostAsk => ({
  server: { host: 'localhost', port, security: 'starttls' },
  login: { user: 'bot@example.com', token: 'right' },
  letter: {
    ...{ from: { address: 'bot@example.com' }, to: [{ address: 'ada@example.com' }], cc: [], bcc: [], replyTo: [] },
    ...{ subject: 'Hello', text: 'Hi', parts: [] as Letter['parts'] },
  },
  id: '<1@example.com>',
  date: 0,
  signal: new AbortController().signal,
  ...more,
});

test('a token logs in by XOAUTH2; one that the server refuses is told as that, and nothing was sent', async () => {
  const { port, got } = await smtp();
  const send = post('localhost');
  const wrong = { user: 'bot@example.com', token: 'wrong-canary' };
  const refused = await send(ask(port, { login: wrong }));
  expect(refused).toMatchObject({ ok: false, sent: 'no', login: true, problem: { code: 'mail.failed' } });
  expect(JSON.stringify(refused)).not.toContain('canary');
  expect(got).toEqual([]);
  expect(await send(ask(port))).toEqual({ ok: true, rejected: [] });
  expect(got).toMatchObject([{ secure: true, user: 'bot@example.com' }]);
});

test('SSRF-05 a private address that nobody opened gets no letter, by whatever name', async () => {
  const { port, got } = await smtp({ authOptional: true });
  const server = { host: 'mail.example.com', port, security: 'none' } as const;
  const denied = await post('')(ask(port, { server, login: null }));
  expect(denied).toMatchObject({ ok: false, sent: 'no', problem: { code: 'egress.denied' } });
  expect(JSON.stringify(denied)).not.toContain('127.0.0.1');
  expect(got).toEqual([]);
});

test('a certificate of somebody else ends it before anything is said', async () => {
  const { port, got } = await smtp();
  expect(await post('localhost', [])(ask(port))).toMatchObject({ ok: false, sent: 'no' });
  expect(got).toEqual([]);
});

test('ports of mail are open to letters at public addresses, and closed to nothing else by it', async () => {
  const { port } = await smtp();
  const server = { host: 'localhost', port: 25, security: 'none' } as const;
  expect(await post('localhost')(ask(port, { server, login: null }))).toMatchObject({
    problem: { code: 'egress.denied' },
  });
});
