/** Environments: their values, their secrets, and which version runs in them. */

import { DatabaseSync } from 'node:sqlite';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import type { PromotionRow } from '../store/environment.ts';
import { countingServer, type Ground, openGround, OWNER } from './testing/ground.ts';

let g: Ground;
const closing: (() => Promise<void>)[] = [];
afterEach(async () => {
  await g.close();
  for (const close of closing.splice(0)) await close();
});

const serve = async () => {
  const seen: (string | undefined)[] = [];
  const api = await countingServer((_n, request, response) => {
    seen.push(request.headers.authorization);
    response.writeHead(200, { 'content-type': 'application/json' });
    response.end('{"ok":true}');
  });
  closing.push(api.close);
  return { url: api.url, seen };
};

const store = () => g.store.in('default');
const make = (name: string, approval = false) => store().environments.put('default', name, { approval }, 1);
const values = async (name: string, vars: object) => {
  const known = await store().environments.get('default', name);
  await store().environments.setVars('default', name, known?.revision ?? 0, vars, 1);
};

let count = 0;
const promote = async (flow: string, target: string, version: number) => {
  const place = await store().environments.get('default', target);
  const before = (await store().deployments.get(flow, target))?.version ?? null;
  const kept = await store().flows.version(flow, version);
  const { triggers = [] } = (kept?.doc ?? {}) as { triggers?: { id: string; kind: string; with?: unknown }[] };
  count += 1;
  const row: PromotionRow = {
    ...{ id: `pr_${count}`, flow, source: 'default', target, version, before, revision: place?.revision ?? 0 },
    ...{ state: 'proposed', note: null, by: 'owner', created: 1, decidedBy: null, decided: null, vars: {} },
  };
  const wanted = triggers.map(({ id, kind, with: settings = {} }) => ({ id, kind, with: settings, disabled: false }));
  const by = { project: 'default', who: 'owner', at: 1, proposed: false };
  expect(await store().deployments.apply(row, by, { triggers: wanted, grants: [], ends: [] })).toBe(true);
};

const start = (flow: string, environment?: string, which = {}) =>
  g.engine.start({
    principal: OWNER,
    flow,
    which,
    input: {},
    trigger: { kind: 'manual@1' },
    wait: 5_000,
    ...(environment === undefined ? {} : { environment }),
  });

const output = async (flow: string, environment?: string, which = {}): Promise<unknown> => {
  const started = await start(flow, environment, which);
  if (!started.ok) return started.problem.code;
  const { run } = started.value;
  return run.state === 'done' ? run.output : (run.problem?.code ?? run.state);
};

const saying = (value: unknown, more = {}) => ({
  headgate: 1,
  name: 'Say',
  steps: [{ id: 'say', kind: 'set@1', with: { value } }],
  output: '{{ steps.say }}',
  ...more,
});

describe('values', () => {
  test('a run sees those of its environment, and a run without one those of default', async () => {
    g = await openGround();
    await make('dev');
    await values('default', { base: 'https://live.example' });
    await values('dev', { base: 'https://dev.example', level: 3 });
    const id = await g.publish(saying('{{ [vars.base, vars.level, run.environment] }}'));
    expect(await output(id)).toEqual(['https://live.example', null, 'default']);
    expect(await output(id, 'dev')).toEqual(['https://dev.example', 3, 'dev']);
  });

  test('they are recorded when it begins: what changes later, it does not see, also after a restart', async () => {
    g = await openGround();
    await values('default', { base: 'before', other: 'not named' });
    const id = await g.publish({
      headgate: 1,
      name: 'Wait',
      steps: [
        { id: 'w', kind: 'wait@1', with: { for: '1s' } },
        { id: 'say', kind: 'set@1', after: ['w'], with: { value: '{{ vars.base }}' } },
      ],
      output: '{{ steps.say }}',
    });
    const begun = await g.engine.start({
      ...{ principal: OWNER, flow: id, which: {}, input: {}, trigger: { kind: 'manual@1' }, wait: 0 },
    });
    if (!begun.ok) throw new Error(begun.problem.text);
    await values('default', { base: 'after' });
    const { run } = begun.value;
    const journal = await g.engine.journal('default', run.id, 0, 1);
    expect(journal?.events[0]?.data).toMatchObject({ vars: { base: 'before' } });
    expect(JSON.stringify(journal)).not.toContain('not named');
    g = await g.reopen();
    expect((await g.until(run.id, 'done')).output).toBe('before');
    expect(await output(id)).toBe('after');
  });

  test('a flow that computes the name sees all of them', async () => {
    g = await openGround();
    await values('default', { a: 1, b: 2 });
    const id = await g.publish(saying('{{ [vars, "b"].map(x => x)[0]["a"] + vars["b"] }}'));
    expect(await output(id)).toBe(3);
  });

  test('an environment that the project does not have starts nothing, and says which there are', async () => {
    g = await openGround();
    await make('dev');
    const id = await g.publish(saying('x'));
    const started = await start(id, 'prod');
    expect(started).toMatchObject({ ok: false, problem: { code: 'environment.unknown' } });
    if (!started.ok) expect(started.problem.fix).toBe('It has default, dev.');
    await store().environments.remove('default', 'dev');
    expect(await output(id, 'dev')).toBe('environment.unknown');
  });
});

describe('secrets', () => {
  const keep = (environment: string | undefined, value: string, origin: string) =>
    store().secrets.put({
      ...{ project: 'default', name: 'mine', origins: [origin], value, owner: 'owner', at: 1 },
      ...(environment === undefined ? {} : { environment }),
    });
  const call = async (url: string) =>
    g.publish(
      {
        headgate: 1,
        name: 'Call',
        steps: [{ id: 'call', kind: 'http.request@1', with: { method: 'GET', url, secret: 'mine' } }],
      },
      {
        grants: [
          { step: '*', power: `net: * ${url.replace('http://', '')}` },
          { step: '*', power: `secret: use mine for ${url}` },
        ],
      },
    );

  test('a run gets the one of its environment; one without gets that of all, or none', async () => {
    g = await openGround();
    const api = await serve();
    await make('dev');
    await make('prod');
    await keep('prod', 'of-prod-canary', api.url);
    const id = await call(api.url);
    expect([await output(id), await output(id, 'dev')]).toEqual(['secret.missing', 'secret.missing']);
    expect(api.seen).toEqual([]);
    await output(id, 'prod');
    await keep(undefined, 'of-all-canary', api.url);
    await output(id, 'dev');
    await output(id, 'prod');
    await output(id);
    expect(api.seen).toEqual([
      'Bearer of-prod-canary',
      'Bearer of-all-canary',
      'Bearer of-prod-canary',
      'Bearer of-all-canary',
    ]);
  });

  test('a row that was moved to another environment in the database does not open there', async () => {
    g = await openGround();
    const api = await serve();
    await make('dev');
    await make('prod');
    await keep('prod', 'of-prod-canary', api.url);
    const id = await call(api.url);
    const database = new DatabaseSync(join(g.dir, 'headgate.db'));
    for (const moved of ['dev', '*']) {
      database.prepare('update secret set environment = ?').run(moved);
      expect(await output(id, 'dev')).toEqual(expect.stringMatching(/^[a-z_.]+$/));
      expect(api.seen).toEqual([]);
    }
    database.prepare("update secret set environment = 'prod'").run();
    database.close();
    expect(await output(id, 'prod')).toMatchObject({ status: 200 });
    expect(api.seen).toEqual(['Bearer of-prod-canary']);
  });

  test('a flow that is called, and a run again, stay in the environment', async () => {
    g = await openGround();
    const api = await serve();
    await make('dev');
    await make('prod');
    await keep('prod', 'of-prod-canary', api.url);
    await keep('dev', 'of-dev-canary', api.url);
    const inner = await call(api.url);
    const id = await g.publish(
      { headgate: 1, name: 'Outer', steps: [{ id: 'c', kind: 'flow.call@1', with: { flow: inner, input: {} } }] },
      { grants: [{ step: '*', power: `flow: call ${inner}` }] },
    );
    const first = await start(id, 'dev');
    if (!first.ok) throw new Error(first.problem.text);
    const again = await g.engine.rerun({ principal: OWNER, run: first.value.run.id, mode: { all: true } });
    if (!again.ok) throw new Error(again.problem.text);
    await g.until(again.value.id, 'done');
    await output(id, 'prod');
    expect(api.seen).toEqual(['Bearer of-dev-canary', 'Bearer of-dev-canary', 'Bearer of-prod-canary']);
  });
});

describe('versions', () => {
  const two = async (more = {}) => {
    const id = await g.publish(saying('first', more));
    await store().flows.publish({
      ...{ flow: id, hash: 'second', doc: saying('second', more), note: null, by: 'owner', at: 1 },
      ...{ grants: [], triggers: [] },
    });
    return id;
  };

  test('what was promoted runs; where nothing was, the latest', async () => {
    g = await openGround();
    await make('prod');
    const id = await two();
    expect(await output(id, 'prod')).toBe('second');
    await promote(id, 'prod', 1);
    expect([await output(id, 'prod'), await output(id)]).toEqual(['first', 'second']);
    expect(await output(id, 'prod', { version: 2 })).toBe('second');
  });

  test('where promotions wait for approval nothing else runs: no draft, no other version, no run again of one', async () => {
    g = await openGround();
    await make('prod');
    const id = await two();
    const before = await start(id, 'prod', { version: 2 });
    await make('prod', true);
    expect(await output(id, 'prod')).toBe('flow.unpromoted');
    await promote(id, 'prod', 1);
    expect(await output(id, 'prod')).toBe('first');
    expect(await output(id, 'prod', { version: 2 })).toBe('environment.guarded');
    expect(await output(id, 'prod', { draft: true })).toBe('environment.guarded');
    if (!before.ok) throw new Error(before.problem.text);
    const again = await g.engine.rerun({ principal: OWNER, run: before.value.run.id, mode: { all: true } });
    expect(again).toMatchObject({ ok: false, problem: { code: 'environment.guarded' } });
    expect(await output(id, undefined, { draft: true })).toBe('first');
  });

  test('a webhook has an address of its own in each, and answers with the version there', async () => {
    g = await openGround();
    await make('prod');
    const triggers = [{ id: 'hook', kind: 'webhook@1', with: { answer: 'sync' } }];
    const id = await two({ triggers });
    const wanted = triggers.map((one) => ({ ...one, disabled: false }));
    await store().flows.publish({
      ...{ flow: id, hash: 'third', doc: saying('third', { triggers }), note: null, by: 'owner', at: 1 },
      ...{ grants: [], triggers: wanted },
    });
    await promote(id, 'prod', 1);
    const ask = async (token: string) => {
      const asked = { method: 'POST', path: '', query: {}, headers: {}, raw: new Uint8Array(0) };
      const answer = await g.engine.hook({ token, ...asked });
      return [answer.status, JSON.parse(answer.body) as unknown];
    };
    const [live] = await store().flows.hooks(id);
    const [there] = await store().deployments.hooks(id, 'prod');
    expect(there?.token).not.toBe(live?.token);
    expect(await ask(live?.token ?? '')).toEqual([200, 'third']);
    expect(await ask(there?.token ?? '')).toEqual([200, 'first']);
    await promote(id, 'prod', 3);
    expect(await store().deployments.hooks(id, 'prod')).toEqual([there]);
    expect(await ask(there?.token ?? '')).toEqual([200, 'third']);
  });

  test('a schedule starts in each environment what runs there, once for each due time', async () => {
    g = await openGround();
    await make('prod');
    const triggers = [{ id: 'often', kind: 'schedule@1', with: { cron: '0 * * * *', missed: 'once' } }];
    const id = await g.publish(saying('{{ run.environment }}', { triggers }));
    await promote(id, 'prod', 1);
    const seen = async (what: () => Promise<boolean>): Promise<void> => {
      const until = Date.now() + 10_000;
      while (!(await what()) && Date.now() < until) await new Promise((resolve) => setTimeout(resolve, 20));
    };
    const states = async () => (await g.store.engine.triggers('schedule@1')).map((row) => row.state);
    await seen(async () => (await states()).every((state) => state !== null));
    expect(await states()).toHaveLength(2);
    g.clock.shift(5 * 3_600_000);
    const ran = async () =>
      (await store().runs.list({ limit: 9 })).rows.map((row) => [row.environment, row.triggerId]).toSorted();
    await seen(async () => (await ran()).length > 1);
    g = await g.reopen();
    await seen(async () => (await states()).every((state) => state !== null));
    expect(await ran()).toEqual([
      ['default', 'often'],
      ['prod', 'often'],
    ]);
  });
});
