/**
 * What leaves memory and comes back: a run that waits, one the disk refused, one that was queued. There is never more than
 * one history of a run, and nobody who depends on it is forgotten.
 */

import { createHmac } from 'node:crypto';
import { problem } from '@headgate/core';
import { afterEach, describe, expect, test } from 'vitest';
import type { JournalWriter } from '../store/ports.ts';
import { NotDurable } from '../store/writer/writer.ts';
import { countingServer, type Ground, openGround, OWNER } from './testing/ground.ts';

let g: Ground | undefined;
afterEach(async () => {
  await g?.close();
  g = undefined;
});

const flow = (steps: unknown[], more: Record<string, unknown> = {}) => ({ headgate: 1, name: 'Left', steps, ...more });
const event = (id: string, more: Record<string, unknown> = {}) => ({ id, kind: 'wait.event@1', with: {}, ...more });
const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
const tokenOf = (ground: Ground, run: string, step: string): string =>
  createHmac('sha256', ground.resumeKey)
    .update(JSON.stringify([run, step, []]))
    .digest('base64url');

/** A disk that can refuse: what is written meanwhile is written, in order, once it is willing again. */
const disk = () => {
  let down = false;
  return {
    fail: () => void (down = true),
    mend: () => void (down = false),
    around: (journal: JournalWriter): JournalWriter => {
      const kept: Parameters<JournalWriter['write']>[0][] = [];
      const LATER = 1e12;
      let last = 0;
      return {
        ...journal,
        write: (write) => {
          if (down || kept.length > 0) {
            kept.push(write);
            return LATER;
          }
          last = journal.write(write);
          return last;
        },
        barrier: async (group) => {
          if (down && group > journal.durable()) throw new NotDurable(problem('journal.unwritable', 'disk full'));
          for (const write of kept.splice(0)) last = journal.write(write);
          await journal.barrier(group === LATER ? last : group);
        },
        audit: (entries) => (down ? LATER : journal.audit(entries)),
      };
    },
  };
};

describe('runs that leave memory', () => {
  test('answers that come one after the other within a write of the disk are all taken, each once', async () => {
    g = await openGround();
    const names = Array.from({ length: 12 }, (_, i) => `w${i}`);
    const id = await g.publish(flow(names.map((name) => event(name))));
    const run = await g.run(id, {}, { wait: 0 });
    await g.until(run.id, 'waiting');
    await pause(50);
    const answers = [];
    for (const name of names) {
      answers.push(g.engine.resume(tokenOf(g, run.id, name), name));
      await turn();
      await turn();
    }
    expect((await Promise.all(answers)).map((a) => a.ok)).toEqual(names.map(() => true));
    await g.until(run.id, 'done');
    expect(g.engine.ready()).toEqual([]);
  });

  test('a caller that stopped waiting keeps no run in memory', async () => {
    g = await openGround();
    const id = await g.publish(flow([event('w')]));
    const before = g.logs.length;
    const run = await g.run(id, {}, { wait: 100 });
    expect(run.state).toBe('waiting');
    await pause(100);
    expect(g.inMemory()).toBe(0);
    expect(g.logs.length).toBe(before);
  });
});

describe('a disk that refuses for a while', () => {
  test('a run is not read back, by a cancel or an answer, before what was written of it is on the disk', async () => {
    const d = disk();
    g = await openGround(undefined, d.around);
    const id = await g.publish(flow([event('a'), event('b')]));
    const run = await g.run(id, {}, { wait: 0 });
    await g.until(run.id, 'waiting');
    await pause(50);
    d.fail();
    const answer = await g.engine.resume(tokenOf(g, run.id, 'a'), 1);
    expect(answer).toMatchObject({ ok: false, problem: { code: 'store.unavailable' } });
    await pause(20);
    expect(await g.engine.cancel(OWNER, run.id)).toMatchObject({ ok: false, problem: { code: 'store.unavailable' } });
    d.mend();
    expect(await g.engine.resume(tokenOf(g, run.id, 'b'), 2)).toMatchObject({ ok: true });
    await g.until(run.id, 'done');
    expect((await g.types(run.id)).filter((t) => t.startsWith('step.done'))).toEqual(['step.done a', 'step.done b']);
    expect(g.engine.ready()).toEqual([]);
  });

  test('a called flow whose end was refused is told to its caller when it is written', async () => {
    const d = disk();
    g = await openGround(undefined, d.around);
    const child = await g.publish({ ...flow([event('w')]), name: 'Child' });
    const parent = await g.publish(flow([{ id: 'c', kind: 'flow.call@1', with: { flow: child, input: {} } }]), {
      grants: [{ step: 'c', power: `flow: call ${child}` }],
    });
    const run = await g.run(parent, {}, { wait: 0 });
    await g.until(run.id, 'waiting');
    const calls = g.store.in('default').runs;
    let sub = '';
    for (let i = 0; i < 100 && sub === ''; i += 1) {
      await pause(20);
      sub = (await calls.list({ limit: 5, flow: child })).rows[0]?.id ?? '';
    }
    await g.until(sub, 'waiting');
    await pause(50);
    d.fail();
    expect((await g.engine.resume(tokenOf(g, sub, 'w'), 7)).ok).toBe(false);
    await pause(20);
    d.mend();
    expect((await g.until(run.id, 'done')).output).toBe(7);
  });

  test('a run that was queued when the disk refused begins all the same, and no lane is counted twice or never', async () => {
    const d = disk();
    g = await openGround(undefined, d.around);
    const id = await g.publish(flow([event('w')], { settings: { concurrency: 1 } }));
    const one = await g.run(id, {}, { wait: 0 });
    await g.until(one.id, 'waiting');
    d.fail();
    const start = { principal: OWNER, flow: id, which: {}, input: {}, trigger: { kind: 'api@1' }, wait: 0 };
    expect((await g.engine.start(start)).ok).toBe(false);
    await g.engine.resume(tokenOf(g, one.id, 'w'), 1);
    await pause(20);
    d.mend();
    await g.until(one.id, 'done');
    const { rows } = await g.store.in('default').runs.list({ limit: 5, flow: id });
    const two = rows.find((row) => row.id !== one.id)?.id ?? '';
    await g.until(two, 'waiting');
    const three = await g.run(id, {}, { wait: 0 });
    await pause(100);
    expect((await g.engine.view('default', three.id))?.state).toBe('queued');
    await g.engine.cancel(OWNER, two);
    await g.until(three.id, 'waiting');
  });

  test('a run let go counts in its lane again when it is read back', async () => {
    const d = disk();
    const server = await countingServer((_n, _q, response) => response.end('ok'));
    g = await openGround(undefined, d.around);
    const id = await g.publish(
      flow(
        [
          event('w'),
          { id: 'p', kind: 'http.request@1', after: ['w'], with: { method: 'GET', url: server.url } },
          event('x', { after: ['p'] }),
        ],
        { settings: { concurrency: 1 } },
      ),
      { grants: [{ step: 'p', power: `net: * ${server.host}` }] },
    );
    const one = await g.run(id, {}, { wait: 0 });
    await g.until(one.id, 'waiting');
    await pause(50);
    d.fail();
    await g.engine.resume(tokenOf(g, one.id, 'w'), 1);
    await pause(20);
    d.mend();
    for (let i = 0; i < 200 && !(await g.types(one.id)).includes('step.waiting x'); i += 1) await pause(20);
    const two = await g.run(id, {}, { wait: 0 });
    const three = await g.run(id, {}, { wait: 0 });
    expect([two.state, three.state]).toEqual(['queued', 'queued']);
    await g.engine.cancel(OWNER, one.id);
    await g.until(two.id, 'waiting');
    await pause(100);
    expect((await g.engine.view('default', three.id))?.state).toBe('queued');
    await server.close();
  });
});
