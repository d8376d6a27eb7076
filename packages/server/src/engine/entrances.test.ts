import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type Ground, openGround, OWNER } from './testing/ground.ts';

let g: Ground;
beforeEach(async () => {
  g = await openGround();
});
afterEach(async () => {
  await g.close();
});

const flow = (steps: unknown[], more: Record<string, unknown> = {}) => ({
  headgate: 1,
  name: 'A flow',
  steps,
  ...more,
});

describe('limits of a flow', () => {
  const napping = (settings: unknown) => flow([{ id: 'nap', kind: 'wait.event@1', with: {} }], { settings });

  test('no more runs at once than its concurrency, by key, and the next begins when one ends', async () => {
    const id = await g.publish(napping({ concurrency: { limit: 1, key: '{{ input.who }}' } }));
    const a = await g.run(id, { who: 'a' }, { wait: 0 });
    const b = await g.run(id, { who: 'a' }, { wait: 0 });
    const c = await g.run(id, { who: 'c' }, { wait: 0 });
    expect([(await g.until(a.id, 'waiting')).state, b.state, (await g.until(c.id, 'waiting')).state]).toEqual([
      'waiting',
      'queued',
      'waiting',
    ]);
    g = await g.reopen();
    expect((await g.engine.view('default', b.id))?.state).toBe('queued');
    await g.engine.cancel(OWNER, a.id);
    await g.until(b.id, 'waiting');
  });

  test('a later run of higher priority leaves the queue first', async () => {
    const id = await g.publish(napping({ concurrency: 1 }));
    const first = await g.run(id, {}, { wait: 0 });
    const low = await g.run(id, {}, { wait: 0 });
    const start = await g.engine.start({
      principal: OWNER,
      flow: id,
      which: {},
      input: {},
      trigger: { kind: 'api@1' },
      wait: 0,
      priority: 5,
    });
    await g.engine.cancel(OWNER, first.id);
    await g.until(start.ok ? start.value.run.id : '', 'waiting');
    expect((await g.engine.view('default', low.id))?.state).toBe('queued');
  });

  test('a rate lets so many begin in its time', async () => {
    const id = await g.publish(
      flow([{ id: 's', kind: 'set@1', with: { value: 1 } }], { settings: { rate: { max: 2, per: '1h' } } }),
    );
    const states = [];
    for (let i = 0; i < 3; i += 1) states.push((await g.run(id, {}, { wait: 0 })).state);
    expect(states).toEqual(['done', 'done', 'queued']);
    const { rows } = await g.store.in('default').runs.list({ limit: 5, state: 'queued' });
    g.clock.shift(3_700_000);
    await g.until(rows[0]?.id ?? '', 'done');
  });

  test('a debounced run waits, and one that follows takes its place', async () => {
    const id = await g.publish(
      flow([{ id: 's', kind: 'set@1', with: { value: '{{ input.n }}' } }], { settings: { debounce: { for: '1h' } } }),
    );
    const one = await g.run(id, { n: 1 }, { wait: 0 });
    const two = await g.run(id, { n: 2 }, { wait: 0 });
    await g.until(one.id, 'cancelled');
    g.clock.shift(3_700_000);
    expect((await g.until(two.id, 'done')).output).toBe(2);
  });

  test('starts with one idempotency key are one run, at the same moment too', async () => {
    const id = await g.publish(flow([{ id: 's', kind: 'set@1', with: { value: 1 } }]));
    const runs = await Promise.all(Array.from({ length: 5 }, () => g.run(id, {}, { key: 'same', wait: 1_000 })));
    expect(new Set(runs.map((r) => r.id)).size).toBe(1);
    g = await g.reopen();
    expect((await g.run(id, {}, { key: 'same' })).id).toBe(runs[0]?.id);
  });
});

describe('entrances', () => {
  const token = async (id: string): Promise<string> => (await g.store.in('default').flows.hooks(id))[0]?.token ?? '';
  const post = (t: string, body: string, headers: Record<string, string> = {}) =>
    g.engine.hook({
      token: t,
      method: 'POST',
      path: '',
      query: {},
      headers: { 'content-type': 'application/json', ...headers },
      raw: Buffer.from(body),
    });

  test('a synchronous webhook answers with the respond step, the output, or the problem', async () => {
    const hook = { triggers: [{ id: 'hook', kind: 'webhook@1', with: { answer: 'sync' } }] };
    const responds = await g.publish(
      flow(
        [
          {
            id: 'r',
            kind: 'respond@1',
            with: { status: 201, headers: { 'x-a': 'b', 'set-cookie': 'a=b' }, body: { got: '{{ input.n }}' } },
          },
        ],
        hook,
      ),
    );
    expect(await post(await token(responds), '{"n":1}')).toEqual({
      status: 201,
      headers: { 'x-a': 'b', 'content-type': 'application/json; charset=utf-8' },
      body: '{"got":1}',
    });
    const outputs = await g.publish(flow([{ id: 's', kind: 'set@1', with: { value: '{{ input.n }}' } }], hook));
    expect(await post(await token(outputs), '{"n":7}')).toMatchObject({ status: 200, body: '7' });
    const fails = await g.publish(flow([{ id: 's', kind: 'stop@1', with: { problem: 'no', text: 'No' } }], hook));
    expect(await post(await token(fails), '{}')).toMatchObject({ status: 422 });
    expect(await post(await token(fails), '{"a":1,"a":2}')).toMatchObject({ status: 400 });
    expect(await post(await token(fails), 'x', { 'content-type': 'text/plain' })).toMatchObject({ status: 415 });
    expect(await post('nothing', '{}')).toMatchObject({ status: 404 });
  });

  test('what a webhook refuses has the form of every refusal: its status, its code and its text first', async () => {
    const id = await g.publish(
      flow([{ id: 's', kind: 'set@1', with: { value: 1 } }], {
        triggers: [{ id: 'hook', kind: 'webhook@1', with: { method: 'PUT' } }],
      }),
    );
    const answer = await post(await token(id), '{}');
    expect(answer.headers['content-type']).toBe('application/problem+json; charset=utf-8');
    expect(String(answer.body)).toBe('{"status":405,"code":"webhook.method","text":"This webhook takes PUT"}');
  });

  test('an asynchronous webhook answers with the id of a durable run', async () => {
    const id = await g.publish(
      flow([{ id: 'w', kind: 'wait.event@1', with: {} }], { triggers: [{ id: 'hook', kind: 'webhook@1', with: {} }] }),
    );
    const answer = await post(await token(id), '{}');
    expect(answer.status).toBe(202);
    const { run } = JSON.parse(answer.body) as { run: string };
    expect((await g.store.in('default').runs.get(run))?.triggerKind).toBe('webhook@1');
  });

  test('a schedule starts runs at its times, once each, and tells of those it missed', async () => {
    const id = await g.publish(
      flow([{ id: 's', kind: 'set@1', with: { value: 1 } }], {
        triggers: [{ id: 'often', kind: 'schedule@1', with: { cron: '* * * * *', missed: 'once' } }],
      }),
    );
    await new Promise((resolve) => setTimeout(resolve, 1_200));
    g.clock.shift(61_000);
    const list = async () => (await g.store.in('default').runs.list({ limit: 50, flow: id })).rows;
    for (let i = 0; i < 100 && (await list()).length === 0; i += 1)
      await new Promise((resolve) => setTimeout(resolve, 50));
    const before = (await list()).length;
    expect(before).toBeGreaterThan(0);
    g.clock.shift(10 * 60_000);
    g = await g.reopen();
    for (let i = 0; i < 100 && (await list()).length === before; i += 1)
      await new Promise((resolve) => setTimeout(resolve, 50));
    expect(g.logs.some((l) => l.text.includes('missed'))).toBe(true);
    expect(new Set((await list()).map((r) => r.idempotencyKey)).size).toBe((await list()).length);
  });

  test('following a run gives every event once, goes on where it broke off, and ends with the run', async () => {
    const id = await g.publish(
      flow([
        { id: 'w', kind: 'wait@1', with: { for: '300ms' } },
        { id: 's', kind: 'set@1', after: ['w'], with: { value: 1 } },
      ]),
    );
    const run = await g.run(id, {}, { wait: 0 });
    const first = new AbortController();
    const seen: number[] = [];
    for await (const event of (await g.engine.follow('default', run.id, 0, first.signal)) ?? []) {
      seen.push(event.seq);
      if (seen.length === 2) first.abort();
    }
    for await (const event of (await g.engine.follow(
      'default',
      run.id,
      seen.at(-1) ?? 0,
      new AbortController().signal,
    )) ?? [])
      seen.push(event.seq);
    expect(seen).toEqual(Array.from({ length: seen.length }, (_, i) => i + 1));
    expect((await g.types(run.id)).at(-1)).toBe('run.done');
    expect(seen.length).toBe((await g.types(run.id)).length);
  });
});

describe('retention', () => {
  test('a finished run is removed when it is old, one that waits is not', async () => {
    const quick = await g.publish(flow([{ id: 's', kind: 'set@1', with: { value: 1 } }]));
    const slow = await g.publish(flow([{ id: 'w', kind: 'wait.event@1', with: {} }]));
    const done = await g.run(quick);
    const waits = await g.run(slow, {}, { wait: 0 });
    g.clock.shift(31 * 86_400_000);
    for (let i = 0; i < 200 && (await g.engine.view('default', done.id)) !== null; i += 1)
      await new Promise((resolve) => setTimeout(resolve, 20));
    expect(await g.engine.view('default', done.id)).toBeNull();
    expect(await g.engine.journal('default', done.id, 0, 10)).toBeNull();
    expect((await g.engine.view('default', waits.id))?.state).toBe('waiting');
  });
});
