/** The web app's page and files as browsers get them. */

import { gunzipSync } from 'node:zlib';
import { request } from 'node:http';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startServer, type TestServer } from '../../../../test/fixtures/server.ts';
import { webApp } from '../main/web-app.ts';

let server: TestServer;
beforeAll(async () => {
  server = await startServer();
});
afterAll(() => server.close());

const built = webApp();

/** The bytes of a file, with its head. */
const bytes = (path: string, headers: Readonly<Record<string, string>> = {}) =>
  new Promise<{ status: number; headers: Readonly<Record<string, unknown>>; body: Buffer }>((resolve, reject) => {
    const asked = request({ port: server.port, host: '127.0.0.1', path, headers }, (response) => {
      const parts: Buffer[] = [];
      response.on('data', (part: Buffer) => parts.push(part));
      response.on('end', () =>
        resolve({ status: response.statusCode ?? 0, headers: response.headers, body: Buffer.concat(parts) }),
      );
    });
    asked.on('error', reject);
    asked.end();
  });

test('every file of the app leaves as it was built: the guard finds no key in it', async () => {
  expect(built).not.toBeNull();
  const { readdirSync, readFileSync } = await import('node:fs');
  const folder = new URL('../../../web/dist/app/assets/', import.meta.url);
  const names = readdirSync(folder);
  expect(names.length).toBeGreaterThan(5);
  for (const name of names) {
    const got = await bytes(`/assets/${name}`);
    expect(got.status, name).toBe(200);
    expect(got.body.equals(readFileSync(new URL(name, folder))), name).toBe(true);
    expect(got.headers['cache-control']).toBe('public, max-age=31536000, immutable');
    expect(got.headers['x-content-type-options']).toBe('nosniff');
  }
});

test('files are packed for who unpacks them, and for nobody else; nothing but files ever is', async () => {
  const path = built?.script ?? '';
  const plain = await bytes(path);
  const small = await bytes(path, { 'accept-encoding': 'br, gzip' });
  expect(small.headers['content-encoding']).toBe('gzip');
  expect(small.headers['vary']).toBe('Accept-Encoding');
  expect(small.body.length).toBeLessThan(plain.body.length / 2);
  expect(gunzipSync(small.body).equals(plain.body)).toBe(true);
  for (const never of ['identity', 'gzip;q=0', 'br'])
    expect((await bytes(path, { 'accept-encoding': never })).headers['content-encoding'], never).toBeUndefined();
  for (const other of ['/', '/flows', '/health', '/assets/none.js', '/api/v1/openapi.json'])
    expect((await bytes(other, { 'accept-encoding': 'gzip' })).headers['content-encoding'], other).toBeUndefined();
});

test('FS-0 a name that the build did not make is not there, however it is spelt', async () => {
  for (const name of [
    'none.js',
    '..%2fmanifest.json',
    '%2e%2e%2fmanifest.json',
    '.',
    '..',
    'manifest.json',
    'a%00b.js',
    '..%5cmanifest.json',
  ]) {
    const got = await bytes(`/assets/${name}`);
    expect([404, 400], name).toContain(got.status);
    expect(got.body.toString(), name).not.toContain('isEntry');
  }
});
