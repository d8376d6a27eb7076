/**
 * SIGKILL in the middle of uploads: a server that is killed while files come in has none of them afterwards, has lost no room
 * to them, and takes them when they are sent again.
 */

import { readdirSync, statSync, utimesSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { keyIn, newHome, type Served } from '../stories/command.ts';

const MB = 1024 * 1024;

/** Bytes of all files below a folder. */
const bytesIn = (dir: string): number =>
  readdirSync(dir, { withFileTypes: true, recursive: true })
    .filter((one) => one.isFile())
    .reduce((sum, one) => sum + statSync(join(one.parentPath, one.name)).size, 0);

/** As if nobody had touched anything for two hours. */
const age = (dir: string): void => {
  const then = Date.now() / 1_000 - 7_200;
  for (const one of readdirSync(dir, { withFileTypes: true, recursive: true }))
    if (one.isFile()) utimesSync(join(one.parentPath, one.name), then, then);
};

/** Begins an upload and goes no further than `sent` bytes of it. */
const begin = (server: Served, key: string, path: string, length: number, sent: number): Promise<void> =>
  new Promise((resolve) => {
    const socket = connect(server.port, '127.0.0.1');
    socket.on('error', () => undefined);
    socket.write(
      `PUT /api/v1/files?path=${path} HTTP/1.1\r\nhost: 127.0.0.1:${server.port}\r\nx-api-key: ${key}\r\ncontent-type: application/octet-stream\r\ncontent-length: ${length}\r\n\r\n`,
    );
    socket.write(Buffer.alloc(sent, 7), () => resolve());
  });

test('a server that is killed while files come in has no half file and lost no room', async () => {
  const home = newHome();
  try {
    const key = keyIn(await home.superuser());
    let server = await home.serve();
    const kept = await server.ask('PUT', '/api/v1/files?path=kept.bin', { key, body: Buffer.alloc(MB, 1) });
    expect(kept.status).toBe(200);
    const dir = home.env['HEADGATE_CONFIG_DIR'] ?? join(home.env['HOME'] ?? '', '.headgate');
    const blobs = join(dir, 'blobs');
    const usage = async (): Promise<unknown> =>
      (await server.ask('GET', '/api/v1/workspaces/default/usage', { key })).json;
    const used = await usage();
    for (let kill = 0; kill < 2; kill += 1) {
      const before = bytesIn(blobs);
      await Promise.all([1, 2, 3].map((n) => begin(server, key, `half-${n}.bin`, 64 * MB, 8 * MB)));
      // Some of it is on the disk by now.
      while (bytesIn(blobs) < before + 4 * MB) await new Promise((resolve) => setTimeout(resolve, 20));
      server.signal('SIGKILL');
      await server.ended;
      server = await home.serve();
      const { files } = (await server.ask('GET', '/api/v1/files', { key })).json as { files: { path: string }[] };
      expect(files.map(({ path }) => path)).toEqual(['kept.bin']);
      expect(await usage()).toMatchObject(used as object);
    }
    // What lies there without a name is swept once it is an hour old; what has one stays.
    await server.stop();
    age(blobs);
    server = await home.serve();
    while (bytesIn(blobs) > 2 * MB) await new Promise((resolve) => setTimeout(resolve, 50));
    const { files } = (await server.ask('GET', '/api/v1/files', { key })).json as { files: { id: string }[] };
    const content = await server.ask('GET', `/api/v1/files/${files[0]?.id ?? ''}/content`, { key });
    expect([content.status, content.text.length]).toEqual([200, MB]);
    for (const n of [1, 2, 3])
      expect(
        (await server.ask('PUT', `/api/v1/files?path=half-${n}.bin`, { key, body: Buffer.alloc(2 * MB, n) })).status,
      ).toBe(200);
    await server.stop();
  } finally {
    await home.leave();
  }
}, 120_000);
