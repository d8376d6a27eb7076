import { createServer, type AddressInfo } from 'node:net';
import { writeFileSync } from 'node:fs';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { type Door, openDoor, parseAllow } from '../door.ts';
import { mariadbServer } from '../testing/servers.ts';
import { mysqlServer } from './mysql.ts';
import type { Session, SqlQuery, SqlRows } from './port.ts';

let server: Awaited<ReturnType<typeof mariadbServer>>;
let door: Door;

const doorTo = (allow: string, ca?: string): Door => {
  const list = parseAllow(allow);
  if (!list.ok) throw new Error(list.problem.text);
  return openDoor(list.value, ca === undefined ? {} : { authorities: [ca] });
};

beforeAll(async () => {
  server = await mariadbServer({ tls: true });
  door = doorTo('localhost,127.0.0.1', server.ca);
}, 120_000);
afterAll(async () => {
  await door.close();
  await server.stop();
});

const NEVER = new AbortController().signal;
const login = { user: 'headgate', password: 'pass-canary' };
const at = (more: Partial<{ host: string; port: number; tls: boolean; database: string }> = {}) => ({
  ...{ host: 'localhost', port: server.port, tls: true, database: 'shop' },
  ...more,
});
const open: Session<SqlQuery, SqlRows>[] = [];
afterEach(() => {
  for (const one of open.splice(0)) one.close();
});
const session = async (more = {}): Promise<Session<SqlQuery, SqlRows>> => {
  const made = await mysqlServer(door.connect, at(more), login)(NEVER);
  if (!made.ok) throw new Error(`${made.problem.code}: ${made.problem.text}`);
  open.push(made.value);
  return made.value;
};
const asked = (sql: string, params: unknown[] = [], more: Partial<SqlQuery> = {}): SqlQuery => ({
  ...{ sql, params, mode: 'read', rows: 1000, bytes: 1_000_000, timeout: 20_000, signal: NEVER },
  ...more,
});
const rows = async (sql: string, params: unknown[] = [], more: Partial<SqlQuery> = {}) => {
  const answer = await (await session()).query(asked(sql, params, more));
  if (!answer.ok) throw new Error(`${answer.problem.code}: ${answer.problem.text}`);
  return answer.value.rows;
};

describe('values', () => {
  test('come as values of a flow, each as the guide says', async () => {
    server.sql(
      "create table shop.kinds (small tinyint, big bigint, bigger bigint unsigned, money decimal(10,2), half double, word varchar(20) character set utf8mb4, raw varbinary(10), doc json, day date, local datetime(1), moment timestamp(0), nothing int); insert into shop.kinds values (-1, 9007199254740991, 18446744073709551615, 1.10, 1.5, 'é', x'ff00', '{\"a\": 1}', '2024-02-29', '2024-02-29 12:30:00.5', '2024-02-29 12:30:00', null)",
    );
    const [row] = await rows(
      "select k.*, unix_timestamp(moment) - unix_timestamp('2024-02-29 12:30:00') as zone from kinds k",
    );
    expect(row).toMatchObject({
      small: -1,
      big: 9007199254740991,
      bigger: '18446744073709551615',
      money: '1.10',
      half: 1.5,
      word: 'é',
      raw: '/wA=',
      day: '2024-02-29',
      local: '2024-02-29T12:30:00.5',
      nothing: null,
    });
    expect(row?.['moment']).toMatch(/^2024-0[23]-\d\dT\d\d:\d\d:00Z$/);
  });

  test('go as parameters, and no text is read as SQL', async () => {
    const evil = "'; drop table kinds; -- \\' \" \u0000";
    expect(
      await rows('select ? as t, ? as n, ? + 1 as i, ? as o, ? as b limit ?', [evil, null, 41, { a: "'" }, true, 1]),
    ).toEqual([{ t: evil, n: null, i: 42, o: '{"a":"\'"}', b: 1 }]);
  });

  test('columns of one name are told apart, and one called __proto__ is a name like any', async () => {
    const [row] = await rows('select 1 as id, 2 as id, 3 as `__proto__`');
    expect(Object.entries(row ?? {})).toEqual([
      ['id', 1],
      ['id_2', 2],
      ['__proto__', 3],
    ]);
  });
});

describe('one statement', () => {
  test('a second one is refused by the server', async () => {
    expect(await (await session()).query(asked('select 1; select 2'))).toMatchObject({
      ok: false,
      problem: { code: 'database.refused' },
    });
  });

  test('reading changes nothing; writing does, and tells how much', async () => {
    server.sql('create table shop.kept (n int); insert into shop.kept values (1)');
    server.sql(
      'delimiter //\ncreate procedure shop.sly() begin commit; insert into shop.kept values (9); commit; end//',
    );
    const one = await session();
    for (const sql of [
      'insert into kept values (2)',
      'call sly()',
      'drop table kept',
      'create table more (n int)',
      'update kept set n = 5',
    ])
      expect([sql, (await one.query(asked(sql))).ok]).toEqual([sql, false]);
    expect(server.sql('select n from shop.kept')).toBe('1');
    expect(await one.query(asked('insert into kept values (?), (?)', [2, 3], { mode: 'write' }))).toEqual({
      ok: true,
      value: { rows: [], changed: 2 },
    });
    expect(server.sql('select count(*) from shop.kept')).toBe('3');
    expect(await one.fit()).toBe(true);
    expect(await one.query(asked('select count(*) as n from kept'))).toMatchObject({
      ok: true,
      value: { rows: [{ n: 3 }] },
    });
  });

  test('LOAD DATA LOCAL gets no file of this machine, whoever asks for it', async () => {
    const file = `${server.dir}/../headgate-mysql-canary`;
    writeFileSync(file, 'canary\n');
    server.sql('create table if not exists shop.loaded (t text)');
    const sql = `load data local infile '${file}' into table loaded`;
    expect((await (await session()).query(asked(sql, [], { mode: 'write' }))).ok).toBe(false);
    expect(server.sql('select count(*) from shop.loaded')).toBe('0');
  });
});

describe('limits', () => {
  test('rows, bytes and time are bounded, and nothing was written', async () => {
    server.sql('create table if not exists shop.filled (n int)');
    const fill = 'insert into filled select seq from seq_1_to_50 returning n';
    expect(await (await session()).query(asked(fill, [], { mode: 'write', rows: 10 }))).toMatchObject({
      ok: false,
      problem: { code: 'database.rows' },
    });
    await expect.poll(() => server.sql('select count(*) from shop.filled')).toBe('0');
    expect(
      await (await session()).query(asked("select repeat('x', 10000000) as big", [], { bytes: 10_000 })),
    ).toMatchObject({
      ok: false,
      problem: { code: 'database.size' },
    });
    expect((await rows('select seq from seq_1_to_10', [], { rows: 10 })).length).toBe(10);
  });

  test('cancelling stops the statement at the server as well', async () => {
    const stop = new AbortController();
    const sleeping = (await session()).query(
      asked("select sleep(300), 'sleep-mark'", [], { timeout: 200_000, signal: stop.signal }),
    );
    const busy = () =>
      server.sql(
        "select count(*) from information_schema.processlist where info like '%sleep-mark%' and info not like '%processlist%'",
      );
    await expect.poll(busy).toBe('1');
    stop.abort();
    expect(await sleeping).toMatchObject({ ok: false, problem: { code: 'database.cancelled' } });
    await expect.poll(busy).toBe('0');
  });
});

describe('TLS', () => {
  test('verifies the name and the authority', async () => {
    const strange = doorTo('localhost');
    expect(await mysqlServer(strange.connect, at(), login)(NEVER)).toMatchObject({
      ok: false,
      problem: { code: 'egress.tls' },
    });
    expect(await mysqlServer(door.connect, at({ host: '127.0.0.1' }), login)(NEVER)).toMatchObject({
      ok: false,
      problem: { code: 'egress.tls' },
    });
    expect(await rows("show session status like 'Ssl_version'")).toMatchObject([
      { Value: expect.stringMatching(/^TLS/) as string },
    ]);
    await strange.close();
  });

  test('a server that has none gets neither name nor password', async () => {
    const heard: Buffer[] = [];
    // The greeting of MySQL without the capability SSL.
    const greeting = Buffer.concat([
      Buffer.from([10]),
      Buffer.from('8.0.0\0'),
      Buffer.from([1, 0, 0, 0]),
      Buffer.from('12345678\0'),
      Buffer.from([0xff, 0xf7]),
      Buffer.from([33, 2, 0, 0x0f, 0x00, 21]),
      Buffer.alloc(10),
      Buffer.from('123456789012\0'),
      Buffer.from('mysql_native_password\0'),
    ]);
    const stripped = createServer((socket) => {
      socket.on('data', (part) => heard.push(part));
      socket.on('error', () => undefined);
      socket.write(Buffer.concat([Buffer.from([greeting.length, 0, 0, 0]), greeting]));
    });
    await new Promise<void>((resolve) => stripped.listen(0, '127.0.0.1', () => resolve()));
    const { port } = stripped.address() as AddressInfo;
    expect(await mysqlServer(door.connect, at({ port }), login)(NEVER)).toMatchObject({
      ok: false,
      problem: { code: 'egress.tls' },
    });
    expect(Buffer.concat(heard).toString('latin1')).not.toContain('headgate');
    await new Promise((resolve) => stripped.close(resolve));
  });

  test('a wrong password is told in the server’s words, without the password', async () => {
    const made = await mysqlServer(door.connect, at(), { user: 'headgate', password: 'wrong-canary' })(NEVER);
    expect(made).toMatchObject({ ok: false, problem: { code: 'database.login' } });
    expect(JSON.stringify(made)).not.toContain('canary');
  });
});
