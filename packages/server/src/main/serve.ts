/**
 * `headgate start`: one process with gateway, engine and store.
 *
 * V1 It fails closed: no port is opened before the key was judged, the lock is held and every unfinished run is taken up.
 * V2 At a signal it stops taking work, lets work under way finish or parks it, and closes what it opened.
 */

import { randomBytes } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import type { Problem } from '@headgate/core';
import { pages } from '@headgate/web';
import { pino } from 'pino';
import { buildGateway } from '../gateway/gateway.ts';
import { lockServer } from '../store/lock.ts';
import { credentials } from '../store/vault-seal/credentials.ts';
import { loadKeyFile } from '../store/vault-seal/key-file.ts';
import { keyring } from '../store/vault-seal/keyring.ts';
import { isLoopback, type Settings } from './config.ts';
import { openHouse } from './house.ts';
import { complain, DONE, FAILED, note } from './say.ts';

/** Work under way gets this long at shutdown; then it is parked and goes on at the next start. */
const GRACE = 10_000;

/** Serves until a signal comes; answers the exit code. */
export const serve = async (s: Settings, version: string, json: boolean): Promise<number> => {
  const refuse = (problem: Problem): number => {
    complain([problem], json);
    return FAILED;
  };
  mkdirSync(s.dir, { recursive: true, mode: 0o700 });
  const key = loadKeyFile(s.keyFile, { create: !s.keyFileGiven && isLoopback(s.host) });
  if (!key.ok) return refuse(key.problem);
  const lock = lockServer(s.dir);
  if (!lock.ok) return refuse(lock.problem);
  const log = pino({ base: null, timestamp: pino.stdTimeFunctions.isoTime });
  const opened = await openHouse({
    dir: s.dir,
    key: key.value,
    egressAllow: s.egressAllow,
    publicUrl: s.publicUrl,
    log: (level, text, data) => log[level](data, text),
  });
  if (!opened.ok) {
    lock.value.release();
    return refuse(opened.problem);
  }
  const house = opened.value;
  const vault = credentials(keyring(key.value));
  const gateway = await buildGateway({
    store: house.store,
    engine: house.engine,
    guard: house.engine.guard,
    catalog: house.catalog,
    vault,
    clock: () => Date.now(),
    newId: (prefix = '') => prefix + randomBytes(12).toString('hex'),
    log,
    pages,
    publicUrl: s.publicUrl,
    hosts: hostsOf(s),
    version,
    web: s.web,
  });
  const close = async (): Promise<void> => {
    await gateway.close();
    await house.close(GRACE);
    lock.value.release();
  };
  try {
    await gateway.listen({ host: s.host, port: s.port });
  } catch (error) {
    await close();
    const code = error instanceof Error && 'code' in error ? String(error.code) : '';
    return refuse({ code: 'start.listen', text: `Cannot listen on ${s.host}:${s.port}${code === '' ? '' : ` (${code})`}`, retry: 'no', fix: code === 'EADDRINUSE' ? 'Another program has this port: stop it, or choose one with --port.' : 'Choose another address with --host.' });
  }
  const address = gateway.server.address();
  const port = typeof address === 'object' && address !== null ? address.port : s.port;
  note(`Headgate ${version} is ready at http://${s.host.includes(':') ? `[${s.host}]` : s.host}:${port}`);
  const { running, waiting, queued } = house.engine.recovered;
  if (running + waiting + queued > 0) note(`Taken up again: ${running} running, ${waiting} waiting, ${queued} queued runs`);
  await new Promise<void>((resolve) => {
    process.once('SIGTERM', resolve);
    process.once('SIGINT', resolve);
  });
  note('Stopping: finishing or parking what is under way');
  await close();
  return DONE;
};

/** Host headers that name this server. */
const hostsOf = (s: Settings): string[] => {
  const own = new URL(s.publicUrl).host;
  const names = new Set([own, `${s.host}:${s.port}`]);
  if (isLoopback(s.host)) for (const n of ['localhost', '127.0.0.1', '[::1]']) names.add(`${n}:${s.port}`);
  return [...names];
};
