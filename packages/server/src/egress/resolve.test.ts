/** Names as the machine's resolver handles them, against a name server of our own on loopback. */

import { createSocket } from 'node:dgram';
import { afterEach, describe, expect, test } from 'vitest';
import { openDoor, parseAllow } from './door.ts';
import { systemResolver } from './resolve.ts';

const closing: (() => void)[] = [];
afterEach(() => {
  for (const close of closing.splice(0)) close();
});

type Zone = Record<string, readonly string[] | 'SERVFAIL' | 'NXDOMAIN'>;

/** A name server (RFC 1035): `zone` maps "name A" and "name AAAA" to addresses; what is missing has no data. */
const nameServer = async (zone: Zone): Promise<{ at: string; asked: string[] }> => {
  const asked: string[] = [];
  const socket = createSocket('udp4');
  socket.on('message', (query, from) => {
    const labels: string[] = [];
    let at = 12;
    for (let length = query[at] ?? 0; length > 0; length = query[at] ?? 0) {
      labels.push(query.toString('latin1', at + 1, at + 1 + length));
      at += length + 1;
    }
    const type = query.readUInt16BE(at + 1) === 28 ? 'AAAA' : 'A';
    const question = `${labels.join('.')} ${type}`;
    asked.push(question);
    const found = zone[question] ?? [];
    const records = typeof found === 'string' ? [] : found.map((address) => record(type, address));
    const code = found === 'SERVFAIL' ? 2 : found === 'NXDOMAIN' ? 3 : 0;
    const head = Buffer.from([query[0] ?? 0, query[1] ?? 0, 0x81, 0x80 | code, 0, 1, 0, records.length, 0, 0, 0, 0]);
    socket.send(Buffer.concat([head, query.subarray(12, at + 5), ...records]), from.port, from.address);
  });
  await new Promise<void>((ready) => socket.bind(0, '127.0.0.1', ready));
  closing.push(() => socket.close());
  return { at: `127.0.0.1:${socket.address().port}`, asked };
};

const record = (type: 'A' | 'AAAA', address: string): Buffer => {
  const data = type === 'A' ? Buffer.from(address.split('.').map(Number)) : Buffer.from(full(address), 'hex');
  return Buffer.concat([Buffer.from([0xc0, 12, 0, type === 'A' ? 1 : 28, 0, 1, 0, 0, 0, 60, 0, data.length]), data]);
};

/** The 32 digits of an IPv6 address. */
const full = (address: string): string => {
  const [left = '', right = ''] = address.split('::');
  const digits = (part: string) =>
    part
      .split(':')
      .filter((one) => one !== '')
      .map((one) => one.padStart(4, '0'))
      .join('');
  return digits(left) + '0'.repeat(32 - digits(left).length - digits(right).length) + digits(right);
};

const none = parseAllow('');
if (!none.ok) throw new Error(none.problem.text);

const call = async (zone: Zone, url: string) => {
  const server = await nameServer(zone);
  const door = openDoor(none.value, { nameServers: [server.at] });
  const outcome = await door.request({
    method: 'GET',
    url,
    timeout: 10_000,
    maxBytes: 1,
    maxRedirects: 0,
    inlineBytes: 1,
    judge: () => null,
  });
  await door.close();
  return {
    outcome,
    asked: server.asked.toSorted(),
    lookups: door.counters().lookups,
    connections: door.counters().connections,
  };
};

describe('a name', () => {
  test('is asked for once, absolute, both families, with no search domain', async () => {
    const { asked, lookups } = await call({ 'intranet A': ['10.0.0.1'] }, 'http://INTRANET./');
    expect([asked, lookups]).toEqual([['intranet A', 'intranet AAAA'], 1]);
  });

  test.each([
    [{ 'world.example A': ['10.0.0.1'] }, 'egress.denied', 'no'],
    [{ 'world.example A': ['93.184.216.34'], 'world.example AAAA': ['::1'] }, 'egress.denied', 'no'],
    [{ 'world.example A': ['93.184.216.34', '127.0.0.1'] }, 'egress.denied', 'no'],
    [{ 'world.example A': 'SERVFAIL', 'world.example AAAA': ['fd00::1'] }, 'egress.denied', 'no'],
    [{ 'world.example A': 'NXDOMAIN', 'world.example AAAA': 'NXDOMAIN' }, 'egress.name', 'no'],
    [{}, 'egress.name', 'no'],
    [{ 'world.example A': 'SERVFAIL', 'world.example AAAA': 'SERVFAIL' }, 'egress.name', 'yes'],
    [{ 'world.example AAAA': 'SERVFAIL' }, 'egress.name', 'yes'],
  ] as const)('answered with %j ends in %s (retry %s), and nothing is dialled', async (zone, code, retry) => {
    const { outcome, connections } = await call(zone, 'http://world.example/');
    expect(outcome).toMatchObject({ ok: false, sent: 'no', problem: { code, retry } });
    expect(connections).toBe(0);
  });

  test('of this machine, of an address, or refused for its port, is not asked for at all', async () => {
    const { asked } = await call({}, 'http://localhost/');
    const address = await call({}, 'http://10.0.0.1/');
    const port = await call({}, 'http://world.example:6379/');
    expect([asked, address.asked, port.asked, port.lookups]).toEqual([[], [], [], 0]);
  });

  test('that resolves is told with all its addresses, and one an admin wrote is found in the hosts file', async () => {
    const server = await nameServer({
      'world.example A': ['93.184.216.34', '1.1.1.1'],
      'world.example AAAA': ['2606:4700:4700::1111'],
    });
    const own = parseAllow('localhost');
    if (!own.ok) throw new Error(own.problem.text);
    const resolve = systemResolver(own.value, [server.at]);
    expect([...(await resolve('world.example.'))].toSorted()).toEqual([
      '1.1.1.1',
      '2606:4700:4700::1111',
      '93.184.216.34',
    ]);
    const before = server.asked.length;
    expect(await resolve('localhost.')).toContain('127.0.0.1');
    expect(server.asked.length).toBe(before);
  });
});
