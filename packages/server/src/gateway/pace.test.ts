/** Slow lines: a large file arrives however long it takes, and who sends drop by drop holds no place. */

import { connect, type Socket } from 'node:net';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startServer, type TestServer } from '../../../../test/fixtures/server.ts';

const KB = 1024;
let server: TestServer;
let key: string;
beforeAll(async () => {
  server = await startServer({
    limits: {
      ...{ headersTimeout: 500, requestTimeout: 1_000, checkEvery: 50 },
      ...{ uploadWindow: 600, uploadRate: 16 * KB },
    },
  });
  key = (await server.key()).plain;
}, 60_000);
afterAll(() => server.close());

type Line = { readonly socket: Socket; readonly said: () => string; readonly ended: Promise<void> };

const dial = (head: string): Line => {
  const socket = connect(server.port, '127.0.0.1');
  let said = '';
  socket.on('data', (piece: Buffer) => (said += piece.toString('latin1')));
  socket.on('error', () => undefined);
  const ended = new Promise<void>((resolve) => socket.once('close', () => resolve()));
  socket.write(head);
  return { socket, said: () => said, ended };
};
const head = (line: string, length: number, type = 'application/octet-stream'): string =>
  `${line} HTTP/1.1\r\nhost: localhost:7860\r\nx-api-key: ${key}\r\ncontent-type: ${type}\r\ncontent-length: ${length}\r\n\r\n`;

const wait = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
/** Sends pieces of so many bytes, every so many milliseconds, until all are out or the line is gone. */
const drip = async ({ socket }: Line, pieces: number, size: number, every: number): Promise<number> => {
  for (let sent = 0; sent < pieces; sent += 1) {
    if (socket.destroyed || socket.readableEnded) return sent;
    socket.write(Buffer.alloc(size, 65));
    await wait(every);
  }
  return pieces;
};

const usage = async (): Promise<unknown> =>
  server.house.store.in('default').files.list({ project: 'default', limit: 10 });

test('PC2 a file that takes longer than any request may arrives, as long as it keeps moving', async () => {
  const began = performance.now();
  const line = dial(head('PUT /api/v1/files?path=slow.bin', 40 * 8 * KB));
  await drip(line, 40, 8 * KB, 80);
  while (!line.said().includes('\r\n\r\n')) await wait(20);
  expect(performance.now() - began).toBeGreaterThan(2_000);
  expect(line.said()).toMatch(/^HTTP\/1\.1 200 /);
  line.socket.destroy();
  expect(await usage()).toMatchObject([{ path: 'slow.bin', size: 40 * 8 * KB }]);
}, 30_000);

test('PC1 one that comes drop by drop is ended, and leaves neither a file nor anything of it', async () => {
  const line = dial(head('PUT /api/v1/files?path=drop.bin', 1_000_000));
  const sent = await drip(line, 400, 100, 50);
  await line.ended;
  expect(sent).toBeLessThan(400);
  expect(line.said()).not.toMatch(/^HTTP\/1\.1 200/);
  // One that stops in the middle of its way, too.
  const stopped = dial(head('PUT /api/v1/files?path=stop.bin', 1_000_000));
  stopped.socket.write(Buffer.alloc(200 * KB));
  await stopped.ended;
  expect(await usage()).toMatchObject([{ path: 'slow.bin' }]);
}, 60_000);

test('PC1 every other body has arrived in its time, or is ended, whether anybody reads it or not', async () => {
  for (const [line, type] of [
    ['POST /api/v1/flows', 'application/json'],
    ['POST /api/v1/none', 'application/json'],
    [`POST /api/v1/webhook/${'A'.repeat(43)}`, 'application/json'],
    ['GET /health', 'text/plain'],
  ] as const) {
    const began = performance.now();
    const slow = dial(head(line, 100_000, type));
    await drip(slow, 400, 4 * KB, 100);
    await slow.ended;
    // Far from all of it was taken, at a pace at which a file would have come in.
    expect([line, performance.now() - began < 20_000]).toEqual([line, true]);
  }
}, 120_000);
