/**
 * `headgate doctor`: looks an instance over, beside a running server or without one, and says plainly what is wrong and
 * what to do. It brings nothing up to date and mends nothing; one record in the audit trail is all it writes, to see that
 * the journal can be written.
 */

import { accessSync, constants, existsSync, readFileSync, statfsSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { Problem } from '@headgate/core';
import { parseAllow } from '../egress/door.ts';
import { inspectStore, type Inspected } from '../store/files/inspect.ts';
import { tryOpenStore } from '../store/open.ts';
import { DATABASE } from '../store/schema/migrate.ts';
import { holders } from '../store/key-change.ts';
import { loadKeyFile } from '../store/vault-seal/key-file.ts';
import { holderOf } from '../store/vault-seal/ring.ts';
import { workspaceKeyPath } from '../store/rows/workspace-keys.ts';
import { workspaceKeyHolders } from '../store/workspace-key-change.ts';
import { isLoopback, type Settings } from './config.ts';
import { floorOf, sizeText } from './disk-floor.ts';
import { type Finding, look, ok, wrong } from './finding.ts';
import { jailFindings } from './jail-findings.ts';
import { serverFindings } from './tool-servers.ts';
import { faultOf } from './audit-log.ts';
import { DONE, FAILED, paint, pretty, print } from './say.ts';
import { secretsFile } from './secrets-file.ts';

const told = (what: string, p: Problem): Finding => wrong(what, p.text, p.fix ?? 'See the text.');

const MB = 1024 * 1024;

const node = (): Finding => {
  const [major = 0] = process.versions.node.split('.').map(Number);
  return major >= 24
    ? ok('Node', process.version)
    : wrong(
        'Node',
        `${process.version}, and 24 or newer is needed`,
        'Start through ./headgate or npm start: they bring it.',
      );
};

/** Nobody else may read what lies in the folder, and the server must be able to write there. */
const folder = (dir: string): Finding => {
  const what = 'folder';
  const stat = statSync(dir, { throwIfNoEntry: false });
  if (stat === undefined) return ok(what, `${dir} is not there yet; the first start makes it`);
  if (!stat.isDirectory()) return wrong(what, `${dir} is no folder`, 'Name another one in HEADGATE_CONFIG_DIR.');
  try {
    accessSync(dir, constants.R_OK | constants.W_OK | constants.X_OK);
  } catch {
    return wrong(what, `${dir} cannot be written`, 'Give it to the user that runs the server.');
  }
  const mode = (stat.mode & 0o777).toString(8).padStart(3, '0');
  return (stat.mode & 0o077) === 0
    ? ok(what, `${dir} (mode ${mode})`)
    : wrong(what, `${dir} is open to other users of this machine (mode ${mode})`, `chmod 700 ${dir}`);
};

const keyOf = (s: Settings): { readonly finding: Finding; readonly key: Uint8Array | null } => {
  const what = 'secret key';
  const inside = `${s.keyFile}/`.startsWith(`${s.dir}/`);
  const read = loadKeyFile(s.keyFile);
  if (read.ok) {
    const finding = inside
      ? look(
          what,
          `${s.keyFile} lies inside ${s.dir}`,
          'Move it out, so that a copy of that folder does not hold both.',
        )
      : ok(what, `${s.keyFile} (32 bytes, for its owner alone)`);
    return { finding, key: read.value };
  }
  const first = read.problem.code === 'key.missing' && isLoopback(s.host) && !existsSync(join(s.dir, DATABASE));
  const finding = first
    ? ok(what, `${s.keyFile} is not there yet; the first start makes it`)
    : told(what, read.problem);
  return { finding, key: null };
};

const secretsFileOf = (s: Settings): readonly Finding[] => {
  if (s.secretsFile === null) return [];
  const read = secretsFile(s.secretsFile, () => undefined);
  return [read.ok ? ok('secrets file', `${s.secretsFile}, for its owner alone`) : told('secrets file', read.problem)];
};

/** A change of the key that was cut off leaves the old key with its power. */
const changeOf = (s: Settings, store: Inspected, key: Uint8Array | null): readonly Finding[] => {
  if (key === null || store.schema !== store.newest || store.damage !== null) return [];
  const what = 'key change';
  const known = holders(s.dir);
  if (known.every((holder) => holder === holderOf(key))) return [];
  return known.includes(holderOf(key))
    ? [
        look(
          what,
          'one was cut off: another key opens the data as well',
          'headgate key-file rotate: it goes on from there.',
        ),
      ]
    : [wrong(what, `${s.keyFile} is not the key of this data`, 'Name the right one in HEADGATE_SECRET_KEY_FILE.')];
};

/** Keys of their own of workspaces: without one nothing of its workspace opens. */
const workspaceKeysOf = (s: Settings, store: Inspected): readonly Finding[] => {
  if (store.schema !== store.newest || store.damage !== null) return [];
  return [...workspaceKeyHolders(s.dir)].map(([workspace, known]) => {
    const what = `key of ${workspace}`;
    if (s.workspaceKeys === null)
      return wrong(
        what,
        'it has one of its own, and no folder of such keys is set',
        'Name it in HEADGATE_WORKSPACE_KEYS_DIR.',
      );
    const path = workspaceKeyPath(s.workspaceKeys, workspace);
    const read = loadKeyFile(path);
    if (!read.ok) return told(what, read.problem);
    if (!known.includes(holderOf(read.value)))
      return wrong(what, `${path} is another key than its own`, 'Put the file back that its last rotation made.');
    return known.length > 1
      ? look(what, `a change was cut off: another key opens it as well`, `headgate workspace-key rotate ${workspace}`)
      : ok(what, `${path} (32 bytes, for its owner alone)`);
  });
};

const server = (s: Settings, store: Inspected): Finding => {
  if (!store.served) return ok('server', `none runs on ${s.dir}`);
  const path = join(s.dir, 'server.pid');
  return ok(
    'server',
    `one runs on ${s.dir}${existsSync(path) ? ` (process ${readFileSync(path, 'utf8').trim()})` : ''}`,
  );
};

const database = (store: Inspected): Finding => {
  const what = 'database';
  if (store.damage !== null)
    return wrong(
      what,
      `it is damaged: ${store.damage}`,
      'Stop the server, keep the folder, and restore a backup: headgate restore.',
    );
  if (store.problem !== null) return told(what, store.problem);
  if (store.schema === 0) return ok(what, 'not there yet; the first start makes it');
  if (store.schema !== store.newest)
    return look(
      what,
      `schema ${store.schema}; this release brings it to ${store.newest}`,
      'Back it up, then start the server.',
    );
  return ok(what, `schema ${store.schema}, whole`);
};

/** Writes and syncs for real, as a run would. */
const journal = async (s: Settings, store: Inspected, key: Uint8Array | null): Promise<readonly Finding[]> => {
  if (store.schema !== store.newest || store.damage !== null || key === null) return [];
  const opened = await tryOpenStore({ dir: s.dir, key, clock: () => Date.now() });
  if (!opened.ok) return [told('journal', opened.problem)];
  const { value } = opened;
  try {
    const began = Date.now();
    const entry = { at: Date.now(), workspace: 'default', actor: 'cli', action: 'doctor', object: 'journal' };
    await value.journal.barrier(
      value.journal.audit([{ ...entry, decision: 'allow', reason: null, run: null, step: null }]),
    );
    const took = Date.now() - began;
    const trail = await value.engine.checkAudit();
    return [
      ok('engine', `${value.instance}: what engine tokens are bound to`),
      ok('journal', `written and synced in ${took} ms`),
      trail.fault === null
        ? ok('audit trail', `${trail.checked} records, none changed`)
        : wrong('audit trail', faultOf(trail), 'Find out who wrote to the database; a backup shows what was there.'),
    ];
  } catch (error) {
    const why = error instanceof Error ? error.message : 'unknown error';
    return [wrong('journal', `it cannot be written: ${why}`, 'See to the disk and to who may write in the folder.')];
  } finally {
    await value.close().catch(() => undefined);
  }
};

const disk = ({ dir, diskFloor }: Settings): Finding => {
  let at = dir;
  while (!existsSync(at)) at = join(at, '..');
  const { bavail, blocks, bsize } = statfsSync(at);
  const free = bavail * bsize;
  const floor = floorOf(diskFloor, blocks * bsize);
  const text = `${sizeText(free)} free`;
  if (free < floor)
    return wrong(
      'disk',
      `${text}; the last ${sizeText(floor)} are kept for runs under way, so no new run begins`,
      'Make room, or change HEADGATE_DISK_FLOOR.',
    );
  if (free < 100 * MB) return wrong('disk', text, 'Make room: a server that cannot write stops taking work.');
  return free < Math.max(2 * floor, 1024 * MB)
    ? look('disk', `${text}; no new run begins under ${sizeText(floor)}`, 'Make room soon.')
    : ok('disk', `${text}; no new run begins under ${sizeText(floor)}`);
};

/** Nothing is ordered by the clock, but schedules, expiry dates and signatures go by it. */
const clock = (dir: string): Finding => {
  const now = Date.now();
  const files = [DATABASE, `${DATABASE}-wal`].map((name) => statSync(join(dir, name), { throwIfNoEntry: false }));
  const written = Math.max(...files.map((file) => file?.mtimeMs ?? 0));
  const text = new Date(now).toISOString();
  if (now < BUILT)
    return wrong('clock', `${text}, which is before this release was made`, 'Set the clock of this machine.');
  if (written > now + 60_000)
    return wrong('clock', `${text}, which is before the database was last written`, 'Set the clock of this machine.');
  return ok('clock', text);
};

const BUILT = Date.UTC(2026, 10, 1);

const egress = (s: Settings): Finding => {
  const parsed = parseAllow(s.egressAllow);
  if (!parsed.ok) return told('egress', parsed.problem);
  const { allow } = parsed.value;
  return allow.length === 0
    ? ok('egress', 'flows reach public addresses alone, and only those lent to them')
    : ok('egress', `private addresses opened to flows that are lent them: ${allow.join(', ')}`);
};

const listening = (s: Settings): Finding => {
  const where = `${s.host}:${s.port}, known as ${s.publicUrl}`;
  if (isLoopback(s.host)) return ok('address', `${where}: this machine alone`);
  if (s.publicUrl.startsWith('https:'))
    return ok('address', `${where}: reachable from outside; TLS has to end before it`);
  return look(
    'address',
    `${where}: reachable from outside without TLS`,
    'Put a proxy with TLS before it, and set HEADGATE_PUBLIC_URL to its https address.',
  );
};

export const findings = async (s: Settings, production: boolean): Promise<Finding[]> => {
  const { finding: secret, key } = keyOf(s);
  const store = inspectStore(s.dir);
  // Before the journal is written to, which is a new time in the folder.
  const time = clock(s.dir);
  return [
    node(),
    ok('settings', 'understood'),
    folder(s.dir),
    secret,
    ...secretsFileOf(s),
    ...changeOf(s, store, key),
    ...workspaceKeysOf(s, store),
    server(s, store),
    database(store),
    ...(await journal(s, store, key)),
    disk(s),
    time,
    egress(s),
    listening(s),
    ...(await jailFindings()),
    ...(await serverFindings(s)),
    ...(production ? await (await import('./production.ts')).productionFindings(s, Date.now()) : []),
  ];
};

const MARKS = { ok: ['green', 'ok   '], look: ['cyan', 'look '], wrong: ['red', 'WRONG'] } as const;

const line = ({ what, state, text, next }: Finding): string => {
  const [colour, mark] = MARKS[state];
  const more = next === undefined ? '' : `\n       ${paint('cyan', 'next:', 'out')} ${next}`;
  return `${paint(colour, mark, 'out')}  ${what}: ${text}${more}`;
};

/** Looks everything over and prints it. Answers the exit code: 1 when something is wrong. */
export const doctor = async (
  read: { settings: Settings } | { problems: readonly Problem[] },
  version: string,
  json: boolean,
  production: boolean,
): Promise<number> => {
  const found =
    'settings' in read
      ? await findings(read.settings, production)
      : [node(), ...read.problems.map((p) => told('settings', p))];
  const bad = found.filter((f) => f.state === 'wrong').length;
  if (json) print(pretty({ version, wrong: bad, findings: found }));
  else print([`Headgate ${version}`, ...found.map(line)].join('\n'));
  return bad === 0 ? DONE : FAILED;
};
