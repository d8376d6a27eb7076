/**
 * The house put together below the gateway: store, vault, egress, steps, engine. Used by the server and by commands
 * that run flows without one.
 */

import { createHmac } from 'node:crypto';
import { totalmem } from 'node:os';
import { join } from 'node:path';
import { at, bad, type Catalog, good, type Problem, problem, type Result, type Service } from '@headgate/core';
import { type Door, openDoor, parseAllow } from '../egress/door.ts';
import type { MailServer, SendMail } from '../egress/mail/port.ts';
import { openEngine } from '../engine/engine.ts';
import type { Engine, EngineLog, Vault } from '../engine/options.ts';
import { Catalogs } from '../engine/catalogs.ts';
import type { FormatLimits } from '../engine/formats.ts';
import { loadCatalog } from '../engine/loader.ts';
import { type Compiler, openCompiler } from '../sandbox/compile.ts';
import { type Jail, openJail } from '../sandbox/jail.ts';
import { pythonSyntax, type PythonSyntax } from '../sandbox/python-syntax.ts';
import type { SecretSource } from '../engine/secret-source.ts';
import { tryOpenStore } from '../store/open.ts';
import type { Store } from '../store/ports.ts';
import { openBlobNow } from '../store/vault-open/blob-now.ts';
import { type FolderSetting, openFolders } from '../store/folders/folders.ts';
import { opener } from '../store/vault-open/opener.ts';
import { judgeKey } from '../store/vault-seal/key-file.ts';
import { type Keyring, keyring } from '../store/vault-seal/keyring.ts';
import { WorkspaceLocked } from '../store/vault-seal/own-keys.ts';
import { localModels, modelsFolder } from './local-models.ts';
import { callsFor, openFiles, pythonsFor } from './open-files.ts';
import { withServices } from './services-beside.ts';
import { ToolServerFile } from './tool-server-file.ts';
import { builtInProviders, builtInServices } from './shipped.ts';
import { builtInSteps } from './steps.ts';

const DAY = 86_400_000;

export type House = {
  readonly store: Store;
  readonly engine: Engine;
  readonly catalog: Catalog;
  /** That of a workspace: with the services it described itself. */
  readonly catalogIn: (workspace: string) => Promise<Catalog>;
  readonly door: Door;
  /** Compiles the code of flows; it starts nothing before there is some. */
  readonly compiler: Compiler;
  readonly jail: Jail;
  /** Whether a text is right Python. */
  readonly pythonSyntax: PythonSyntax;
  /** The one-time token that answers a `wait.event` step: what its resume link ends in. For whoever owns the house. */
  readonly resumeToken: Vault['resumeToken'];
  /** Stops taking work, gives what is under way `grace` milliseconds, closes everything. */
  readonly close: (grace: number) => Promise<void>;
};

type Options = {
  readonly dir: string;
  readonly key: Uint8Array;
  /** Reads the key again, when it was changed while the house stands. */
  readonly rekey?: () => Result<Uint8Array>;
  /** The folder of the key files of workspaces with a key of their own. */
  readonly workspaceKeys?: string | null;
  /** Sources of secrets besides the store. */
  readonly sources?: readonly SecretSource[];
  readonly egressAllow: string;
  /** Sends mails, where they are set up. */
  readonly mail?: SendMail | null;
  /** Folders of the disk that flows may be lent. */
  readonly folders?: readonly FolderSetting[];
  readonly publicUrl: string;
  readonly log: EngineLog;
  /** What reading or writing one file of a format may take; without it the engine's own default. */
  readonly formats?: FormatLimits;
  /** How long finished runs are kept; without it the engine's own default. */
  readonly keep?: { readonly days: number; readonly runs: number };
  /** Why no run begins now, for want of room on the disk; without it nobody looks. */
  readonly full?: () => Problem | null;
  /** The mail server of the instance, where flows may be lent it. */
  readonly flowMail?: MailServer | null;
  /** Services besides those that come with Headgate. */
  readonly services?: readonly Service[];
  /** Another door than the outgoing one: recorded answers, for flow tests. */
  readonly door?: Door;
  /** The folder for what can be made again. Left out: one in `dir`. */
  readonly cache?: string;
  /** Libraries that code may import; without it all that are installed. */
  readonly libraries?: readonly string[];
  /** One that is open already. The house closes it. */
  readonly compiler?: Compiler;
  /** The same of the jail. */
  readonly jail?: Jail;
  /** The folder in which programs are registered as tool servers. Left out: `dir`. */
  readonly servers?: string;
  /** Files and folders of the server besides `dir`, which no registered program may reach. */
  readonly own?: readonly (string | null)[];
  /** The folder of the models that the machine runs. Left out: one in `dir`. */
  readonly models?: string;
};

/** The opening half, as the engine wants it: what does not open is a damaged store, which stops the run it belongs to. */
const vaultOf = (ring: Keyring, store: Store): Vault => {
  const open = opener(ring);
  const must = <T>(result: Result<T>): T => {
    if (!result.ok) throw new Error(`${result.problem.code}: ${result.problem.text}`);
    return result.value;
  };
  /** A workspace that is locked is no damage: who asked is told, and the others go on. */
  const openFor = <T>(workspace: string, result: Result<T>): T => {
    if (!result.ok && result.problem.code === 'workspace.locked') throw new WorkspaceLocked(workspace);
    return must(result);
  };
  const blobKeys = (workspace: string): readonly Uint8Array[] => {
    const keys = ring.allOf('blob', workspace);
    if (keys === null) throw new WorkspaceLocked(workspace);
    return keys;
  };
  return {
    openChunk: (workspace, run, from, sealed) => openFor(workspace, open.openChunk(workspace, run, from, sealed)),
    openBlob: (workspace, id) => must(openBlobNow(blobKeys(workspace), workspace, id, store.blobs.path(id))),
    streamBlob: (workspace, id) => open.openBlob(workspace, id, store.blobs.path(id)),
    openSecret: (workspace, id, version, sealed, bound) => {
      const value = open.openSecret(workspace, id, version, sealed, bound);
      // Another process may have wrapped it with a key that is newer than those at hand, a moment ago.
      const again = !value.ok && value.problem.code === 'secret.damaged' && store.followKeys();
      return openFor(workspace, again ? open.openSecret(workspace, id, version, sealed, bound) : value);
    },
    stamp: (text) => createHmac('sha256', ring.derive('resume')).update(`form ${text}`).digest('base64url'),
    resumeToken: (run, step, item, person) =>
      createHmac('sha256', ring.derive('resume'))
        .update(JSON.stringify(person === undefined ? [run, step, item] : [run, step, item, person]))
        .digest('base64url'),
  };
};

/** Opens everything below the gateway. */
export const openHouse = async (o: Options): Promise<Result<House>> => {
  const allow = parseAllow(o.egressAllow);
  if (!allow.ok) return bad(at({ field: 'HEADGATE_EGRESS_ALLOW' }, allow.problem));
  const strong = judgeKey(o.key, 'that was given');
  if (!strong.ok) return strong;
  const ring = keyring(o.key);
  const { rekey } = o;
  const [opened, catalog] = await Promise.all([
    tryOpenStore({
      dir: o.dir,
      key: o.key,
      ring,
      clock: () => Date.now(),
      workspaceKeys: o.workspaceKeys ?? null,
      origin: o.publicUrl,
      ...(rekey === undefined ? {} : { rekey }),
    }),
    loadCatalog(builtInSteps(), builtInServices(), builtInProviders()).then((all) =>
      withServices(all, o.services ?? []),
    ),
  ]);
  if (!opened.ok) return opened;
  const store = opened.value;
  const door = o.door ?? openDoor(allow.value, { most: callsFor(openFiles()) });
  const vault = vaultOf(ring, store);
  const compiler = o.compiler ?? openCompiler(o.libraries === undefined ? {} : { allow: o.libraries });
  const jail =
    o.jail ?? openJail({ log: o.log, cache: o.cache ?? join(o.dir, 'cache'), pythons: pythonsFor(totalmem()) });
  let engine: Engine;
  try {
    engine = await openEngine({
      store,
      vault,
      door,
      catalog,
      jail,
      compiler,
      publicUrl: o.publicUrl,
      log: o.log,
      ...(o.mail === undefined ? {} : { mail: o.mail }),
      ...(o.sources === undefined ? {} : { sources: o.sources }),
      ...(o.folders === undefined ? {} : { folders: openFolders(o.folders) }),
      ...(o.full === undefined ? {} : { full: o.full }),
      ...(o.flowMail === undefined ? {} : { flowMail: o.flowMail }),
      ...(o.formats === undefined ? {} : { formats: o.formats }),
      localModels: localModels(o.models ?? modelsFolder(o.dir)),
      toolServers: new ToolServerFile(o.servers ?? o.dir, [o.dir, ...(o.own ?? [])]).all,
      ...(o.keep === undefined ? {} : { keep: { for: o.keep.days * DAY, perFlow: o.keep.runs } }),
    });
  } catch (error) {
    await jail.close();
    await store.close();
    const why = error instanceof Error ? error.message : 'unknown error';
    const fix = `Start with the key the data was sealed with, or restore a backup (${why}).`;
    return bad(problem('start.engine', 'The store does not open with this secret key, or it is damaged', { fix }));
  }
  const catalogs = new Catalogs(catalog, store);
  return good({
    store,
    engine,
    catalog,
    catalogIn: (workspace) => catalogs.in(workspace),
    door,
    compiler,
    jail,
    pythonSyntax: pythonSyntax(jail),
    resumeToken: vault.resumeToken,
    close: async (grace) => {
      await engine.close(grace);
      await jail.close();
      await compiler.close();
      await door.close();
      await store.close();
    },
  });
};
