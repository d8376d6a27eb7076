import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { type Door, openDoor, parseAllow } from '../door.ts';
import { postgresServer } from '../testing/servers.ts';
import type { Session, SqlQuery, SqlRows } from './port.ts';
import { postgres } from './postgres.ts';

type Server = Awaited<ReturnType<typeof postgresServer>>;
let server: Server;
let door: Door;

const doorTo = (allow: string, ca?: string): Door => {
  const list = parseAllow(allow);
  if (!list.ok) throw new Error(list.problem.text);
  return openDoor(list.value, ca === undefined ? {} : { authorities: [ca] });
};

beforeAll(async () => {
  server = await postgresServer({ tls: true });
  door = doorTo(`localhost:${server.port},127.0.0.1:${server.port}`, server.ca);
}, 60_000);
afterAll(async () => {
  await door.close();
  await server.stop();
});

const NEVER = new AbortController().signal;
const login = { user: 'headgate', password: 'pass-canary' };
const at = (more: Partial<{ host: string; tls: boolean; database: string }> = {}) => ({
  host: 'localhost',
  port: server.port,
  tls: true,
  database: 'postgres',
  ...more,
});

const open: Session<SqlQuery, SqlRows>[] = [];
afterEach(() => {
  for (const one of open.splice(0)) one.close();
});

const session = async (more = {}, through = door): Promise<Session<SqlQuery, SqlRows>> => {
  const made = await postgres(through.connect, at(more), login)(NEVER);
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
    expect(
      await rows(`select 1::int2 as small, 9007199254740991::int8 as big, 9007199254740993::int8 as bigger, 1.10::numeric as money,
        1.5::float8 as half, 'NaN'::float8 as nan, true as yes, null as nothing, 'é'::text as word, '\\xff00'::bytea as raw,
        '{"a": [1, null]}'::jsonb as doc, date '2024-02-29' as day, timestamp '2024-02-29 12:30:00.5' as local,
        timestamptz '2024-02-29 12:30:00+02' as moment, array[1, null, 3] as list, array['a,b', '"q"\\', null] as words,
        array[[1, 2], [3, 4]] as grid, interval '1 day 2 hours' as span, 'b0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11'::uuid as id`),
    ).toEqual([
      {
        small: 1,
        big: 9007199254740991,
        bigger: '9007199254740993',
        money: '1.10',
        half: 1.5,
        nan: 'NaN',
        yes: true,
        nothing: null,
        word: 'é',
        raw: '/wA=',
        doc: { a: [1, null] },
        day: '2024-02-29',
        local: '2024-02-29T12:30:00.5',
        moment: '2024-02-29T10:30:00Z',
        list: [1, null, 3],
        words: ['a,b', '"q"\\', null],
        grid: [
          [1, 2],
          [3, 4],
        ],
        span: 'P1DT2H',
        id: 'b0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11',
      },
    ]);
  });

  test('go as parameters: lists as arrays, objects as JSON, and no text is read as SQL', async () => {
    const evil = "'; drop table pg_class; --";
    expect(
      await rows('select $1::text as t, $2::int[] as l, $3::jsonb as o, $4::bool as b, $5::text as n', [
        evil,
        [1, 2],
        { a: "'" },
        false,
        null,
      ]),
    ).toEqual([{ t: evil, l: [1, 2], o: { a: "'" }, b: false, n: null }]);
  });

  test('columns of one name are told apart, and one called __proto__ is a name like any', async () => {
    const [row] = await rows('select 1 as id, 2 as id, 3 as "__proto__"');
    expect(Object.entries(row ?? {})).toEqual([
      ['id', 1],
      ['id_2', 2],
      ['__proto__', 3],
    ]);
  });
});

describe('one statement', () => {
  test('a second one is refused by the server, with and without values', async () => {
    const one = await session();
    for (const params of [[], [1]])
      expect(
        await one.query(asked(`select ${params.length > 0 ? '$1::int' : '1'}; drop table if exists x`, params)),
      ).toMatchObject({
        ok: false,
        problem: { code: 'database.refused' },
        sent: 'no',
      });
  });

  test('reading changes nothing, whatever stands in it; writing does, and tells how much', async () => {
    server.psql('create table if not exists kept (n int); truncate kept; insert into kept values (1)');
    const one = await session();
    for (const sql of [
      'insert into kept values (2)',
      'with x as (insert into kept values (2) returning n) select * from x',
      'do $$ begin set transaction read write; insert into kept values (2); end $$',
      'do $$ begin commit; insert into kept values (2); end $$',
      "do $$ begin perform set_config('transaction_read_only', 'off', true); insert into kept values (2); end $$",
      'explain analyze insert into kept values (2)',
    ])
      expect([sql, (await one.query(asked(sql))).ok]).toEqual([sql, false]);
    expect(server.psql('select count(*) from kept')).toBe('1');
    const wrote = await one.query(asked('insert into kept values ($1), ($2) returning n', [2, 3], { mode: 'write' }));
    expect(wrote).toEqual({ ok: true, value: { rows: [{ n: 2 }, { n: 3 }], changed: 2 } });
    expect(server.psql('select count(*) from kept')).toBe('3');
  });

  test('what is refused leaves the session fit, and nothing of one query is there for the next', async () => {
    const one = await session();
    expect(await one.query(asked('select nonsense'))).toMatchObject({
      ok: false,
      problem: { code: 'database.refused', text: expect.stringContaining('42703') as string },
    });
    await one.query(asked("select set_config('app.user', 'ada', false)", [], { mode: 'write' }));
    expect(await one.fit()).toBe(true);
    expect(await one.query(asked("select current_setting('app.user', true) as u"))).toMatchObject({
      ok: true,
      value: { rows: [{ u: '' }] },
    });
  });
});

describe('limits', () => {
  test('more rows than asked for are a Problem, and nothing was written', async () => {
    server.psql('create table if not exists filled (n int); truncate filled');
    const one = await session();
    const fill = 'insert into filled select generate_series(1, 50) returning n';
    expect(await one.query(asked(fill, [], { mode: 'write', rows: 10 }))).toMatchObject({
      ok: false,
      problem: { code: 'database.rows' },
    });
    expect(server.psql('select count(*) from filled')).toBe('0');
    expect((await rows('select generate_series(1, 10)', [], { rows: 10 })).length).toBe(10);
  });

  test('more bytes than allowed end the session, one huge value included', async () => {
    const one = await session();
    expect(await one.query(asked("select repeat('x', 50000000) as big", [], { bytes: 10_000 }))).toMatchObject({
      ok: false,
      problem: { code: 'database.size' },
      sent: 'no',
    });
  });

  test('time and cancelling stop the statement at the server as well', async () => {
    const stop = new AbortController();
    const sleeping = (await session()).query(
      asked("select pg_sleep(300), 'canary-sleep'", [], { timeout: 200_000, signal: stop.signal }),
    );
    const busy = () =>
      server.psql(
        "select count(*) from pg_stat_activity where state = 'active' and query like '%canary-sleep%' and pid <> pg_backend_pid()",
      );
    await expect.poll(busy).toBe('1');
    stop.abort();
    expect(await sleeping).toMatchObject({ ok: false, problem: { code: 'database.cancelled' } });
    await expect.poll(busy).toBe('0');
    expect(await (await session()).query(asked('select pg_sleep(300)', [], { timeout: 100 }))).toMatchObject({
      ok: false,
    });
  });
});

describe('TLS', () => {
  test('verifies the name and the authority, and says nothing to a server that has none', async () => {
    const strange = doorTo(`localhost:${server.port}`);
    expect(await postgres(strange.connect, at(), login)(NEVER)).toMatchObject({
      ok: false,
      problem: { code: 'egress.tls' },
    });
    // The certificate is for the name, not for the address.
    expect(await postgres(door.connect, at({ host: '127.0.0.1' }), login)(NEVER)).toMatchObject({
      ok: false,
      problem: { code: 'egress.tls' },
    });
    expect(await rows('select ssl from pg_stat_ssl where pid = pg_backend_pid()')).toEqual([{ ssl: true }]);
    await strange.close();
  });

  test('a wrong password is told in the server’s words, without the password', async () => {
    const made = await postgres(door.connect, at(), { user: 'headgate', password: 'wrong-canary' })(NEVER);
    expect(made).toMatchObject({ ok: false, problem: { code: 'database.login' } });
    expect(JSON.stringify(made)).not.toContain('canary');
  });
});
