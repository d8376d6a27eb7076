/** Servers that mean harm, and addresses that must not be reached: the same for every protocol. */

import { createServer, type AddressInfo, type Socket } from 'node:net';
import fc from 'fast-check';
import { afterEach, describe, expect, test } from 'vitest';
import { type Door, openDoor, parseAllow } from '../door.ts';
import { publish } from './mqtt.ts';
import { mysqlServer } from './mysql.ts';
import { postgres } from './postgres.ts';
import { redis } from './redis.ts';

const closing: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});

const doorTo = (allow: string, resolve?: (name: string) => Promise<readonly string[]>): Door => {
  const list = parseAllow(allow);
  if (!list.ok) throw new Error(list.problem.text);
  const door = openDoor(list.value, resolve === undefined ? {} : { resolve });
  closing.push(() => door.close());
  return door;
};

/** A server that does this with everybody who comes, and keeps what it hears. */
const serving = async (act: (socket: Socket) => void): Promise<{ port: number; heard: () => string }> => {
  const heard: Buffer[] = [];
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined);
    socket.on('data', (part) => heard.push(part));
    act(socket);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', () => resolve()));
  closing.push(() => {
    for (const socket of sockets) socket.destroy();
    return new Promise((resolve) => server.close(resolve));
  });
  return { port: (server.address() as AddressInfo).port, heard: () => Buffer.concat(heard).toString('latin1') };
};

const login = { user: 'headgate', password: 'pass-canary' };
type Place = { host: string; port: number; tls: boolean };
/** Logs in by each protocol; whether it went well, or the code of why not. */
const PROTOCOLS: Readonly<Record<string, (door: Door, place: Place, signal: AbortSignal) => Promise<string>>> = {
  postgres: async (door, place, signal) =>
    told(await postgres(door.connect, { ...place, database: 'd' }, login)(signal)),
  mysql: async (door, place, signal) =>
    told(await mysqlServer(door.connect, { ...place, database: 'd' }, login)(signal)),
  redis: async (door, place, signal) => told(await redis(door.connect, { ...place, database: 0 }, login)(signal)),
  mqtt: async (door, place, signal) =>
    told(
      await publish(
        door.connect,
        place,
        login,
        { topic: 't', payload: new Uint8Array(1), qos: 1, retain: false },
        signal,
      ),
    ),
};
const told = (made: { ok: true; value: unknown } | { ok: false; problem: { code: string } }): string => {
  if (!made.ok) return made.problem.code;
  (made.value as { close?: () => void } | null)?.close?.();
  return 'ok';
};
const names = Object.keys(PROTOCOLS);
const NEVER = new AbortController().signal;
const ask = (name: string, door: Door, place: Partial<Place> & { port: number }, signal = NEVER): Promise<string> =>
  PROTOCOLS[name]?.(door, { host: '127.0.0.1', tls: false, ...place }, signal) ?? Promise.resolve('none');

/** Greetings that the driver goes on after, so that what follows is read by more of it. */
const GREETINGS: readonly Buffer[] = [
  Buffer.alloc(0),
  Buffer.from('R\0\0\0\x08\0\0\0\0', 'latin1'),
  Buffer.from('R\0\0\0\x17\0\0\0\x0aSCRAM-SHA-256\0\0', 'latin1'),
  Buffer.from(
    '4a0000000a382e302e30000100000031323334353637380000fff7210200ff81150000000000000000000031323334353637383930313200',
    'hex',
  ),
  Buffer.from('+OK\r\n+OK\r\n'),
  Buffer.from([0x20, 2, 0, 0]),
];

describe.each(names)('%s', (name) => {
  test('a server that sends rubbish, frames of every length, or ends anywhere, ends the call and nothing else', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...GREETINGS),
        fc.array(fc.oneof(fc.uint8Array({ maxLength: 40 }), fc.constantFrom(...FRAMES)), { maxLength: 6 }),
        async (greeting, pieces) => {
          const server = await serving((socket) => {
            for (const piece of [greeting, ...pieces]) socket.write(piece);
            socket.once('data', () => socket.end(Buffer.concat(pieces)));
            socket.resume();
            setTimeout(() => socket.end(), 20);
          });
          const said = await ask(name, doorTo('127.0.0.1'), { port: server.port });
          expect(said).toMatch(/^(ok|database\.(broken|login|cancelled)|egress\..+)$/);
        },
      ),
      { numRuns: 40, endOnFailure: true },
    );
  }, 60_000);

  test('a server that never stops sending is left before it fills the memory', async () => {
    let sent = 0;
    const server = await serving((socket) => {
      const more = (): void => {
        while (!socket.destroyed && socket.write(ENDLESS[name] ?? '')) sent += (ENDLESS[name] ?? '').length;
      };
      socket.on('drain', more);
      more();
    });
    expect(await ask(name, doorTo('127.0.0.1'), { port: server.port })).toMatch(/^database\.(broken|login)$/);
    expect(sent).toBeLessThan(64_000_000);
  });

  test('a server that says nothing is left when the call is given up', async () => {
    const stop = new AbortController();
    const server = await serving(() => setTimeout(() => stop.abort(), 20));
    expect(await ask(name, doorTo('127.0.0.1'), { port: server.port }, stop.signal)).toBe('database.cancelled');
  });

  test('TLS: a server that speaks none hears no name and no password', async () => {
    const server = await serving((socket) => {
      socket.write(ENDLESS[name] ?? '');
      socket.once('data', () => socket.end('N'));
    });
    expect(await ask(name, doorTo('127.0.0.1'), { port: server.port, tls: true })).toMatch(
      /^(egress\.(tls|connect)|database\.broken)$/,
    );
    expect(server.heard()).not.toMatch(/headgate|canary/);
  });

  test('SSRF-01 SSRF-05 metadata, private and rebinding addresses are not dialled, and the name is asked for once', async () => {
    const server = await serving(() => undefined);
    const { port } = server;
    for (const host of ['169.254.169.254', '[::ffff:169.254.169.254]', '0x7f000001', '10.0.0.1', '[::1]'])
      expect([host, await ask(name, doorTo('127.0.0.2'), { host, port })]).toEqual([host, 'egress.denied']);
    for (const addresses of [['127.0.0.1'], ['93.184.216.34', '127.0.0.1'], ['169.254.169.254']]) {
      const asked: string[] = [];
      const door = doorTo('', (of) => {
        asked.push(of);
        return Promise.resolve(addresses);
      });
      expect(await ask(name, door, { host: 'db.example.com', port: 6_000, tls: true })).toBe('egress.denied');
      expect(await ask(name, door, { host: 'db.example.com', port })).toBe('egress.denied');
      expect(asked.length).toBeLessThanOrEqual(2);
    }
    expect(server.heard()).toBe('');
  });

  test('SSRF-13 it is not pointed at a mail server or another service, and speaks in the clear to no public address', async () => {
    const door = doorTo('', () => Promise.resolve(['93.184.216.34']));
    for (const port of [25, 22, 11_211])
      expect(await ask(name, door, { host: 'a.example.com', port, tls: true })).toBe('egress.denied');
    expect(await ask(name, door, { host: 'a.example.com', port: 7_000, tls: false })).toBe('egress.tls');
  });
});

/** Pieces that look like frames and are none, or promise more than comes. */
const FRAMES: readonly Uint8Array[] = [
  Buffer.from('D\0\0\0\x06\x7f\xff', 'latin1'),
  Buffer.from('D\0\0\0\x0a\0\x01\x7f\xff\xff\xff', 'latin1'),
  Buffer.from('T\0\0\0\x06\x7f\xff', 'latin1'),
  Buffer.from('E\x7f\xff\xff\xffSFATAL', 'latin1'),
  Buffer.from('E\0\0\0\x0cSFATAL\0\0', 'latin1'),
  Buffer.from('Z\0\0\0\x05I', 'latin1'),
  Buffer.from('K\0\0\0\x04', 'latin1'),
  Buffer.from('G\0\0\0\x07\0\0\x01', 'latin1'),
  Buffer.from([0xff, 0xff, 0xff, 0, 0xff]),
  Buffer.from([1, 0, 0, 1, 0xfb]),
  Buffer.from([5, 0, 0, 2, 0xfe, 0xff, 0xff, 0xff, 0xff]),
  Buffer.from('$536870912\r\nx'),
  Buffer.from('*1000000\r\n'.repeat(9)),
  Buffer.from('*-7\r\n:9x\r\n'),
  Buffer.from([0x20, 0xff, 0xff, 0xff, 0xff]),
  Buffer.from([0x40, 0]),
];

const ENDLESS: Readonly<Record<string, string>> = {
  postgres: `N\0\0\x10\x04${'x'.repeat(4_096)}`,
  mysql: `\xff\xff\xff\0${'x'.repeat(4_096)}`,
  redis: `*1000000\r\n${'$1\r\nx\r\n'.repeat(1_000)}`,
  mqtt: `\x30\xff\xff\x03${'x'.repeat(4_096)}`,
};
