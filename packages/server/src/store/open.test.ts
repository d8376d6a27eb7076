import { mkdtempSync, rmSync } from 'node:fs';
import { randomBytes } from 'node:crypto';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { openStore } from './open.ts';
import { keyring } from './vault-seal/keyring.ts';
import { opener } from './vault-open/opener.ts';
import type { RunRow } from './ports.ts';

const dirs: string[] = [];
const dir = (): string => {
  const d = mkdtempSync(join(tmpdir(), 'hg-store-'));
  dirs.push(d);
  return d;
};
afterEach(() => {
  for (const d of dirs.splice(0)) rmSync(d, { recursive: true, force: true });
});
const key = Uint8Array.from(randomBytes(32));
const row = (id: string): RunRow => ({
  id,
  workspace: 'default',
  project: 'default',
  owner: 'o',
  flow: 'f',
  version: 1,
  hash: 'h',
  environment: 'dev',
  state: 'queued',
  triggerId: null,
  triggerKind: 'manual',
  principal: 'p',
  priority: 0,
  limitKey: null,
  idempotencyKey: null,
  parent: null,
  rerunOf: null,
  problemCode: null,
  problemStep: null,
  created: 1,
  started: null,
  ended: null,
  wake: null,
  seq: 1,
});

test('a run written is read back', async () => {
  const store = await openStore({ dir: dir(), key, clock: () => 5 });
  const g = store.journal.write({ row: row('r1'), from: 1, count: 1, events: '[{"seq":1}]' });
  await store.journal.barrier(g);
  const w = store.in('default');
  expect(await w.runs.get('r1')).toEqual(row('r1'));
  const [c] = await w.runs.chunks('r1', 0, 10);
  expect(opener(keyring(key)).openChunk('default', 'r1', 1, c!.sealed)).toEqual({ ok: true, value: '[{"seq":1}]' });
  expect((await w.runs.list({ limit: 10 })).rows.length).toBe(1);
  const f = await w.flows.create({
    id: 'f1',
    project: 'default',
    owner: 'o',
    name: 'n',
    draft: { a: 1 },
    draftHash: 'x',
    at: 3,
  });
  expect(f.draft).toEqual({ a: 1 });
  const v = await w.flows.publish({
    flow: 'f1',
    hash: 'hh',
    doc: { d: 1 },
    note: null,
    by: 'o',
    at: 4,
    grants: [],
    triggers: [{ id: 'hook', kind: 'webhook@1', with: {}, disabled: false }],
  });
  expect(v?.version).toBe(1);
  const [hook] = await w.flows.hooks('f1');
  expect(hook!.token).toHaveLength(43);
  expect(await store.engine.hookByToken(hook!.token)).toEqual({ workspace: 'default', flow: 'f1', trigger: 'hook' });
  expect(await store.engine.rememberDelivery('h', 'a', 9)).toBe(true);
  expect(await store.engine.rememberDelivery('h', 'a', 9)).toBe(false);
  await store.close();
});
