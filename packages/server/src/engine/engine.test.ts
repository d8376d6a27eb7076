import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { countingServer, type Ground, openGround, OWNER } from './testing/ground.ts';

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
const net = (host: string, step = '*') => ({ step, power: `net: * ${host}` });

describe('steps and values', () => {
  test('a run goes through the branch that was chosen and gives the declared output', async () => {
    const id = await g.publish(
      flow(
        [
          { id: 'check', kind: 'if@1', with: { when: '{{ input.name.length > 0 }}' } },
          { id: 'greet', kind: 'set@1', after: ['check.true'], with: { value: { text: 'Hello {{ input.name }}' } } },
          {
            id: 'refuse',
            kind: 'stop@1',
            after: ['check.false'],
            with: { problem: 'name.empty', text: 'A name is needed' },
          },
        ],
        { output: '{{ steps.greet }}' },
      ),
    );
    expect(await g.run(id, { name: 'Ada' })).toMatchObject({ state: 'done', output: { text: 'Hello Ada' } });
    expect(await g.run(id, { name: '' })).toMatchObject({
      state: 'failed',
      problem: { code: 'name.empty', at: { step: 'refuse' } },
    });
  });

  test('blocks go through items and turns, and an inner step sees item, index and outer steps', async () => {
    const id = await g.publish(
      flow(
        [
          { id: 'base', kind: 'set@1', with: { value: 10 } },
          {
            id: 'all',
            kind: 'each@1',
            after: ['base'],
            with: {
              over: [1, 2, 3],
              steps: [{ id: 'x', kind: 'set@1', with: { value: '{{ item * steps.base + index }}' } }],
              result: '{{ { got: steps.x } }}',
            },
          },
          {
            id: 'short',
            kind: 'set@1',
            after: ['all'],
            each: { over: '{{ steps.all }}' },
            with: { value: '{{ item.got + 1 }}' },
          },
          {
            id: 'turns',
            kind: 'repeat@1',
            with: {
              until: '{{ steps.y >= 3 }}',
              max: 10,
              steps: [{ id: 'y', kind: 'set@1', with: { value: '{{ (item ?? 0) + 1 }}' } }],
            },
          },
        ],
        { output: { all: '{{ steps.all }}', short: '{{ steps.short }}', turns: '{{ steps.turns }}' } },
      ),
    );
    expect((await g.run(id)).output).toEqual({
      all: [{ got: 10 }, { got: 21 }, { got: 32 }],
      short: [11, 22, 33],
      turns: 3,
    });
  });

  test('an item that fails is collected at its index, or stops the block with its place', async () => {
    const steps = [
      { id: 'odd', kind: 'if@1', with: { when: '{{ item == 2 }}' } },
      { id: 'no', kind: 'stop@1', after: ['odd.true'], with: { problem: 'two', text: 'No twos' } },
      { id: 'ok', kind: 'set@1', after: ['odd.false'], with: { value: '{{ item }}' } },
    ];
    const collect = await g.publish(
      flow([{ id: 'e', kind: 'each@1', with: { over: [1, 2, 3], onItem: 'collect', steps } }]),
    );
    expect((await g.run(collect)).output).toEqual([
      1,
      { problem: expect.objectContaining({ code: 'two', at: expect.objectContaining({ item: [1] }) }) },
      3,
    ]);
    const stop = await g.publish(flow([{ id: 'e', kind: 'each@1', with: { over: [1, 2, 3], steps } }]));
    expect((await g.run(stop)).problem).toMatchObject({ code: 'two', at: { step: 'no', item: [1] } });
  });

  test('a large value is spilled and read back after a restart', async () => {
    const id = await g.publish(
      flow(
        [
          { id: 'big', kind: 'set@1', with: { value: '{{ input.text }}' } },
          { id: 'hold', kind: 'wait.event@1', after: ['big'], with: {} },
          { id: 'size', kind: 'set@1', after: ['hold'], with: { value: '{{ steps.big.length }}' } },
        ],
        { output: '{{ steps.size }}' },
      ),
    );
    const run = await g.run(id, { text: 'x'.repeat(300_000) }, { wait: 0 });
    await g.until(run.id, 'waiting');
    const again = await g.reopen();
    g = again;
    const page = await g.engine.journal('default', run.id, 0, 100);
    expect(JSON.stringify(page)).not.toContain('x'.repeat(1000));
    const token = tokenOf(run.id, g);
    expect(await g.engine.resume(await token, {})).toMatchObject({ ok: true });
    expect((await g.until(run.id, 'done')).output).toBe(300_000);
  });

  test('a value that doubles by reference is a Problem before it is written', async () => {
    const steps: unknown[] = [{ id: 's0', kind: 'set@1', with: { value: { t: 'xxxxxxxxxx' } } }];
    for (let i = 1; i < 40; i += 1)
      steps.push({
        id: `s${i}`,
        kind: 'set@1',
        after: [`s${i - 1}`],
        with: { value: { a: `{{ steps.s${i - 1} }}`, b: `{{ steps.s${i - 1} }}` } },
      });
    const end = await g.run(await g.publish(flow(steps)));
    expect(end.state).toBe('failed');
    expect(['value.too_large', 'value.too_many', 'expr.budget']).toContain(end.problem?.code);
  });
});

describe('waits', () => {
  test('a wait for a time goes on by itself, also after a restart', async () => {
    const id = await g.publish(
      flow([
        { id: 'nap', kind: 'wait@1', with: { for: '2d' } },
        { id: 'x', kind: 'set@1', after: ['nap'], with: { value: 'awake' } },
      ]),
    );
    const run = await g.run(id, {}, { wait: 0 });
    await g.until(run.id, 'waiting');
    g = await g.reopen();
    expect((await g.engine.view('default', run.id))?.state).toBe('waiting');
    g.clock.shift(2 * 86_400_000 + 5_000);
    expect((await g.until(run.id, 'done')).output).toBe('awake');
  });

  test('a wait for an event ends by its link, once, and by its deadline on the port timeout', async () => {
    const id = await g.publish(
      flow(
        [
          { id: 'ask', kind: 'wait.event@1', with: { note: 'Well?', timeout: '1h' } },
          { id: 'yes', kind: 'set@1', after: ['ask.answered'], with: { value: '{{ steps.ask.say }}' } },
          { id: 'late', kind: 'set@1', after: ['ask.timeout'], with: { value: 'too late' } },
          { id: 'link', kind: 'set@1', with: { value: '{{ run.resume.ask }}' } },
        ],
        { output: '{{ steps.yes ?? steps.late }}' },
      ),
    );
    const run = await g.run(id, {}, { wait: 0 });
    await g.until(run.id, 'waiting');
    const token = await tokenOf(run.id, g, 'link');
    expect(await g.engine.resumable(token, null)).toEqual({ used: false, note: 'Well?', ask: null });
    expect(await g.engine.resume(token, { say: 'yes' })).toMatchObject({ ok: true });
    expect(await g.engine.resume(token, { say: 'again' })).toMatchObject({
      ok: false,
      problem: { code: 'resume.used' },
    });
    expect((await g.until(run.id, 'done')).output).toBe('yes');
    const other = await g.run(id, {}, { wait: 0 });
    await g.until(other.id, 'waiting');
    g.clock.shift(3_700_000);
    expect((await g.until(other.id, 'done')).output).toBe('too late');
  });

  test('a run that outlives its timeout fails, and one that is cancelled stops within a second', async () => {
    const id = await g.publish(
      flow([{ id: 'nap', kind: 'wait@1', with: { for: '1h' } }], { settings: { timeout: '10s' } }),
    );
    const run = await g.run(id, {}, { wait: 0 });
    g.clock.shift(11_000);
    expect((await g.until(run.id, 'failed')).problem?.code).toBe('run.timeout');
    const other = await g.run(
      await g.publish(flow([{ id: 'nap', kind: 'wait@1', with: { for: '30d' } }])),
      {},
      { wait: 0 },
    );
    const began = Date.now();
    expect(await g.engine.cancel(OWNER, other.id)).toMatchObject({ ok: true, value: { state: 'cancelled' } });
    expect(Date.now() - began).toBeLessThan(1_000);
  });
});

describe('effects', () => {
  test('a request needs a grant; without it nothing is sent and the refusal is on record', async () => {
    const server = await countingServer((_n, _q, response) => response.end('hi'));
    const steps = [{ id: 'get', kind: 'http.request@1', with: { method: 'GET', url: `${server.url}/x` } }];
    const bare = await g.run(await g.publish(flow(steps)));
    expect(bare).toMatchObject({ state: 'failed', problem: { code: 'grant.missing' } });
    expect(server.count()).toBe(0);
    const lent = await g.run(await g.publish(flow(steps), { grants: [net(server.host, 'get')] }));
    expect(lent).toMatchObject({ state: 'done', output: { status: 200, body: 'hi' } });
    const { rows } = await g.store.in('default').audit.list({ limit: 10 });
    expect(rows.map((r) => r.decision).sort()).toEqual(['allow', 'deny']);
    await server.close();
  });

  test('a grant whose giver lost the right to give it lends nothing any more, on running flows too', async () => {
    const server = await countingServer((_n, _q, response) => response.end('hi'));
    const id = await g.publish(
      flow([{ id: 'get', kind: 'http.request@1', with: { method: 'GET', url: server.url } }]),
      { grants: [net(server.host)] },
    );
    expect((await g.run(id)).state).toBe('done');
    await g.store.in('default').keys.revoke(OWNER.id, g.clock.now());
    expect((await g.run(id)).problem?.code).toBe('grant.void');
    expect(server.count()).toBe(1);
    await server.close();
  });

  test('a step that fails for a while is tried again, waiting longer each time, and keeps its key', async () => {
    const keys = new Set<unknown>();
    const server = await countingServer((n, request, response) => {
      keys.add(request.headers['x-key']);
      response.statusCode = n < 3 ? 503 : 200;
      response.end('ok');
    });
    const id = await g.publish(
      flow([
        {
          id: 'get',
          kind: 'http.request@1',
          with: { method: 'GET', url: server.url },
          retry: { max: 5, delay: '10ms', jitter: false },
        },
      ]),
      { grants: [net(server.host)] },
    );
    const run = await g.run(id);
    expect(run.state).toBe('done');
    expect(server.count()).toBe(3);
    const page = await g.engine.journal('default', run.id, 0, 100);
    const tries = page?.events
      .filter((e) => e.type === 'step.problem')
      .map((e) => (e.data as { retryAt: number }).retryAt - Date.parse(e.at));
    expect(tries).toEqual([10, 20]);
    await server.close();
  });

  test('a problem goes to its port, or is kept beside an empty result', async () => {
    const server = await countingServer((_n, _q, response) => {
      response.statusCode = 404;
      response.end('no');
    });
    const get = { id: 'get', kind: 'http.request@1', with: { method: 'GET', url: server.url } };
    const port = await g.publish(
      flow([
        { ...get, onProblem: 'port' },
        { id: 'sorry', kind: 'set@1', after: ['get.problem'], with: { value: '{{ problems.get.code }}' } },
      ]),
      { grants: [net(server.host)] },
    );
    expect((await g.run(port)).output).toBe('http.status');
    const goes = await g.publish(
      flow([
        { ...get, onProblem: 'continue' },
        {
          id: 'on',
          kind: 'set@1',
          after: ['get'],
          with: { value: { got: '{{ steps.get }}', why: '{{ problems.get.code }}' } },
        },
      ]),
      { grants: [net(server.host)] },
    );
    expect((await g.run(goes)).output).toEqual({ got: null, why: 'http.status' });
    await server.close();
  });

  test('a step that takes too long is told to stop and fails with its timeout', async () => {
    const server = await countingServer(() => undefined);
    const id = await g.publish(
      flow([{ id: 'get', kind: 'http.request@1', timeout: '200ms', with: { method: 'GET', url: server.url } }]),
      { grants: [net(server.host)] },
    );
    expect((await g.run(id)).problem).toMatchObject({ code: 'step.timeout', at: { step: 'get' } });
    await server.close();
  });
});

describe('flows calling flows', () => {
  test('a called flow gives its output, its failure, and goes no deeper than sixteen', async () => {
    await g.publish({
      headgate: 1,
      name: 'Double',
      steps: [{ id: 'd', kind: 'set@1', with: { value: '{{ input.n * 2 }}' } }],
    });
    const caller = await g.publish(
      {
        headgate: 1,
        name: 'Caller',
        steps: [{ id: 'c', kind: 'flow.call@1', with: { flow: 'Double', input: { n: 21 } } }],
      },
      { grants: [{ step: 'c', power: 'flow: call Double' }] },
    );
    expect((await g.run(caller)).output).toBe(42);
    await g.publish(
      { headgate: 1, name: 'Loop', steps: [{ id: 'c', kind: 'flow.call@1', with: { flow: 'Loop', input: {} } }] },
      { grants: [{ step: 'c', power: 'flow: call Loop' }] },
    );
    const loop = await g.publish(
      { headgate: 1, name: 'Start', steps: [{ id: 'c', kind: 'flow.call@1', with: { flow: 'Loop', input: {} } }] },
      { grants: [{ step: 'c', power: 'flow: call Loop' }] },
    );
    expect((await g.run(loop)).problem?.text).toContain('deep');
  });

  test('a failed run is told to its error flow', async () => {
    await g.publish({
      headgate: 1,
      name: 'On error',
      steps: [{ id: 'x', kind: 'set@1', with: { value: '{{ input.problem.code }}' } }],
    });
    const id = await g.publish(
      flow([{ id: 's', kind: 'stop@1', with: { problem: 'oops', text: 'Oops' } }], {
        settings: { errorFlow: 'On error' },
      }),
      { grants: [{ step: '*', power: 'flow: call On error' }] },
    );
    await g.run(id);
    for (let i = 0; i < 100; i += 1) {
      const { rows } = await g.store.in('default').runs.list({ limit: 10 });
      if (rows.some((r) => r.triggerKind === 'error@1' && r.state === 'done')) break;
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    const { rows } = await g.store.in('default').runs.list({ limit: 10 });
    const told = rows.find((r) => r.triggerKind === 'error@1');
    expect((await g.engine.view('default', told?.id ?? ''))?.output).toBe('oops');
  });
});

describe('alerts', () => {
  test('a failed run starts the flows that want to be told, once, and their own failures start nothing', async () => {
    const told = await g.publish({
      headgate: 1,
      name: 'Told',
      triggers: [{ id: 'alert', kind: 'alert@1', with: { on: ['run.failed'] } }],
      steps: [{ id: 's', kind: 'stop@1', with: { problem: 'told', text: 'Told, and failing too' } }],
    });
    const deaf = await g.publish({
      headgate: 1,
      name: 'Deaf',
      triggers: [{ id: 'alert', kind: 'alert@1', with: { on: ['schedule.missed'] } }],
      steps: [{ id: 's', kind: 'set@1', with: { value: 1 } }],
    });
    const failing = await g.publish(flow([{ id: 's', kind: 'stop@1', with: { problem: 'oops', text: 'Oops' } }]));
    const run = await g.run(failing);
    const list = async (id: string) => (await g.store.in('default').runs.list({ limit: 10, flow: id })).rows;
    for (let i = 0; i < 200 && (await list(told))[0]?.state !== 'failed'; i += 1)
      await new Promise((resolve) => setTimeout(resolve, 20));
    const page = await g.engine.journal('default', (await list(told))[0]?.id ?? '', 0, 1);
    expect(page?.events[0]?.data).toMatchObject({ input: { event: 'run.failed', run: run.id, flow: failing } });
    await new Promise((resolve) => setTimeout(resolve, 200));
    expect(await list(told)).toHaveLength(1);
    expect(await list(deaf)).toHaveLength(0);
  });
});

/** The resume token of a waiting run, as the flow itself can read it. */
const tokenOf = async (run: string, ground: Ground, step?: string): Promise<string> => {
  if (step === undefined)
    return (await import('node:crypto'))
      .createHmac('sha256', ground.resumeKey)
      .update(JSON.stringify([run, 'hold', []]))
      .digest('base64url');
  const page = await ground.engine.journal('default', run, 0, 100);
  const done = page?.events.find((e) => e.type === 'step.done' && e.step === step);
  if (done === undefined) throw new Error(`the step ${step} gave nothing`);
  return (
    String((done.data as { value: string }).value)
      .split('/')
      .at(-1) ?? ''
  );
};
