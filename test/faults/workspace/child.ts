/**
 * An instance in a process of its own that deletes a workspace, and kills itself (a real SIGKILL) at a stage of that.
 *
 * Arguments: folder, key, what to do. `fill`: makes two workspaces with runs that are over, wait and are under way, and dies.
 * `go`: deletes the one, or goes on with it; then a stage, and at which of its times: dies there. Without: until it is done.
 */

import { createServer } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Flow, hashFlow, PERMISSIONS, type Principal } from '@headgate/core';
import { openDoor, parseAllow } from '../../../packages/server/src/egress/door.ts';
import { openEngine } from '../../../packages/server/src/engine/engine.ts';
import type { Stage } from '../../../packages/server/src/engine/farewell.ts';
import { loadCatalog } from '../../../packages/server/src/engine/loader.ts';
import { builtInSteps } from '../../../packages/server/src/main/steps.ts';
import { openStore } from '../../../packages/server/src/store/open.ts';
import { openBlobNow } from '../../../packages/server/src/store/vault-open/blob-now.ts';
import { opener } from '../../../packages/server/src/store/vault-open/opener.ts';
import { keyring } from '../../../packages/server/src/store/vault-seal/keyring.ts';

const [dir = '', key64 = '', order = '', last = '', times = '1'] = process.argv.slice(2);
const key = Buffer.from(key64, 'base64');
const ring = keyring(key);
const store = await openStore({ dir, key, ring, clock: Date.now });
const open = opener(ring);
const must = <T>(of: { ok: true; value: T } | { ok: false; problem: { text: string } }): T => {
  if (!of.ok) throw new Error(of.problem.text);
  return of.value;
};
const die = (): never => {
  process.kill(process.pid, 'SIGKILL');
  for (;;);
};

let seen = 0;
const at = (stage: Stage | 'begun'): void => {
  process.stdout.write(`${stage}\n`);
  if (stage !== last) return;
  seen += 1;
  if (seen === Number(times)) die();
};

const engine = await openEngine({
  store,
  door: openDoor(must(parseAllow('127.0.0.1'))),
  catalog: await loadCatalog(builtInSteps()),
  publicUrl: 'http://localhost',
  log: (level, text, data) => {
    if (level === 'error') process.stderr.write(`${text} ${JSON.stringify(data)}\n`);
  },
  ending: at,
  vault: {
    openChunk: (w, r, f, s) => must(open.openChunk(w, r, f, s)),
    openBlob: (w, id) => must(openBlobNow(ring.all('blob'), w, id, store.blobs.path(id))),
    streamBlob: (w, id) => open.openBlob(w, id, store.blobs.path(id)),
    openSecret: (w, id, v, s, b) => must(open.openSecret(w, id, v, s, b)),
    resumeToken: (run, step) => `${run} ${step}`,
    stamp: (text) => `stamp of ${text}`,
  },
});

const flowOf = (name: string, step: object): Flow =>
  ({ headgate: 1, name, steps: [{ id: 'a', ...step }], output: '{{ steps.a }}' }) as Flow;

const fill = async (workspace: string, host: string): Promise<void> => {
  await store.workspaces.create({ id: workspace, name: workspace, at: 1, owner: `u_${workspace}` });
  const scoped = store.in(workspace);
  const owner: Principal = { kind: 'key', id: `key_${workspace}`, workspace, permissions: PERMISSIONS };
  const common = { permissions: PERMISSIONS, projects: null, flows: null, expires: null, revoked: null };
  await scoped.keys.create({
    ...common,
    id: owner.id,
    workspace,
    name: 'k',
    hash: `h${workspace}`,
    created: 1,
    used: null,
  });
  await scoped.secrets.put({
    project: 'default',
    name: 's',
    origins: [],
    value: `of ${workspace}`,
    owner: 'ada',
    at: 1,
  });
  const make = async (flow: Flow, power?: string): Promise<string> => {
    const id = `f_${workspace}_${flow.name}`;
    const hash = hashFlow(flow);
    const row = { id, project: 'default', owner: owner.id, name: flow.name, draft: flow, draftHash: hash, at: 1 };
    await scoped.flows.create(row);
    const grant = {
      id: `g_${id}`,
      flow: id,
      step: '*',
      environment: '*',
      grantor: owner.id,
      asCaller: false,
      created: 1,
    };
    const grants = power === undefined ? [] : [{ ...grant, power }];
    await scoped.flows.publish({ flow: id, hash, doc: flow, note: null, by: owner.id, at: 1, triggers: [], grants });
    return id;
  };
  const start = async (flow: string, wait: number): Promise<void> => {
    const asked = { principal: owner, flow, which: {}, input: {}, trigger: { kind: 'api@1' }, wait } as const;
    must(await engine.start(asked));
  };
  const quick = await make(flowOf('quick', { kind: 'set@1', with: { value: 1 } }));
  const large = await make(flowOf('large', { kind: 'set@1', with: { value: 'x'.repeat(600_000) } }));
  const nap = await make(flowOf('nap', { kind: 'wait@1', with: { for: '1h' } }));
  const call = { kind: 'http.request@1', with: { method: 'GET', url: `http://${host}/` } };
  const hang = await make(flowOf('hang', call), `net: GET ${host}`);
  for (let i = 0; i < 110; i += 1) await start(quick, 5_000);
  for (let i = 0; i < 3; i += 1) await start(large, 5_000);
  for (let i = 0; i < 5; i += 1) await start(nap, 0);
  for (let i = 0; i < 2; i += 1) await start(hang, 0);
};

if (order === 'fill') {
  const calls = new Set<unknown>();
  const slow = createServer((request) => void calls.add(request));
  await new Promise<void>((resolve) => slow.listen(0, '127.0.0.1', resolve));
  const address = slow.address();
  const host = `127.0.0.1:${typeof address === 'object' && address !== null ? address.port : 0}`;
  for (const workspace of ['doomed', 'other']) await fill(workspace, host);
  while (calls.size < 4) await sleep(10);
  process.stdout.write('filled\n');
  die();
}

if (await store.workspaces.list().then((all) => all.some(({ id }) => id === 'doomed'))) {
  await store.workspaces.end('doomed', { by: 'u_doomed', at: Date.now() });
  at('begun');
}
while ((await store.engine.ends.ending()).length > 0) await sleep(10);
await engine.close(0);
await store.close();
process.stdout.write('ok\n');
