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
const nap = { id: 'nap', kind: 'wait.event@1', with: {} };
const call = (target: string, more = {}) => ({
  id: 'call',
  kind: 'flow.call@1',
  with: { flow: target, input: {} },
  ...more,
});
const lend = { grants: [{ step: '*', power: 'flow: call *' }] };

/** The run that a run's step called. */
const childOf = async (run: string): Promise<string> => {
  for (let i = 0; i < 200; i += 1) {
    const page = await g.engine.journal('default', run, 0, 100);
    for (const { type, data } of page?.events ?? [])
      if (type === 'step.waiting' && typeof data === 'object' && data !== null && 'child' in data)
        return String(data.child);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  throw new Error('nothing was called');
};

describe('the timeout of a step counts what it waits for', () => {
  test('a called flow that takes too long is a Problem of the step, and is cancelled', async () => {
    const napping = await g.publish(flow([nap]));
    const id = await g.publish(flow([call(napping, { timeout: '1h' })]), lend);
    const run = await g.run(id, {}, { wait: 0 });
    const child = await childOf(run.id);
    await g.until(child, 'waiting');
    g.clock.shift(3_700_000);
    const end = await g.until(run.id, 'failed');
    expect(end.problem).toMatchObject({ code: 'step.timeout', at: { step: 'call' } });
    await g.until(child, 'cancelled');
  });

  test('a call that is tried again after its timeout starts another run', async () => {
    const napping = await g.publish(flow([nap]));
    const id = await g.publish(flow([call(napping, { timeout: '1h', retry: { max: 1, delay: '1s' } })]), lend);
    const run = await g.run(id, {}, { wait: 0 });
    const first = await childOf(run.id);
    await g.until(first, 'waiting');
    g.clock.shift(3_700_000);
    await g.until(first, 'cancelled');
    g.clock.shift(2_000);
    for (let i = 0; (await g.types(run.id)).filter((t) => t === 'step.waiting call').length < 2; i += 1) {
      if (i > 300) throw new Error('not tried again');
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    expect((await g.engine.view('default', run.id))?.state).not.toBe('failed');
  });

  test('it holds after a restart, too', async () => {
    const id = await g.publish(
      flow([{ ...nap, timeout: '1h', onProblem: 'continue' }], { output: '{{ problems.nap.code }}' }),
    );
    const run = await g.run(id, {}, { wait: 0 });
    await g.until(run.id, 'waiting');
    g = await g.reopen();
    expect((await g.engine.view('default', run.id))?.state).toBe('waiting');
    g.clock.shift(3_700_000);
    expect(await g.until(run.id, 'done')).toMatchObject({ output: 'step.timeout' });
  });

  test('a wait that is over in time is not touched by it', async () => {
    const id = await g.publish(
      flow([
        { id: 'w', kind: 'wait@1', with: { for: '1h' }, timeout: '2h' },
        { id: 'after', kind: 'wait@1', after: ['w'], with: { for: '3h' } },
      ]),
    );
    const run = await g.run(id, {}, { wait: 0 });
    g.clock.shift(3_700_000);
    for (let i = 0; !(await g.types(run.id)).includes('step.waiting after'); i += 1) {
      if (i > 300) throw new Error('the first wait did not end');
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    g.clock.shift(3_700_000);
    await new Promise((resolve) => setTimeout(resolve, 1_200));
    expect((await g.engine.view('default', run.id))?.state).toBe('waiting');
    g.clock.shift(3_700_000 * 3);
    await g.until(run.id, 'done');
  });
});

describe('the timeout of a block counts all of it', () => {
  const block = (more = {}) => ({
    id: 'all',
    kind: 'each@1',
    timeout: '1h',
    with: { over: [1, 2, 3], concurrency: 2, steps: [{ id: 'nap', kind: 'wait@1', with: { for: '40m' } }] },
    ...more,
  });

  test('it fails with its place when its items take too long together', async () => {
    const id = await g.publish(flow([block()]));
    const run = await g.run(id, {}, { wait: 0 });
    await g.until(run.id, 'waiting');
    g.clock.shift(2_500_000);
    for (let i = 0; !(await g.types(run.id)).includes('step.waiting nap[2]'); i += 1) {
      if (i > 300) throw new Error('the third item did not begin');
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    g.clock.shift(1_200_000);
    expect((await g.until(run.id, 'failed')).problem).toMatchObject({ code: 'step.timeout', at: { step: 'all' } });
  });

  test('what takes its Problem goes on, also after a restart, and called flows of its items are cancelled', async () => {
    const napping = await g.publish(flow([nap]));
    const steps = [call(napping)];
    const id = await g.publish(
      flow([block({ with: { over: [1], steps }, onProblem: 'continue' })], { output: '{{ problems.all.code }}' }),
      lend,
    );
    const run = await g.run(id, {}, { wait: 0 });
    const child = await childOf(run.id);
    g = await g.reopen();
    g.clock.shift(3_700_000);
    expect(await g.until(run.id, 'done')).toMatchObject({ output: 'step.timeout' });
    await g.until(child, 'cancelled');
  });

  test('a block that ends in time is not touched by it, and the short form gives each step its own', async () => {
    const id = await g.publish(
      flow([
        block({ with: { over: [1], steps: [{ id: 's', kind: 'set@1', with: { value: 1 } }] } }),
        {
          id: 'short',
          kind: 'wait@1',
          after: ['all'],
          each: { over: [1, 2, 3], concurrency: 1 },
          with: { for: '40m' },
          timeout: '1h',
        },
      ]),
    );
    const run = await g.run(id, {}, { wait: 0 });
    for (let i = 0; i < 3; i += 1) {
      for (let n = 0; !(await g.types(run.id)).includes(`step.waiting short[${i}]`); n += 1) {
        if (n > 300) throw new Error(`item ${i} did not begin`);
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
      g.clock.shift(2_500_000);
    }
    expect((await g.until(run.id, 'done')).output).toEqual([null, null, null]);
  });
});

describe('runs that nobody waits for', () => {
  test('a run that is cancelled takes the runs it called with it, and theirs', async () => {
    const napping = await g.publish(flow([nap]));
    const middle = await g.publish(flow([call(napping)]), lend);
    const id = await g.publish(flow([call(middle)]), lend);
    const run = await g.run(id, {}, { wait: 0 });
    const child = await childOf(run.id);
    const grandchild = await childOf(child);
    await g.until(grandchild, 'waiting');
    await g.engine.cancel(OWNER, run.id);
    expect((await g.until(child, 'cancelled')).state).toBe('cancelled');
    expect((await g.until(grandchild, 'cancelled')).state).toBe('cancelled');
  });

  test('so does one that fails beside the call', async () => {
    const napping = await g.publish(flow([nap]));
    const steps = [
      call(napping),
      { id: 'w', kind: 'wait@1', with: { for: '1h' } },
      { id: 'no', kind: 'stop@1', after: ['w'], with: { problem: 'no', text: 'No' } },
    ];
    const run = await g.run(await g.publish(flow(steps), lend), {}, { wait: 0 });
    const child = await childOf(run.id);
    g.clock.shift(3_700_000);
    expect((await g.until(run.id, 'failed')).problem).toMatchObject({ code: 'no' });
    expect((await g.until(child, 'cancelled')).state).toBe('cancelled');
  });

  test('one whose caller ended while the server was down is cancelled at the start', async () => {
    const napping = await g.publish(flow([nap]));
    const run = await g.run(await g.publish(flow([call(napping)]), lend), {}, { wait: 0 });
    const child = await childOf(run.id);
    await g.until(child, 'waiting');
    // As a crash between the end of the caller and what follows from it leaves the two.
    const row = await g.store.in('default').runs.get(run.id);
    if (row === null) throw new Error('no row');
    const event = { seq: row.seq + 1, at: 1, type: 'run.cancelled', data: { by: 'somebody' } };
    const write = {
      row: { ...row, state: 'cancelled' as const, ended: 1, wake: null, seq: row.seq + 1 },
      from: row.seq + 1,
      count: 1,
    };
    await g.store.journal.barrier(g.store.journal.write({ ...write, events: JSON.stringify([event]) }));
    g = await g.reopen();
    expect((await g.until(child, 'cancelled')).state).toBe('cancelled');
  });

  test('a run whose row was written before its wait was known is no interrupted one, however often the server starts', async () => {
    const run = await g.run(await g.publish(flow([nap])), {}, { wait: 0 });
    await g.until(run.id, 'waiting');
    const row = await g.store.in('default').runs.get(run.id);
    if (row === null) throw new Error('no row');
    // As a crash leaves it between a turn that gave way and the next one.
    const write = { row: { ...row, state: 'running' as const }, from: 0, count: 0, events: '' };
    await g.store.journal.barrier(g.store.journal.write(write));
    for (let i = 0; i < 5; i += 1) {
      g = await g.reopen();
      for (let n = 0; (await g.store.in('default').runs.get(run.id))?.state !== 'waiting'; n += 1) {
        if (n > 300) throw new Error('the row still says that it works');
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
    }
    expect(await g.types(run.id)).not.toContain('run.recovered');
    expect((await g.until(run.id, 'waiting')).problem).toBeNull();
  });

  test('a called flow that was waited for to its end is done', async () => {
    const quick = await g.publish(flow([{ id: 's', kind: 'set@1', with: { value: 7 } }]));
    expect(await g.run(await g.publish(flow([call(quick, { timeout: '1h' })]), lend))).toMatchObject({
      state: 'done',
      output: 7,
    });
  });
});
