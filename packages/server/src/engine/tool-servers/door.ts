/**
 * Tool servers that are programs, as steps are lent them: which one may be used from where, and which of their processes are up.
 *
 * TD1 A step names a server and a tool; the power `mcp: server/tool` is judged at each use, by the broker. What is started is what
 *     the administrator of the machine registered, and a name that is not registered for a workspace is as one that is nowhere.
 * TD2 A process serves one workspace in one environment, and one registration with one set of secrets: another is another process
 *     (SEC-12). It begins with the first question and ends when it was idle.
 * TD3 Secrets come from the administrator's own sources alone: a secret of a workspace goes to its origins, and a program is none.
 */

import { createHash } from 'node:crypto';
import { type Can, good, type Power, type Problem, problem, type Result } from '@headgate/core';
import { LISTING, type ToolServerAsk } from '@headgate/core/step';
import { namespacesHere, type StdioEnd } from '../../sandbox/stdio.ts';
import { type ToolServer, userOf } from './registered.ts';
import type { Broker } from '../broker.ts';
import type { Live } from '../live.ts';
import type { EngineLog, EngineOptions } from '../options.ts';
import type { SecretSource } from '../secret-source.ts';
import { type Heard, Talk } from './talk.ts';

type Deps = {
  readonly broker: Pick<Broker, 'effect'>;
  /** What is registered now. */
  readonly servers: () => Result<readonly ToolServer[]>;
  /** Of the administrator of the machine, not of workspaces. */
  readonly sources: readonly SecretSource[];
  readonly log: EngineLog;
  /** Milliseconds without a question after which a process ends. */
  readonly idle?: number;
};

type Entry = {
  readonly key: string;
  readonly server: string;
  readonly stamp: string;
  talk: Talk | null;
  coming: Promise<Talk> | null;
  /** Its turn among all uses. */
  used: number;
  timer: ReturnType<typeof setTimeout> | undefined;
};
type Place = { readonly workspace: string; readonly project: string; readonly environment: string };

/** Where none is registered. */
const NO_SERVERS = (): Result<readonly ToolServer[]> => good([]);

const IDLE = 60_000;
/** Processes at a time, of all workspaces. */
const MOST = 16;
/** Characters of what one process says to its log. */
const LOGGED = 64 * 1024;
const LINE = 1_000;
const TIMEOUT = 60_000;

const no = (found: Problem): Heard => ({ problem: found, sent: 'no' });

const unknown = (name: string): Problem =>
  problem('mcp.unknown_server', `There is no tool server ${name} here`, {
    at: { field: 'with.url' },
    retry: 'no',
    fix: 'Whoever administers the machine registers it for this workspace: headgate mcp add.',
  });

export class ToolServerDoor {
  readonly #d: Deps;
  readonly #entries = new Map<string, Entry>();
  #turn = 0;
  #closed = false;

  constructor(deps: Deps) {
    this.#d = deps;
  }

  /** Processes that are up: of which server, and all that they started. */
  get processes(): readonly { readonly server: string; readonly pids: readonly number[] }[] {
    return [...this.#entries.values()].map(({ server, talk }) => ({ server, pids: talk?.process.pids ?? [] }));
  }

  lend(live: Live, step: string, narrow: readonly Power[] | undefined, signal: AbortSignal): Can['toolServers'] {
    return {
      ask: async (question) => {
        const { server, tool, method } = question;
        if (method === 'tools/call' && tool === LISTING)
          return no(
            problem('mcp.unknown_tool', `No tool is called ${LISTING}`, { at: { field: 'with.tool' }, retry: 'no' }),
          );
        const needs: readonly Power[] = [{ power: 'mcp', server, tool }];
        const done = await this.#d.broker.effect(live, step, narrow, needs, (_again, stopped) =>
          this.#ask(live.base, question, AbortSignal.any([signal, stopped])),
        );
        return done.ok ? done.value : { problem: done.problem, sent: done.sent };
      },
    };
  }

  async close(): Promise<void> {
    this.#closed = true;
    await Promise.all(
      [...this.#entries.values()].map(async ({ coming, timer }) => {
        clearTimeout(timer);
        await (await coming)?.process.close();
      }),
    );
  }

  async #ask(place: Place, asked: ToolServerAsk, signal: AbortSignal): Promise<Heard> {
    const all = this.#d.servers();
    if (!all.ok) {
      this.#d.log('error', 'the file of tool servers is not understood', { text: all.problem.text });
      return no(unknown(asked.server));
    }
    this.#sweep(all.value);
    const found = all.value.find(({ name }) => name === asked.server);
    if (found === undefined || !(found.workspaces === '*' || found.workspaces.includes(place.workspace)))
      return no(unknown(asked.server));
    const env = await this.#environment(found, place);
    if ('problem' in env) return no(env.problem);
    const entry = this.#entry(found, place, env.values);
    if ('problem' in entry) return no(entry.problem);
    const talk = await entry.coming;
    if (talk === null) return no(unknown(asked.server));
    const params = asked.method === 'tools/call' ? { ...asked.params, name: asked.tool } : asked.params;
    const most = found.timeoutSeconds * 1_000;
    return talk.ask(asked.method, params, { signal, timeout: Math.min(asked.timeout ?? TIMEOUT, most) });
  }

  /** What is registered no more ends with what it does. */
  #sweep(servers: readonly ToolServer[]): void {
    const names = new Set(servers.map(({ name }) => name));
    for (const entry of this.#entries.values()) if (!names.has(entry.server)) this.#leave(entry);
  }

  async #environment(
    { name, env }: ToolServer,
    { workspace, project, environment }: Place,
  ): Promise<{ readonly values: Readonly<Record<string, string>> } | { readonly problem: Problem }> {
    const values: Record<string, string> = {};
    for (const [variable, of] of Object.entries(env)) {
      if ('value' in of) {
        values[variable] = of.value;
        continue;
      }
      for (const source of this.#d.sources) {
        const held = await source.read(workspace, project, of.secret, environment);
        // TD3: one that names origins is meant for them.
        if (held === null || held.held.kind !== 'plain' || held.origins.length > 0) continue;
        values[variable] = held.held.value;
        break;
      }
      if (values[variable] === undefined)
        return {
          problem: problem('mcp.secret', `The tool server ${name} wants the secret ${of.secret}, which is not there`, {
            retry: 'no',
            fix: 'Whoever administers the machine writes it into HEADGATE_SECRETS_FILE, for this workspace and without origins.',
          }),
        };
    }
    return { values };
  }

  #entry(
    server: ToolServer,
    { workspace, environment }: Place,
    env: Readonly<Record<string, string>>,
  ): Entry | { readonly problem: Problem } {
    const key = JSON.stringify([workspace, environment, server.name]);
    const stamp = createHash('sha256')
      .update(JSON.stringify([server, env]))
      .digest('hex');
    const there = this.#entries.get(key);
    if (there?.stamp === stamp && there.talk?.over !== true) {
      clearTimeout(there.timer);
      this.#turn += 1;
      there.used = this.#turn;
      return there;
    }
    if (there !== undefined) this.#leave(there);
    if (this.#closed || !this.#room())
      return { problem: problem('mcp.busy', `${MOST} tool servers are at work already`, { retry: 'yes' }) };
    this.#turn += 1;
    const entry: Entry = {
      ...{ key, server: server.name, stamp, talk: null, coming: null },
      ...{ used: this.#turn, timer: undefined },
    };
    this.#entries.set(key, entry);
    entry.coming = this.#start(entry, server, workspace, env);
    return entry;
  }

  /** Nobody is led to it any more; what it does now ends with it. */
  #leave(entry: Entry): void {
    clearTimeout(entry.timer);
    this.#entries.delete(entry.key);
    void entry.coming?.then(({ process }) => process.end());
  }

  /** Room for one more: who was idle longest goes. */
  #room(): boolean {
    if (this.#entries.size < MOST) return true;
    const idle = [...this.#entries.values()].filter(({ talk }) => talk !== null && talk.busy === 0);
    const [oldest] = idle.sort((a, b) => a.used - b.used);
    if (oldest === undefined) return false;
    this.#leave(oldest);
    return true;
  }

  async #start(
    entry: Entry,
    { name, command, args, read, write, memoryMb, processes }: ToolServer,
    workspace: string,
    env: Readonly<Record<string, string>>,
  ): Promise<Talk> {
    const namespaces = await namespacesHere();
    const { log } = this.#d;
    const spec = { command, args, env, read, write, memoryMb, processes, user: userOf(name, workspace) };
    const about = { server: name, workspace };
    const talk: Talk = new Talk(name, spec, namespaces, {
      errors: logged((text) => log('info', 'a tool server says', { ...about, text })),
      ended: (end) => this.#ended(entry, end, about),
      idle: () => {
        clearTimeout(entry.timer);
        entry.timer = setTimeout(() => {
          if (talk.busy === 0) talk.process.end({ how: 'ended', text: 'it was idle' });
        }, this.#d.idle ?? IDLE);
        entry.timer.unref();
      },
    });
    entry.talk = talk;
    log('info', 'a tool server is started', { ...about, pid: talk.process.pid });
    return talk;
  }

  #ended(entry: Entry, { how, text }: StdioEnd, about: Record<string, unknown>): void {
    clearTimeout(entry.timer);
    if (this.#entries.get(entry.key) === entry) this.#entries.delete(entry.key);
    this.#d.log(how === 'ended' ? 'info' : 'warn', 'a tool server ended', { ...about, how, text });
  }
}

/** Those that the engine was handed. */
export const toolServersOf = (
  broker: Deps['broker'],
  { log, sources = [], toolServers: servers = NO_SERVERS }: EngineOptions,
): ToolServerDoor => new ToolServerDoor({ broker, log, sources, servers });

/** Hands whole lines on, so that the guard sees values whole, and so much of them only. */
const logged = (say: (text: string) => void): ((text: string) => void) => {
  let held = '';
  let left = LOGGED;
  return (text) => {
    if (left <= 0) return;
    left -= text.length;
    held += text;
    const lines = held.split('\n');
    held = (lines.pop() ?? '').slice(-LINE);
    for (const line of lines) if (line.trim() !== '') say(line.slice(0, LINE));
    if (left <= 0) say('… and more, which is not kept');
  };
};
