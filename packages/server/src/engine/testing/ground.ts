/**
 * Ground for engine tests: a real store in a temporary folder, the real engine, a real door to loopback, and a counting
 * HTTP server. The clock can be hand-driven forwards and backwards; timers follow it within their second.
 */

import { createHmac, randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import {
  type Catalog,
  catalogOf,
  type Service,
  servicesOf,
  type Flow,
  hashFlow,
  PERMISSIONS,
  type Principal,
  type RunView,
} from '@headgate/core';
import { openDoor, parseAllow } from '../../egress/door.ts';
import { openCompiler } from '../../sandbox/compile.ts';
import { openJail } from '../../sandbox/jail.ts';
import { type FolderSetting, openFolders } from '../../store/folders/folders.ts';
import { openStore } from '../../store/open.ts';
import type { Store } from '../../store/ports.ts';
import { openBlobNow } from '../../store/vault-open/blob-now.ts';
import { opener } from '../../store/vault-open/opener.ts';
import { keyring } from '../../store/vault-seal/keyring.ts';
import { type Clock, systemClock } from '../clock.ts';
import { openEngine } from '../engine.ts';
import type { Engine, EngineOptions } from '../options.ts';
import { loadCatalog } from '../loader.ts';

export const OWNER: Principal = { kind: 'key', id: 'owner', workspace: 'default', permissions: PERMISSIONS };

const must = <T>(r: { ok: true; value: T } | { ok: false; problem: { text: string } }): T => {
  if (!r.ok) throw new Error(r.problem.text);
  return r.value;
};

export type Ground = {
  readonly store: Store;
  readonly engine: Engine;
  readonly logs: { level: string; text: string; data: Record<string, unknown> }[];
  readonly resumeKey: Uint8Array;
  /** The folder of all state, and the instance key. */
  readonly dir: string;
  readonly key: Uint8Array;
  /** How many runs the engine holds in memory. */
  readonly inMemory: () => number;
  readonly clock: Clock & { shift: (ms: number) => void };
  readonly publish: (
    flow: unknown,
    options?: { grants?: { step: string; power: string }[]; grantor?: string; code?: false },
  ) => Promise<string>;
  readonly run: (
    flow: string,
    input?: unknown,
    options?: { wait?: number; key?: string; pins?: Record<string, unknown> },
  ) => Promise<RunView>;
  readonly until: (run: string, state: RunView['state'], ms?: number) => Promise<RunView>;
  readonly types: (run: string) => Promise<string[]>;
  /** Stops the engine and store without grace, as a crash after the last flush would leave them, and opens them again. */
  readonly reopen: () => Promise<Ground>;
  readonly close: () => Promise<void>;
};

export type Kept = { dir: string; key: Uint8Array; shifted: number };

/** `around` may watch what passes the journal, or (to see that a test notices) break its promises. */
export const openGround = async (
  kept?: Kept,
  around: (journal: Store['journal']) => Store['journal'] = (j) => j,
  /** A folder of step kinds besides the built-in ones, read by the same loader. */
  more?: string,
  /** Told of the stages in which a workspace is deleted. */
  ending?: EngineOptions['ending'],
  /** Why no run begins, as main tells the engine. */
  full?: EngineOptions['full'],
  /** Services in the place of those that come with the server. */
  services?: readonly Service[],
  /** Authorities that the door trusts besides, the mail server of the instance, and folders of the disk that are open. */
  besides: {
    readonly authorities?: readonly string[];
    readonly instance?: EngineOptions['flowMail'];
    readonly folders?: readonly FolderSetting[];
    /** The folder of the keys of workspaces. */
    readonly workspaceKeys?: string;
    readonly localModels?: EngineOptions['localModels'];
    readonly toolServers?: EngineOptions['toolServers'];
    readonly sources?: EngineOptions['sources'];
  } = {},
): Promise<Ground> => {
  const at = kept ?? { dir: mkdtempSync(join(tmpdir(), 'headgate-engine-')), key: randomBytes(32), shifted: 0 };
  const clock = { ...systemClock, now: () => Date.now() + at.shifted, shift: (ms: number) => void (at.shifted += ms) };
  const ring = keyring(at.key);
  const keysAt = { ring, workspaceKeys: besides.workspaceKeys ?? null };
  const real = await openStore({ dir: at.dir, key: at.key, clock: clock.now, ...keysAt });
  const store: Store = { ...real, journal: around(real.journal) };
  const open = opener(ring);
  const logs: Ground['logs'] = [];
  // As many calls at a time as a server with room for them has.
  const door = openDoor(must(parseAllow('127.0.0.1')), { most: 4_000, authorities: besides.authorities ?? [] });
  const jail = openJail({ cache: fileURLToPath(new URL('../../../../../.tmp/cache', import.meta.url)) });
  const compiler = openCompiler();
  const engine = await openEngine({
    store,
    door,
    jail,
    compiler,
    clock,
    catalog: await catalogWith(more, services),
    publicUrl: 'http://localhost:7860',
    ...(ending === undefined ? {} : { ending }),
    ...(full === undefined ? {} : { full }),
    flowMail: besides.instance ?? null,
    ...(besides.localModels === undefined ? {} : { localModels: besides.localModels }),
    ...(besides.toolServers === undefined ? {} : { toolServers: besides.toolServers }),
    ...(besides.sources === undefined ? {} : { sources: besides.sources }),
    ...(besides.folders === undefined ? {} : { folders: openFolders(besides.folders) }),
    log: (level, text, data) => void logs.push({ level, text, data }),
    vault: {
      openChunk: (w, r, f, s) => must(open.openChunk(w, r, f, s)),
      openBlob: (w, id) => must(openBlobNow(ring.allOf('blob', w) ?? [], w, id, store.blobs.path(id))),
      streamBlob: (w, id) => open.openBlob(w, id, store.blobs.path(id)),
      openSecret: (w, id, v, s, b) => must(open.openSecret(w, id, v, s, b)),
      stamp: (text) => createHmac('sha256', ring.derive('resume')).update(`form ${text}`).digest('base64url'),
      resumeToken: (run, step, item, person) =>
        createHmac('sha256', ring.derive('resume'))
          .update(JSON.stringify(person === undefined ? [run, step, item] : [run, step, item, person]))
          .digest('base64url'),
    },
  });
  const scoped = store.in('default');
  if (kept === undefined) {
    await scoped.keys.create({
      id: OWNER.id,
      workspace: 'default',
      name: 'owner',
      hash: randomBytes(16).toString('hex'),
      permissions: PERMISSIONS,
      projects: null,
      flows: null,
      expires: null,
      revoked: null,
      created: clock.now(),
      used: null,
    });
  }
  const stop = async (): Promise<void> => {
    await engine.close(0);
    await jail.close();
    await compiler.close();
    await door.close();
    await store.close();
  };
  /** As the gateway lends: the call of a flow by its id, where it has the name alone. */
  const bind = async <G extends { power: string }>(grant: G): Promise<G> => {
    const name = grant.power.replace('flow: call ', '');
    const [only, more] = name === grant.power ? [] : await scoped.flows.called('default', name);
    return only === undefined || more !== undefined ? grant : { ...grant, power: `flow: call ${only.id}` };
  };
  const view = async (run: string): Promise<RunView> => {
    const found = await engine.view('default', run);
    if (found === null) throw new Error(`no run ${run}`);
    return found;
  };
  return {
    store,
    engine,
    logs,
    resumeKey: ring.derive('resume'),
    dir: at.dir,
    key: at.key,
    inMemory: () => engine.inMemory(),
    clock,
    publish: async (doc, o = {}) => {
      const flow = doc as Flow;
      const id = `f${randomBytes(8).toString('hex')}`;
      const now = clock.now();
      await scoped.flows.create({
        id,
        project: 'default',
        owner: OWNER.id,
        name: flow.name,
        draft: flow,
        draftHash: hashFlow(flow),
        at: now,
      });
      await scoped.flows.publish({
        flow: id,
        hash: hashFlow(flow),
        doc: flow,
        note: null,
        by: OWNER.id,
        at: now,
        grants: (await Promise.all([...(o.grants ?? []), ...codeOf(flow, o.code)].map(bind))).map((g) => ({
          id: `g${randomBytes(8).toString('hex')}`,
          flow: id,
          environment: '*',
          grantor: o.grantor ?? OWNER.id,
          asCaller: false,
          created: now,
          ...g,
        })),
        triggers: (flow.triggers ?? []).map((t) => ({
          id: t.id,
          kind: t.kind,
          with: t.with ?? {},
          disabled: t.disabled ?? false,
        })),
      });
      return id;
    },
    run: async (flow, input = {}, o = {}) => {
      const started = await engine.start({
        principal: OWNER,
        flow,
        which: {},
        input,
        trigger: { kind: 'api@1' },
        wait: o.wait ?? 10_000,
        ...(o.key === undefined ? {} : { idempotencyKey: o.key }),
        ...(o.pins === undefined ? {} : { pins: o.pins }),
      });
      return must(started).run;
    },
    until: async (run, state, ms = 10_000) => {
      const end = Date.now() + ms;
      for (;;) {
        const found = await view(run);
        if (found.state === state) return found;
        if (Date.now() > end) throw new Error(`run ${run} is ${found.state}, not ${state}`);
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
    },
    types: async (run) => {
      const page = await engine.journal('default', run, 0, 10_000);
      return (page?.events ?? []).map(
        (e) =>
          `${e.type}${e.step === undefined ? '' : ` ${e.step}`}${e.item === undefined ? '' : `[${e.item.join('.')}]`}`,
      );
    },
    reopen: async () => {
      await stop();
      return openGround(at, undefined, more, undefined, undefined, services, besides);
    },
    close: async () => {
      await stop();
      rmSync(at.dir, { recursive: true, force: true });
    },
  };
};

const catalogWith = async (more: string | undefined, services?: readonly Service[]): Promise<Catalog> => {
  const own = await loadCatalog(
    fileURLToPath(new URL('../../steps', import.meta.url)),
    fileURLToPath(new URL('../../../services', import.meta.url)),
    fileURLToPath(new URL('../../../providers', import.meta.url)),
  );
  if (services !== undefined) return catalogOf(own.steps, own.triggers, servicesOf(services), own.providers);
  if (more === undefined) return own;
  const extra = await loadCatalog(more);
  return catalogOf([...own.steps, ...extra.steps], [...own.triggers, ...extra.triggers], own.services, own.providers);
};

/** Code that an author types is lent by typing it; what is published here by hand goes round that. */
const codeOf = (flow: Flow, code: false | undefined): { step: string; power: string }[] =>
  code === false || !JSON.stringify(flow).includes('"code@1"') ? [] : [{ step: '*', power: 'code: *' }];

/** A server that counts; `answer` decides what each request gets. */
export const countingServer = async (
  answer: (n: number, request: IncomingMessage, response: ServerResponse) => void,
): Promise<{ url: string; host: string; count: () => number; close: () => Promise<void> }> => {
  let count = 0;
  const server: Server = createServer((request, response) => {
    count += 1;
    answer(count, request, response);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  return {
    url: `http://127.0.0.1:${port}`,
    host: `127.0.0.1:${port}`,
    count: () => count,
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
};
