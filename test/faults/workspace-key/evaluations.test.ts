/**
 * The key of a workspace is taken away under an evaluation: it goes on when the key is put back, and ends as incomplete, with the
 * reason, when nobody does. It never reads as running with nobody at work on it.
 */

import { mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, test, vi } from 'vitest';
import type { EvaluationView } from '../../../packages/core/src/run/evaluations-port.ts';
import { type Ground, openGround, OWNER } from '../../../packages/server/src/engine/testing/ground.ts';
import { makeWorkspaceKey } from '../../../packages/server/src/main/workspace-key.ts';

vi.setConfig({ testTimeout: 120_000, hookTimeout: 60_000 });

const FLOW = {
  headgate: 1,
  name: 'Slow',
  steps: [
    { id: 'wait', kind: 'wait@1', with: { for: '{{ input.for }}' } },
    { id: 'greet', kind: 'set@1', after: ['wait'], with: { value: '{{ input.name }}' } },
  ],
  output: '{{ steps.greet }}',
};
const ROWS = [
  { name: 'a', input: { name: 'a', for: '1h' }, expected: 'a' },
  { name: 'b', input: { name: 'b', for: '1ms' }, expected: 'b' },
];

let root = '';
let g: Ground | null = null;
afterEach(async () => {
  await g?.close();
  g = null;
  rmSync(root, { recursive: true, force: true });
});

const until = async <T>(look: () => Promise<T> | T, fits: (seen: T) => boolean): Promise<T> => {
  for (const end = Date.now() + 60_000; ; ) {
    const seen = await look();
    if (fits(seen)) return seen;
    if (Date.now() > end) throw new Error(`not so: ${JSON.stringify(seen)} ${JSON.stringify(g?.logs.slice(-3))}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
};

/** An evaluation in a workspace with a key of its own, its first run waiting for an hour. */
const begun = async () => {
  root = mkdtempSync(join(tmpdir(), 'headgate-evaluation-key-'));
  const workspaceKeys = join(root, 'keys');
  const besides = { workspaceKeys };
  const ground = await openGround(undefined, undefined, undefined, undefined, undefined, undefined, besides);
  g = ground;
  const keyFile = join(root, 'key');
  writeFileSync(keyFile, ground.key, { mode: 0o600 });
  expect(await makeWorkspaceKey({ dir: ground.dir, keyFile, workspaceKeys }, 'default')).toMatchObject({ ok: true });
  ground.store.followKeys();
  const flow = await ground.publish(FLOW);
  const made = { id: 'ds_1', project: 'default', name: 'rows', rows: ROWS, by: 'owner', at: 1 };
  expect(await ground.store.in('default').datasets.create(made)).toMatchObject({ ok: true });
  const ask = { id: 'ev_1', flow, dataset: 'ds_1', which: {}, scores: [{ kind: 'exact' as const }], atOnce: 1 };
  expect(await ground.engine.evaluations.begin({ principal: OWNER, ...ask })).toMatchObject({ ok: true });
  const [first] = await until(
    () => ground.store.in('default').evaluations.rows('ev_1'),
    ([row]) => typeof row?.run === 'string',
  );
  await ground.until(first?.run ?? '', 'waiting');
  const file = join(workspaceKeys, 'default.key');
  const isLocked = (of: Ground, so: boolean) =>
    until(
      () => of.store.locked('default') !== null,
      (now) => now === so,
    );
  return {
    ...{ ground, run: first?.run, flow },
    away: async (of: Ground) => {
      renameSync(file, `${file}.away`);
      await isLocked(of, true);
    },
    back: async (of: Ground) => {
      renameSync(`${file}.away`, file);
      await isLocked(of, false);
    },
    /** As a list shows it, which opens nothing. */
    seen: async (of: Ground): Promise<EvaluationView | undefined> =>
      (await of.engine.evaluations.list('default', flow, { limit: 1 }))?.evaluations[0],
  };
};

test('a key that is put back: the evaluation goes on, with the run that it had', async () => {
  const { ground, run, flow, away, back, seen } = await begun();
  await away(ground);
  g = await ground.reopen();
  // The server came up without the key; what is waited for is the key, not a restart.
  expect(g.store.locked('default')).toMatchObject({ code: 'workspace.locked' });
  expect(await seen(g)).toMatchObject({ state: 'running', sum: { done: 0 } });
  await back(g);
  g.clock.shift(2 * 3_600_000);
  const of = g;
  await until(
    () => seen(of),
    (now) => now?.state !== 'running',
  );
  const whole = await of.engine.evaluations.look('default', flow, 'ev_1');
  expect(whole).toMatchObject({ state: 'done', problem: null, sum: { done: 2, passed: 2 } });
  expect(whole?.rows[0]?.run).toBe(run);
});

test('a key that is not put back: the evaluation ends as incomplete and says why, and what was begun is kept', async () => {
  const { ground, run, flow, away, back, seen } = await begun();
  await away(ground);
  g = await ground.reopen();
  const of = g;
  // The wait of ten minutes is over, whenever it began.
  const ended = await until(
    () => {
      of.clock.shift(120_000);
      return seen(of);
    },
    (now) => now?.state !== 'running',
  );
  expect(ended).toMatchObject({
    state: 'incomplete',
    problem: { code: 'workspace.locked' },
    sum: { rows: 2, done: 0 },
  });
  await back(of);
  const whole = await of.engine.evaluations.look('default', flow, 'ev_1');
  expect(whole?.rows.map((row) => [row.state, row.run])).toEqual([
    ['waiting', run],
    ['waiting', null],
  ]);
});

test('a key that is away between two rows holds up the second, without a restart', async () => {
  const { ground, away, back, seen } = await begun();
  await away(ground);
  ground.clock.shift(2 * 3_600_000);
  await back(ground);
  const ended = await until(
    () => seen(ground),
    (now) => now?.state !== 'running',
  );
  expect(ended).toMatchObject({ state: 'done', problem: null, sum: { done: 2, passed: 2 } });
});
