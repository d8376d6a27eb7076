/**
 * Every crash point, in process: for each prefix of a finished run's journal a store is laid as a crash would have left
 * it, and the engine goes on from there. (test/faults kills real processes; this misses no point.)
 */

import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Event, type Flow, hashFlow, isOver, PERMISSIONS } from '@headgate/core';
import { describe, expect, test } from 'vitest';
import { openStore } from '../store/open.ts';
import type { RunRow } from '../store/ports.ts';
import { opener } from '../store/vault-open/opener.ts';
import { keyring } from '../store/vault-seal/keyring.ts';
import { countingServer, type Kept, openGround, OWNER } from './testing/ground.ts';

const lay = async (flows: { flow: Flow; powers: string[] }[]): Promise<Kept> => {
  const kept = { dir: mkdtempSync(join(tmpdir(), 'headgate-crash-')), key: randomBytes(32), shifted: 0 };
  const store = await openStore({ dir: kept.dir, key: kept.key, clock: Date.now });
  const scoped = store.in('default');
  await scoped.keys.create({
    id: OWNER.id,
    workspace: 'default',
    name: 'owner',
    hash: 'h'.repeat(43),
    permissions: PERMISSIONS,
    projects: null,
    flows: null,
    expires: null,
    revoked: null,
    created: 1,
    used: null,
  });
  for (const { flow, powers } of flows) {
    const id = `f${flow.name}`;
    await scoped.flows.create({
      id,
      project: 'default',
      owner: OWNER.id,
      name: flow.name,
      draft: flow,
      draftHash: hashFlow(flow),
      at: 1,
    });
    await scoped.flows.publish({
      flow: id,
      hash: hashFlow(flow),
      doc: flow,
      note: null,
      by: OWNER.id,
      at: 1,
      triggers: [],
      grants: powers.map((power, i) => ({
        id: `g${flow.name}${i}`,
        flow: id,
        step: '*',
        power,
        environment: '*',
        grantor: OWNER.id,
        asCaller: false,
        created: 1,
      })),
    });
  }
  await store.close();
  return kept;
};

/** The state a row would have had when only these events were written. */
const rowAt = (row: RunRow, events: readonly Event[]): RunRow => ({
  ...row,
  state: events.some((e) => e.type === 'run.started') ? 'running' : 'queued',
  seq: events.at(-1)?.seq ?? 0,
  ended: null,
  wake: null,
  problemCode: null,
  problemStep: null,
});

const everyPoint = async (
  flows: { flow: Flow; powers: string[] }[],
  expected: unknown,
): Promise<{ points: number; doubts: number }> => {
  const kept = await lay(flows);
  let g = await openGround(kept);
  const run = await g.run('fMain', {}, { wait: 20_000 });
  expect(run).toMatchObject({ state: 'done', output: expected });
  const row = await g.store.in('default').runs.get(run.id);
  if (row === null) throw new Error('the run is not in the store');
  const open = opener(keyring(kept.key));
  const events: Event[] = [];
  for (const chunk of await g.store.in('default').runs.chunks(run.id, 0, 1_000)) {
    const text = open.openChunk('default', run.id, chunk.from, chunk.sealed);
    if (text.ok) events.push(...(JSON.parse(text.value) as Event[]));
  }
  await g.engine.close(0);
  await g.store.close();
  rmSync(kept.dir, { recursive: true, force: true });

  let doubts = 0;
  for (let n = 1; n < events.length; n += 1) {
    const prefix = events.slice(0, n);
    const point = await lay(flows);
    const store = await openStore({ dir: point.dir, key: point.key, clock: Date.now });
    const group = store.journal.write({ row: rowAt(row, prefix), from: 1, count: n, events: JSON.stringify(prefix) });
    await store.journal.barrier(group);
    await store.close();
    g = await openGround(point);
    const end = Date.now() + 10_000;
    let view = await g.engine.view('default', run.id);
    while (view !== null && !isOver(view.state) && view.state !== 'in_doubt' && Date.now() < end) {
      await new Promise((resolve) => setTimeout(resolve, 5));
      view = await g.engine.view('default', run.id);
    }
    const last = prefix.at(-1);
    if (view?.state === 'in_doubt') {
      doubts += 1;
      expect(await g.engine.resolve(OWNER, run.id, 'repeat')).toMatchObject({ ok: true });
      view = await g.until(run.id, 'done');
    }
    expect(view, `after ${last?.type} ${last?.step ?? ''}`).toMatchObject({ state: 'done', output: expected });
    const done = (await g.types(run.id)).filter((t) => t.startsWith('step.done'));
    expect(new Set(done).size).toBe(done.length);
    await g.close();
  }
  return { points: events.length - 1, doubts };
};

describe('at every crash point', () => {
  test('a flow of pure steps, blocks and a wait ends as if nothing had happened', { timeout: 120_000 }, async () => {
    const flow: Flow = {
      headgate: 1,
      name: 'Main',
      steps: [
        { id: 'a', kind: 'set@1', with: { value: [1, 2] } },
        {
          id: 'e',
          kind: 'each@1',
          after: ['a'],
          with: {
            over: '{{ steps.a }}',
            steps: [{ id: 'x', kind: 'set@1', with: { value: '{{ item * 2 }}' } }],
            result: '{{ steps.x + index }}',
          },
        },
        { id: 'nap', kind: 'wait@1', after: ['e'], with: { for: '20ms' } },
        {
          id: 'r',
          kind: 'repeat@1',
          after: ['nap'],
          with: {
            until: '{{ steps.y >= 2 }}',
            max: 5,
            steps: [{ id: 'y', kind: 'set@1', with: { value: '{{ (item ?? 0) + 1 }}' } }],
          },
        },
      ],
      output: { e: '{{ steps.e }}', r: '{{ steps.r }}' },
    };
    const { points, doubts } = await everyPoint([{ flow, powers: [] }], { e: [2, 5], r: 2 });
    expect(points).toBeGreaterThan(12);
    expect(doubts).toBe(0);
  });

  test('a request that may be repeated is, one that may not is in doubt until somebody chooses', {
    timeout: 120_000,
  }, async () => {
    const server = await countingServer((_n, _q, response) => response.end('ok'));
    const step = (id: string, method: string, after: string[]) => ({
      id,
      kind: 'http.request@1',
      after,
      with: { method, url: server.url },
    });
    const flow: Flow = {
      headgate: 1,
      name: 'Main',
      steps: [step('read', 'GET', []), step('write', 'POST', ['read'])],
      output: '{{ steps.write.body }}',
    };
    const { doubts } = await everyPoint([{ flow, powers: [`net: * ${server.host}`] }], 'ok');
    expect(doubts).toBe(1);
    await server.close();
  });

  test('a called flow is found again, never called twice', { timeout: 120_000 }, async () => {
    const child: Flow = {
      headgate: 1,
      name: 'Child',
      steps: [{ id: 'd', kind: 'set@1', with: { value: '{{ input.n * 2 }}' } }],
    };
    const main: Flow = {
      headgate: 1,
      name: 'Main',
      steps: [{ id: 'c', kind: 'flow.call@1', with: { flow: 'Child', input: { n: 4 } } }],
      output: '{{ steps.c }}',
    };
    const { points, doubts } = await everyPoint(
      [
        { flow: child, powers: [] },
        { flow: main, powers: ['flow: call fChild'] },
      ],
      8,
    );
    expect(points).toBeGreaterThan(4);
    expect(doubts).toBe(0);
  });
});
