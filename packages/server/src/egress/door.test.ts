/** The door's time, failures and connections. Attacks are in attacks.test.ts, bodies in body.test.ts. */

import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { type AddressInfo, createServer as createTcpServer, type Socket } from 'node:net';
import { afterEach, beforeAll, describe, expect, test } from 'vitest';
import {
  type BodySink,
  type Door,
  openDoor,
  type Outcome,
  type OutRequest,
  parseAllow,
  type Resolver,
} from './door.ts';

const closing: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).toReversed()) await close();
});

type Handle = (request: IncomingMessage, response: ServerResponse) => void;
const serve = async (
  handle: Handle,
  configure: (server: Server) => void = () => undefined,
): Promise<{ url: string; port: number; sockets: Set<Socket> }> => {
  const server = createServer(handle);
  configure(server);
  const sockets = new Set<Socket>();
  server.on('connection', (socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
  });
  await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready));
  closing.push(() => new Promise((done) => server.close(done).closeAllConnections()));
  const { port } = server.address() as AddressInfo;
  return { url: `http://127.0.0.1:${port}/`, port, sockets };
};

/** A peer that speaks for itself: gets each chunk with the socket it came over. */
const speak = async (
  say: (socket: Socket, text: string) => void,
): Promise<{ url: string; port: number; heard: () => string; count: () => number }> => {
  let heard = '';
  let count = 0;
  const open = new Set<Socket>();
  const server = createTcpServer((socket) => {
    count += 1;
    open.add(socket);
    socket
      .on('error', () => undefined)
      .on('data', (chunk) => {
        heard += chunk.toString('latin1');
        say(socket, chunk.toString('latin1'));
      });
  });
  await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready));
  closing.push(() => {
    for (const socket of open) socket.destroy();
    return new Promise((done) => server.close(done));
  });
  const { port } = server.address() as AddressInfo;
  return { url: `http://127.0.0.1:${port}/`, port, heard: () => heard, count: () => count };
};

const door = (allow = '127.0.0.0/8', resolve?: Resolver): Door => {
  const parsed = parseAllow(allow);
  if (!parsed.ok) throw new Error(parsed.problem.text);
  const opened = openDoor(parsed.value, resolve === undefined ? {} : { resolve });
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

const wait = (ms: number) => new Promise((done) => setTimeout(done, ms));
const until = async (what: () => boolean): Promise<void> => {
  for (let i = 0; i < 200 && !what(); i += 1) await wait(10);
  expect(what()).toBe(true);
};

// The first request loads the HTTP client; the clocks below are not about that.
beforeAll(async () => {
  await door().request(ask((await serve((_, response) => response.end())).url));
});

describe('time is bounded', () => {
  test.each([
    ['nothing is answered', () => undefined],
    ['headers drip', (socket: Socket) => drip(socket, 'HTTP/1.1 200 OK\r\n', 'x: y\r\n')],
    ['interim answers drip', (socket: Socket) => drip(socket, '', 'HTTP/1.1 103 Early Hints\r\n\r\n')],
    ['the body drips', (socket: Socket) => drip(socket, 'HTTP/1.1 200 OK\r\ncontent-length: 100000\r\n\r\n', 'x')],
    [
      'chunks drip',
      (socket: Socket) => drip(socket, 'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n', '1\r\nx\r\n'),
    ],
    [
      'the body of a redirect drips',
      (socket: Socket) => drip(socket, 'HTTP/1.1 302 OK\r\nlocation: /x\r\ncontent-length: 100000\r\n\r\n', 'x'),
    ],
    [
      'redirects never end',
      (socket: Socket) =>
        void setTimeout(() => socket.write('HTTP/1.1 302 OK\r\nlocation: /x\r\ncontent-length: 0\r\n\r\n'), 20),
    ],
  ])('when %s, the whole ends at its timeout', async (_, say) => {
    const peer = await speak(say);
    const before = Date.now();
    const outcome = await door().request(ask(peer.url, { timeout: 300, maxRedirects: 1000 }));
    expect(outcome).toMatchObject({ ok: false, sent: 'maybe', problem: { code: 'egress.timeout', retry: 'yes' } });
    expect(outcome.ok ? '' : outcome.problem.text).toContain(`127.0.0.1:${peer.port} did not complete within 300 ms`);
    expect(Date.now() - before).toBeLessThan(1500);
  });

  const drip = (socket: Socket, head: string, drop: string): void => {
    socket.write(head);
    const timer = setInterval(() => socket.write(drop), 10);
    socket.on('close', () => clearInterval(timer));
  };

  test('a name server that does not answer, and a sink that does not take, are on the same clock', async () => {
    const silent = door('', () => new Promise(() => undefined));
    expect(await silent.request(ask('http://slow.example/', { timeout: 50 }))).toMatchObject({
      ok: false,
      sent: 'no',
      problem: { code: 'egress.timeout' },
    });
    const peer = await serve((_, response) => response.end('x'.repeat(2000)));
    const ends: string[] = [];
    const stuck: BodySink = {
      write: () => new Promise(() => undefined),
      end: async () => ({ id: '', size: 0 }),
      abort: async () => void ends.push('abort'),
    };
    const outcome = await door().request(ask(peer.url, { timeout: 100, inlineBytes: 10, sink: () => stuck }));
    expect([outcome.ok || outcome.problem.code, ends]).toEqual(['egress.timeout', ['abort']]);
  });

  test('a timeout that is not a positive number is a bug of the caller', async () => {
    await expect(door().request(ask('http://127.0.0.1/', { timeout: 0 }))).rejects.toThrow(RangeError);
    await expect(door().request(ask('http://127.0.0.1/', { timeout: Number.NaN }))).rejects.toThrow(RangeError);
  });
});

describe('a caller cancels', () => {
  test('before, while and after: only a request under way is cancelled, and its connection dies', async () => {
    const peer = await speak(() => undefined);
    const out = door();
    expect(await out.request(ask(peer.url, { signal: AbortSignal.abort() }))).toMatchObject({
      ok: false,
      sent: 'no',
      problem: { code: 'egress.cancelled', retry: 'no' },
    });
    expect(peer.count()).toBe(0);
    const controller = new AbortController();
    const under = out.request(ask(peer.url, { signal: controller.signal }));
    await until(() => peer.heard() !== '');
    controller.abort();
    expect(await under).toMatchObject({ ok: false, sent: 'maybe', problem: { code: 'egress.cancelled' } });
    expect(out.counters()).toMatchObject({ active: 0, refused: 1, failed: 1 });
  });

  test('in the middle of a body: the sink is told, and what came is not an answer', async () => {
    const controller = new AbortController();
    const peer = await serve((_, response) => void response.write('x'.repeat(50_000)));
    const told: unknown[] = [];
    const sink: BodySink = {
      write: (chunk) => void told.push(chunk.length),
      end: async () => ({ id: '', size: told.push('end') }),
      abort: async () => void told.push('abort'),
    };
    const out = door().request(ask(peer.url, { signal: controller.signal, inlineBytes: 10, sink: () => sink }));
    await until(() => told.length > 0);
    controller.abort();
    expect(await out).toMatchObject({ ok: false, sent: 'maybe', problem: { code: 'egress.cancelled' } });
    expect(told.at(-1)).toBe('abort');
    await until(() => peer.sockets.size === 0);
  });
});

describe('a failure says what may have been sent', () => {
  test('a flood of headers is cut off', async () => {
    const flood = await speak((socket) => {
      socket.write('HTTP/1.1 200 OK\r\n');
      const more = (): void => {
        if (socket.destroyed) return;
        socket.write('x-a: b\r\n'.repeat(1000), () => setImmediate(more));
      };
      more();
    });
    expect(await door().request(ask(flood.url))).toMatchObject({
      ok: false,
      sent: 'maybe',
      problem: { code: 'egress.too_large' },
    });
    const wide = await speak((socket) =>
      socket.end(`HTTP/1.1 200 OK\r\nx-a: ${'b'.repeat(40_000)}\r\ncontent-length: 0\r\n\r\n`),
    );
    expect(await door().request(ask(wide.url))).toMatchObject({ ok: false, problem: { code: 'egress.too_large' } });
  });

  test('nothing listens: no', async () => {
    const gone = createTcpServer();
    await new Promise<void>((ready) => gone.listen(0, '127.0.0.1', ready));
    const { port } = gone.address() as AddressInfo;
    await new Promise((done) => gone.close(done));
    const outcome = await door().request(
      ask(`http://127.0.0.1:${port}/secret?token=s3cret`, { method: 'POST', body: 'x' }),
    );
    expect(outcome).toMatchObject({ ok: false, sent: 'no', problem: { code: 'egress.connect', retry: 'yes' } });
    expect(JSON.stringify(outcome)).not.toContain('s3cret');
    expect(outcome.ok ? '' : outcome.problem.text).toBe(`No connection to 127.0.0.1:${port}: nothing listens there`);
  });

  test.each([
    ['closes at once', (socket: Socket) => void socket.destroy()],
    ['resets', (socket: Socket) => void socket.resetAndDestroy()],
    ['closes within the headers', (socket: Socket) => void socket.end('HTTP/1.1 200 OK\r\nx:')],
    ['closes within the body', (socket: Socket) => void socket.end('HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\nabc')],
    [
      'closes within a chunk',
      (socket: Socket) => void socket.end('HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n5\r\nab'),
    ],
    ['does not speak HTTP', (socket: Socket) => void socket.end('SSH-2.0-OpenSSH_9\r\n')],
    [
      'sends two lengths',
      (socket: Socket) => void socket.end('HTTP/1.1 200 OK\r\ncontent-length: 1\r\ncontent-length: 2\r\n\r\nab'),
    ],
    [
      'sends a length and chunks',
      (socket: Socket) =>
        void socket.end('HTTP/1.1 200 OK\r\ncontent-length: 3\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n'),
    ],
    [
      'switches protocols unasked',
      (socket: Socket) =>
        void socket.end('HTTP/1.1 101 Switching Protocols\r\nupgrade: x\r\nconnection: upgrade\r\n\r\n'),
    ],
  ])('the peer %s: maybe, broken, and written once', async (_, say) => {
    const peer = await speak(say);
    const outcome = await door().request(ask(peer.url, { method: 'POST', body: 'x' }));
    expect(outcome).toMatchObject({ ok: false, sent: 'maybe', problem: { code: 'egress.broken', retry: 'yes' } });
    await wait(30);
    expect(peer.heard().match(/POST/g)).toEqual(['POST']);
  });

  test('a body without length ends with its connection, as HTTP/1.0 has it', async () => {
    const peer = await speak((socket) => void socket.end('HTTP/1.0 200 OK\r\n\r\nto the end'));
    expect(bytesOf(await door().request(ask(peer.url))).toString()).toBe('to the end');
  });

  test('interim answers are passed over', async () => {
    const peer = await speak(
      (socket) =>
        void socket.end('HTTP/1.1 103 Early Hints\r\nlink: </x>\r\n\r\nHTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok'),
    );
    expect(bytesOf(await door().request(ask(peer.url))).toString()).toBe('ok');
  });
});

describe('connections', () => {
  test('are used again for the same place, one request at a time, and counted', async () => {
    const peer = await serve((request, response) => void setTimeout(() => response.end(request.url), 5));
    const out = door();
    for (let i = 0; i < 5; i += 1) await out.request(ask(peer.url));
    expect(out.counters()).toEqual({
      requests: 5,
      answered: 5,
      refused: 0,
      failed: 0,
      redirects: 0,
      lookups: 0,
      connections: 1,
      reused: 4,
      bytesReceived: 5,
      waiting: 0,
      active: 0,
      idle: 1,
    });
    const many = await Promise.all(Array.from({ length: 20 }, (_, i) => out.request(ask(`${peer.url}${i}`))));
    expect(many.map((one) => bytesOf(one).toString())).toEqual(Array.from({ length: 20 }, (_, i) => `/${i}`));
    expect(out.counters().connections).toBe(20);
  });

  test('go on after a redirect and after an error status, but not after an answer that was not read whole', async () => {
    const peer = await serve((request, response) => {
      if (request.url === '/') response.writeHead(302, { location: '/done' }).end('moved');
      else if (request.url === '/long') response.writeHead(302, { location: '/done' }).end('x'.repeat(100_000));
      else response.writeHead(500).end('no');
    });
    const out = door();
    expect(await out.request(ask(peer.url))).toMatchObject({ ok: true, value: { status: 500, hops: 1 } });
    expect(out.counters()).toMatchObject({ connections: 1, reused: 1 });
    await out.request(ask(`${peer.url}long`));
    expect(out.counters()).toMatchObject({ connections: 2, reused: 2 });
  });

  test('are not used again when the peer closes them or says so', async () => {
    const peer = await serve((_, response) => response.setHeader('connection', 'close').end('ok'));
    const out = door();
    for (let i = 0; i < 3; i += 1) expect(bytesOf(await out.request(ask(peer.url))).toString()).toBe('ok');
    expect(out.counters()).toMatchObject({ connections: 3, reused: 0 });
    const quick = await speak((socket) => {
      socket.write('HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok');
      setTimeout(() => socket.end(), 10);
    });
    for (let i = 0; i < 3; i += 1) {
      expect(bytesOf(await out.request(ask(quick.url, { method: 'POST', body: 'x' }))).toString()).toBe('ok');
      await wait(30);
    }
    expect(quick.count()).toBe(3);
    await until(() => out.counters().idle === 0);
  });

  test('bytes nobody asked for on an idle connection are not the answer to the next request', async () => {
    let first = true;
    const peer = await speak((socket) => {
      socket.write('HTTP/1.1 200 OK\r\ncontent-length: 4\r\n\r\ngood');
      if (first) socket.write('HTTP/1.1 200 OK\r\ncontent-length: 4\r\n\r\nevil');
      first = false;
    });
    const out = door();
    const one = await out.request(ask(peer.url));
    await wait(20);
    const two = await out.request(ask(peer.url));
    expect([bytesOf(one).toString(), bytesOf(two).toString()]).toEqual(['good', 'good']);
  });

  test.each(['NTLM TlRMTVNT', 'Negotiate YII'])(
    'that may be logged in (%s) are never used again',
    async (authorization) => {
      const peer = await serve((_, response) => response.end('ok'));
      const out = door();
      await out.request(ask(peer.url, { headers: { authorization } }));
      await out.request(ask(peer.url));
      expect(out.counters()).toMatchObject({ connections: 2, reused: 0 });
      const offering = await serve((_, response) =>
        response.writeHead(401, { 'www-authenticate': ['Basic', 'Negotiate'] }).end(),
      );
      await out.request(ask(offering.url));
      await out.request(ask(offering.url));
      expect(out.counters()).toMatchObject({ connections: 4, reused: 0 });
    },
  );

  test('close at once when the peer would close them within two seconds: a request could meet the closing', async () => {
    const peer = await serve(
      (_, response) => response.end('ok'),
      (server) => {
        server.keepAliveTimeout = 2500;
        server.keepAliveTimeoutBuffer = 0;
      },
    );
    await door().request(ask(peer.url));
    await until(() => peer.sockets.size === 0);
    expect(peer.sockets.size).toBe(0);
  });

  test('of a closed door are gone: requests under way end, later ones are refused', async () => {
    const peer = await speak(
      (socket, text) => text.includes('/quick') && socket.write('HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok'),
    );
    const out = door();
    await out.request(ask(`${peer.url}quick`));
    const under = out.request(ask(`${peer.url}slow`));
    await until(() => peer.heard().includes('/slow'));
    await out.close();
    expect(await under).toMatchObject({ ok: false, sent: 'maybe', problem: { code: 'egress.closed', retry: 'yes' } });
    const later = await out.request(ask(peer.url));
    expect(later).toMatchObject({ ok: false, sent: 'no', problem: { code: 'egress.closed' } });
    expect(peer.count()).toBe(1);
    await out.close();
  });
});

test('opening a door starts nothing: the process it is opened in ends by itself', async () => {
  const handles = () => process.getActiveResourcesInfo().toSorted();
  const before = handles();
  const names: string[] = [];
  const out = door('127.0.0.1, nas.lan', async (name) => {
    names.push(name);
    return [];
  });
  expect(handles()).toEqual(before);
  expect([names, Object.values(out.counters()).every((count) => count === 0)]).toEqual([[], true]);
});
