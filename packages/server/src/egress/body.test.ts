/** What the door does with bodies: how large they may be, what undoes their coding, where they go. */

import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { brotliCompressSync, constants, deflateRawSync, deflateSync, gzipSync } from 'node:zlib';
import { afterEach, describe, expect, test } from 'vitest';
import { type BodySink, type Door, openDoor, type Outcome, type OutRequest, parseAllow } from './door.ts';

const closing: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).toReversed()) await close();
});

type Handle = (request: IncomingMessage, response: ServerResponse) => void;
const serve = async (handle: Handle): Promise<{ url: string; sockets: Set<Socket> }> => {
  const server = createServer(handle);
  const sockets = new Set<Socket>();
  server.on('connection', (socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
  });
  await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready));
  closing.push(() => new Promise((done) => server.close(done).closeAllConnections()));
  const { port } = server.address() as AddressInfo;
  return { url: `http://127.0.0.1:${port}/`, sockets };
};

const door = (): Door => {
  const parsed = parseAllow('127.0.0.1');
  if (!parsed.ok) throw new Error(parsed.problem.text);
  const opened = openDoor(parsed.value);
  closing.push(() => opened.close());
  return opened;
};

const ask = (url: string, more: Partial<OutRequest> = {}): OutRequest => ({
  method: 'GET',
  url,
  timeout: 5000,
  maxBytes: 1_000_000,
  maxRedirects: 5,
  inlineBytes: 100_000,
  judge: () => null,
  ...more,
});

const bytesOf = (outcome: Outcome): Buffer => {
  if (!outcome.ok || outcome.value.body.kind !== 'bytes') throw new Error(JSON.stringify(outcome));
  return outcome.value.body.bytes;
};

/** A sink that keeps what it gets and says how it ended. */
const keep = (): { sink: () => BodySink; opened: () => number; bytes: () => Buffer; ends: string[] } => {
  const chunks: Uint8Array[] = [];
  const ends: string[] = [];
  let opened = 0;
  return {
    sink: () => {
      opened += 1;
      return {
        write: (chunk) => void chunks.push(chunk),
        end: async () => {
          ends.push('end');
          return { id: 'blob1', size: Buffer.concat(chunks).length };
        },
        abort: async () => void ends.push('abort'),
      };
    },
    opened: () => opened,
    bytes: () => Buffer.concat(chunks),
    ends,
  };
};

const wait = (ms: number) => new Promise((done) => setTimeout(done, ms));
const until = async (what: () => boolean): Promise<void> => {
  for (let i = 0; i < 200 && !what(); i += 1) await wait(10);
  expect(what()).toBe(true);
};

describe('sizes are bounded', () => {
  const megabyte = Buffer.alloc(1_000_000, 'a');

  test('a body of exactly maxBytes is answered', async () => {
    const peer = await serve((_, response) => response.end(megabyte));
    expect(bytesOf(await door().request(ask(peer.url))).length).toBe(1_000_000);
  });

  test('one byte more is a Problem, before it is read when it is declared', async () => {
    let wrote = 0;
    const peer = await serve((_, response) => {
      response.setHeader('content-length', 1_000_001);
      response.write(megabyte.subarray(0, 1000), () => {
        wrote += 1000;
      });
    });
    const out = door();
    expect(await out.request(ask(peer.url))).toMatchObject({
      ok: false,
      sent: 'maybe',
      problem: { code: 'egress.too_large', retry: 'no' },
    });
    expect(wrote).toBeLessThan(2000);
    await until(() => peer.sockets.size === 0);
  });

  test('an endless body is cut off soon after maxBytes', async () => {
    const peer = await serve((request, response) => {
      const more = () => {
        while (!request.destroyed && response.write(megabyte));
      };
      response.on('drain', more);
      more();
    });
    const out = door();
    const outcome = await out.request(ask(peer.url));
    expect(outcome).toMatchObject({ ok: false, problem: { code: 'egress.too_large' } });
    expect(out.counters().bytesReceived).toBeLessThan(2_000_000);
    await until(() => peer.sockets.size === 0);
  });

  test.each([
    ['gzip', gzipSync],
    ['br', (bytes: Buffer) => brotliCompressSync(bytes, { params: { [constants.BROTLI_PARAM_QUALITY]: 2 } })],
    ['deflate', deflateSync],
  ] as const)('a bomb in %s is stopped by what comes out of it', async (coding, compress) => {
    const bomb = compress(Buffer.alloc(40_000_000));
    expect(bomb.length).toBeLessThan(100_000);
    const peer = await serve((_, response) => response.setHeader('content-encoding', coding).end(bomb));
    const stored = keep();
    const before = process.memoryUsage().arrayBuffers;
    expect(await door().request(ask(peer.url, stored))).toMatchObject({
      ok: false,
      problem: { code: 'egress.too_large' },
    });
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(20_000_000);
    expect(stored.ends).toEqual(['abort']);
  });

  test('bytes that decompress to nothing are bounded too', async () => {
    const nothing = Buffer.concat(Array.from({ length: 5000 }, () => gzipSync('')));
    const peer = await serve((request, response) => {
      response.setHeader('content-encoding', 'gzip');
      const more = () => {
        while (!request.destroyed && response.write(nothing));
      };
      response.on('drain', more);
      more();
    });
    const outcome = await door().request(ask(peer.url));
    expect(outcome).toMatchObject({ ok: false, sent: 'maybe', problem: { code: 'egress.too_large' } });
  });

  test('codings in a pile are refused, since each would multiply', async () => {
    const peer = await serve((_, response) =>
      response.setHeader('content-encoding', 'gzip, gzip').end(gzipSync(gzipSync('x'))),
    );
    expect(await door().request(ask(peer.url))).toMatchObject({ ok: false, problem: { code: 'egress.broken' } });
  });

  test('20 KB of headers are fine', async () => {
    const peer = await serve((_, response) => response.setHeader('x-a', 'b'.repeat(20_000)).end('ok'));
    expect(bytesOf(await door().request(ask(peer.url))).toString()).toBe('ok');
  });
});

describe('compressed bodies', () => {
  test.each([
    ['gzip', gzipSync('plain text')],
    ['x-gzip', gzipSync('plain text')],
    ['GZIP', gzipSync('plain text')],
    ['br', brotliCompressSync('plain text')],
    ['deflate', deflateSync('plain text')],
    ['deflate', deflateRawSync('plain text')],
    ['identity', Buffer.from('plain text')],
  ])('%s is undone, and the headers that described it are gone', async (coding, body) => {
    const peer = await serve((_, response) => response.setHeader('content-encoding', coding).end(body));
    const outcome = await door().request(ask(peer.url));
    expect(bytesOf(outcome).toString()).toBe('plain text');
    expect(outcome.ok && outcome.value.headers['content-encoding']).toBe(
      coding === 'identity' ? 'identity' : undefined,
    );
  });

  test('a coding the door does not know stays on, with its header', async () => {
    const peer = await serve((_, response) => response.setHeader('content-encoding', 'zstd').end('raw'));
    const outcome = await door().request(ask(peer.url, { headers: { 'accept-encoding': 'zstd' } }));
    expect(outcome).toMatchObject({ ok: true, value: { headers: { 'content-encoding': 'zstd' } } });
  });

  test('an empty body, HEAD, 204 and 304 are whole under any coding', async () => {
    const peer = await serve((request, response) => {
      response.statusCode = Number(request.url?.slice(1)) || 200;
      response.setHeader('content-encoding', 'gzip').end();
    });
    for (const [method, path] of [
      ['GET', ''],
      ['HEAD', ''],
      ['GET', '204'],
      ['GET', '304'],
    ] as const) {
      expect(bytesOf(await door().request(ask(peer.url + path, { method }))).length).toBe(0);
    }
  });

  test.each([
    ['cut short', gzipSync('x'.repeat(5000)).subarray(0, 20)],
    ['not compressed at all', Buffer.from('plain')],
  ])('one that is %s is broken, not half an answer', async (_, body) => {
    const peer = await serve((_request, response) => response.setHeader('content-encoding', 'gzip').end(body));
    expect(await door().request(ask(peer.url))).toMatchObject({
      ok: false,
      sent: 'maybe',
      problem: { code: 'egress.broken', retry: 'yes' },
    });
  });
});

describe('bodies go where they belong', () => {
  const answer =
    (type: string | null, size: number): Handle =>
    (_, response) => {
      if (type !== null) response.setHeader('content-type', type);
      response.end(Buffer.alloc(size, 'x'));
    };

  test.each([
    ['text/plain', 1000, 'bytes'],
    ['text/plain', 1001, 'blob'],
    ['application/json; charset=utf-8', 10, 'bytes'],
    ['application/vnd.api+json', 10, 'bytes'],
    ['Application/XML', 10, 'bytes'],
    [null, 10, 'bytes'],
    [null, 1001, 'blob'],
    ['application/octet-stream', 10, 'blob'],
    ['image/png', 10, 'blob'],
    ['image/svg+xml', 10, 'bytes'],
    ['image/png', 0, 'bytes'],
  ])('%s of %i bytes becomes %s', async (type, size, kind) => {
    const peer = await serve(answer(type, size));
    const stored = keep();
    const outcome = await door().request(ask(peer.url, { inlineBytes: 1000, sink: stored.sink }));
    expect(outcome).toMatchObject({
      ok: true,
      value: { body: kind === 'blob' ? { kind, id: 'blob1', size } : { kind } },
    });
    expect([stored.bytes().length, stored.opened(), stored.ends]).toEqual(
      kind === 'blob' ? [size, 1, ['end']] : [0, 0, []],
    );
  });

  test('without a sink all of it is bytes', async () => {
    const peer = await serve(answer('image/png', 500_000));
    expect(bytesOf(await door().request(ask(peer.url, { inlineBytes: 10 }))).length).toBe(500_000);
  });

  test('what a sink throws passes through as it came, whichever part of it throws', async () => {
    const peer = await serve(answer('image/png', 500_000));
    const out = door();
    const full = Object.assign(new Error('disk full'), { code: 'ENOSPC' });
    const refuse = async (): Promise<never> => {
      throw full;
    };
    const fine: BodySink = {
      write: () => undefined,
      end: async () => ({ id: 'x', size: 1 }),
      abort: async () => undefined,
    };
    for (const part of ['write', 'end'] as const) {
      await expect(out.request(ask(peer.url, { sink: () => ({ ...fine, [part]: refuse }) }))).rejects.toBe(full);
    }
    const broken = () => {
      throw full;
    };
    await expect(out.request(ask(peer.url, { sink: broken }))).rejects.toBe(full);
    await expect(out.request(ask(peer.url, { judge: broken }))).rejects.toBe(full);
    expect(out.counters().active).toBe(0);
  });

  test('64 MB stream to a slow sink in bounded memory', async () => {
    const chunk = Buffer.alloc(1_048_576, 'x');
    const peer = await serve(async (_, response) => {
      response.setHeader('content-type', 'application/octet-stream');
      for (let i = 0; i < 64; i += 1) if (!response.write(chunk)) await new Promise((go) => response.once('drain', go));
      response.end();
    });
    // What nobody holds any more is let go before each look: the bound is on what the door keeps.
    setFlagsFromString('--expose-gc');
    const letGo: () => void = runInNewContext('gc');
    const held = (): number => {
      letGo();
      return process.memoryUsage().arrayBuffers;
    };
    let size = 0;
    let most = 0;
    let writes = 0;
    const before = held();
    const sink: BodySink = {
      write: async (bytes) => {
        size += bytes.length;
        writes += 1;
        await new Promise((go) => setImmediate(go));
        if (writes % 50 === 0) most = Math.max(most, held() - before);
      },
      end: async () => ({ id: 'big', size }),
      abort: async () => undefined,
    };
    const outcome = await door().request(
      ask(peer.url, { timeout: 15_000, maxBytes: 100_000_000, inlineBytes: 65_536, sink: () => sink }),
    );
    expect(outcome).toMatchObject({ ok: true, value: { body: { kind: 'blob', id: 'big', size: 64 * 1_048_576 } } });
    expect(writes).toBeGreaterThan(500);
    // A third of it: buffers are given back a little after they are let go.
    expect(most).toBeLessThan(20_000_000);
  });

  test('what is sent arrives: text as UTF-8, bytes as they are, both again after a 307', async () => {
    const got: Buffer[] = [];
    const peer = await serve(async (request, response) => {
      const chunks: Buffer[] = [];
      for await (const chunk of request) chunks.push(chunk);
      got.push(Buffer.concat(chunks));
      response.writeHead(request.url === '/' ? 307 : 200, { location: '/again' }).end();
    });
    const bytes = new Uint8Array([0, 255, 13, 10]);
    await door().request(ask(peer.url, { method: 'POST', body: 'grüße' }));
    await door().request(ask(peer.url, { method: 'PUT', body: bytes }));
    await door().request(ask(peer.url, { method: 'POST' }));
    expect(got).toEqual([
      Buffer.from('grüße'),
      Buffer.from('grüße'),
      Buffer.from(bytes),
      Buffer.from(bytes),
      Buffer.alloc(0),
      Buffer.alloc(0),
    ]);
  });
});
