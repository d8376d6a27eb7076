/**
 * The host's side of a tool server that is a program: one process with all that it starts, locked before it begins, spoken to in
 * lines, and ended whole. It knows nothing of what the lines say.
 *
 * SP1 No byte of the program runs before the launcher said that it is locked and the kernel shows it from outside. Where the
 *     machine has no lock, there is no program.
 * SP2 Its processes are one group, which none of them can leave, and where the kernel gives them, namespaces of their own: one
 *     act ends all of them.
 * SP3 Memory and processes are counted from outside; lines and what it says unasked are bounded. What goes beyond is its end.
 */

import { stdioFile } from './files.ts';
import { type GroupSays, groupsNow, kernelSaysOf } from './process-state.ts';
import { type Child, endGroup, start } from './spawn.ts';

export type StdioSpec = {
  readonly command: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  /** Paths that it may read, and folders that it may write. */
  readonly read: readonly string[];
  readonly write: readonly string[];
  readonly memoryMb: number;
  readonly processes: number;
  /** The user that it is where the server is root. */
  readonly user: number;
};

/** What of the lock is on; `namespaces`: its own of processes, networks and IPC. */
export type StdioLock = {
  readonly landlock: number;
  readonly ownUser: boolean;
  readonly namespaces: boolean;
};

/** How it ended. `unlocked`: it never began. */
export type StdioEnd = { readonly how: 'unlocked' | 'ended' | 'memory' | 'processes' | 'loud'; readonly text: string };

type Told = {
  /** It is locked, and begins. */
  readonly up: () => void;
  readonly line: (text: string) => void;
  readonly errors: (text: string) => void;
  readonly end: (end: StdioEnd) => void;
};

const MEGABYTE = 1024 * 1024;
/** Characters of one line. */
const LONGEST = 8 * MEGABYTE;
/** Characters between two answers that somebody waits for. */
const UNASKED = 32 * MEGABYTE;
/** Bytes that wait for it to read them. */
const UNREAD = 16 * MEGABYTE;
/** Of one file. */
const FILE = 256 * MEGABYTE;
/** What a program may set aside beyond what it is given: address space that it does not use. */
const RESERVED = 2048 * MEGABYTE;
const TICK = 200;

const ROOT = process.getuid?.() === 0;
const APART = [...(ROOT ? [] : ['--user']), '--ipc', '--net', '--uts', '--pid', '--fork', '--kill-child=SIGKILL'];
/** What starts the launcher apart, as words before it. It is killed when the server is gone. */
const CHAIN = ['--pdeathsig', 'KILL', '/usr/bin/unshare', ...APART];
const SETPRIV = '/usr/bin/setpriv';
/** The environment of every program; nothing of the server's. */
const CONSTANT = {
  PATH: '/usr/local/bin:/usr/bin:/bin',
  HOME: '/',
  LANG: 'C.UTF-8',
  TZ: 'UTC',
  OPENSSL_CONF: '/dev/null',
};

let apart: Promise<boolean> | null = null;

/** Whether this machine gives namespaces; asked once. */
export const namespacesHere = (): Promise<boolean> =>
  (apart ??= new Promise((resolve) => {
    const child = start(SETPRIV, [...CHAIN, '/bin/true']);
    child.on('error', () => resolve(false));
    child.stdin.on('error', () => undefined);
    child.stdin.end();
    child.stdout.resume();
    child.stderr.resume();
    child.once('close', (code) => resolve(code === 0));
  }));

const running = new Map<number, StdioProcess>();
let ticker: ReturnType<typeof setInterval> | undefined;

const look = (): void => {
  const now = groupsNow(new Set(running.keys()));
  for (const [pid, one] of running) one.weigh(now.get(pid) ?? { pids: [], bytes: 0 });
};

const watch = (child: Child, one: StdioProcess): void => {
  if (child.pid === undefined) return;
  running.set(child.pid, one);
  ticker ??= setInterval(look, TICK);
  ticker.unref();
};

const unwatch = (child: Child): void => {
  if (child.pid !== undefined) running.delete(child.pid);
  if (running.size > 0) return;
  clearInterval(ticker);
  ticker = undefined;
};

/** `o`: `dry` ends it where it would begin; `launcher` is another than that of this release, which tests have lie. */
export class StdioProcess {
  readonly #spec: StdioSpec;
  readonly #told: Told;
  readonly #child: Child;
  readonly #apart: boolean;
  readonly #over: Promise<void>;
  #end: StdioEnd | null = null;
  #lock: StdioLock | null = null;
  #held: string[] = [];
  #length = 0;
  #said = 0;
  #pids: readonly number[] = [];

  constructor(
    spec: StdioSpec,
    namespaces: boolean,
    told: Told,
    o: { readonly dry?: true; readonly launcher?: string } = {},
  ) {
    this.#spec = spec;
    this.#told = told;
    this.#apart = namespaces;
    const words = ['--no-warnings', '--max-old-space-size=64', o.launcher ?? stdioFile()];
    const child = namespaces
      ? start(SETPRIV, [...CHAIN, process.execPath, ...words], true)
      : start(process.execPath, words, true);
    this.#child = child;
    watch(child, this);
    child.on('error', () => undefined);
    child.stdin.on('error', () => undefined);
    child.stdout.setEncoding('utf8');
    child.stdout.on('data', (text: string) => this.#take(text, o.dry === true));
    child.stderr.setEncoding('utf8');
    child.stderr.on('data', (text: string) => told.errors(text));
    // What it started may hold the pipes open; without namespaces it is a group that lost its head.
    child.once('exit', () => endGroup(child));
    this.#over = new Promise((resolve) =>
      child.once('close', (code, signal) => {
        unwatch(child);
        const how = this.#lock === null ? 'unlocked' : 'ended';
        const text = signal === null ? `it ended with code ${code}` : `it was ended by ${signal}`;
        told.end(this.#end ?? { how, text: this.#lock === null ? `its launcher did not come up (${text})` : text });
        resolve();
      }),
    );
    child.stdin.write(`${JSON.stringify(this.#order())}\n`);
  }

  /** All processes of it, as they were last seen. */
  get pids(): readonly number[] {
    return this.#pids;
  }

  get pid(): number | undefined {
    return this.#child.pid;
  }

  /** What of the lock is on; null before it is. */
  get lock(): StdioLock | null {
    return this.#lock;
  }

  /** Hands it a line. False: it does not read what it was sent. */
  send(line: string): boolean {
    if (this.#end !== null) return false;
    this.#child.stdin.write(`${line}\n`);
    if (this.#child.stdin.writableLength <= UNREAD) return true;
    this.end({ how: 'loud', text: 'it does not read what it is sent' });
    return false;
  }

  /** An answer came that somebody waited for: what it says is counted anew. */
  answered(): void {
    this.#said = 0;
  }

  /** Ends it and all that it started; `text` says why. */
  end(end: StdioEnd = { how: 'ended', text: 'it was ended' }): void {
    this.#end ??= end;
    endGroup(this.#child);
  }

  /** Resolves when nothing of it is left. */
  async close(): Promise<void> {
    this.end();
    await this.#over;
  }

  weigh({ pids, bytes }: GroupSays): void {
    this.#pids = pids;
    const { memoryMb, processes } = this.#spec;
    // Those that start it are there besides.
    if (pids.length > processes + 2)
      this.end({ how: 'processes', text: `it started more than ${processes} processes` });
    else if (bytes > (memoryMb + 100) * MEGABYTE)
      this.end({ how: 'memory', text: `it used more than ${memoryMb} MB of memory` });
  }

  #order(): object {
    const { memoryMb, env, write, ...spec } = this.#spec;
    return {
      ...spec,
      write,
      env: { ...CONSTANT, ...env },
      dataBytes: memoryMb * MEGABYTE + RESERVED,
      fileBytes: write.length === 0 ? 0 : FILE,
      ownUsers: this.#apart && !ROOT,
    };
  }

  #take(text: string, dry: boolean): void {
    if (this.#end !== null) return;
    this.#said += text.length;
    if (this.#said > UNASKED) return this.end({ how: 'loud', text: 'it writes without end' });
    const lines = text.split('\n');
    const last = lines.pop() ?? '';
    for (const part of lines) {
      const line = this.#held.join('') + part;
      this.#held = [];
      this.#length = 0;
      if (line.length > LONGEST) return this.end({ how: 'loud', text: 'it wrote a line that is too long' });
      if (this.#lock === null) this.#begin(line, dry);
      else this.#told.line(line);
      if (this.#end !== null) return;
    }
    if (last === '') return;
    this.#held.push(last);
    this.#length += last.length;
    if (this.#length > LONGEST) this.end({ how: 'loud', text: 'it wrote a line that is too long' });
  }

  /** SP1: what the launcher says of the lock, and what the kernel does. */
  #begin(line: string, dry: boolean): void {
    const said = read(line);
    if (typeof said['fault'] === 'string') return this.end({ how: 'unlocked', text: said['fault'] });
    const lock = read(said['lock']);
    const landlock = typeof lock['landlock'] === 'number' ? lock['landlock'] : 0;
    const { pid } = this.#child;
    const now = pid === undefined ? undefined : groupsNow(new Set([pid])).get(pid);
    this.#pids = now?.pids ?? [];
    // Where it is apart, the head of the group is what keeps it so, and the launcher the other one.
    const launcher = this.#apart ? this.#pids.find((one) => one !== pid) : pid;
    const kernel = launcher === undefined ? null : kernelSaysOf(launcher);
    const missing = [
      ...(lock['privileges'] === true && kernel?.noNewPrivileges === true ? [] : ['no_new_privs']),
      ...(landlock > 0 ? [] : ['Landlock']),
      ...(lock['filter'] === true && (kernel?.filters ?? 0) > 0 ? [] : ['the system-call filter']),
      ...(lock['limits'] === true ? [] : ['limits']),
      ...(lock['capabilities'] === true && /^0*$/.test(kernel?.capabilities ?? 'none') ? [] : ['no capabilities']),
      ...(lock['parent'] === true ? [] : ['an end together with the server']),
    ];
    if (missing.length > 0)
      return this.end({ how: 'unlocked', text: `this machine does not give what locks it: ${missing.join(', ')}` });
    this.#lock = { landlock, ownUser: lock['user'] === true, namespaces: this.#apart };
    if (dry) return this.end({ how: 'ended', text: 'it was only looked at' });
    this.#child.stdin.write('go\n');
    this.#told.up();
  }
}

const read = (from: unknown): Readonly<Record<string, unknown>> => {
  let value: unknown = from;
  try {
    if (typeof from === 'string') value = JSON.parse(from);
  } catch {
    return {};
  }
  return typeof value === 'object' && value !== null ? (value as Readonly<Record<string, unknown>>) : {};
};

/** Locks a launcher as for this program and ends it before the program would begin: what this machine gives, or why nothing. */
export const tryStdio = async (spec: StdioSpec): Promise<StdioLock | { readonly fault: string }> => {
  const namespaces = await namespacesHere();
  return new Promise((resolve) => {
    const one: StdioProcess = new StdioProcess(
      spec,
      namespaces,
      {
        up: () => undefined,
        line: () => undefined,
        errors: () => undefined,
        end: ({ text }) => resolve(one.lock ?? { fault: text }),
      },
      { dry: true },
    );
  });
};
