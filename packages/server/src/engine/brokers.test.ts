/** Steps that talk with a real Redis and a real Mosquitto. */

import { execFileSync } from 'node:child_process';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { mosquittoServer, redisServer } from '../egress/testing/servers.ts';
import { type Ground, openGround } from './testing/ground.ts';

let redis: Awaited<ReturnType<typeof redisServer>>;
let hub: Awaited<ReturnType<typeof mosquittoServer>>;
let g: Ground;
beforeAll(async () => {
  [redis, hub, g] = await Promise.all([redisServer(), mosquittoServer(), openGround()]);
  for (const [name, value, origins] of [
    ['cache', { kind: 'basic', user: 'default', password: 'pass-canary' }, [`redis://127.0.0.1:${redis.port}`]],
    ['hub', { kind: 'basic', user: 'headgate', password: 'pass-canary' }, [`mqtt://127.0.0.1:${hub.port}`]],
    [
      'wrong',
      { kind: 'basic', user: 'headgate', password: 'wrong-canary' },
      [`mqtt://127.0.0.1:${hub.port}`, `redis://127.0.0.1:${redis.port}`],
    ],
  ] as const)
    await g.store.in('default').secrets.put({
      ...{ project: 'default', name, origins, kind: 'basic', owner: 'owner', at: 1 },
      value: JSON.stringify(value),
    });
}, 60_000);
afterAll(async () => {
  await g.close();
  await Promise.all([redis.stop(), hub.stop()]);
});

const cli = (...words: string[]): string =>
  execFileSync('/usr/bin/redis-cli', ['--no-auth-warning', '-a', 'pass-canary', '-p', String(redis.port), ...words], {
    encoding: 'utf8',
  }).trim();

const run = async (
  kind: string,
  scheme: string,
  port: number,
  more: Record<string, unknown>,
  input: unknown = {},
  secret?: string,
) => {
  const name = secret ?? (scheme === 'redis' ? 'cache' : 'hub');
  const step = { id: 'do', kind, with: { host: '127.0.0.1', port, tls: 'off', secret: name, ...more } };
  const flow = {
    headgate: 1,
    name: 'Do',
    input: { type: 'object', properties: { x: {} } },
    steps: [step],
    output: '{{ steps.do }}',
  };
  const grants = [
    { step: 'do', power: `net: TCP 127.0.0.1:${port}` },
    { step: 'do', power: `secret: use ${name} for ${scheme}://127.0.0.1:${port}` },
  ];
  return g.run(await g.publish(flow, { grants }), input, { wait: 20_000 });
};
const command = (name: string, args: unknown[], more: Record<string, unknown> = {}, input: unknown = {}) =>
  run('redis.command@1', 'redis', redis.port, { command: name, args, ...more }, input);

describe('redis.command', () => {
  const write = { mode: 'write' };
  test('reads and writes single keys, and gives answers as values', async () => {
    expect((await command('set', ['a', 'é'], write)).output).toBe('OK');
    expect((await command('GET', ['a'])).output).toBe('é');
    expect((await command('GET', ['none'])).output).toBe(null);
    expect((await command('INCRBY', ['n', 41], write)).output).toBe(41);
    await command('HSET', ['h', 'x', 1, '__proto__', 2], write);
    expect(Object.entries((await command('HGETALL', ['h'])).output as object)).toEqual([
      ['x', '1'],
      ['__proto__', '2'],
    ]);
    await command('RPUSH', ['l', 'p', 'q'], write);
    expect((await command('LRANGE', ['l', 0, -1])).output).toEqual(['p', 'q']);
    expect((await command('LRANGE', ['a', 0, -1])).problem).toMatchObject({ code: 'database.refused' });
  });

  test('what a value says is never a command', async () => {
    cli('set', 'kept', 'yes');
    for (const x of ['a\r\nFLUSHALL\r\n', '*1\r\n$8\r\nFLUSHALL\r\n', '"; FLUSHALL', '\u0000'])
      expect((await command('SET', ['v', '{{ input.x }}'], write, { x })).output).toBe('OK');
    expect(cli('get', 'kept')).toBe('yes');
    expect((await command('GET', ['v'])).output).toBe('\u0000');
  });

  test('scripts, settings, all keys, and what blocks are not sent, and what writes only where the step says so', async () => {
    for (const name of [
      'EVAL',
      'CONFIG',
      'FLUSHALL',
      'KEYS',
      'SCAN',
      'SCRIPT',
      'MONITOR',
      'BLPOP',
      'SUBSCRIBE',
      'MULTI',
      'DEBUG',
      'SLAVEOF',
      'MIGRATE',
      'toString',
    ])
      expect((await command(name, ['a'], write)).problem).toMatchObject({ code: 'database.command' });
    expect((await command('SET', ['a', 1])).problem).toMatchObject({ code: 'database.command' });
    expect((await command('SET', ['a', 1], write)).state).toBe('done');
  });

  test('keys stay within the prefix, all of them', async () => {
    const mine = { ...write, prefix: 'mine:' };
    expect((await command('SET', ['mine:{{ input.x }}', 1], mine, { x: '1' })).state).toBe('done');
    for (const [name, args] of [
      ['SET', ['{{ input.x }}', 1]],
      ['DEL', ['mine:1', '{{ input.x }}']],
      ['MSET', ['mine:1', 1, '{{ input.x }}', 2]],
    ] as const)
      expect((await command(name, [...args], mine, { x: 'kept' })).problem).toMatchObject({ code: 'database.command' });
    expect(cli('get', 'kept')).toBe('yes');
  });

  test('a wrong password is told without it, and an answer that is too large ends the call', async () => {
    const wrong = await run('redis.command@1', 'redis', redis.port, { command: 'GET', args: ['a'] }, {}, 'wrong');
    expect(wrong.problem).toMatchObject({ code: 'database.login' });
    expect(JSON.stringify(wrong)).not.toContain('canary');
    await command('SETRANGE', ['big', 20_000_000, 'x'], write);
    expect((await command('GET', ['big'], { bytes: 10_000 })).problem).toMatchObject({ code: 'database.size' });
  });
});

describe('mqtt.publish', () => {
  const send = (more: Record<string, unknown>, input: unknown = {}, secret = 'hub') =>
    run('mqtt.publish@1', 'mqtt', hub.port, more, input, secret);

  test('a message arrives, as it is, by either quality', async () => {
    const kept = (topic: string): string =>
      execFileSync(
        '/usr/bin/mosquitto_sub',
        [
          ...['-h', '127.0.0.1', '-p', String(hub.port), '-u', 'headgate', '-P', 'pass-canary'],
          ...['-t', topic, '-C', '1', '-W', '20'],
        ],
        { encoding: 'utf8' },
      ).trim();
    const sent = await send({ topic: 'house/{{ input.x }}', payload: { on: true }, retain: true }, { x: 'kitchen' });
    expect([sent.state, kept('house/kitchen')]).toEqual(['done', '{"on":true}']);
    expect((await send({ topic: 'house/hall', payload: 'é', qos: 0, retain: true })).state).toBe('done');
    expect(kept('house/hall')).toBe('é');
  });

  test('what an expression gives cannot make a pattern of it, nor lead out of the prefix', async () => {
    for (const x of ['+', '#', '../#', 'a\u0000b'])
      expect((await send({ topic: 'house/{{ input.x }}' }, { x })).problem).toMatchObject({ code: 'database.topic' });
    expect((await send({ topic: '{{ input.x }}', prefix: 'house/' }, { x: 'garden' })).problem).toMatchObject({
      code: 'database.topic',
    });
  });

  test('a wrong password is told without it', async () => {
    const wrong = await send({ topic: 'house/hall', payload: 'x' }, {}, 'wrong');
    expect(wrong.problem).toMatchObject({ code: 'database.login' });
    expect(JSON.stringify(wrong)).not.toContain('canary');
  });
});
