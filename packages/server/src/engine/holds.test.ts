import type { GoOnRequest, Principal, Problem, Result, RunView } from '@headgate/core';
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
const set = (id: string, value: unknown, after?: string[], more = {}) => ({
  id,
  kind: 'set@1',
  with: { value },
  ...(after === undefined ? {} : { after }),
  ...more,
});
const chain = flow([set('a', 1), set('b', '{{ steps.a + 1 }}', ['a']), set('c', '{{ steps.b * 10 }}', ['b'])], {
  output: '{{ steps.c }}',
});

const must = <T>(result: Result<T>): T => {
  if (!result.ok) throw new Error(`${result.problem.code}: ${result.problem.text}`);
  return result.value;
};
const why = <T>(result: Result<T>): Problem | null => (result.ok ? null : result.problem);

const begin = async (id: string, breakpoints: string[], more = {}): Promise<RunView> => {
  const which = { draft: true } as const;
  const trigger = { kind: 'manual@1' };
  const made = await g.engine.start({
    principal: OWNER,
    flow: id,
    which,
    input: {},
    trigger,
    wait: 0,
    breakpoints,
    ...more,
  });
  return must(made).run;
};
const goOn = (run: string, more: Partial<GoOnRequest> = {}): Promise<Result<RunView>> =>
  g.engine.goOn({ principal: OWNER, run, mode: 'continue', ...more });

/** The data of the events of one type, as readers see them. */
const told = async (run: string, type: string): Promise<unknown[]> => {
  const page = await g.engine.journal('default', run, 0, 1_000);
  return (page?.events ?? [])
    .filter((event) => event.type === type)
    .map(({ step, item, data }) => ({ step, item, ...(data as object) }));
};

describe('a run with a breakpoint', () => {
  test('holds before the step, tells what it is about to be given, and goes on when it is told to', async () => {
    const id = await g.publish(chain);
    const run = await begin(id, ['b']);
    await g.until(run.id, 'waiting');
    expect(await told(run.id, 'step.held')).toEqual([{ step: 'b', item: undefined, input: { value: 2 } }]);
    expect(await g.types(run.id)).not.toContain('step.done b');
    must(await goOn(run.id));
    expect(await g.until(run.id, 'done')).toMatchObject({ output: 20 });
    expect(await told(run.id, 'step.continued')).toEqual([
      { step: 'b', item: undefined, mode: 'continue', by: 'owner' },
    ]);
  });

  test('lets other branches go on, and holds no second time what was let go on', async () => {
    const id = await g.publish(flow([set('a', 1), set('b', 2), set('c', '{{ steps.b }}', ['b'])]));
    const run = await begin(id, ['a', 'c']);
    await g.until(run.id, 'waiting');
    expect(await g.types(run.id)).toContain('step.done b');
    must(await goOn(run.id, { step: 'a' }));
    expect((await g.engine.view('default', run.id))?.state).toBe('waiting');
    expect(why(await goOn(run.id, { step: 'a' }))).toMatchObject({ code: 'run.not_held' });
    must(await goOn(run.id, { step: 'c' }));
    await g.until(run.id, 'done');
    expect(why(await goOn(run.id))).toMatchObject({ code: 'run.over' });
  });

  test('steps: this step runs, and what comes next is held', async () => {
    const id = await g.publish(chain);
    const run = await begin(id, ['a']);
    await g.until(run.id, 'waiting');
    must(await goOn(run.id, { step: 'a', mode: 'step' }));
    must(await goOn(run.id, { step: 'b', mode: 'step' }));
    expect((await told(run.id, 'step.held')).map((event) => (event as { step: string }).step)).toEqual(['a', 'b', 'c']);
    expect((await g.engine.view('default', run.id))?.state).toBe('waiting');
    must(await goOn(run.id, { mode: 'continue' }));
    await g.until(run.id, 'done');
  });

  test('does not begin at a step that is not there, nor for a published version', async () => {
    const id = await g.publish(chain);
    const ask = { principal: OWNER, flow: id, input: {}, trigger: { kind: 'manual@1' }, wait: 0 };
    expect(why(await g.engine.start({ ...ask, which: { draft: true }, breakpoints: ['ghost'] }))?.code).toBe(
      'input.breakpoints',
    );
    expect(why(await g.engine.start({ ...ask, which: {}, breakpoints: ['a'] }))?.code).toBe('input.breakpoints');
  });

  test('tells why it cannot tell what a step is about to be given, and a value given then mends it', async () => {
    const id = await g.publish(
      flow([set('a', null), set('b', '{{ steps.a.deep.er }}', ['a'])], { output: '{{ steps.b }}' }),
    );
    const run = await begin(id, ['b']);
    await g.until(run.id, 'waiting');
    expect(await told(run.id, 'step.held')).toMatchObject([
      { step: 'b', problem: { code: expect.stringMatching(/^expr\./) as string } },
    ]);
    must(await goOn(run.id, { step: 'b', input: { value: { value: 'mended' } } }));
    expect(await g.until(run.id, 'done')).toMatchObject({ output: 'mended' });
  });
});

describe('the input of a held step', () => {
  test('can be changed by who started the run, and the journal tells what was given, by whom', async () => {
    const id = await g.publish(chain);
    const run = await begin(id, ['b']);
    await g.until(run.id, 'waiting');
    must(await goOn(run.id, { step: 'b', input: { value: { value: 7 } } }));
    expect(await g.until(run.id, 'done')).toMatchObject({ output: 70 });
    expect(await told(run.id, 'step.continued')).toEqual([
      { step: 'b', item: undefined, mode: 'continue', by: 'owner', input: { value: 7 } },
    ]);
  });

  test('is checked as the step checks it, and nothing happens when it does not fit', async () => {
    const id = await g.publish(flow([{ id: 'w', kind: 'wait@1', with: { for: '1s' } }]));
    const run = await begin(id, ['w']);
    await g.until(run.id, 'waiting');
    expect(why(await goOn(run.id, { step: 'w', input: { value: { for: 17 } } }))).toMatchObject({
      code: 'step.input',
      at: { step: 'w', field: 'with.for' },
    });
    expect(await told(run.id, 'step.continued')).toEqual([]);
  });

  test('AZ-05 is not for another to say, who may let it go on as it is', async () => {
    const id = await g.publish(chain);
    const run = await begin(id, ['b']);
    await g.until(run.id, 'waiting');
    const other: Principal = { ...OWNER, id: 'other' };
    expect(why(await goOn(run.id, { principal: other, step: 'b', input: { value: { value: 7 } } }))?.code).toBe(
      'permission.missing',
    );
    must(await goOn(run.id, { principal: other, step: 'b' }));
    expect(await g.until(run.id, 'done')).toMatchObject({ output: 20 });
  });

  test('API-06 is nobody’s who may not change the flow, and neither is letting it go on', async () => {
    const id = await g.publish(chain);
    const run = await begin(id, ['b']);
    await g.until(run.id, 'waiting');
    const runner: Principal = { ...OWNER, permissions: ['run', 'run.read', 'flow.read'] };
    expect(why(await goOn(run.id, { principal: runner }))?.code).toBe('permission.missing');
    const stranger: Principal = { ...OWNER, workspace: 'elsewhere' };
    expect(why(await goOn(run.id, { principal: stranger }))?.code).toBe('run.not_found');
    must(await goOn(run.id));
  });

  test('is a list for an each, whose items are held one by one where the breakpoint is inside', async () => {
    const id = await g.publish(
      flow(
        [
          {
            id: 'e',
            kind: 'each@1',
            with: { over: [1, 2, 3], steps: [set('x', '{{ item * 2 }}')], result: '{{ steps.x }}' },
          },
        ],
        { output: '{{ steps.e }}' },
      ),
    );
    const run = await begin(id, ['e', 'x']);
    await g.until(run.id, 'waiting');
    expect(await told(run.id, 'step.held')).toMatchObject([{ step: 'e', input: [1, 2, 3] }]);
    expect(why(await goOn(run.id, { step: 'e', input: { value: { over: [] } } }))?.code).toBe('step.input');
    must(await goOn(run.id, { step: 'e', input: { value: [5, 6] } }));
    const one = { value: { value: 'mine' } };
    expect(why(await goOn(run.id, { step: 'x', input: one }))?.code).toBe('run.held_many');
    must(await goOn(run.id, { step: 'x', item: [1], input: one }));
    must(await goOn(run.id));
    expect(await g.until(run.id, 'done')).toMatchObject({ output: [10, 'mine'] });
  });

  test('stays with the step when it is tried again, over a restart, too', async () => {
    const asked: string[] = [];
    const there = await countingServer((n, request, response) => {
      asked.push(request.url ?? '');
      response.writeHead(n === 1 ? 503 : 200, { 'content-type': 'application/json' }).end('{}');
    });
    const own = { method: 'GET', url: `${there.url}/own` };
    const request = { id: 'h', kind: 'http.request@1', with: own, retry: { max: 1, delay: '1h', jitter: false } };
    const id = await g.publish(flow([request]), { grants: [{ step: '*', power: `net: GET ${there.host}` }] });
    const run = await begin(id, ['h']);
    await g.until(run.id, 'waiting');
    must(await goOn(run.id, { step: 'h', input: { value: { ...own, url: `${there.url}/given` } } }));
    await expect.poll(() => told(run.id, 'step.problem')).toHaveLength(1);
    g = await g.reopen();
    g.clock.shift(3_700_000);
    await g.until(run.id, 'done');
    expect(asked).toEqual(['/given', '/given']);
    await there.close();
  });

  test('lends nothing: an address that nobody lent is refused, as when it stood in the flow', async () => {
    const there = await countingServer((_n, _request, response) => void response.end('{}'));
    const own = { method: 'GET', url: 'http://127.0.0.1:9/own' };
    const id = await g.publish(flow([{ id: 'h', kind: 'http.request@1', with: own }]), {
      grants: [{ step: '*', power: 'net: GET 127.0.0.1:9' }],
    });
    const run = await begin(id, ['h']);
    await g.until(run.id, 'waiting');
    must(await goOn(run.id, { step: 'h', input: { value: { ...own, url: there.url } } }));
    expect(await g.until(run.id, 'failed')).toMatchObject({ problem: { code: 'grant.missing' } });
    expect(there.count()).toBe(0);
    await there.close();
  });
});

describe('API-06 what was given to a held step', () => {
  test('is taken over by no run of a published version that a mere runner starts; what the flow gave itself is', async () => {
    const id = await g.publish(chain);
    const runner: Principal = { ...OWNER, permissions: ['run', 'run.read', 'flow.read'] };
    const made = async (more: Partial<GoOnRequest>): Promise<string> => {
      const run = await begin(id, ['a']);
      await g.until(run.id, 'waiting');
      must(await goOn(run.id, { step: 'a', ...more }));
      await g.until(run.id, 'done');
      return run.id;
    };
    const again = (run: string) => g.engine.rerun({ principal: runner, run, mode: { from: 'b' }, version: 1 });
    expect(why(await again(await made({ input: { value: { value: 40 } } })))?.code).toBe('permission.missing');
    must(await again(await made({})));
  });
});

describe('a held run', () => {
  test('is held after a restart, too, whoever asks for it, and leaves memory meanwhile', async () => {
    const id = await g.publish(chain);
    const run = await begin(id, ['b', 'c']);
    await g.until(run.id, 'waiting');
    await expect.poll(g.inMemory).toBe(0);
    g = await g.reopen();
    g = await g.reopen();
    expect((await g.engine.view('default', run.id))?.state).toBe('waiting');
    must(await goOn(run.id, { step: 'b', input: { value: { value: 4 } } }));
    g = await g.reopen();
    expect(await told(run.id, 'step.held')).toHaveLength(2);
    must(await goOn(run.id));
    expect(await g.until(run.id, 'done')).toMatchObject({ output: 40 });
  });

  test('can be cancelled', async () => {
    const id = await g.publish(chain);
    const run = await begin(id, ['b']);
    await g.until(run.id, 'waiting');
    must(await g.engine.cancel(OWNER, run.id));
    expect(await g.until(run.id, 'cancelled')).toMatchObject({ problem: null });
  });

  test('does not use up the timeout of the flow, which holds again afterwards', async () => {
    const nap = { id: 'nap', kind: 'wait@1', after: ['a'], with: { for: '1h' } };
    const id = await g.publish(flow([set('a', 1), nap], { settings: { timeout: '10m' } }));
    const run = await begin(id, ['a']);
    await g.until(run.id, 'waiting');
    g.clock.shift(30 * 60_000);
    g = await g.reopen();
    must(await goOn(run.id));
    await g.until(run.id, 'waiting');
    g.clock.shift(5 * 60_000);
    g = await g.reopen();
    expect((await g.engine.view('default', run.id))?.state).toBe('waiting');
    g.clock.shift(6 * 60_000);
    expect(await g.until(run.id, 'failed')).toMatchObject({ problem: { code: 'run.timeout' } });
  });

  test('does not use up the timeout of a block', async () => {
    const nap = { id: 'nap', kind: 'wait@1', after: ['x'], with: { for: '1h' } };
    const block = { id: 'e', kind: 'each@1', timeout: '10m', with: { over: [1], steps: [set('x', 1), nap] } };
    const id = await g.publish(flow([block]));
    const run = await begin(id, ['x']);
    await g.until(run.id, 'waiting');
    g.clock.shift(30 * 60_000);
    g = await g.reopen();
    must(await goOn(run.id));
    await g.until(run.id, 'waiting');
    g.clock.shift(5 * 60_000);
    // Read back, what is due is done at once.
    g = await g.reopen();
    await expect.poll(() => g.types(run.id)).toContain('step.waiting nap[0]');
    expect((await g.engine.view('default', run.id))?.state).toBe('waiting');
    g.clock.shift(6 * 60_000);
    expect(await g.until(run.id, 'failed')).toMatchObject({ problem: { code: 'step.timeout', at: { step: 'e' } } });
  });

  test('is given up after an hour without anybody, and gives its place to the next; a step let go on begins the hour anew', async () => {
    const id = await g.publish(flow([set('a', 1), set('b', 2), set('c', 3)], { settings: { concurrency: 1 } }));
    const run = await begin(id, ['a', 'b', 'c']);
    await g.until(run.id, 'waiting');
    const next = await g.run(id, {}, { wait: 0 });
    expect(next.state).toBe('queued');
    g.clock.shift(50 * 60_000);
    must(await goOn(run.id, { step: 'a' }));
    g.clock.shift(50 * 60_000);
    g = await g.reopen();
    must(await goOn(run.id, { step: 'b' }));
    expect((await g.engine.view('default', next.id))?.state).toBe('queued');
    // Nobody asks for it after the restart: the hour is told by the row alone.
    g = await g.reopen();
    await expect.poll(g.inMemory).toBeLessThan(2);
    g.clock.shift(61 * 60_000);
    const end = await g.until(run.id, 'cancelled');
    expect(end.problem).toMatchObject({ code: 'run.held_too_long' });
    await g.until(next.id, 'done');
    expect((await g.engine.view('default', run.id))?.problem).toMatchObject({ code: 'run.held_too_long' });
  });
});
