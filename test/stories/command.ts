/** The built command line as real child processes, each with a home of its own. */

import { type ChildProcess, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import {
  chmodSync,
  copyFileSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ROOT } from '../boundaries/tree.ts';
import { type Answer, type Ask, send } from '../fixtures/server.ts';

const CLI = join(ROOT, 'packages', 'server', 'dist', 'app', 'main', 'cli.js');
export const EXAMPLES = join(ROOT, 'examples');

export type Ended = { readonly code: number | null; readonly out: string; readonly err: string; readonly ms: number };
export type More = { readonly env?: Readonly<Record<string, string>>; readonly input?: string; readonly cwd?: string };

/** A folder with a key file, and the settings that keep a process inside it. */
export type Home = {
  readonly dir: string;
  /** A path in the folder. */
  readonly path: (name: string) => string;
  readonly write: (name: string, content: string | object) => string;
  readonly env: Readonly<Record<string, string>>;
  /** Runs a command to its end. */
  readonly run: (args: readonly string[], more?: More) => Promise<Ended>;
  /** Starts a command and does not wait. */
  readonly begin: (args: readonly string[], more?: More) => Running;
  /** Starts a server and waits until it is ready. */
  readonly serve: (args?: readonly string[], more?: More) => Promise<Served>;
  /** Makes the first account, with a password where one is given, and an API key; answers the file that holds it. */
  readonly superuser: (name?: string, password?: string) => Promise<string>;
  /** Ends what still runs, and removes the folder. */
  readonly leave: () => Promise<void>;
};

export type Running = {
  readonly pid: number;
  readonly out: () => string;
  readonly err: () => string;
  readonly ended: Promise<Ended>;
  readonly signal: (signal: NodeJS.Signals) => void;
};

export type Served = Running & {
  readonly port: number;
  readonly url: string;
  readonly stop: () => Promise<Ended>;
  readonly ask: (method: string, path: string, ask?: Ask) => Promise<Answer>;
};

const spawned = new WeakMap<Running, ChildProcess>();

const begin = (args: readonly string[], env: Readonly<Record<string, string>>, more: More): Running => {
  const began = Date.now();
  const child = spawn(process.execPath, [CLI, ...args], { env: { ...env, ...more.env }, cwd: more.cwd ?? env['HOME'] });
  let out = '';
  let err = '';
  child.stdout.on('data', (part) => (out += String(part)));
  child.stderr.on('data', (part) => (err += String(part)));
  child.stdin.end(more.input ?? '');
  const ended = new Promise<Ended>((resolve) =>
    child.on('close', (code) => resolve({ code, out, err, ms: Date.now() - began })),
  );
  const signal = (name: NodeJS.Signals): void => void child.kill(name);
  const running = { pid: child.pid ?? 0, out: () => out, err: () => err, ended, signal };
  spawned.set(running, child);
  return running;
};

const ready = async (running: Running): Promise<Served> => {
  const port = await new Promise<number>((resolve, reject) => {
    spawned.get(running)?.stderr?.on('data', () => {
      const found = /is ready at http:\/\/\S+:(\d+)/.exec(running.err());
      if (found !== null) resolve(Number(found[1]));
    });
    void running.ended.then((end) => reject(new Error(`the server ended with ${end.code}: ${end.err}${end.out}`)));
  });
  return {
    ...running,
    port,
    url: `http://127.0.0.1:${port}`,
    stop: () => {
      running.signal('SIGTERM');
      return running.ended;
    },
    ask: (method, path, ask) => send(port, method, path, ask),
  };
};

/** Makes the first account and an API key, by the command. */
const founded = async (run: Home['run'], path: Home['path'], file: string, password: string): Promise<void> => {
  const on = { HEADGATE_ENABLE_SUPERUSER_CLI: 'true' };
  const words = ['superuser', '--email', 'ada@example.com', '--api-key-file', file];
  if (password !== '') {
    writeFileSync(path('password.txt'), password);
    words.push('--password-file', path('password.txt'));
  }
  const done = await run(words, { env: on });
  if (done.code !== 0) throw new Error(done.err);
};

/** Homes that have begun, by password: they are copied, since beginning is a process and a whole start of the store. */
const begun = new Map<string, Promise<Home>>();

/** Fills an empty home with what the command made in another one: the same instance, with its key. */
const alike = async (dir: string, file: string, password: string): Promise<void> => {
  let first = begun.get(password);
  if (first === undefined) {
    const home = newHome();
    process.once('exit', () => rmSync(home.dir, { recursive: true, force: true }));
    first = founded(home.run, home.path, home.path('key.txt'), password).then(() => home);
    begun.set(password, first);
  }
  const { path } = await first;
  cpSync(path('state'), join(dir, 'state'), { recursive: true });
  // Copied folders have the mode of new ones; the state is its owner's alone.
  chmodSync(join(dir, 'state'), 0o700);
  copyFileSync(path('secret-key'), join(dir, 'secret-key'));
  copyFileSync(path('key.txt'), file);
};

/** A home of its own for a test; `key: false` leaves out the secret key. */
export const newHome = (options: { readonly key?: boolean } = {}): Home => {
  const dir = mkdtempSync(join(tmpdir(), 'headgate-home-'));
  const path = (name: string): string => join(dir, name);
  const children = new Set<Running>();
  mkdirSync(path('tmp'));
  if (options.key !== false) writeFileSync(path('secret-key'), randomBytes(32), { mode: 0o600 });
  const env = {
    PATH: process.env['PATH'] ?? '',
    HOME: dir,
    TMPDIR: path('tmp'),
    HEADGATE_CONFIG_DIR: path('state'),
    HEADGATE_SECRET_KEY_FILE: path('secret-key'),
  };
  const started = (args: readonly string[], more: More): Running => {
    const running = begin(args, env, more);
    children.add(running);
    void running.ended.then(() => children.delete(running));
    return running;
  };
  const run: Home['run'] = (args, more = {}) => started(args, more).ended;
  return {
    dir,
    path,
    env,
    run,
    begin: (args, more = {}) => started(args, more),
    write: (name, content) => {
      writeFileSync(path(name), typeof content === 'string' ? content : JSON.stringify(content));
      return path(name);
    },
    serve: (args = [], more = {}) => ready(started(['start', '--port', '0', ...args], more)),
    superuser: async (name = 'key.txt', password = '') => {
      const file = path(name);
      // Only what has begun nothing begins as another has begun.
      if (options.key === false || existsSync(path('state'))) await founded(run, path, file, password);
      else await alike(dir, file, password);
      return file;
    },
    leave: async () => {
      for (const one of children) one.signal('SIGKILL');
      await Promise.all([...children].map((one) => one.ended));
      rmSync(dir, { recursive: true, force: true });
    },
  };
};

/** The API key in a file. */
export const keyIn = (file: string): string => readFileSync(file, 'utf8').trim();

/** The problems that a command printed with --json. */
export const problemsOf = (ended: Ended): readonly { code: string; text: string; at?: object; fix?: string }[] =>
  (JSON.parse(ended.out) as { problems: { code: string; text: string; at?: object; fix?: string }[] }).problems;

/** Asks until the answer is as wished. */
export const until = async <T>(ask: () => Promise<T>, wish: (answer: T) => boolean, ms = 10_000): Promise<T> => {
  const end = Date.now() + ms;
  for (;;) {
    const answer = await ask();
    if (wish(answer)) return answer;
    if (Date.now() > end) throw new Error(`never as wished: ${JSON.stringify(answer)}`);
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
};
