/** Steps that talk with real databases: what they are lent, what they see of it, and what is left when a run breaks off. */

import { createServer, type AddressInfo, type Socket } from 'node:net';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { postgresServer } from '../egress/testing/servers.ts';
import { DatabaseSync } from 'node:sqlite';
import { type Ground, openGround, OWNER } from './testing/ground.ts';
import { openModelServer } from './testing/models/server.ts';

let server: Awaited<ReturnType<typeof postgresServer>>;
let g: Ground;
beforeAll(async () => {
  server = await postgresServer();
  server.psql(
    'create table people (id int primary key, name text); insert into people values (1, $$Ada$$), (2, $$Bob$$)',
  );
  g = await openGround();
  for (const [name, kind, value, origins] of [
    ['db', 'basic', { kind: 'basic', user: 'headgate', password: 'pass-canary' }, [origin()]],
    [
      'url',
      'database_url',
      { kind: 'database_url', url: `postgresql://headgate:pass-canary@127.0.0.1:${server.port}/postgres` },
      [],
    ],
    [
      'elsewhere',
      'basic',
      { kind: 'basic', user: 'headgate', password: 'pass-canary' },
      ['postgres://db.example.com:5432'],
    ],
    ['wrong', 'basic', { kind: 'basic', user: 'headgate', password: 'wrong-canary' }, [origin()]],
  ] as const)
    await g.store.in('default').secrets.put({
      ...{ project: 'default', name, origins, kind, owner: 'owner', at: 1 },
      value: JSON.stringify(value),
    });
}, 60_000);
afterAll(async () => {
  await g.close();
  await server.stop();
});

const closing: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});

const origin = (port = server.port): string => `postgres://127.0.0.1:${port}`;
const query = (sql: string, more: Record<string, unknown> = {}) => ({
  id: 'ask',
  kind: 'sql.query@1',
  with: {
    speaks: 'postgres',
    host: '127.0.0.1',
    port: server.port,
    tls: 'off',
    database: 'postgres',
    secret: 'db',
    sql,
    ...more,
  },
});
const lend = (port = server.port, ...secrets: string[]) => ({
  grants: [
    { step: 'ask', power: `net: TCP 127.0.0.1:${port}` },
    ...(secrets.length === 0 ? ['db'] : secrets).map((name) => ({
      step: 'ask',
      power: `secret: use ${name} for ${origin(port)}`,
    })),
  ],
});
const flow = (...steps: unknown[]) => ({
  headgate: 1,
  name: 'Ask',
  input: { type: 'object', properties: { name: {} } },
  steps,
  output: '{{ steps.ask }}',
});
const run = async (step: unknown, grants = lend(), input: unknown = {}) =>
  g.run(await g.publish(flow(step), grants), input, { wait: 20_000 });

describe('a query', () => {
  test('gives rows as objects, with values handed over apart from the text', async () => {
    const done = await run(
      query('select id, name from people where name = $1', { params: ['{{ input.name }}'] }),
      lend(),
      {
        name: 'Ada',
      },
    );
    expect(done).toMatchObject({ state: 'done', output: { rows: [{ id: 1, name: 'Ada' }], changed: 0 } });
    expect(JSON.stringify(await g.engine.journal('default', done.id, 0, 100))).not.toContain('canary');
  });

  test('what a value says is never SQL', async () => {
    for (const name of ["Ada' or '1'='1", "'; drop table people; --", 'Ada\u0000', '{"a":1}', '$1']) {
      const done = await run(query('select id from people where name = $1', { params: ['{{ input.name }}'] }), lend(), {
        name,
      });
      expect(done.state === 'done' ? done.output : done.problem?.code).toEqual(
        name.includes('\u0000') ? 'database.refused' : { rows: [], changed: 0 },
      );
    }
    expect(server.psql('select count(*) from people')).toBe('2');
  });

  test('logs in with the address of a database as a secret, to its own host alone', async () => {
    expect((await run(query('select 1 as n', { secret: 'url' }), lend(server.port, 'url'))).state).toBe('done');
    const other = await run(query('select 1', { secret: 'elsewhere' }), lend(server.port, 'elsewhere'));
    expect(other).toMatchObject({ state: 'failed', problem: { code: 'secret.missing' } });
    const wrong = await run(query('select 1', { secret: 'wrong' }), lend(server.port, 'wrong'));
    expect(wrong).toMatchObject({ state: 'failed', problem: { code: 'database.login' } });
    expect(JSON.stringify(wrong)).not.toContain('canary');
  });

  test('is refused without the power, with that of HTTP, and with that to another port', async () => {
    for (const power of [
      'net: GET,POST 127.0.0.1:443',
      `net: GET,POST,PUT 127.0.0.1:${server.port}`,
      'net: TCP 127.0.0.1:1',
    ])
      expect(await run(query('select 1'), { grants: [{ step: 'ask', power }] })).toMatchObject({
        state: 'failed',
        problem: { code: 'grant.missing' },
      });
    const noSecret = { grants: [{ step: 'ask', power: `net: TCP 127.0.0.1:${server.port}` }] };
    expect(await run(query('select 1'), noSecret)).toMatchObject({
      state: 'failed',
      problem: { code: 'grant.missing' },
    });
  });

  test('reads where it says nothing, and writes where it says so', async () => {
    server.psql('create table if not exists notes (text text); truncate notes');
    const insert = 'insert into notes values ($1)';
    expect(await run(query(insert, { params: ['a'] }))).toMatchObject({
      state: 'failed',
      problem: { code: 'database.statement' },
    });
    const wrote = await run(query(insert, { params: ['a'], mode: 'write' }));
    expect(wrote).toMatchObject({ state: 'done', output: { rows: [], changed: 1 } });
    expect(server.psql('select text from notes')).toBe('a');
  });

  test('a statement that would leave its transaction, or talk with the client, is not sent', async () => {
    for (const sql of [
      'copy people to program $$touch /tmp/x$$',
      '/* x */ COMMIT',
      'set role postgres',
      '-- a\n begin',
      'listen x',
    ])
      expect(await run(query(sql, { mode: 'write' }))).toMatchObject({
        state: 'failed',
        problem: { code: 'database.statement' },
      });
  });
});

describe('breaking off', () => {
  const busy = () =>
    server.psql(
      "select count(*) from pg_stat_activity where state = 'active' and query like '%sleep-mark%' and pid <> pg_backend_pid()",
    );
  const sleeping = () => flow(query("select pg_sleep(300), 'sleep-mark'", { timeout: '5m' }));
  const started = async (id: string): Promise<string> => {
    const made = await g.engine.start({
      principal: OWNER,
      flow: id,
      which: {},
      input: {},
      trigger: { kind: 'api@1' },
      wait: 0,
    });
    if (!made.ok) throw new Error(made.problem.text);
    await expect.poll(busy).toBe('1');
    return made.value.run.id;
  };

  test('cancelling a run stops its statement at the server', async () => {
    const id = await started(await g.publish(sleeping(), lend()));
    await g.engine.cancel(OWNER, id);
    await g.until(id, 'cancelled');
    await expect.poll(busy).toBe('0');
  });

  test('AZ-10 taking the power back breaks off what is under way', async () => {
    const published = await g.publish(sleeping(), lend());
    const id = await started(published);
    const { grants } = g.store.in('default');
    for (const one of await grants.list(published)) await grants.remove(published, one.id);
    expect((await g.until(id, 'failed')).problem?.code).toBe('grant.missing');
    await expect.poll(busy).toBe('0');
  });

  /** Between a step and the server: it stops passing on what the server says, or cuts the line, when told. */
  const between = async (when: (said: string) => boolean): Promise<{ port: number; seen: string[] }> => {
    const seen: string[] = [];
    const sockets = new Set<Socket>();
    const { connect } = await import('node:net');
    const proxy = createServer((near) => {
      const far = connect(server.port, '127.0.0.1');
      for (const one of [near, far]) {
        sockets.add(one);
        one.on('error', () => undefined);
      }
      near.on('data', (part) => {
        const said = part.toString('latin1');
        seen.push(said);
        if (when(said)) {
          near.destroy();
          far.destroy();
        } else far.write(part);
      });
      far.pipe(near);
      near.on('close', () => far.destroy());
      far.on('close', () => near.destroy());
    });
    await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', () => resolve()));
    const { port } = proxy.address() as AddressInfo;
    closing.push(async () => {
      for (const one of sockets) one.destroy();
      await new Promise((resolve) => proxy.close(resolve));
    });
    await g.store.in('default').secrets.put({
      ...{ project: 'default', name: 'db2', origins: [origin(port)], kind: 'basic', owner: 'owner', at: 1 },
      value: JSON.stringify({ kind: 'basic', user: 'headgate', password: 'pass-canary' }),
    });
    return { port, seen };
  };

  test('a write that broke off while it was being kept is in doubt and not sent again, unless the step says that this does no harm', async () => {
    server.psql('create table if not exists doubted (n int)');
    const { port, seen } = await between((said) => said.includes('COMMIT'));
    const step = (more: object) => ({
      ...query('insert into doubted values (1)', { port, secret: 'db2', mode: 'write', ...more }),
      retry: { max: 2, delay: '1ms' },
    });
    const commits = () => seen.filter((said) => said.includes('COMMIT')).length;
    const once = await run(step({}), lend(port, 'db2'));
    expect([once.state, once.problem?.code, commits()]).toEqual(['failed', 'database.doubt', 1]);
    const again = await run(step({ repeatable: true }), lend(port, 'db2'));
    expect([again.state, again.problem?.code, commits()]).toEqual(['failed', 'database.broken', 4]);
    expect(server.psql('select count(*) from doubted')).toBe('0');
  });
});

test('an agent asks databases by its tools: a grant each, values alone from its model, and a file is only read', async () => {
  const models = await openModelServer();
  closing.push(() => models.close());
  await g.store.in('default').modelProviders.put({
    ...{ name: 'local', by: 'owner', updated: 1 },
    doc: { kind: 'openai-compatible', baseUrl: models.url },
  });
  const database = new DatabaseSync(':memory:');
  database.exec("create table orders (person text, total int); insert into orders values ('Ada', 12), ('Bob', 30)");
  const content = Buffer.from(database.serialize()).toString('base64');
  database.close();
  const put = { id: 'put', kind: 'file.write@1', with: { path: 'in/shop.db', content, base64: true } };
  const file = (id: string, sql: string, params: readonly unknown[]) => ({
    ...{ id, kind: 'sqlite.query@1', with: { path: 'in/shop.db', sql, params } },
  });
  const people = query('select id, name from people where name = $1', { params: ['{{ item.name }}'] });
  const steps = [
    { ...people, id: 'people' },
    { ...people, id: 'unlent' },
    file('orders', 'select total from orders where person = ?', ['{{ item.person }}']),
    file('wipe', 'delete from orders where person = ?', ['{{ item.person }}']),
  ];
  const agent = { model: 'local/small', prompt: 'What did Ada buy?', outside: 'allow', steps };
  const draft = flow(put, { id: 'helper', kind: 'agent@1', after: ['put'], with: agent });
  const evil = "Ada' or '1'='1";
  const wishes: readonly (readonly [name: string, input: object])[] = [
    ['people', { name: 'Ada' }],
    ['people', { name: evil }],
    ['people', { name: 'Ada', sql: 'drop table people' }],
    ['unlent', { name: 'Ada' }],
    ['orders', { person: 'Ada' }],
    ['orders', { person: evil }],
    ['wipe', { person: 'Ada' }],
    ['orders', { person: 'Ada' }],
  ];
  models.next({ calls: wishes.map(([name, input]) => ({ name, input })) }, { says: 'One order, of 12.' });
  const { grants } = lend();
  const run = await g.run(
    await g.publish(
      { ...draft, output: '{{ steps.helper }}' },
      {
        grants: [
          { step: 'put', power: 'file: write in/' },
          { step: 'helper', power: 'model: *' },
          ...grants.map(({ power }) => ({ step: 'people', power })),
          ...['orders', 'wipe'].map((step) => ({ step, power: 'file: read in/' })),
        ],
      },
    ),
    {},
    { wait: 30_000 },
  );
  expect(run).toMatchObject({ state: 'done', output: { text: 'One order, of 12.' } });
  const states = (run.output as { calls: { state: string }[] }).calls.map(({ state }) => state);
  expect(states).toEqual(['done', 'done', 'mistaken', 'failed', 'done', 'done', 'failed', 'done']);
  const told = (models.asked.at(-1)?.body.messages ?? [])
    .filter(({ role }) => role === 'tool')
    .map(({ content: one }) => String(one));
  const valueOf = (one: string): unknown => {
    if (!one.startsWith('{')) return 'mistaken';
    const { value, problem } = JSON.parse(one) as { value?: unknown; problem?: string };
    return value ?? problem;
  };
  expect(told.map(valueOf)).toEqual([
    { rows: [{ id: 1, name: 'Ada' }], changed: expect.any(Number) },
    { rows: [], changed: expect.any(Number) },
    'mistaken',
    'grant.missing',
    [{ total: 12 }],
    [],
    'database.refused',
    [{ total: 12 }],
  ]);
  expect(server.psql('select count(*) from people')).toContain('2');
  // What its model is told of a tool has the values in it, and nothing of where the database is and what it is asked.
  const tools = JSON.stringify(models.asked.at(-1)?.body['tools']);
  expect(tools).toContain('"person"');
  expect(tools).not.toMatch(/"sql"|127\.0\.0\.1|"secret"/);
}, 60_000);
