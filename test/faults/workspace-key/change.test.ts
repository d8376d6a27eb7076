/**
 * SIGKILL after every step of a change of a workspace's own key: it opens with the key in its file, with every secret, run, large
 * value and record, and so does the workspace beside it; and the same command ends what was cut off.
 */

import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { copyFileSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { makeWorkspaceKey } from '../../../packages/server/src/main/workspace-key.ts';
import { openStore } from '../../../packages/server/src/store/open.ts';
import type { Store } from '../../../packages/server/src/store/ports.ts';
import { openRow, runWrite } from '../../../packages/server/src/store/testing/kit.ts';
import { openBlobNow } from '../../../packages/server/src/store/vault-open/blob-now.ts';
import { opener } from '../../../packages/server/src/store/vault-open/opener.ts';
import { loadKeyFile } from '../../../packages/server/src/store/vault-seal/key-file.ts';
import { keyring } from '../../../packages/server/src/store/vault-seal/keyring.ts';

vi.setConfig({ testTimeout: 120_000, hookTimeout: 60_000 });

const CHILD = fileURLToPath(new URL('./child.ts', import.meta.url));
const SECRETS = 40;
const LARGE = Buffer.from('a large value of acme '.repeat(40_000));

let root = '';
let dir = '';
let keyFile = '';
let keys = '';
let blob = '';
const own = (): string => join(keys, 'acme.key');

const keyOf = (path = keyFile): Uint8Array => {
  const key = loadKeyFile(path);
  if (!key.ok) throw new Error(key.problem.text);
  return key.value;
};

const opened = (ring = keyring(keyOf())): Promise<Store> =>
  openStore({ dir, key: keyOf(), ring, workspaceKeys: keys, clock: () => 2 });

beforeEach(async () => {
  root = mkdtempSync(join(tmpdir(), 'headgate-workspace-key-'));
  dir = join(root, 'state');
  keyFile = join(root, 'key');
  keys = join(root, 'keys');
  mkdirSync(keys, { mode: 0o700 });
  writeFileSync(keyFile, randomBytes(32), { mode: 0o600 });
  const first = await opened();
  await first.workspaces.create({ id: 'acme', name: 'Acme', at: 1, owner: 'u_ada' });
  await first.close();
  expect((await makeWorkspaceKey({ dir, keyFile, workspaceKeys: keys }, 'acme')).ok).toBe(true);
  const store = await opened();
  for (const workspace of ['acme', 'default'])
    for (let i = 0; i < SECRETS; i += 1)
      await store.in(workspace).secrets.put({
        project: 'default',
        name: `s${i}`,
        origins: [],
        value: `${workspace} ${i}`,
        owner: 'ada',
        at: 1,
      });
  const sink = store.blobs.sink('acme', 'run_acme');
  await sink.write(LARGE);
  blob = (await sink.end()).id;
  for (const workspace of ['acme', 'default']) {
    const row = openRow(`run_${workspace}`, { workspace });
    const more = workspace === 'acme' ? { uses: [blob] } : {};
    await store.journal.barrier(store.journal.write(runWrite(row, 'waits', more)));
  }
  await store.close();
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

/** Everything is there and opens with the keys in the files. */
const whole = async (): Promise<void> => {
  const ring = keyring(keyOf());
  const store = await opened(ring);
  try {
    const open = opener(ring);
    expect(store.locked('acme')).toBeNull();
    for (const workspace of ['acme', 'default']) {
      for (let i = 0; i < SECRETS; i += 1) {
        const kept = await store.in(workspace).secrets.sealed('default', `s${i}`, 'default');
        const value = kept && open.openSecret(workspace, kept.id, kept.version, kept.sealed);
        expect(value, `${workspace} s${i}`).toEqual({ ok: true, value: `${workspace} ${i}` });
      }
      const [chunk] = await store.in(workspace).runs.chunks(`run_${workspace}`, 0, 1);
      expect(chunk && open.openChunk(workspace, `run_${workspace}`, 1, chunk.sealed).ok, workspace).toBe(true);
    }
    const large = openBlobNow(ring.allOf('blob', 'acme') ?? [], 'acme', blob, store.blobs.path(blob));
    expect(large.ok && Buffer.from(large.value).equals(LARGE)).toBe(true);
    // Neither the instance's key nor another workspace's opens it.
    expect(openBlobNow(ring.all('blob'), 'acme', blob, store.blobs.path(blob)).ok).toBe(false);
    expect((await store.engine.checkAudit()).fault).toBeNull();
    // What is written now opens, too.
    await store.in('acme').secrets.put({ project: 'default', name: 'new', origins: [], value: 'n', owner: 'a', at: 2 });
    const fresh = await store.in('acme').secrets.sealed('default', 'new', 'default');
    expect(fresh && open.openSecret('acme', fresh.id, fresh.version, fresh.sealed)).toEqual({ ok: true, value: 'n' });
  } finally {
    await store.close();
  }
};

const lockedWith = async (path: string): Promise<boolean> => {
  const present = readFileSync(own());
  copyFileSync(path, own());
  try {
    const store = await opened();
    const locked = store.locked('acme') !== null;
    await store.close();
    return locked;
  } finally {
    writeFileSync(own(), present, { mode: 0o600 });
  }
};

const change = (last = ''): Promise<{ steps: string[]; killed: boolean }> =>
  new Promise((resolve) => {
    const child = spawn(process.execPath, ['--conditions=headgate-source', CHILD, dir, keyFile, keys, last], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    let out = '';
    child.stdout.on('data', (part: Buffer) => (out += part.toString()));
    child.on('close', (_code, signal) => resolve({ steps: out.trim().split('\n'), killed: signal === 'SIGKILL' }));
  });

test.each(['made', 'begun', 'placed', 'done'] as const)(
  'a rotation that is killed right after "%s" leaves a workspace that opens, and goes on when asked again',
  async (step) => {
    const old = join(root, 'old');
    copyFileSync(own(), old);
    const cut = await change(step);
    expect([cut.killed, cut.steps.at(-1)]).toEqual([true, step]);
    await whole();
    expect(await lockedWith(old)).toBe(step === 'done');
    const again = await change();
    expect(again.steps.at(-1)).toBe('ok');
    await whole();
    expect(await lockedWith(old)).toBe(true);
    expect(existsSync(`${own()}.next`)).toBe(false);
    expect(readFileSync(own()).equals(readFileSync(old))).toBe(false);
  },
);

test('twin: one that nobody cuts off goes through its steps, and the old key opens nothing', async () => {
  const old = join(root, 'old');
  copyFileSync(own(), old);
  expect((await change()).steps).toEqual(['made', 'begun', 'placed', 'done', 'ok']);
  await whole();
  expect(await lockedWith(old)).toBe(true);
});
