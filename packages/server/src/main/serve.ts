/**
 * `headgate start`: one process with gateway, engine and store.
 *
 * V1 It fails closed: no port is opened before the key was judged, the lock is held and every unfinished run is taken up.
 *    Code steps wait for the jail's self-test, which runs beside the open port; when a probe gets out, the server ends.
 * V2 At a signal it stops taking work, lets work under way finish or parks it, and closes what it opened, in that order.
 *    A second signal ends it at once: the journal makes that safe.
 */

import { randomBytes } from 'node:crypto';
import { accessSync, constants } from 'node:fs';
import { bad, good, type Problem, problem, type Result } from '@headgate/core';
import { pages } from '@headgate/web';
import { type Logger, pino } from 'pino';
import type { SendMail } from '../egress/mail/port.ts';
import type { SignOn } from '../egress/sign-on/port.ts';
import type { EngineLog } from '../engine/options.ts';
import { buildGateway } from '../gateway/gateway.ts';
import { type Lock, lockServer } from '../store/lock.ts';
import { documentsThrough } from './client-document.ts';
import { readCodeOf } from './code.ts';
import { loadKeyFile } from '../store/vault-seal/key-file.ts';
import type { Settings } from './config.ts';
import { type DiskWatch, watchDisk } from './disk.ts';
import { readText } from './files.ts';
import { type House, openHouse } from './house.ts';
import { makeFolder } from './state-folder.ts';
import { instanceKey } from './instance-key.ts';
import { localModelsHere } from './local-models.ts';
import { openLog } from './log.ts';
import type { Tracing } from './otlp.ts';
import { freePort, listens } from './port.ts';
import { complain, DONE, FAILED, note } from './say.ts';
import { secretsFile } from './secrets-file.ts';
import { manual } from './manual.ts';
import { setUpLink } from './set-up.ts';
import { starters } from './templates.ts';
import { webApp } from './web-app.ts';
import { settle } from './settle.ts';

/** Work under way gets this long at shutdown; then it is parked and goes on at the next start. */
const GRACE = 10_000;
const DAY = 86_400_000;

/** Serves until a signal comes; answers the exit code. */
export const serve = async (s: Settings, version: string, json: boolean): Promise<number> => {
  const refuse = (why: Problem): number => {
    complain([why], json);
    return FAILED;
  };
  // Asked for before anything is opened: a signal during the start ends a server that is up, not half of one.
  const stopped = new Promise<undefined>((resolve) => {
    for (const signal of ['SIGTERM', 'SIGINT']) process.once(signal, () => resolve(undefined));
  });
  const { log, guardWith } = openLog(
    { base: null, timestamp: pino.stdTimeFunctions.isoTime },
    pino.destination({ dest: 1, sync: true }),
  );
  const opened = await openAll(s, version, log);
  guardWith(opened.ok ? opened.value.house.engine.guard : null);
  if (!opened.ok) return refuse(opened.problem);
  const { house, lock, tracing, disk, port, publicUrl } = opened.value;
  const gateway = buildGateway({
    store: house.store,
    engine: house.engine,
    guard: house.engine.guard,
    catalog: house.catalog,
    catalogIn: house.catalogIn,
    readCode: (flow) => readCodeOf(flow, house.compiler, house.pythonSyntax),
    vault: house.store.credentials,
    clock: () => Date.now(),
    newId: (prefix = '') => prefix + randomBytes(12).toString('hex'),
    log,
    pages,
    app: s.web ? webApp() : null,
    publicUrl,
    hosts: hostsOf(s.host, port, publicUrl),
    proxies: s.proxies,
    webOrigins: s.webOrigins,
    mcpLegacy: s.mcpLegacy,
    starters,
    version,
    web: s.web,
    docs: s.docs,
    manual: manual(),
    signUp: s.signUp,
    twoFactors: s.twoFactors,
    currency: s.currency,
    mail: opened.value.mail,
    signOn: opened.value.signOn,
    fetchDocument: documentsThrough(house.door),
    ...(tracing === null ? {} : { traces: (await import('../gateway/traces.ts')).traces() }),
    localModels: localModelsHere(s.dir, house.door),
    doctor: async () => (await import('./doctor.ts')).findings(s, false),
    limits: {
      keyLife: s.keys.days * DAY,
      keyMost: s.keys.most * DAY,
      userRate: s.rates.user,
      workspaceRate: s.rates.workspace,
      networkRate: s.rates.network,
    },
  });
  const close = async (): Promise<void> => {
    await gateway.close();
    disk.close();
    await house.close(GRACE);
    await tracing?.close();
    lock.release();
  };
  settle();
  try {
    await gateway.listen({ host: s.host, port });
  } catch (error) {
    await close();
    return refuse(cannotListen(s.host, port, error));
  }
  note(`Headgate ${version} is ready at ${urlOf(s.host, port)}`);
  const link = await setUpLink(house.store, publicUrl);
  if (link !== null)
    note(`Nobody has an account yet. This link makes the first one; it works once, for an hour:\n  ${link}`);
  const { running, waiting, queued } = house.engine.recovered;
  if (running + waiting + queued > 0)
    note(`Taken up again: ${running} running, ${waiting} waiting, ${queued} queued runs`);
  const escaped = await Promise.race([stopped, escape(house, log)]);
  note('Stopping: finishing or parking what is under way');
  try {
    await close();
  } catch (error) {
    const why = error instanceof Error ? error.message : 'unknown error';
    return refuse(problem('stop.unclean', `Not everything could be written (${why})`, { fix: AGAIN }));
  }
  if (escaped !== undefined) return refuse(escaped);
  note('Stopped');
  return DONE;
};

/**
 * The self-test of the jail, beside a server that listens already: it takes two starts of Node, and until it has passed no
 * code is run anyway (sandbox/jail.ts J3). Answers only when the server must not go on.
 */
const escape = async (house: House, log: Logger): Promise<Problem> => {
  const { escaped, failure } = await house.jail.probe();
  // A server that stops ends its probes too.
  if (failure !== null && house.jail.status().state !== 'closed')
    log.error({ failure }, 'the self-test of the jail could not be made: no code step runs');
  if (escaped.length === 0) return new Promise<never>(() => undefined);
  return problem('start.escape', `Native code got out of the jail: ${escaped.join(', ')}`, {
    fix: 'Do not run code on this machine; `headgate doctor` shows which layer of the jail is missing.',
  });
};

const AGAIN = 'See to the disk, then start again: the server goes on from what is on disk.';

type Opened = {
  readonly house: House;
  readonly lock: Lock;
  readonly tracing: Tracing | null;
  readonly disk: DiskWatch;
  readonly port: number;
  readonly publicUrl: string;
  readonly signOn: SignOn | null;
  readonly mail: SendMail | null;
};

/** All but the door: folder, key, lock, traces, house. What was opened is closed again when the next thing refuses. */
const openAll = async (s: Settings, version: string, log: Logger): Promise<Result<Opened>> => {
  const dir = folder(s.dir);
  if (!dir.ok) return dir;
  const key = instanceKey(s);
  if (!key.ok) return key;
  const file = s.secretsFile === null ? null : secretsFile(s.secretsFile, (text) => log.error(text));
  if (file?.ok === false) return file;
  const signOn = await signOnOf(s);
  if (!signOn.ok) return signOn;
  const lock = lockServer(s.dir);
  if (!lock.ok) return lock;
  const port = s.port === 0 ? await freePort(s.host) : s.port;
  const publicUrl = s.port === 0 && !s.publicUrlGiven ? `http://localhost:${port}` : s.publicUrl;
  // Before anything is taken up: a start that ends here has run no flow.
  const refused = await listens(s.host, port);
  if (refused !== null) {
    lock.value.release();
    return bad(cannotListen(s.host, port, refused));
  }
  const tracing = await tracingOf(s, version, log);
  if (!tracing.ok) {
    lock.value.release();
    return tracing;
  }
  const say: EngineLog = (level, text, data) => log[level](data, text);
  // Before runs are taken up: what is late starts at once.
  const disk = await watchDisk({ dir: s.dir, floor: s.diskFloor, log: say });
  const mail = await mailOf(s);
  const house = await openHouse({
    mail,
    dir: s.dir,
    key: key.value,
    rekey: () => loadKeyFile(s.keyFile),
    workspaceKeys: s.workspaceKeys,
    sources: file === null ? [] : [file.value],
    egressAllow: s.egressAllow,
    folders: s.folders,
    own: [s.keyFile, s.secretsFile, s.workspaceKeys],
    libraries: s.libraries,
    publicUrl,
    keep: s.keep,
    formats: s.formats,
    log: say,
    full: disk.full,
    flowMail: s.mailFlows ? s.mail : null,
  });
  if (house.ok)
    return good({
      house: house.value,
      lock: lock.value,
      tracing: tracing.value,
      disk,
      port,
      publicUrl,
      signOn: signOn.value,
      mail,
    });
  disk.close();
  await tracing.value?.close();
  lock.value.release();
  return house;
};

const folder = (dir: string): Result<null> => {
  try {
    makeFolder(dir);
    accessSync(dir, constants.R_OK | constants.W_OK | constants.X_OK);
    return good(null);
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown error';
    const fix = 'Give the folder to the user that runs the server, or name another one in HEADGATE_CONFIG_DIR.';
    return bad(problem('start.folder', `The folder ${dir} cannot be used (${code})`, { fix }));
  }
};

/** Loaded where a provider is set up. */
const signOnOf = async ({ sso }: Settings): Promise<Result<SignOn | null>> => {
  if (sso === null) return good(null);
  const secret = readText(sso.secretFile);
  if (!secret.ok) return bad({ ...secret.problem, at: { field: 'HEADGATE_SSO_SECRET_FILE' } });
  const { openSignOn } = await import('../egress/sign-on/sign-on.ts');
  return good(openSignOn({ ...sso, clientSecret: secret.value.trim() }, () => Date.now()));
};

/** Loaded where mail is set up. */
const mailOf = async ({ mail }: Settings): Promise<SendMail | null> =>
  mail === null ? null : (await import('../egress/mail/mail.ts')).openMail(mail);

const tracingOf = async (s: Settings, version: string, log: Logger): Promise<Result<Tracing | null>> => {
  if (s.otlp === null) return good(null);
  const { startTracing } = await import('./otlp.ts');
  return startTracing({ url: s.otlp, version, warn: (text, data) => log.warn(data, text) });
};

const bracketed = (host: string): string => (host.includes(':') ? `[${host}]` : host);

const urlOf = (host: string, port: number): string => `http://${bracketed(host)}:${port}`;

const cannotListen = (host: string, port: number, error: unknown): Problem => {
  const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown error';
  const text = `Cannot listen on ${bracketed(host)}:${port} (${code})`;
  if (code === 'EADDRINUSE')
    return problem('start.listen', text, {
      fix: 'Another program has this port: stop it, or choose another port with --port or HEADGATE_PORT.',
    });
  if (code === 'EACCES')
    return problem('start.listen', text, { fix: 'Ports below 1024 are reserved: choose a higher one with --port.' });
  return problem('start.listen', text, { fix: 'Choose an address of this machine with --host or HEADGATE_HOST.' });
};

/** Host headers that name this server. */
const hostsOf = (host: string, port: number, publicUrl: string): string[] => {
  const names = new Set([new URL(publicUrl).host, `${bracketed(host)}:${port}`]);
  // Always, so that a health check from the machine itself is answered on any bind.
  for (const name of ['localhost', '127.0.0.1', '[::1]']) names.add(`${name}:${port}`);
  return [...names];
};
