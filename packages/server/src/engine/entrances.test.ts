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

  test('runs that began before a restart count for the rate', async () => {
    const settings = { rate: { max: 2, per: '1h', key: '{{ input.who }}' } };
    const id = await g.publish(flow([{ id: 's', kind: 'set@1', with: { value: 1 } }], { settings }));
    await g.run(id, { who: 'a' });
    await g.run(id, { who: 'a' });
    g = await g.reopen();
    const third = await g.run(id, { who: 'a' }, { wait: 300 });
    expect(third.state).toBe('queued');
    expect((await g.run(id, { who: 'b' })).state).toBe('done');
    g.clock.shift(3_700_000);
    await g.until(third.id, 'done');
  });

  test('a called flow counts in the lane of its own key, and so does a run that is run again', async () => {
    const one = await g.publish(napping({ concurrency: { limit: 1, key: '{{ input.who }}' } }));
    const calls = (who: string) => ({ id: 'call', kind: 'flow.call@1', with: { flow: one, input: { who } } });
    const lend = { grants: [{ step: '*', power: 'flow: call *' }] };
    const first = await g.run(one, { who: 'a' }, { wait: 0 });
    await g.until(first.id, 'waiting');
    const same = await g.run(await g.publish(flow([calls('a')]), lend), {}, { wait: 0 });
    const other = await g.run(await g.publish(flow([calls('b')]), lend), {}, { wait: 0 });
    await g.until(same.id, 'waiting');
    await g.until(other.id, 'waiting');
    const states = async (): Promise<(string | undefined)[]> => {
      const { rows } = await g.store.in('default').runs.list({ limit: 20, flow: one });
      return rows.map((row) => `${row.parent === same.id ? 'a' : row.parent === other.id ? 'b' : '-'} ${row.state}`);
    };
    for (let i = 0; i < 100 && (await states()).length < 3; i += 1) await new Promise((r) => setTimeout(r, 20));
    expect((await states()).toSorted()).toEqual(['- waiting', 'a queued', 'b waiting']);
    const again = await g.engine.rerun({ principal: OWNER, run: first.id, mode: { all: true } });
    expect(again.ok && again.value.state).toBe('queued');
  });

  test('a flow that calls itself, straight or through another, does not wait for its own place', async () => {
    const settings = { concurrency: 1 };
    const lend = { grants: [{ step: '*', power: 'flow: call *' }] };
    const steps = (flowName: string) => [
      { id: 'more', kind: 'if@1', with: { when: '{{ input.n > 0 }}' } },
      {
        id: 'call',
        kind: 'flow.call@1',
        after: ['more.true'],
        with: { flow: flowName, input: { n: '{{ input.n - 1 }}' } },
      },
      { id: 'sum', kind: 'set@1', after: ['call'], with: { value: '{{ steps.call + 1 }}' } },
      { id: 'zero', kind: 'set@1', after: ['more.false'], with: { value: 0 } },
      {
        id: 'end',
        kind: 'merge@1',
        after: ['sum', 'zero'],
        join: 'any',
        with: { value: '{{ steps.sum ?? steps.zero }}' },
      },
    ];
    const self = await g.publish(
      { ...flow(steps('Self'), { settings, output: '{{ steps.end }}' }), name: 'Self' },
      lend,
    );
    expect(await g.run(self, { n: 3 })).toMatchObject({ state: 'done', output: 3 });
    const there = await g.publish(
      { ...flow(steps('Back'), { settings, output: '{{ steps.end }}' }), name: 'There' },
      lend,
    );
    await g.publish({ ...flow(steps('There'), { settings, output: '{{ steps.end }}' }), name: 'Back' }, lend);
    expect(await g.run(there, { n: 4 })).toMatchObject({ state: 'done', output: 4 });
    // Its place is free again: the next one begins at once.
    expect(await g.run(self, { n: 1 })).toMatchObject({ state: 'done', output: 1 });
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

describe('pins', () => {
  const steps = [
    { id: 'check', kind: 'if@1', with: { when: '{{ input.n > 0 }}' } },
    { id: 'yes', kind: 'set@1', after: ['check.true'], with: { value: 'yes' } },
    { id: 'no', kind: 'set@1', after: ['check.false'], with: { value: 'no' } },
    { id: 'ask', kind: 'wait.event@1', after: ['yes'], with: { timeout: '1d' } },
    { id: 'got', kind: 'set@1', after: ['ask.answered'], with: { value: '{{ steps.ask }}' } },
    { id: 'all', kind: 'each@1', with: { over: [1], steps: [{ id: 'x', kind: 'set@1', with: { value: 1 } }] } },
  ];
  const start = async (pins: Record<string, unknown>) => {
    const id = await g.publish(flow(steps, { output: { got: '{{ steps.got }}', no: '{{ steps.no }}' } }));
    const request = {
      principal: OWNER,
      flow: id,
      which: {},
      input: { n: 1 },
      trigger: { kind: 'api@1' },
      wait: 5_000,
      pins,
    };
    const started = await g.engine.start(request);
    return started.ok ? started.value.run.output : started.problem;
  };

  test('a step that goes on by ports is pinned with one, named or given by its value', async () => {
    expect(await start({ check: false })).toEqual({ got: null, no: 'no' });
    expect(await start({ check: 'false' })).toEqual({ got: null, no: 'no' });
    expect(await start({ ask: { port: 'answered', value: { ok: 1 } } })).toEqual({ got: { ok: 1 }, no: null });
    expect(await start({ ask: { port: 'timeout' } })).toEqual({ got: null, no: null });
  });

  test('a pin without a port, of a step in a block, or of none is refused and says what to write', async () => {
    const refused = async (pins: Record<string, unknown>) => await start(pins);
    expect(await refused({ check: 1 })).toMatchObject({
      code: 'input.pins',
      at: { field: 'pins.check' },
      fix: expect.stringContaining('true, false'),
    });
    expect(await refused({ ask: { port: 'late' } })).toMatchObject({
      code: 'input.pins',
      fix: expect.stringContaining('answered'),
    });
    expect(await refused({ x: 1 })).toMatchObject({ code: 'input.pins', fix: expect.stringContaining('block') });
    expect(await refused({ ghost: 1 })).toMatchObject({ code: 'input.pins', at: { field: 'pins.ghost' } });
    expect(await start({ all: [5], check: false })).toEqual({ got: null, no: 'no' });
  });

  test('a pin that no step could hold is refused before there is a run: its step does not run instead', async () => {
    let deep: unknown = 1;
    for (let level = 0; level < 300; level += 1) deep = [deep];
    expect(await start({ all: deep, check: false })).toMatchObject({
      code: 'input.pins',
      at: { field: 'pins.all' },
      fix: expect.stringContaining('flatter'),
    });
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
