/**
 * Triggers that read a mailbox: each mail that arrives starts a run, once, in the order of arrival. When, and for which
 * triggers, is polls.ts; the session itself is egress/mail/inbox.ts.
 *
 * MT1 How far it has come (UIDVALIDITY and UID) is written in one transaction with the start of the run it stands for: whenever
 *     the server dies, a mail either has its run and is remembered, or neither. A run carries its UID as idempotency key
 *     besides.
 * MT2 To read, to mark, to move and to keep a file are effects of the trigger: judged by what was lent to it, each time it looks,
 *     and on record.
 * MT3 A mail is marked or moved only once its run is durable. Files are kept under a name that follows from the UID, so that
 *     keeping them again after a crash changes nothing.
 * MT4 A mailbox that is numbered anew (another UIDVALIDITY) begins where it stands then: no mail is taken for a new one, and that
 *     it happened is in the log.
 */

import { isObject, milliseconds, type Power, type Problem } from '@headgate/core';
import type { Door } from '../egress/door.ts';
import type { FetchedMail, InboxSession } from '../egress/mail/inbox.ts';
import { DEFAULT_ENVIRONMENT } from '../store/environment.ts';
import { memoryName } from '../store/memory-name.ts';
import type { Store } from '../store/ports.ts';
import type { TriggerMemory } from '../store/run-write.ts';
import type { Clock } from './clock.ts';
import type { Credentials } from './credentials.ts';
import type { Kept } from './files.ts';
import type { Flows, Target } from './flows.ts';
import type { Later } from './later.ts';
import { type Login, mailLogin } from './mail-login.ts';
import type { Messages } from './mail-message.ts';
import { fileName, inputOf } from './mail-input.ts';
import { hasOwner } from './owner.ts';
import { type PollRow, Polls } from './polls.ts';
import type { Runs } from './runs.ts';
import { checkInput } from './starter.ts';
import type { Timers } from './timers.ts';
import { triggerEffect } from './trigger-effect.ts';
import type { TriggerHealth } from './trigger-health.ts';

type Deps = {
  readonly store: Store;
  readonly journal: Store['journal'];
  readonly door: Pick<Door, 'inbox'>;
  readonly credentials: Credentials;
  readonly clock: Clock;
  readonly timers: Timers;
  readonly later: Later;
  readonly flows: Flows;
  readonly runs: Runs;
  readonly messages: Pick<Messages, 'read'>;
  readonly health: TriggerHealth;
  readonly keep: (workspace: string, put: Kept) => Promise<Problem | null>;
  readonly open: (workspace: string, run: string, from: number, sealed: Uint8Array) => string;
  readonly log: (level: 'warn' | 'error', text: string, data: Record<string, unknown>) => void;
};

const KIND = 'email.receive@1';
const EVERY = 60_000;
const PAUSE = 60_000;
/** The longest that one session stays open. */
const LONGEST = 240_000;
/** Mails of one look; what lies beyond is found the next time. */
const MOST = 200;

/** How far a trigger has come in its mailbox. */
type Come = { readonly validity: string; readonly uid: number };

/** What the settings of a trigger say; they were checked when the flow was published. */
type Settings = {
  readonly host: string;
  readonly port: number;
  readonly secret: string;
  readonly user: string | undefined;
  readonly folder: string;
  readonly wanted: { readonly from?: string; readonly subject?: string; readonly unseen?: boolean };
  readonly seen: boolean;
  readonly moveTo: string | undefined;
  readonly files: string | undefined;
  readonly all: boolean;
  readonly every: number;
};

const settingsOf = (row: PollRow): Settings => {
  const raw = isObject(row.with) ? row.with : {};
  const text = (name: string): string | undefined => (typeof raw[name] === 'string' ? raw[name] : undefined);
  const [from, subject] = [text('from'), text('subject')];
  return {
    host: (text('host') ?? '').toLowerCase(),
    port: typeof raw['port'] === 'number' ? raw['port'] : 993,
    secret: text('secret') ?? '',
    user: text('user'),
    folder: text('folder') ?? 'INBOX',
    wanted: {
      ...(from === undefined ? {} : { from }),
      ...(subject === undefined ? {} : { subject }),
      ...(raw['unseen'] === true ? { unseen: true } : {}),
    },
    seen: raw['seen'] === true,
    moveTo: text('moveTo'),
    files: text('files'),
    all: raw['begin'] === 'all',
    every: milliseconds(text('every') ?? '') ?? EVERY,
  };
};

/** The mailboxes of all flows, each read in its time. */
export const openMailboxes = (deps: Deps): Polls =>
  new Polls({
    ...deps,
    kind: KIND,
    what: 'reading a mailbox',
    ask: (row, stopped) =>
      visit(deps, row, stopped).catch((error: unknown) => {
        // Found again the next time: what was not started is not remembered.
        deps.log('error', 'a mailbox could not be read', { ...aboutOf(row), error: String(error) });
        return PAUSE;
      }),
  });

const aboutOf = ({ flow, trigger }: PollRow) => ({ flow, trigger });

/** One session: look, and look again whenever the server tells of mail. Answers how long to wait before the next one. */
const visit = async (deps: Deps, row: PollRow, stopped: AbortSignal): Promise<number> => {
  const settings = settingsOf(row);
  const warn = (why: string, of?: Problem): number => {
    if (stopped.aborted) return PAUSE;
    if (of === undefined) deps.log('warn', why, aboutOf(row));
    else deps.health.ill(row, of);
    return PAUSE;
  };
  const ready = await targetOf(deps, row);
  if ('why' in ready) return warn(ready.why, ready.problem);
  const { host, port, secret } = settings;
  const mailbox: Power = { power: 'net', method: 'IMAP', host, port };
  const origin = `imap://${host}:${port}`;
  const needs: readonly Power[] = [mailbox, { power: 'secret', name: secret, origin }];
  const done = await triggerEffect(deps, row)(needs, async (again) => {
    const opened = await enter(deps, row, settings, origin, stopped);
    if ('problem' in opened) return warn('a mailbox could not be read', opened.problem);
    const session = opened;
    const until = deps.clock.now() + Math.min(settings.every, LONGEST);
    try {
      for (;;) {
        const now = await targetOf(deps, row);
        if ('why' in now) return warn(now.why, now.problem);
        const all = await look(deps, row, settings, session, now.target);
        if (!all) return PAUSE;
        deps.health.well(row);
        const left = until - deps.clock.now();
        if (!session.tells || left <= 0) return session.tells ? 0 : settings.every;
        if (!(await session.wait(left))) return stopped.aborted ? 0 : PAUSE;
        const denied = again(mailbox);
        if (denied !== null) return warn('a mailbox may not be read any more', denied);
      }
    } finally {
      session.close();
    }
  });
  return done.ok ? done.value : warn('a mailbox may not be read', done.problem);
};

const targetOf = async (
  { flows, store }: Deps,
  row: PollRow,
): Promise<{ readonly target: Target } | { readonly why: string; readonly problem?: Problem }> => {
  const target = await flows.live(row.workspace, row.flow, row.environment);
  if (!target.ok) return { why: 'a trigger cannot start its flow', problem: target.problem };
  const owned = await hasOwner(store, row.workspace, target.value.row);
  return owned ? { target: target.value } : { why: 'a trigger has nobody behind it any more' };
};

/** Logs in; once more with another token where the server refuses one. */
const enter = async (
  { door, credentials }: Deps,
  row: PollRow,
  { host, port, secret, user, folder, seen, moveTo }: Settings,
  origin: string,
  signal: AbortSignal,
): Promise<InboxSession | { readonly problem: Problem }> => {
  const { workspace, project, flow, environment, trigger } = row;
  const principal = `trigger:${trigger}`;
  const of = { workspace, project, flow, environment, principal, run: '', step: trigger, name: secret };
  let login: Login | { readonly problem: Problem } = await mailLogin(credentials, of, origin, user);
  if ('problem' in login) return login;
  if (door.inbox === undefined) throw new Error('a door without mailboxes');
  const ask = { server: { host, port }, folder, write: seen || moveTo !== undefined, signal };
  let opened = await door.inbox({ ...ask, login: login.login });
  if (!opened.ok && opened.login === true && login.again !== undefined) {
    login = await login.again();
    if ('problem' in login) return login;
    opened = await door.inbox({ ...ask, login: login.login });
  }
  return opened.ok ? opened.value : { problem: opened.problem };
};

/** Starts a run for each mail that came since. False: not all could begin now. */
const look = async (
  deps: Deps,
  row: PollRow,
  settings: Settings,
  session: InboxSession,
  target: Target,
): Promise<boolean> => {
  const kept = await comeOf(deps, row);
  const { validity, next } = session;
  const strange = kept !== null && kept.validity !== validity;
  if (strange) deps.log('warn', 'a mailbox is numbered anew: it is read from here on', aboutOf(row));
  if (strange || (kept === null && !settings.all)) {
    await deps.store.engine.saveMemory(written(row, { validity, uid: next - 1 }));
    return true;
  }
  const from = kept?.uid ?? 0;
  const uids = await session.find(from, settings.wanted);
  for (const uid of uids.slice(0, MOST)) {
    const mail = await session.fetch(uid);
    if (mail !== null && !(await begin(deps, row, settings, session, target, uid, mail))) return false;
  }
  return true;
};

/** Starts the run of one mail, and does to it what the settings say. False: no run can begin now. */
const begin = async (
  deps: Deps,
  row: PollRow,
  settings: Settings,
  session: InboxSession,
  target: Target,
  uid: number,
  mail: FetchedMail,
): Promise<boolean> => {
  const { store, runs, journal, log } = deps;
  const { validity } = session;
  const about = { ...aboutOf(row), uid };
  const where = row.environment === DEFAULT_ENVIRONMENT ? '' : `@${row.environment}`;
  const key = `mail:${row.trigger}${where}:${validity}:${uid}`;
  const come = written(row, { validity, uid });
  const there = (await store.in(row.workspace).runs.byIdempotencyKey(row.flow, key, 0)) ?? runs.byKey(row.flow, key);
  if (there === null) {
    const read = mail.raw === null ? null : await deps.messages.read(row.workspace, row.flow, mail.raw);
    if (read?.ok === false) log('warn', 'a mail could not be read', { ...about, code: read.problem.code });
    const input = inputOf(
      uid,
      mail,
      read,
      settings.files === undefined ? null : (n, name) => pathOf(settings, validity, uid, n, name),
    );
    if (read?.ok === true && settings.files !== undefined) {
      const full = await keepFiles(deps, row, settings, validity, uid, read.value.attachments);
      if (full !== null) {
        log('warn', 'the files of a mail could not be kept', { ...about, code: full.code });
        return false;
      }
    }
    const checked = checkInput(target, input);
    if (!checked.ok) {
      log('warn', 'a mail is not what its flow takes', { ...about, code: checked.problem.code });
      await store.engine.saveMemory(come);
      return true;
    }
    const made = runs.create({
      target,
      input: checked.value,
      trigger: { id: row.trigger, kind: KIND, data: { folder: settings.folder, uid } },
      principal: `trigger:${row.trigger}`,
      priority: target.compiled.flow.settings?.priority ?? 0,
      idempotencyKey: key,
      depth: 0,
      memory: come,
    });
    if ('problem' in made) {
      log('warn', 'a run could not begin', { ...about, code: made.problem.code });
      return false;
    }
    await journal.barrier(made.live.group);
  }
  try {
    if (settings.seen) await session.seen(uid);
    if (settings.moveTo !== undefined) await session.move(uid, settings.moveTo);
  } catch {
    log('warn', 'a mail could not be marked or moved', about);
  }
  return true;
};

const pathOf = ({ files = '' }: Settings, validity: string, uid: number, n: number, name: string): string =>
  `${files}${validity}-${uid}/${n + 1}-${fileName(name)}`;

const keepFiles = async (
  deps: Deps,
  row: PollRow,
  settings: Settings,
  validity: string,
  uid: number,
  attachments: readonly { readonly name: string; readonly type: string; readonly base64: string }[],
): Promise<Problem | null> => {
  for (const [n, { name, type, base64 }] of attachments.entries()) {
    const path = pathOf(settings, validity, uid, n, name);
    const done = await triggerEffect(deps, row)([{ power: 'file', verbs: 'write', path }], () =>
      deps.keep(row.workspace, {
        project: row.project,
        path,
        type: MEDIA_TYPE.test(type) ? type : 'application/octet-stream',
        by: `trigger:${row.trigger}`,
        bytes: Buffer.from(base64, 'base64'),
      }),
    );
    if (!done.ok) return done.problem;
    if (done.value !== null) return done.value;
  }
  return null;
};

const MEDIA_TYPE = /^[a-z0-9!#$&^_.+-]{1,100}\/[a-z0-9!#$&^_.+-]{1,100}$/;

const comeOf = async (
  { store, open }: Deps,
  { workspace, flow, trigger, environment }: PollRow,
): Promise<Come | null> => {
  const sealed = await store.engine.memory(flow, trigger, environment);
  if (sealed === null) return null;
  const read: unknown = JSON.parse(open(workspace, memoryName(flow, trigger, environment), 1, sealed));
  return isObject(read) && typeof read['validity'] === 'string' && typeof read['uid'] === 'number'
    ? { validity: read['validity'], uid: read['uid'] }
    : null;
};

const written = ({ workspace, flow, trigger, environment }: PollRow, come: Come): TriggerMemory => ({
  ...{ workspace, flow, trigger, environment },
  text: JSON.stringify(come),
});
