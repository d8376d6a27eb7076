/** DOS-08 One workspace with hundreds of runs to do does not hold up another. */

import { hashFlow, PERMISSIONS, type Flow, type Principal } from '@headgate/core';
import { afterEach, expect, test } from 'vitest';
import { type Ground, openGround, OWNER } from './testing/ground.ts';

let g: Ground;
afterEach(() => g.close());

const OTHER: Principal = { kind: 'key', id: 'other', workspace: 'other', permissions: PERMISSIONS };

/** Publishes a flow in the other workspace. */
const publishThere = async (doc: unknown): Promise<string> => {
  const flow = doc as Flow;
  const now = g.clock.now();
  await g.store.workspaces.create({ id: 'other', name: 'Other', at: now });
  const { flows } = g.store.in('other');
  const hash = hashFlow(flow);
  const base = { project: 'default', owner: OTHER.id, name: flow.name };
  await flows.create({ ...base, id: 'f_other', draft: flow, draftHash: hash, at: now });
  await flows.publish({
    flow: 'f_other',
    hash,
    doc: flow,
    note: null,
    by: OTHER.id,
    at: now,
    grants: [],
    triggers: [],
  });
  return 'f_other';
};

const start = (principal: Principal, flow: string, wait: number) =>
  g.engine.start({ principal, flow, which: {}, input: {}, trigger: { kind: 'manual@1' }, wait });

/** Many steps that need no waiting: each run gives way again and again. */
const LONG = {
  headgate: 1,
  name: 'Long',
  steps: [
    {
      id: 'all',
      kind: 'each@1',
      with: {
        over: '{{ [1,2,3,4,5,6,7,8,9,10] }}',
        steps: [
          {
            id: 'one',
            kind: 'repeat@1',
            with: {
              until: '{{ false }}',
              max: 300,
              steps: [{ id: 's', kind: 'set@1', with: { value: '{{ index }}' } }],
            },
          },
        ],
      },
    },
  ],
};
const SHORT = {
  headgate: 1,
  name: 'Short',
  steps: [{ id: 's', kind: 'set@1', with: { value: 1 } }],
  output: '{{ steps.s }}',
};

test('DOS-08 a run of one workspace has its turn after one of another, not after hundreds', async () => {
  // Who gives way writes what it has done so far: each turn that a long run had is seen here.
  let turns = 0;
  g = await openGround(undefined, (journal) => ({
    ...journal,
    write: (write) => {
      if (write.row.workspace === OWNER.workspace) turns += 1;
      return journal.write(write);
    },
  }));
  const long = await g.publish(LONG);
  const short = await publishThere(SHORT);
  for (let i = 0; i < 200; i += 1) void start(OWNER, long, 60_000);
  while (g.inMemory() < 200) await new Promise((resolve) => setImmediate(resolve));
  const before = turns;
  const done = await start(OTHER, short, 60_000);
  expect(done).toMatchObject({ ok: true, value: { finished: true, run: { output: 1 } } });
  // Its start, its turn and the disk take a few turns of the others; in one row with them it would have been 200.
  expect(turns - before).toBeLessThan(60);
  // Twin: the others are at work all the while, and were not put aside for it.
  expect(g.inMemory()).toBe(200);
  const then = turns;
  while (turns < then + 20) await new Promise((resolve) => setImmediate(resolve));
}, 60_000);
