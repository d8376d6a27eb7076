/**
 * Opening a store: the folder, the schema, the connections, the journal worker, put together. Nothing else in this room
 * knows everybody.
 *
 * A folder holds `headgate.db` (and its WAL), `blobs/`, `server.lock`, `server.pid` and `blobs.lock`. It works beside a
 * running server: the lock keeps out a second server, not the command line.
 *
 * ST1 The key passed in is judged; a weak or a wrong one opens nothing.
 */

import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Kysely } from 'kysely';
import { type Problem, type Result, bad, good, problem } from '@headgate/core';
import { accountsOf } from './accounts/accounts.ts';
import { engineNoticesOf } from './rows/notices-due.ts';
import { noticesOf } from './rows/notices.ts';
import { asksOf } from './rows/asks.ts';
import { datasetsOf } from './rows/datasets.ts';
import { evaluationsOf } from './rows/evaluations.ts';
import { chatsOf } from './rows/chats.ts';
import { memoriesOf } from './rows/memories.ts';
import { auditOf } from './rows/audit.ts';
import { backupStore } from './files/backup.ts';
import { blobsOf } from './files/blobs.ts';
import { makeFolder } from './files/folder.ts';
import { watchChanges } from './changes.ts';
import { connect } from './schema/connect.ts';
import { kyselyOver } from './schema/dialect.ts';
import { engineOf } from './rows/engine.ts';
import { directoryOf } from './rows/directory.ts';
import { deletedFlowsOf } from './rows/deleted-flows.ts';
import { dropLost, filesOf } from './rows/files.ts';
import { Searcher } from './knowledge/searcher.ts';
import { sitesAtWork } from './rows/knowledge-pages.ts';
import { collectGraphs, collectKnowledge, knowledgeAtWork, knowledgeStoreOf } from './rows/knowledge-ground.ts';
import type { OwnGround } from './rows/own-ground.ts';
import { ownRowsOf } from './rows/own-rows.ts';
import { sealerOf } from './rows/own-seal.ts';
import { ownLitterOf } from './rows/own-litter.ts';
import { ownTablesOf } from './rows/own-tables.ts';
import { ownValuesOf } from './rows/own-values.ts';
import { flowsOf } from './rows/flows.ts';
import { grantsOf } from './rows/grants.ts';
import { groupsOf } from './rows/groups.ts';
import { invitationsOf, workspaceInvitationsOf } from './rows/invitations.ts';
import type { Ground } from './ground.ts';
import { keyByHash, keysOf } from './rows/keys.ts';
import { keyUses } from './rows/key-use.ts';
import { membersOf } from './rows/members.ts';
import { publicFlow } from './rows/public.ts';
import { rolesOf } from './rows/roles.ts';
import { DATABASE, migrate, schemaOf } from './schema/migrate.ts';
import { NEWEST } from './schema/migrations/list.ts';
import type { Store } from './ports.ts';
import { engineLimitsOf, limitsOf } from './rows/limits.ts';
import { boundsOf, policyOf } from './rows/policy.ts';
import { powerMapOf } from './rows/power-map.ts';
import { clientsOf, consentsOf, oauthOf } from './rows/oauth.ts';
import { deploymentsOf } from './rows/deployments.ts';
import { environmentsOf } from './rows/environments.ts';
import { projectsOf, workspacesOf } from './rows/projects.ts';
import { runsOf } from './rows/runs.ts';
import { followRing } from './rows/ring.ts';
import { connectionsOf } from './rows/connections.ts';
import { secretsOf } from './rows/secrets.ts';
import { modelProvidersOf } from './rows/model-providers.ts';
import { servicesOf } from './rows/services.ts';
import { toolsOf } from './rows/tools.ts';
import { instanceOf, tokensOf, workspaceTokensOf } from './rows/tokens.ts';
import type { Tables } from './schema/tables.ts';
import { countersOf } from './vault-seal/counters.ts';
import { credentials } from './vault-seal/credentials.ts';
import { judgeKey } from './vault-seal/key-file.ts';
import { type Keyring, keyring } from './vault-seal/keyring.ts';
import { tokenKeys } from './vault-seal/token-keys.ts';
import { versionsOf } from './rows/versions.ts';
import type { WorkspaceEnds } from './engine-port.ts';
import { workspaceEndsOf } from './rows/workspace-end.ts';
import { idleWriter } from './writer/idle.ts';
import { lockedProblem } from './vault-seal/own-keys.ts';
import type { OwnWriterKeys, WriterKeys } from './writer/messages.ts';
import { storedBytes } from './stored.ts';
import { type Trace, type Writer, startWriter } from './writer/writer.ts';

export type StoreOptions = {
  /** The folder of all state. Made (0700) when missing, unless `readOnly`. */
  readonly dir: string;
  /** The instance key, 32 bytes (vault-seal/key-file.ts). */
  readonly key: Uint8Array;
  /** Reads the instance key again, when another process changed it while this one runs. */
  readonly rekey?: () => Result<Uint8Array>;
  /** The folder of the key files of workspaces with a key of their own; without it such workspaces are locked. */
  readonly workspaceKeys?: string | null;
  /** A keyring to fill and keep up to date: the one the opening half of the vault stands on. */
  readonly ring?: Keyring;
  /** Milliseconds since the epoch. May jump: nothing is ordered by it. */
  readonly clock: () => number;
  /** Opens for reading: no worker, nothing can be written, no schema is changed. */
  readonly readOnly?: boolean;
  /** Where browsers reach the server: passkeys are bound to it. Default `http://localhost`. */
  readonly origin?: string;
  /** Vectors of a knowledge base from which on it is searched with a graph. Left out: 50,000. */
  readonly graphFrom?: number;
  /** Told when a group is posted to the worker and when it is on disk, before anybody who waits for it. */
  readonly trace?: Trace;
};

/** What `openStore` rejects with when the store may not be opened: an expected failure, to be shown by its Problem. */
export class StoreRefused extends Error {
  readonly problem: Problem;
  constructor(of: Problem) {
    super(of.text);
    this.problem = of;
  }
}

/** How often a refused group is tried: with the pauses between, about three minutes. */
const TRIES = 100;

/** Up to here, going through all vectors takes some 20 ms (decision 0057). */
const GRAPH_FROM = 50_000;

/** How long a second process waits while the first makes the schema, in milliseconds. */
const PATIENCE = 10_000;

/** Brings the schema up to date; waits for another process that is doing so. */
const prepare = async (dir: string, key: Uint8Array, readOnly: boolean): Promise<Result<null>> => {
  const path = join(dir, DATABASE);
  for (let waited = 0; ; waited += 50) {
    const database = readOnly && !existsSync(path) ? null : connect(path, { readOnly });
    const schema = database === null ? good(0) : schemaOf(database);
    database?.close();
    if (!schema.ok) return schema;
    if (schema.value === NEWEST) return good(null);
    if (readOnly) {
      return bad(
        problem('store.older', `The database in ${dir} has schema ${schema.value}, this release needs ${NEWEST}`, {
          fix: 'Start the server once: it brings the database up to date',
        }),
      );
    }
    const done = await migrate(dir, NEWEST, key);
    if (done.ok) return good(null);
    if (done.problem.code !== 'store.locked' || waited >= PATIENCE) return done;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
};

/** SQLite's codes for a file that is no database, or a broken one. */
const DAMAGED: ReadonlySet<number> = new Set([11, 26]);

const isDamaged = (error: unknown): boolean =>
  error instanceof Error &&
  'errcode' in error &&
  typeof error.errcode === 'number' &&
  DAMAGED.has(error.errcode & 0xff);

const ready = async (dir: string, key: Uint8Array, readOnly: boolean): Promise<Result<null>> => {
  try {
    return await prepare(dir, key, readOnly);
  } catch (error) {
    if (!isDamaged(error)) throw error;
    return bad(
      problem('store.damaged', `The database in ${dir} is damaged: it cannot be read`, {
        fix: 'Move the folder away and restore a backup: headgate restore BACKUP',
      }),
    );
  }
};

/**
 * What the worker seals with. A workspace that is locked keeps the keys that the worker had of it: no run of it begins, and
 * one that was under way when its key went comes to an end. Where there were none it ends as it began, with the instance's.
 */
const writerKeys = (ring: Keyring, ownGeneration: number, had: Map<string, OwnWriterKeys>): WriterKeys => ({
  ownGeneration,
  own: ownWriterKeys(ring, had),
  generation: ring.generation(),
  journal: ring.derive('journal'),
  blob: ring.derive('blob'),
  audit: ring.derive('audit'),
});

const ownWriterKeys = (ring: Keyring, had: Map<string, OwnWriterKeys>): ReadonlyMap<string, OwnWriterKeys> => {
  for (const workspace of ring.owners()) {
    const journal = ring.allOf('journal', workspace)?.[0];
    const blob = ring.allOf('blob', workspace)?.[0];
    if (journal !== undefined && blob !== undefined) had.set(workspace, { journal, blob });
  }
  return had;
};

/** Opens the store, or says why not: `key.length`, `key.weak`, `key.wrong`, `store.newer`, `store.older`, `store.locked`, `store.damaged`. */
export const tryOpenStore = async (options: StoreOptions): Promise<Result<Store>> => {
  const { dir, clock, trace, readOnly = false } = options;
  const key = judgeKey(options.key, 'that was given');
  if (!key.ok) return key;
  const folder = join(dir, 'blobs');
  if (!readOnly) makeFolder(folder);
  const prepared = await ready(dir, key.value, readOnly);
  if (!prepared.ok) return prepared;

  const path = join(dir, DATABASE);
  const database = connect(path, { readOnly });
  let nudge = (): void => undefined;
  const following = followRing(database, key.value, options.ring ?? keyring(key.value), options.rekey, {
    folder: options.workspaceKeys ?? null,
    changed: () => nudge(),
  });
  if (!following.ok) {
    database.close();
    return following;
  }
  const { ring, own } = following.value;
  const had = new Map<string, OwnWriterKeys>();
  const keysNow = (): WriterKeys => writerKeys(ring, own.newest(), had);
  const stored = storedBytes(database);
  const writer: Writer = readOnly
    ? idleWriter()
    : await startWriter({
        path,
        blobs: folder,
        keys: keysNow(),
        renew: () => (ring.follow() ? keysNow() : null),
        tries: TRIES,
        pragmas: [],
        clock,
        grew: stored.grew,
        ...(trace === undefined ? {} : { trace }),
      });
  const db: Kysely<Tables> = kyselyOver<Tables>(database);
  const changes = watchChanges(database, db);
  nudge = changes.nudge;
  // Before anybody else hears of a change: what they do then may need the new keys.
  changes.onChange(() => void ring.follow());
  const makes = credentials(ring);
  const blobs = blobsOf({
    dir,
    blobs: folder,
    key: (workspace) => ring.newestOf('blob', workspace),
    db,
    writer,
    clock,
  });
  const uses = keyUses(writer);
  const ground: Ground = {
    db,
    change: changes.change,
    writer,
    credentials: makes,
    ring,
    clock,
    unlink: blobs.unlink,
    grew: stored.grew,
  };
  const fileListeners = new Set<(workspace: string) => void>();
  const touched = (workspace: string): void => fileListeners.forEach((listener) => listener(workspace));
  const contents = { sink: blobs.sink, grew: stored.grew, touched };
  const litter = ownLitterOf(db);
  const ownGround = { seal: sealerOf(ring), grew: stored.grew, lost: litter.add };
  // Who only reads builds nothing.
  const graphFrom = readOnly ? Number.POSITIVE_INFINITY : (options.graphFrom ?? GRAPH_FROM);
  const searcher = new Searcher({ path, graphs: join(dir, 'graphs'), graphFrom, clock });
  const accounts = accountsOf(ground, { origin: options.origin ?? 'http://localhost', version: changes.version });
  let closing: Promise<void> | null = null;

  return good({
    in: (workspace) => ({
      workspace,
      ...ownDataOf(ground, ownGround, workspace),
      knowledge: knowledgeStoreOf(ground, ownGround, workspace, searcher),
      projects: projectsOf(ground, workspace),
      members: membersOf(ground, workspace),
      groups: groupsOf(ground, workspace),
      roles: rolesOf(ground, workspace),
      invitations: workspaceInvitationsOf(ground, workspace),
      flows: { ...flowsOf(ground, workspace), ...versionsOf(ground, workspace) },
      deletedFlows: deletedFlowsOf(ground, workspace),
      grants: grantsOf(ground, workspace),
      powerMap: powerMapOf(ground, workspace),
      policy: policyOf(ground, workspace),
      bounds: boundsOf(ground, workspace),
      services: servicesOf(ground, workspace),
      modelProviders: modelProvidersOf(ground, workspace),
      tools: toolsOf(ground, workspace),
      limits: limitsOf(ground, workspace),
      environments: environmentsOf(ground, workspace),
      deployments: deploymentsOf(ground, workspace),
      runs: runsOf(ground, workspace),
      keys: keysOf(ground, workspace),
      secrets: secretsOf(ground, workspace),
      connections: connectionsOf(ground, workspace),
      files: filesOf(ground, contents, workspace),
      asks: asksOf(ground, workspace),
      chats: chatsOf(ground, ownGround.seal, workspace),
      memories: memoriesOf(ground, ownGround, chatsOf(ground, ownGround.seal, workspace), workspace),
      datasets: datasetsOf(ground, ownGround, workspace),
      evaluations: evaluationsOf(ground, ownGround, workspace),
      notices: noticesOf(ground, workspace),
      tokens: workspaceTokensOf(ground, workspace),
      clients: clientsOf(ground, workspace),
      consents: consentsOf(ground, workspace),
      audit: auditOf(ground, workspace),
    }),
    workspaces: workspacesOf(ground),
    directory: directoryOf(ground, changes.version, async (id) => {
      const user = await accounts.user(id);
      return user === null ? null : { active: user.state === 'active', admin: user.administrator };
    }),
    invitations: invitationsOf(ground),
    publicFlow: (id) => publicFlow(db, id),
    accounts,
    engine: {
      ...engineOf(
        ground,
        blobs,
        async () =>
          (await dropLost(ground, contents)) + (await litter.collect()) + (await collectKnowledge(ground, searcher)),
      ),
      limits: engineLimitsOf(ground, stored.now),
      knowledgeAtWork: (sources) => knowledgeAtWork(ground, sources),
      sitesAtWork: () => sitesAtWork(ground),
      ends: endsWith(workspaceEndsOf(ground), () => collectGraphs(ground, searcher)),
      notices: engineNoticesOf(ground),
    },
    instance: instanceOf(database.prepare('select id from instance').get()),
    tokens: tokensOf(ground, tokenKeys(ring)),
    oauth: oauthOf(ground),
    counters: (workspace) => countersOf(ring, workspace),
    credentials: {
      newKey: makes.newKey,
      hashKey: makes.hashKey,
      newInvitation: makes.newInvitation,
      hashInvitation: makes.hashInvitation,
    },
    keyByHash: (hash) => keyByHash(db, hash),
    keyUsed: uses.used,
    locked: (workspace) => (ring.locked(workspace) ? lockedProblem(workspace) : null),
    followKeys: ring.follow,
    journal: writer,
    blobs: { sink: blobs.sink, path: blobs.path },
    version: changes.version,
    onChange: changes.onChange,
    onFiles: (listener) => {
      fileListeners.add(listener);
      return () => void fileListeners.delete(listener);
    },
    backup: (target) => backupStore(dir, target, clock()),
    close: () => {
      closing ??= (async () => {
        changes.stop();
        own.stop();
        uses.stop();
        try {
          await writer.close();
          await searcher.close();
          await litter.close();
        } finally {
          await db.destroy();
        }
      })();
      return closing;
    },
  });
};

/** Does more once all of a workspace is gone. */
const endsWith = (ends: WorkspaceEnds, then: () => Promise<void>): WorkspaceEnds => ({
  ...ends,
  finish: async (workspace) => {
    await ends.finish(workspace);
    await then();
  },
});

const ownDataOf = (ground: Ground, own: OwnGround, workspace: string) => {
  const tables = ownTablesOf(ground, own, workspace);
  return {
    tables: { ...tables, ...ownRowsOf(ground, own, workspace, tables.get) },
    values: ownValuesOf(ground, own, workspace),
  };
};

/** As `tryOpenStore`, rejecting with `StoreRefused`. */
export const openStore = async (options: StoreOptions): Promise<Store> => {
  const opened = await tryOpenStore(options);
  if (!opened.ok) throw new StoreRefused(opened.problem);
  return opened.value;
};
