/**
 * Headgate behind the real nginx with TLS, with the files of deploy/nginx as they are but for names, ports and paths: the
 * shape with the web app and the one without it.
 */

import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { type IncomingMessage, request as plainRequest } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect } from 'node:tls';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startServer, type TestServer } from '../fixtures/server.ts';

const NAME = 'flows.example.com';
const SOURCE = join(import.meta.dirname, '../../deploy/nginx');

const freePort = (): Promise<number> =>
  new Promise((resolve, reject) => {
    const server = createServer();
    server.on('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' && address !== null ? address.port : 0));
    });
  });

type Said = { readonly status: number; readonly headers: NodeJS.Dict<string | string[]>; readonly text: string };
type Ask = { readonly headers?: Record<string, string>; readonly body?: string };

type Edge = {
  readonly https: number;
  readonly http: number;
  readonly ca: Buffer;
  readonly ask: (method: string, path: string, ask?: Ask) => Promise<Said>;
  readonly stop: () => Promise<void>;
};

const read = (response: IncomingMessage): Promise<Said> =>
  new Promise((resolve, reject) => {
    let text = '';
    response.setEncoding('utf8');
    response.on('data', (chunk: string) => (text += chunk));
    response.on('error', reject);
    response.on('end', () => resolve({ status: response.statusCode ?? 0, headers: response.headers, text }));
  });

/** nginx with one of the shapes, on loopback, in a folder of its own. */
const openEdge = async (shape: 'web' | 'backend', backend: number): Promise<Edge> => {
  const dir = mkdtempSync(join(tmpdir(), 'headgate-nginx-'));
  const [https, http] = [await freePort(), await freePort()];
  for (const folder of ['body', 'proxy', 'fastcgi', 'uwsgi', 'scgi']) mkdirSync(join(dir, folder));
  execFileSync(
    'openssl',
    ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '2']
      .concat(['-subj', `/CN=${NAME}`, '-addext', `subjectAltName=DNS:${NAME}`])
      .concat(['-keyout', join(dir, 'privkey.pem'), '-out', join(dir, 'fullchain.pem')]),
    { stdio: 'ignore' },
  );
  const placed = (file: string): string =>
    readFileSync(join(SOURCE, file), 'utf8')
      .replaceAll('/etc/headgate/tls/', `${dir}/`)
      .replaceAll('127.0.0.1:7860', `127.0.0.1:${backend}`)
      .replaceAll(/listen \[::\]:.*;\n/g, '')
      .replaceAll('listen 443', `listen 127.0.0.1:${https}`)
      .replaceAll('listen 80', `listen 127.0.0.1:${http}`);
  for (const file of ['headgate-common.conf', 'headgate-proxy.inc', `headgate-${shape}.conf`])
    writeFileSync(join(dir, file), placed(file));
  const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi']
    .map((what) => `${what}_temp_path ${join(dir, what === 'client_body' ? 'body' : what)};`)
    .join('\n');
  writeFileSync(
    join(dir, 'nginx.conf'),
    `daemon off; worker_processes 1; pid ${dir}/pid; error_log stderr warn;
events { worker_connections 256; }
http { access_log off; ${temporary}
include ${dir}/headgate-common.conf; include ${dir}/headgate-${shape}.conf; }
`,
  );
  const child: ChildProcess = spawn('nginx', ['-c', join(dir, 'nginx.conf'), '-p', dir], {
    stdio: ['ignore', 'ignore', 'pipe'],
    env: { PATH: `${process.env['PATH']}:/usr/sbin:/sbin` },
  });
  let complaint = '';
  child.stderr?.on('data', (chunk: Buffer) => (complaint += chunk.toString('utf8')));
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  const ca = readFileSync(join(dir, 'fullchain.pem'));
  const ask = (method: string, path: string, { headers = {}, body }: Ask = {}): Promise<Said> =>
    new Promise((resolve, reject) => {
      const options = { host: '127.0.0.1', port: https, servername: NAME, ca, method, path, agent: false };
      const request = httpsRequest({ ...options, headers: { host: NAME, ...headers } }, (response) => {
        read(response).then(resolve, reject);
      });
      request.on('error', reject);
      request.end(body);
    });
  for (let tries = 0; ; tries += 1) {
    try {
      await ask('GET', '/health');
      break;
    } catch (error) {
      if (tries > 200) throw new Error(`nginx did not start: ${complaint}`, { cause: error });
      await new Promise((resolve) => setTimeout(resolve, 25));
    }
  }
  return {
    https,
    http,
    ca,
    ask,
    stop: async () => {
      child.kill('SIGTERM');
      await ended;
      rmSync(dir, { recursive: true, force: true });
    },
  };
};

describe.each(['web', 'backend'] as const)('behind nginx, shape %s', (shape) => {
  let server: TestServer;
  let edge: Edge;
  let key: string;
  let id: string;
  let hook: string;

  beforeAll(async () => {
    const publicUrl = `https://${NAME}`;
    server = await startServer({ publicUrl, hosts: [NAME], proxies: ['127.0.0.1'], web: shape === 'web', docs: false });
    edge = await openEdge(shape, server.port);
    ({ plain: key } = await server.key());
    const draft = {
      headgate: 1,
      name: 'Edge',
      triggers: [{ id: 'hook', kind: 'webhook@1', with: { answer: 'sync' } }],
      steps: [
        { id: 'first', kind: 'set@1', with: { value: '{{ trigger.path }}' } },
        { id: 'pause', kind: 'wait@1', after: ['first'], with: { for: '{{ input.pause ?? "0s" }}' } },
      ],
      output: '{{ steps.first }}',
    };
    const headers = { 'x-api-key': key, 'content-type': 'application/json' };
    ({ id } = JSON.parse((await edge.ask('POST', '/api/v1/flows', { headers, body: JSON.stringify({ draft }) })).text));
    const published = await edge.ask('POST', `/api/v1/flows/${id}/publish`, { headers, body: '{}' });
    hook = JSON.parse(published.text).webhooks[0].url;
  }, 120_000);
  afterAll(async () => {
    await edge.stop();
    await server.close();
  });

  const mine = (): Record<string, string> => ({ 'x-api-key': key, 'content-type': 'application/json' });

  test('health, the API and webhooks are reached, and links carry the public name', async () => {
    expect(JSON.parse((await edge.ask('GET', '/health')).text)).toEqual({ status: 'ok' });
    expect((await edge.ask('GET', '/api/v1/flows', { headers: mine() })).status).toBe(200);
    expect(hook.startsWith(`https://${NAME}/api/v1/webhook/`)).toBe(true);
    const answer = await edge.ask('POST', `${new URL(hook).pathname}/a//b%2Fc`, { headers: mine(), body: '{}' });
    expect(answer).toMatchObject({ status: 200, text: '"a//b%2Fc"' });
    expect(answer.headers['server']).toBe('nginx');
  });

  test('TLS is spoken by suites with forward secrecy and authenticated encryption alone, the strongest first', async () => {
    type Hello = {
      readonly ciphers?: string;
      readonly maxVersion?: 'TLSv1.2' | 'TLSv1.1';
      readonly minVersion?: 'TLSv1';
    };
    const hello = (wish: Hello): Promise<string> =>
      new Promise((resolve) => {
        const socket = connect({ host: '127.0.0.1', port: edge.https, servername: NAME, ca: edge.ca, ...wish });
        socket.once('secureConnect', () => {
          resolve(`${socket.getProtocol()} ${socket.getCipher().name}`);
          socket.destroy();
        });
        socket.once('error', () => resolve('refused'));
      });
    expect(await hello({})).toBe('TLSv1.3 TLS_AES_256_GCM_SHA384');
    const order = 'ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-ECDSA-CHACHA20-POLY1305:ECDHE-ECDSA-AES256-GCM-SHA384';
    expect(await hello({ maxVersion: 'TLSv1.2', ciphers: order })).toBe('TLSv1.2 ECDHE-ECDSA-AES256-GCM-SHA384');
    for (const weak of [
      'ECDHE-ECDSA-AES256-SHA384',
      'ECDHE-ECDSA-AES128-SHA',
      'AES256-GCM-SHA384',
      'AES128-SHA',
      'DHE-RSA-AES256-GCM-SHA384',
    ])
      expect([weak, await hello({ maxVersion: 'TLSv1.2', ciphers: weak })]).toEqual([weak, 'refused']);
    expect(await hello({ minVersion: 'TLSv1', maxVersion: 'TLSv1.1', ciphers: 'DEFAULT@SECLEVEL=0' })).toBe('refused');
  });

  test('what the MCP client will call reaches Headgate itself', async () => {
    const answer = await edge.ask('POST', '/api/v1/mcp/streamable', { headers: mine(), body: '{}' });
    expect(answer.headers['content-type']).toContain('application/problem+json');
  });

  test(shape === 'web' ? 'pages are reached' : 'nothing else exists: pages are not reached', async () => {
    const answer = await edge.ask('GET', '/runs', { headers: { accept: 'text/html' } });
    const elsewhere = await edge.ask('GET', '/metrics', { headers: mine() });
    if (shape === 'web') {
      expect(answer.status).toBe(200);
      expect(answer.text).toContain('<div id="app">');
      expect(elsewhere.status).toBe(200);
    } else {
      expect([answer.status, elsewhere.status]).toEqual([404, 404]);
      expect(answer.text).not.toContain('Headgate');
    }
  });

  test('events of a run come while it works, not when it is over', async () => {
    const started = await edge.ask('POST', `/api/v1/flows/${id}/runs`, {
      headers: mine(),
      body: '{"input":{"pause":"3s"}}',
    });
    const { id: run } = JSON.parse(started.text) as { id: string };
    const times: [string, number][] = [];
    await new Promise<void>((resolve, reject) => {
      const options = { host: '127.0.0.1', port: edge.https, servername: NAME, ca: edge.ca, agent: false };
      const headers = { host: NAME, 'x-api-key': key };
      const request = httpsRequest({ ...options, path: `/api/v1/runs/${run}/events`, headers }, (response) => {
        response.setEncoding('utf8');
        response.on('data', (chunk: string) => {
          for (const [, type] of chunk.matchAll(/^event: (.+)$/gm)) times.push([type ?? '', performance.now()]);
        });
        response.on('end', resolve);
      });
      request.on('error', reject);
      request.end();
    });
    const at = (type: string): number => times.find(([seen]) => seen === type)?.[1] ?? 0;
    expect(at('run.done') - at('run.created')).toBeGreaterThan(1_000);
  }, 20_000);

  test('TUN-04 the caller is who nginx saw, whatever he says, and the name is ours alone', async () => {
    const lies = { 'x-forwarded-for': '203.0.113.9', 'x-forwarded-host': 'evil.example', forwarded: 'for=203.0.113.9' };
    expect((await edge.ask('GET', '/api/v1/flows', { headers: lies })).status).toBe(401);
    const { rows } = await server.house.store.in('*').audit.list({ limit: 10 });
    expect(rows.map(({ actor }) => actor)).toContain('stranger 127.0.0.1');
    expect(JSON.stringify(rows)).not.toContain('203.0.113.9');
    const direct = await server.ask('GET', '/health', { headers: { host: 'evil.example' } });
    expect(direct.status).toBe(421);
  });

  test('another name gets no certificate, and who comes without TLS is sent on or refused', async () => {
    const refused = await new Promise<string>((resolve) => {
      const socket = connect({ host: '127.0.0.1', port: edge.https, servername: 'evil.example', ca: edge.ca }, () =>
        resolve('open'),
      );
      socket.on('error', (error) => resolve(String(error)));
    });
    expect(refused).toMatch(/alert|unrecognized/i);
    const plain = (method: string): Promise<Said> =>
      new Promise((resolve, reject) => {
        const request = plainRequest(
          { host: '127.0.0.1', port: edge.http, method, path: '/api/v1/flows?cursor=a', headers: { host: NAME } },
          (response) => read(response).then(resolve, reject),
        );
        request.on('error', reject);
        request.end();
      });
    expect(await plain('GET')).toMatchObject({
      status: 301,
      headers: { location: `https://${NAME}/api/v1/flows?cursor=a` },
    });
    expect((await plain('POST')).status).toBe(403);
  });

  test('answers keep their headers, TLS for good among them, and too large a body is refused', async () => {
    const { headers } = await edge.ask('GET', '/api/v1/flows', { headers: mine() });
    expect(headers).toMatchObject({
      'strict-transport-security': 'max-age=63072000; includeSubDomains',
      'x-content-type-options': 'nosniff',
    });
    const large = await edge.ask('POST', '/api/v1/flows', { headers: mine(), body: `"${'x'.repeat(7_000_000)}"` });
    expect(large.status).toBe(413);
  });
});
