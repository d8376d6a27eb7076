/**
 * SIGKILL after every step of a change of the instance key, and at moments that nobody chose: the instance opens with the
 * key in its file, with every secret, run and record; and the same command ends what was cut off.
 */

import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import {
  chmodSync,
  chownSync,
  copyFileSync,
  existsSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { openStore, tryOpenStore } from '../../../packages/server/src/store/open.ts';
import type { Store } from '../../../packages/server/src/store/ports.ts';
import { openRow, runWrite } from '../../../packages/server/src/store/testing/kit.ts';
import { opener } from '../../../packages/server/src/store/vault-open/opener.ts';
import { loadKeyFile } from '../../../packages/server/src/store/vault-seal/key-file.ts';
import { keyring } from '../../../packages/server/src/store/vault-seal/keyring.ts';

vi.setConfig({ testTimeout: 60_000 });

const CHILD = fileURLToPath(new URL('./child.ts', import.meta.url));
const SECRETS = 200;

let root = '';
let dir = '';
let keyFile = '';
beforeEach(async () => {
  root = mkdtempSync(join(tmpdir(), 'headgate-key-change-'));
  dir = join(root, 'state');
  keyFile = join(root, 'key');
  writeFileSync(keyFile, randomBytes(32), { mode: 0o600 });
  const store = await openStore({ dir, key: keyOf(), clock: () => 1 });
  await fill(store);
  await store.close();
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

const keyOf = (path = keyFile): Uint8Array => {
  const key = loadKeyFile(path);
  if (!key.ok) throw new Error(key.problem.text);
  return key.value;
};

const fill = async (store: Store): Promise<void> => {
  const { secrets } = store.in('default');
  for (let i = 0; i < SECRETS; i += 1)
    await secrets.put({ project: 'default', name: `s${i}`, origins: [], value: `value ${i}`, owner: 'ada', at: 1 });
  await store.journal.barrier(store.journal.write(runWrite(openRow('run_a'), 'waits')));
  const entry = {
    at: 1,
    workspace: 'default',
    actor: 'ada',
    action: 'filled',
    object: '-',
    decision: 'allow' as const,
  };
  await store.journal.barrier(store.journal.audit([{ ...entry, reason: null, run: null, step: null }]));
};

/** Everything is there and opens with the key in the file. */
const whole = async (): Promise<void> => {
  const ring = keyring(keyOf());
  const store = await openStore({ dir, key: keyOf(), ring, clock: () => 2 });
  try {
    const open = opener(ring);
    for (let i = 0; i < SECRETS; i += 1) {
      const kept = await store.in('default').secrets.sealed('default', `s${i}`, 'default');
      const value = kept && open.openSecret('default', kept.id, kept.version, kept.sealed);
      expect(value, `s${i}`).toEqual({ ok: true, value: `value ${i}` });
    }
    const [chunk] = await store.in('default').runs.chunks('run_a', 0, 1);
    expect(chunk && open.openChunk('default', 'run_a', 1, chunk.sealed).ok).toBe(true);
    expect((await store.engine.unfinished('', 9)).map((run) => run.id)).toEqual(['run_a']);
    expect((await store.engine.checkAudit()).fault).toBeNull();
    // It can be written as well.
    await store
      .in('default')
      .secrets.put({ project: 'default', name: 'fresh', origins: [], value: 'x', owner: 'a', at: 2 });
  } finally {
    await store.close();
  }
};

const opensWith = async (path: string): Promise<boolean> => {
  const store = await tryOpenStore({ dir, key: keyOf(path), clock: () => 2 });
  if (store.ok) await store.value.close();
  return store.ok;
};

const change = (last = '', killAfter?: number): Promise<{ out: string; killed: boolean }> =>
  new Promise((resolve) => {
    const child = spawn(process.execPath, ['--conditions=headgate-source', CHILD, dir, keyFile, last], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    let out = '';
    child.stdout.on('data', (part: Buffer) => (out += part.toString()));
    const timer = killAfter === undefined ? null : setTimeout(() => child.kill('SIGKILL'), killAfter);
    child.on('close', (_code, signal) => {
      if (timer !== null) clearTimeout(timer);
      resolve({ out, killed: signal === 'SIGKILL' });
    });
  });

describe('a change of the key that is killed', () => {
  test.each(['made', 'begun', 'placed', 'done'] as const)(
    'right after "%s" leaves a whole instance, and goes on when asked again',
    async (step) => {
      const old = join(root, 'old');
      copyFileSync(keyFile, old);
      const cut = await change(step);
      expect(cut.killed).toBe(true);
      expect(cut.out.trim().split('\n').at(-1)).toBe(step);
      await whole();
      expect(await opensWith(old)).toBe(step !== 'done');
      const again = await change();
      expect(again.out.trim().split('\n').at(-1)).toBe('ok');
      await whole();
      expect(await opensWith(old)).toBe(false);
      expect(existsSync(`${keyFile}.next`)).toBe(false);
      expect(readFileSync(keyFile).equals(readFileSync(old))).toBe(false);
    },
  );

  test('at moments that nobody chose leaves a whole instance each time', async () => {
    let span = Infinity;
    let cut = 0;
    for (let i = 0; i < 9; i += 1) {
      const began = Date.now();
      const one = await change('', span === Infinity ? undefined : (span * (i + 1)) / 10);
      // The shortest that went through: what else the machine does must not move every kill behind the end.
      if (one.killed) cut += 1;
      else span = Math.min(span, Date.now() - began);
      await whole();
    }
    expect(cut).toBeGreaterThan(0);
    expect((await change()).out).toContain('ok');
    await whole();
  });
});

test('twin: a change that nobody cuts off goes through its steps, and the old key opens nothing', async () => {
  const old = join(root, 'old');
  copyFileSync(keyFile, old);
  expect((await change()).out.trim().split('\n')).toEqual(['made', 'begun', 'placed', 'done', 'ok']);
  await whole();
  expect(await opensWith(old)).toBe(false);
});

test('the new key file belongs to whom the old one belonged to, with the same rights', async () => {
  chmodSync(keyFile, 0o640);
  // Only root can give files away; anybody else keeps his own.
  if (process.getuid?.() === 0) chownSync(keyFile, 12_345, 12_346);
  const { uid, gid, mode } = statSync(keyFile);
  expect((await change()).out).toContain('ok');
  expect(statSync(keyFile)).toMatchObject({ uid, gid, mode });
  await whole();
});

test('one change at a time: the second is told so, and the first is not disturbed', async () => {
  const both = await Promise.all([change(), change()]);
  const ends = both.map((one) => one.out.trim().split('\n').at(-1)).toSorted();
  expect(['key.busy,ok', 'ok,ok']).toContain(ends.join());
  await whole();
});
