/**
 * Programs that flows may use as tool servers (MCP over stdio), as the administrator of the machine registered them: one file of
 * the instance, `mcp-servers.json`, that nobody else can write. No route leads to it.
 *
 * TS1 A file that others may change, or that is not understood, registers nothing, and says why.
 * TS2 A program is named by its whole path, with words that no shell reads, and with the folders it may reach; none of them holds
 *     what is the server's own.
 * TS3 It is read again when it changed.
 */

import { randomUUID } from 'node:crypto';
import {
  chmodSync,
  closeSync,
  fstatSync,
  mkdirSync,
  openSync,
  readFileSync,
  realpathSync,
  renameSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { bad, good, problem, type Result, SECRET_NAME } from '@headgate/core';
import { z } from '@headgate/core/step';
import type { ToolServer } from '../engine/tool-servers/registered.ts';

export const SERVERS_FILE = 'mcp-servers.json';
export const TOOL_SERVER_NAME = /^[a-z0-9][a-z0-9_-]{0,62}$/;
const WORKSPACE = /^[A-Za-z0-9_-]{1,64}$/;
const VARIABLE = /^[A-Z_][A-Z0-9_]{0,99}$/;
/** Variables by which a loader or an interpreter is made to run something else (SBX-12), and those that are constants. */
const LOADERS =
  /^(LD_|DYLD_|GLIBC_|MALLOC_|NODE_|PYTHON|PERL|RUBY|JAVA_|JDK_|BASH_|ENV$|IFS$|PATH$|HOME$|TZ$|OPENSSL_)/;
const KERNEL = ['/proc', '/sys', '/dev', '/run', '/etc', '/boot', '/root/.ssh'];
const MOST_BYTES = 1024 * 1024;

const path = z
  .string()
  .min(2)
  .max(4_000)
  .regex(/^\/[^\0]*$/, 'a whole path');
const written = z.strictObject({
  command: path,
  args: z.array(z.string().max(4_000)).max(200).default([]),
  env: z
    .record(
      z
        .string()
        .regex(VARIABLE, 'a name such as API_TOKEN')
        .refine((name) => !LOADERS.test(name), 'no variable that loads programs, or that is a constant'),
      z.union([
        z.strictObject({ secret: z.string().regex(SECRET_NAME) }),
        z.strictObject({ value: z.string().max(4_000) }),
      ]),
    )
    .default({}),
  read: z.array(path).max(50).default([]),
  write: z.array(path).max(50).default([]),
  memoryMb: z.number().int().min(32).max(65_536).default(256),
  processes: z.number().int().min(1).max(1_000).default(64),
  timeoutSeconds: z.number().int().min(1).max(3_600).default(60),
  workspaces: z.union([z.literal('*'), z.array(z.string().regex(WORKSPACE)).min(1).max(1_000)]).default(['default']),
});
const file = z.strictObject({ servers: z.record(z.string().regex(TOOL_SERVER_NAME, 'a name of a server'), written) });

export type ToolServerWish = z.input<typeof written> & { readonly name: string };

const wrong = (text: string, fix: string): Result<never> => bad(problem('mcp.servers', text, { fix, retry: 'no' }));

const within = (outer: string, inner: string): boolean =>
  outer === inner || inner.startsWith(outer.endsWith('/') ? outer : `${outer}/`);

const real = (one: string): string => {
  try {
    return realpathSync(one);
  } catch {
    return one;
  }
};

/** `own`: files and folders of the server, which no program reaches. */
export class ToolServerFile {
  readonly #path: string;
  readonly #own: readonly string[];
  #stamp: string | null = null;
  #read: Result<readonly ToolServer[]> = good([]);

  constructor(dir: string, own: readonly (string | null)[] = []) {
    this.#path = join(dir, SERVERS_FILE);
    this.#own = [dir, ...own].filter((one) => one !== null);
  }

  get path(): string {
    return this.#path;
  }

  /** All that is registered now. Codes: `mcp.servers`. */
  readonly all = (): Result<readonly ToolServer[]> => {
    const stat = statSync(this.#path, { throwIfNoEntry: false, bigint: true });
    const stamp = stat === undefined ? null : `${stat.ino}.${stat.size}.${stat.mtimeNs}.${stat.ctimeNs}`;
    if (stamp === this.#stamp) return this.#read;
    this.#stamp = stamp;
    this.#read = stamp === null ? good([]) : this.#load();
    return this.#read;
  };

  /** Registers one that is not there yet. */
  add({ name, ...wish }: ToolServerWish): Result<ToolServer> {
    const now = this.all();
    if (!now.ok) return now;
    if (now.value.some((one) => one.name === name))
      return wrong(`There is a server ${name} already`, `Choose another name, or: headgate mcp remove ${name}`);
    const servers = { ...this.#written(now.value), [name]: wish };
    const made = this.#judge({ servers });
    if (!made.ok) return made;
    this.#write(made.value);
    const [added] = made.value.filter((one) => one.name === name);
    return added === undefined ? wrong(`${name} is no name of a server`, 'Use a-z, 0-9, - and _.') : good(added);
  }

  /** Null: there was none. */
  remove(name: string): Result<boolean> {
    const now = this.all();
    if (!now.ok) return now;
    const kept = now.value.filter((one) => one.name !== name);
    if (kept.length === now.value.length) return good(false);
    this.#write(kept);
    return good(true);
  }

  #written(servers: readonly ToolServer[]): Record<string, unknown> {
    return Object.fromEntries(servers.map(({ name, ...rest }) => [name, rest]));
  }

  #write(servers: readonly ToolServer[]): void {
    mkdirSync(dirname(this.#path), { recursive: true, mode: 0o700 });
    const beside = `${this.#path}.${randomUUID()}`;
    writeFileSync(beside, `${JSON.stringify({ servers: this.#written(servers) }, null, 2)}\n`, {
      mode: 0o600,
      flag: 'wx',
    });
    chmodSync(beside, 0o600);
    renameSync(beside, this.#path);
    this.#stamp = null;
  }

  #load(): Result<readonly ToolServer[]> {
    const fix = `Mend ${this.#path}, or take it away; see docs/mcp.md.`;
    let text: string;
    const at = openSync(this.#path, 'r');
    try {
      const stat = fstatSync(at);
      if (!stat.isFile() || stat.size > MOST_BYTES) return wrong(`${this.#path} is no file of this kind`, fix);
      if ((stat.mode & 0o022) !== 0)
        return wrong(`${this.#path} may be changed by others`, `chmod 600 ${this.#path}, and look what stands in it.`);
      text = readFileSync(at, 'utf8');
    } finally {
      closeSync(at);
    }
    try {
      return this.#judge(JSON.parse(text));
    } catch {
      return wrong(`${this.#path} is no JSON`, fix);
    }
  }

  #judge(value: unknown): Result<readonly ToolServer[]> {
    const read = file.safeParse(value);
    if (!read.success) {
      const [first] = read.error.issues;
      return wrong(
        `Tool servers: ${first?.path.join('.') ?? ''}: ${first?.message ?? 'not understood'}`,
        'See docs/mcp.md for what can stand there.',
      );
    }
    const servers = Object.entries(read.data.servers).map(([name, one]) => ({ name, ...one }));
    for (const { name, command, read: reads, write } of servers) {
      const fault = [command, ...reads, ...write].map((one) => this.#fault(one)).find((one) => one !== null);
      if (fault !== undefined && fault !== null)
        return wrong(
          `The server ${name}: ${fault}`,
          'Name files and folders that hold what the program needs, and nothing else.',
        );
    }
    return good(servers);
  }

  /** Why a program may not be given this path, or null. */
  #fault(one: string): string | null {
    const path_ = real(one);
    if (path_ === '/' || KERNEL.some((kernel) => within(kernel, path_) || within(path_, kernel)))
      return `${one} belongs to the system`;
    const own = this.#own.map(real);
    return own.some((mine) => within(path_, mine) || within(mine, path_))
      ? `${one} holds the state or a key of this server, or lies in it`
      : null;
  }
}
