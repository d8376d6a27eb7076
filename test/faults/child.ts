/**
 * The engine in a process of its own, to be killed. It kills itself (a real SIGKILL) when an event of one type passes the
 * journal writer: before the write, after it was handed over, or once it is durable. Nothing of the product knows of it.
 *
 * Talks in lines of JSON on standard output: {acknowledged}, {recovered}, {final}.
 */

import { createHmac } from 'node:crypto';
import { readFileSync, writeSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { type Flow, hashFlow, PERMISSIONS, type Principal, type Result } from '@headgate/core';
import { openDoor, parseAllow } from '../../packages/server/src/egress/door.ts';
import { systemClock } from '../../packages/server/src/engine/clock.ts';
import { openEngine } from '../../packages/server/src/engine/engine.ts';
import { loadCatalog } from '../../packages/server/src/engine/loader.ts';
import { openStore } from '../../packages/server/src/store/open.ts';
import type { RunWrite, Store } from '../../packages/server/src/store/ports.ts';
import { openBlobNow } from '../../packages/server/src/store/vault-open/blob-now.ts';
import { opener } from '../../packages/server/src/store/vault-open/opener.ts';
import { keyring } from '../../packages/server/src/store/vault-seal/keyring.ts';

/** What the parent asks for; the one argument names a file with a list of these. */
export type Orders = {
  readonly dir: string;
  readonly key: string;
  /** Flows by name, to be published once; `start` names the one to run. */
  readonly flows?: readonly { readonly flow: Flow; readonly grants: readonly string[] }[];
  readonly start?: {
    readonly flow: string;
    readonly input: unknown;
    readonly times: number;
    /** Of the draft, held before these steps. */
    readonly breakpoints?: readonly string[];
  };
  /** Lets these steps go on where they are held, with another input where one is named. */
  readonly letGo?: readonly { readonly step: string; readonly input?: { readonly value: unknown } }[];
  readonly kill?: { readonly type: string; readonly nth: number; readonly when: 'before' | 'after' | 'durable' };
  /** Milliseconds to wait for every run to be over or in doubt. */
  readonly settle: number;
};

const say = (line: unknown): void => void writeSync(1, `${JSON.stringify(line)}\n`);
const must = <T>(r: Result<T>): T => {
  if (!r.ok) throw new Error(r.problem.text);
  return r.value;
};
const die = (): never => {
  process.kill(process.pid, 'SIGKILL');
  for (;;);
};

/** One life of the engine over one folder. */
const live = async (orders: Orders): Promise<void> => {
  const key = Buffer.from(orders.key, 'base64');
  const ring = keyring(key);
  const open = opener(ring);
  const real = await openStore({ dir: orders.dir, key, clock: Date.now });

  let seen = 0;
  const hits = (write: RunWrite): boolean => {
    if (orders.kill === undefined || write.events === '') return false;
    const before = seen;
    for (const e of JSON.parse(write.events) as { type: string }[]) if (e.type === orders.kill.type) seen += 1;
    return before < orders.kill.nth && seen >= orders.kill.nth;
  };
  const store: Store = {
    ...real,
    journal: {
      ...real.journal,
      write: (write) => {
        const hit = hits(write);
        if (hit && orders.kill?.when === 'before') die();
        const group = real.journal.write(write);
        if (hit && orders.kill?.when === 'after') die();
        if (hit && orders.kill?.when === 'durable') void real.journal.barrier(group).then(die);
        return group;
      },
    },
  };

  const scoped = store.in('default');
  const owner: Principal = { kind: 'key', id: 'owner', workspace: 'default', permissions: PERMISSIONS };
  const ids = new Map<string, string>();
  if (orders.flows !== undefined) {
    await scoped.keys.create({
      id: owner.id,
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
    for (const { flow, grants } of orders.flows) {
      const id = `f_${flow.name.toLowerCase()}`;
      const hash = hashFlow(flow);
      await scoped.flows.create({
        id,
        project: 'default',
        owner: owner.id,
        name: flow.name,
        draft: flow,
        draftHash: hash,
        at: 1,
      });
      await scoped.flows.publish({
        flow: id,
        hash,
        doc: flow,
        note: null,
        by: owner.id,
        at: 1,
        triggers: [],
        grants: grants.map((power, i) => ({
          id: `g_${id}_${i}`,
          flow: id,
          step: '*',
          power,
          environment: '*',
          grantor: owner.id,
          asCaller: false,
          created: 1,
        })),
      });
      ids.set(flow.name, id);
    }
  }

  const engine = await openEngine({
    store,
    door: openDoor(must(parseAllow('127.0.0.1'))),
    clock: systemClock,
    catalog: await loadCatalog(fileURLToPath(new URL('../../packages/server/src/steps', import.meta.url))),
    publicUrl: 'http://localhost',
    log: () => undefined,
    vault: {
      openChunk: (w, r, f, s) => must(open.openChunk(w, r, f, s)),
      openBlob: (w, id) => must(openBlobNow(ring.all('blob'), w, id, store.blobs.path(id))),
      streamBlob: (w, id) => open.openBlob(w, id, store.blobs.path(id)),
      openSecret: (w, id, v, s, b) => must(open.openSecret(w, id, v, s, b)),
      stamp: (text) => createHmac('sha256', ring.derive('resume')).update(`form ${text}`).digest('base64url'),
      resumeToken: (run, step, item) =>
        createHmac('sha256', ring.derive('resume'))
          .update(JSON.stringify([run, step, item]))
          .digest('base64url'),
    },
  });
  say({ recovered: engine.recovered });

  if (orders.start !== undefined) {
    for (let i = 0; i < orders.start.times; i += 1) {
      const started = await engine.start({
        principal: owner,
        // Published by an earlier child, it has the same id.
        flow: ids.get(orders.start.flow) ?? `f_${orders.start.flow.toLowerCase()}`,
        ...(orders.start.breakpoints === undefined
          ? { which: {} }
          : { which: { draft: true }, breakpoints: orders.start.breakpoints }),
        input: orders.start.input,
        trigger: { kind: 'api@1' },
        wait: 0,
      });
      say({ acknowledged: must(started).run.id });
    }
  }

  const until = Date.now() + orders.settle;
  for (;;) {
    const { rows } = await scoped.runs.list({ limit: 200 });
    // What is not held (any more) is refused, and that is all.
    for (const { id, state } of rows)
      if (state === 'waiting')
        for (const held of orders.letGo ?? [])
          await engine.goOn({ principal: owner, run: id, mode: 'continue', ...held });
    // A run that waits for one in doubt waits until somebody has chosen.
    const doubted = new Set(rows.flatMap((r) => (r.state === 'in_doubt' && r.parent !== null ? [r.parent] : [])));
    const settled = (r: (typeof rows)[number]): boolean =>
      ['done', 'failed', 'cancelled', 'in_doubt'].includes(r.state) || (r.state === 'waiting' && doubted.has(r.id));
    if (rows.every(settled) || Date.now() > until) {
      const final = [];
      for (const row of rows) {
        const view = await engine.view('default', row.id);
        const page = await engine.journal('default', row.id, 0, 10_000);
        final.push({
          id: row.id,
          flow: row.flow,
          state: row.state,
          parent: row.parent,
          output: view?.output ?? null,
          problem: view?.problem?.code ?? null,
          events: (page?.events ?? []).map((e) => ({
            seq: e.seq,
            type: e.type,
            step: e.step ?? null,
            item: e.item ?? [],
          })),
        });
      }
      say({ final });
      break;
    }
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
  await engine.close(0);
  await store.close();
};

// Several lives one after another are cheaper than as many processes; the one that is to die has its process to itself.
for (const orders of JSON.parse(readFileSync(process.argv[2] ?? '', 'utf8')) as Orders[]) await live(orders);
process.exit(0);
