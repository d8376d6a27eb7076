/** A trigger that hears a real Mosquitto; what a broker does once in minutes, it hears from one that says it at once. */

import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createServer, type AddressInfo, type Socket } from 'node:net';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { mosquittoServer } from '../egress/testing/servers.ts';
import { type Ground, openGround } from './testing/ground.ts';

let hub: Awaited<ReturnType<typeof mosquittoServer>>;
let g: Ground;
beforeAll(async () => {
  [hub, g] = await Promise.all([mosquittoServer(), openGround()]);
  for (const [name, password] of [
    ['hub', 'pass-canary'],
    ['wrong', 'wrong-canary'],
  ])
    await g.store.in('default').secrets.put({
      ...{ project: 'default', name: name ?? '', origins: [`mqtt://127.0.0.1:${hub.port}`], kind: 'basic' },
      value: JSON.stringify({ kind: 'basic', user: 'headgate', password }),
      ...{ owner: 'owner', at: 1 },
    });
}, 60_000);
afterAll(async () => {
  await g.close();
  await hub.stop();
});

const publish = (topic: string, message: string | Buffer, ...more: string[]): void =>
  void execFileSync(
    '/usr/bin/mosquitto_pub',
    [
      ...['-h', '127.0.0.1', '-p', String(hub.port), '-u', 'headgate', '-P', 'pass-canary', '-t', topic, '-q', '1'],
      ...(message.length === 0 ? ['-n'] : ['-s']),
      ...more,
    ],
    { input: message },
  );

const flow = (more: Record<string, unknown>) => ({
  headgate: 1,
  name: `Hear ${JSON.stringify(more)}`,
  triggers: [
    {
      id: 'hear',
      kind: 'mqtt.subscribe@1',
      with: { host: '127.0.0.1', port: hub.port, tls: 'off', secret: 'hub', ...more },
    },
  ],
  steps: [{ id: 'out', kind: 'set@1', with: { value: '{{ input }}' } }],
  output: '{{ steps.out }}',
});

const powers = (secret = 'hub') =>
  [`net: TCP 127.0.0.1:${hub.port}`, `secret: use ${secret} for mqtt://127.0.0.1:${hub.port}`].map((power) => ({
    step: 'hear',
    power,
  }));

type Heard = Record<string, unknown>;

/** What the runs of a flow were told, the oldest first, once so many are over. */
const heard = async (id: string, least: number): Promise<readonly Heard[]> => {
  for (;;) {
    const { rows } = await g.store.in('default').runs.list({ flow: id, limit: 200 });
    const over = rows.filter(({ state }) => state === 'done');
    if (over.length >= least && over.length === rows.length) {
      const views = await Promise.all(rows.map((row) => g.engine.view('default', row.id)));
      return views.map((view) => view?.output as Heard).toReversed();
    }
    await new Promise((resolve) => setTimeout(resolve, 30));
  }
};

const until = async (is: () => Promise<boolean> | boolean): Promise<void> => {
  while (!(await is())) await new Promise((resolve) => setTimeout(resolve, 30));
};
/** It hears: the session and its topics are kept. */
const ready = (id: string): Promise<void> =>
  until(async () => (await g.store.engine.memory(id, 'hear', 'default')) !== null);
/** Nobody is connected to the broker: whoever left has said all that he had to say (proc(5): port in hexadecimal, 01 is open). */
const alone = (): boolean => {
  const port = `:${hub.port.toString(16).toUpperCase().padStart(4, '0')} 01 `;
  return !readFileSync('/proc/net/tcp', 'utf8').includes(port);
};
const remove = (id: string) => g.store.in('default').deletedFlows.add(id, g.clock.now());

test('each message starts a run, in order, with what it says; what the broker kept before starts none', async () => {
  publish('house/old/door', 'kept', '-r');
  const id = await g.publish(flow({ topics: ['house/+/door', 'raw/#'] }), { grants: powers() });
  await ready(id);
  publish('house/kitchen/door', '{"open":true}');
  publish('house/hall/door', 'é');
  publish('house/hall/window', 'not asked for');
  publish('raw/a/b', Buffer.from([0xff, 0x00]));
  publish('raw/large', Buffer.alloc(1_100_000, 120));
  publish('raw/none', '');
  const all = await heard(id, 5);
  expect(all).toEqual([
    {
      ...{ topic: 'house/kitchen/door', payload: '{"open":true}', json: { open: true }, base64: null, size: 13 },
      ...{ qos: 1, retained: false, cut: null },
    },
    expect.objectContaining({ topic: 'house/hall/door', payload: 'é', json: null, size: 2 }),
    expect.objectContaining({ topic: 'raw/a/b', payload: null, json: null, base64: '/wA=', size: 2 }),
    expect.objectContaining({ topic: 'raw/large', payload: null, size: 1_100_000, cut: 'mqtt.large' }),
    expect.objectContaining({ topic: 'raw/none', payload: '', json: null, size: 0 }),
  ]);
  expect((await g.engine.triggers('default', id))[0]).toMatchObject({ trigger: 'hear', failing: null });
  await remove(id);
}, 60_000);

test('what came while nobody was there has its run, in order, and what the broker keeps is told where it is asked for', async () => {
  publish('shed/lamp', 'kept', '-r');
  const id = await g.publish(flow({ topics: 'shed/#', retained: true }), { grants: powers() });
  expect((await heard(id, 1))[0]).toMatchObject({ payload: 'kept', retained: true });
  const opening = g.reopen();
  // The server stops, and starts anew, while these come.
  for (const n of [1, 2, 3]) publish('shed/lamp', String(n));
  g = await opening;
  expect((await heard(id, 4)).map(({ payload }) => payload)).toEqual(['kept', '1', '2', '3']);
  // Nothing is remembered of messages that the broker knows to be taken.
  await until(async () => (await g.store.engine.memoryParts(id, 'hear', 'default', '', 10)).length === 0);
  await remove(id);
}, 60_000);

test('MS1 a message whose run is durable and which was never acknowledged comes again, and has no second run', async () => {
  let held = false;
  let holds = 0;
  const own = await openGround(undefined, (journal) => ({
    ...journal,
    // On disk, and nobody hears of it: the server dies before it can acknowledge.
    barrier: async (group) => {
      await journal.barrier(group);
      if (!held) return;
      holds += 1;
      await new Promise(() => undefined);
    },
  }));
  await own.store.in('default').secrets.put({
    ...{ project: 'default', name: 'hub', origins: [`mqtt://127.0.0.1:${hub.port}`], kind: 'basic' },
    value: JSON.stringify({ kind: 'basic', user: 'headgate', password: 'pass-canary' }),
    ...{ owner: 'owner', at: 1 },
  });
  const hears = await own.publish(flow({ topics: 'twice', client: 'twice' }), { grants: powers() });
  await until(async () => (await own.store.engine.memory(hears, 'hear', 'default')) !== null);
  held = true;
  publish('twice', '1');
  publish('twice', '1');
  await until(() => holds > 0);
  held = false;
  const after = await own.reopen();
  publish('twice', '2');
  await until(async () => {
    const { rows } = await after.store.in('default').runs.list({ flow: hears, limit: 100 });
    return rows.length >= 3 && rows.every(({ state }) => state === 'done');
  });
  await until(async () => (await after.store.engine.memoryParts(hears, 'hear', 'default', '', 10)).length === 0);
  const { rows } = await after.store.in('default').runs.list({ flow: hears, limit: 100 });
  const said = await Promise.all(
    rows.map(async (row) => {
      const view = await after.engine.view('default', row.id);
      return (view?.output as Heard | undefined)?.['payload'];
    }),
  );
  expect(said.toReversed()).toEqual(['1', '1', '2']);
  await after.close();
}, 60_000);

test('CAP-01 nothing is heard without the power, and a wrong password is told on the flow, without it', async () => {
  const bare = await g.publish(flow({ topics: 'a' }), { grants: [] });
  const half = await g.publish(flow({ topics: 'b' }), { grants: powers().slice(0, 1) });
  const wrong = await g.publish(flow({ topics: 'c', secret: 'wrong' }), { grants: powers('wrong') });
  const code = async (id: string) => (await g.engine.triggers('default', id))[0]?.failing?.problem.code;
  for (const [id, is] of [
    [bare, 'grant.missing'],
    [half, 'grant.missing'],
    [wrong, 'database.login'],
  ] as const)
    await until(async () => (await code(id)) === is);
  expect(JSON.stringify(await g.engine.triggers('default', wrong))).not.toContain('canary');
  for (const id of [bare, half, wrong]) await remove(id);
}, 60_000);

test('CAP-07 a power that is taken back ends it at the next message, and what was not taken is there when it is lent again', async () => {
  const id = await g.publish(flow({ topics: 'gate/#' }), { grants: powers() });
  await ready(id);
  publish('gate/1', 'one');
  await heard(id, 1);
  const scoped = g.store.in('default');
  for (const grant of await scoped.grants.list(id)) await scoped.grants.remove(id, grant.id);
  publish('gate/2', 'two');
  await until(async () => (await g.engine.triggers('default', id))[0]?.failing?.problem.code === 'grant.missing');
  expect((await heard(id, 1)).map(({ payload }) => payload)).toEqual(['one']);
  await remove(id);
}, 60_000);

test('a flow that is deleted takes its topics back: nothing waits at the broker', async () => {
  const id = await g.publish(flow({ topics: 'gone/#', client: 'watcher' }), { grants: powers() });
  await ready(id);
  await remove(id);
  await until(async () => (await g.engine.triggers('default', id)).length === 0 && alone());
  publish('gone/x', 'late');
  publish('other/x', 'kept', '-r');
  // Under the name of the session, what waited for it would come first.
  const said = execFileSync(
    '/usr/bin/mosquitto_sub',
    [
      ...['-h', '127.0.0.1', '-p', String(hub.port), '-u', 'headgate', '-P', 'pass-canary'],
      ...['-i', 'watcher', '-c', '-q', '1', '-t', 'other/#', '-C', '1', '-W', '20'],
    ],
    { encoding: 'utf8' },
  );
  expect(said.trim()).toBe('kept');
}, 60_000);

test('MS3 a flow that is switched off and on again hears what comes then, and not what came between', async () => {
  const id = await g.publish(flow({ topics: 'switched/#', client: 'switched' }), { grants: powers() });
  await ready(id);
  publish('switched/a', 'before');
  expect((await heard(id, 1)).map(({ payload }) => payload)).toEqual(['before']);
  const { flows, runs } = g.store.in('default');
  const there = async (): Promise<number> => (await g.engine.triggers('default', id)).length;
  await flows.patch(id, { enabled: false }, g.clock.now());
  await until(async () => (await there()) === 0 && alone());
  publish('switched/a', 'between');
  await flows.patch(id, { enabled: true }, g.clock.now());
  await until(async () => (await there()) === 1);
  await until(async () => {
    publish('switched/a', 'after');
    return (await runs.list({ flow: id, limit: 200 })).rows.length > 1;
  });
  expect((await heard(id, 2)).slice(0, 2).map(({ payload }) => payload)).toEqual(['before', 'after']);
  await remove(id);
}, 60_000);

/** A broker that says yes to everything, and nothing by itself; what packets of a client were, by their first byte. */
const yesBroker = async () => {
  const said: number[] = [];
  let line: Socket | undefined;
  const server = createServer((socket) => {
    line = socket;
    let held = Buffer.alloc(0);
    socket.on('error', () => undefined);
    socket.on('data', (piece) => {
      held = Buffer.concat([held, piece]);
      // What this client says is short: its length is one byte.
      for (let end = 2 + (held[1] ?? 0); held.length >= 2 && held.length >= end; end = 2 + (held[1] ?? 0)) {
        const [kind = 0, , high = 0, low = 0] = held;
        said.push(kind);
        if (kind === CONNECT) socket.write(Buffer.from([0x20, 2, 0, 0]));
        if (kind === SUBSCRIBE) socket.write(Buffer.from([0x90, 3, high, low, 0]));
        if (kind === PING) socket.write(Buffer.from([0xd0, 0]));
        held = held.subarray(end);
      }
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    said,
    port: (server.address() as AddressInfo).port,
    /** A message of quality 0. */
    tell: (topic: string, text: string): void => {
      const body = Buffer.concat([Buffer.from([0, topic.length]), Buffer.from(topic + text)]);
      line?.write(Buffer.concat([Buffer.from([0x30, body.length]), body]));
    },
    stop: () => {
      line?.destroy();
      return new Promise((resolve) => server.close(resolve));
    },
  };
};
const [CONNECT, SUBSCRIBE, PING] = [0x10, 0x82, 0xc0];

test('MS5 a line on which messages come all the time is asked for, too, so that the broker does not take it for gone', async () => {
  const broker = await yesBroker();
  const at = { host: '127.0.0.1', port: broker.port, tls: 'off', secret: undefined };
  const id = await g.publish(flow({ ...at, topics: 'stream' }), {
    grants: [{ step: 'hear', power: `net: TCP 127.0.0.1:${broker.port}` }],
  });
  await ready(id);
  broker.tell('stream', '1');
  await heard(id, 1);
  expect(broker.said).toEqual([CONNECT, SUBSCRIBE]);
  g.clock.shift(31_000);
  await until(() => {
    broker.tell('stream', '2');
    return broker.said.length > 2;
  });
  expect(broker.said).toEqual([CONNECT, SUBSCRIBE, PING]);
  await remove(id);
  await until(async () => (await g.engine.triggers('default', id)).length === 0);
  await broker.stop();
}, 25_000);
