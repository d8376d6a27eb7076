/**
 * B2 and O1: no effect starts and no answer leaves before the fsync that covers it. The order is watched from outside:
 * the counting server and the caller look at what is durable at the moment they are reached. The same watch over an
 * engine whose barrier does not wait must see the breach, or it would prove nothing.
 */

import { afterEach, describe, expect, test } from 'vitest';
import type { JournalWriter } from '../store/ports.ts';
import { countingServer, type Ground, openGround } from './testing/ground.ts';

let g: Ground | undefined;
afterEach(async () => {
  await g?.close();
  g = undefined;
});

/** Notes the group of the last write that holds an event of each type, and what is durable whenever asked. */
const watch = () => {
  const groups = new Map<string, number>();
  let journal: JournalWriter | null = null;
  return {
    around: (inner: JournalWriter): JournalWriter => {
      journal = inner;
      return {
        ...inner,
        write: (write) => {
          const group = inner.write(write);
          if (write.events !== '')
            for (const e of JSON.parse(write.events) as { type: string }[]) groups.set(e.type, group);
          return group;
        },
      };
    },
    covered: (type: string): boolean =>
      groups.has(type) && (journal?.durable() ?? -1) >= (groups.get(type) ?? Number.POSITIVE_INFINITY),
  };
};

const same = (journal: JournalWriter): JournalWriter => journal;

/** `break_`: what the engine is told by; `disk`: what the journal stands on. */
const trial = async (break_: (journal: JournalWriter) => JournalWriter, disk = same) => {
  const w = watch();
  g = await openGround(undefined, (journal) => break_(w.around(disk(journal))));
  const seen: Record<string, boolean> = {};
  const server = await countingServer((_n, _q, response) => {
    seen['effect after its start is durable'] = w.covered('step.started');
    response.end('ok');
  });
  const id = await g.publish(
    {
      headgate: 1,
      name: 'Ordered',
      triggers: [{ id: 'hook', kind: 'webhook@1', with: { answer: 'sync' } }],
      steps: [
        { id: 'p', kind: 'http.request@1', with: { method: 'POST', url: server.url } },
        { id: 'r', kind: 'respond@1', after: ['p'], with: { body: 'done' } },
      ],
    },
    { grants: [{ step: 'p', power: `net: * ${server.host}` }] },
  );
  const [hook] = await g.store.in('default').flows.hooks(id);
  const answer = await g.engine.hook({
    token: hook?.token ?? '',
    method: 'POST',
    path: '',
    query: {},
    headers: { 'content-type': 'application/json' },
    raw: Buffer.from('{}'),
  });
  seen['webhook answer after its run is durable'] = w.covered('run.responded');
  expect(answer).toMatchObject({ status: 200, body: 'done' });
  const pure = await g.publish({ headgate: 1, name: 'Pure', steps: [{ id: 's', kind: 'set@1', with: { value: 1 } }] });
  await g.run(pure);
  seen['run API answer after its run is durable'] = w.covered('run.done');
  const waiting = await g.publish({ headgate: 1, name: 'Waits', steps: [{ id: 'w', kind: 'wait.event@1', with: {} }] });
  await g.run(waiting, {}, { wait: 0 });
  seen['an accepted run is durable'] = w.covered('step.waiting');
  await server.close();
  return seen;
};

describe('durable first', () => {
  test('no effect starts and no answer leaves before the fsync that covers it', async () => {
    const seen = await trial(same);
    expect(Object.keys(seen)).toHaveLength(4);
    for (const [what, held] of Object.entries(seen)) expect(held, what).toBe(true);
  });

  test('the watch sees the breach when the engine does not wait for the journal', async () => {
    // A disk that is never done, so that no luck of timing covers the breach.
    const never = (journal: JournalWriter): JournalWriter => ({ ...journal, write: () => 1_000_000 });
    const seen = await trial((journal) => ({ ...journal, barrier: () => Promise.resolve() }), never);
    expect(seen['effect after its start is durable']).toBe(false);
    expect(seen['run API answer after its run is durable']).toBe(false);
  });

  test('when the journal cannot be written no effect starts, and the run goes on once it can', async () => {
    let down = false;
    const server = await countingServer((_n, _q, response) => response.end('ok'));
    g = await openGround(undefined, (journal) => ({
      ...journal,
      barrier: (group) => (down ? Promise.reject(new Error('disk full')) : journal.barrier(group)),
    }));
    const id = await g.publish(
      {
        headgate: 1,
        name: 'Full',
        steps: [{ id: 'p', kind: 'http.request@1', with: { method: 'GET', url: server.url } }],
      },
      { grants: [{ step: 'p', power: `net: * ${server.host}` }] },
    );
    down = true;
    const started = await g.engine.start({
      principal: (await import('./testing/ground.ts')).OWNER,
      flow: id,
      which: {},
      input: {},
      trigger: { kind: 'api@1' },
      wait: 1_000,
    });
    expect(started).toMatchObject({ ok: false, problem: { code: 'store.unavailable' } });
    expect(server.count()).toBe(0);
    expect(g.engine.ready()).not.toEqual([]);
    down = false;
    let run = '';
    for (let i = 0; i < 100 && run === ''; i += 1) {
      await new Promise((resolve) => setTimeout(resolve, 20));
      run = (await g.store.in('default').runs.list({ limit: 1 })).rows[0]?.id ?? '';
    }
    for (
      let i = 0;
      i < 300 &&
      (await g.engine.view('default', run))?.state !== 'done' &&
      (await g.engine.view('default', run))?.state !== 'in_doubt';
      i += 1
    )
      await new Promise((resolve) => setTimeout(resolve, 20));
    expect((await g.engine.view('default', run))?.state).toBe('done');
    expect(server.count()).toBe(1);
    expect(g.engine.ready()).toEqual([]);
    await server.close();
  });
});
