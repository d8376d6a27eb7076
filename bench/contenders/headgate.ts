/**
 * Ours: the built server as `headgate start` runs it, with every default, in a folder of its own. Flows come in over
 * HTTP with a key of the superuser command, as anybody's would.
 */

import { randomBytes } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ask, freePort, untilReady } from '../kit/ask.ts';
import { finish, lastWords, start } from '../kit/children.ts';
import type { Ground } from '../kit/ground.ts';
import { type Contender, type FlowName, SETS } from './contender.ts';

export type Flow = Readonly<Record<string, unknown>>;

const HOOK = { id: 'hook', kind: 'webhook@1', with: { answer: 'sync' } };

/** (a): one set. */
export const FLOW_A: Flow = {
  headgate: 1,
  name: 'a',
  triggers: [HOOK],
  steps: [
    { id: 'make', kind: 'set@1', with: { value: { text: '{{ input.name }}' } } },
    { id: 'answer', kind: 'respond@1', after: ['make'], with: { body: '{{ steps.make }}' } },
  ],
};

/** (b): code in the jail. */
export const FLOW_B: Flow = {
  headgate: 1,
  name: 'b',
  triggers: [HOOK],
  steps: [
    {
      id: 'add',
      kind: 'code@1',
      with: {
        source:
          'export default (input) => { let sum = 0; for (const n of JSON.parse(input)) sum += n; return { sum }; }',
        input: '{{ input.text }}',
      },
    },
    { id: 'answer', kind: 'respond@1', after: ['add'], with: { body: '{{ steps.add }}' } },
  ],
};

/** A chain of sets, each reading the one before. */
export const chainOf = (name: string, count: number): Flow => ({
  headgate: 1,
  name,
  triggers: [HOOK],
  steps: [
    ...Array.from({ length: count }, (_, i) => ({
      id: `s${i + 1}`,
      kind: 'set@1',
      ...(i === 0 ? {} : { after: [`s${i}`] }),
      with: { value: { n: i === 0 ? '{{ input.n }}' : `{{ steps.s${i}.n }}` } },
    })),
    { id: 'answer', kind: 'respond@1', after: [`s${count}`], with: { body: `{{ steps.s${count} }}` } },
  ],
});

/** (c): twenty of them. */
export const FLOW_C: Flow = chainOf('c', SETS);

/** One run over many items, each set on its own. */
export const FLOW_EACH: Flow = {
  headgate: 1,
  name: 'items',
  triggers: [HOOK],
  steps: [
    {
      id: 'all',
      kind: 'each@1',
      with: { over: '{{ input.items }}', steps: [{ id: 'one', kind: 'set@1', with: { value: '{{ item + 1 }}' } }] },
    },
    { id: 'answer', kind: 'respond@1', after: ['all'], with: { body: '{{ steps.all.length }}' } },
  ],
};

/** A folder with a key file and a superuser's key, not yet served. */
export type Home = { readonly dir: string; readonly env: NodeJS.ProcessEnv; readonly key: string };

const cli = (ground: Ground): string => join(ground.root, 'packages', 'server', 'dist', 'app', 'main', 'cli.js');

export const makeHome = async (ground: Ground, name: string): Promise<Home> => {
  const dir = join(ground.dir, name);
  const state = join(dir, 'state');
  mkdirSync(state, { recursive: true });
  const keyFile = join(dir, 'key');
  writeFileSync(keyFile, randomBytes(32), { mode: 0o600 });
  const env = {
    ...ground.env,
    HOME: dir,
    HEADGATE_CONFIG_DIR: state,
    HEADGATE_SECRET_KEY_FILE: keyFile,
    // Every run is counted at the end, so none may be removed meanwhile.
    HEADGATE_KEEP_RUNS: '1000000000',
  };
  const apiKey = join(dir, 'api-key');
  await finish(process.execPath, [cli(ground), 'superuser', '--email', 'bench@example.com', '--api-key-file', apiKey], {
    cwd: dir,
    env: { ...env, HEADGATE_ENABLE_SUPERUSER_CLI: 'true' },
    limit: 30_000,
  });
  return { dir, env, key: readFileSync(apiKey, 'utf8').trim() };
};

export type Server = {
  readonly pid: number;
  readonly origin: string;
  /** Milliseconds from spawn to the first 200 of /health. */
  readonly ready: number;
  readonly ask: <T>(method: string, path: string, body?: unknown) => Promise<T>;
  readonly text: (path: string) => Promise<string>;
  /** Creates and publishes a flow; the address of its webhook. */
  readonly publish: (flow: Flow) => Promise<{ readonly id: string; readonly url: string }>;
  readonly stop: () => Promise<void>;
  readonly kill: () => Promise<void>;
};

/** How the launcher starts it (bin/house/command.mjs). */
const launched = (ground: Ground): { readonly flags: readonly string[]; readonly env: NodeJS.ProcessEnv } => {
  const file = readFileSync(join(ground.root, 'bin', 'house', 'serving.json'), 'utf8');
  const { flags, env } = JSON.parse(file) as { flags: string[]; env: Record<string, string> }; // parse boundary: a file of ours
  return { flags, env: { ...env, NODE_COMPILE_CACHE: join(ground.root, '.tmp', 'compiled') } };
};

/** Started as the launcher starts it. `node`: more options for Node itself, such as a profiler's. */
export const startHeadgate = async (ground: Ground, home: Home, node: readonly string[] = []): Promise<Server> => {
  const port = await freePort();
  const origin = `http://127.0.0.1:${port}`;
  const log = join(home.dir, 'log');
  const { flags, env } = launched(ground);
  const child = start(process.execPath, [...flags, ...node, cli(ground), 'start', '--port', String(port)], {
    cwd: home.dir,
    env: { ...env, ...home.env },
    log,
  });
  let ready: number;
  try {
    ready = await untilReady('GET', `${origin}/health`, 30_000);
  } catch {
    throw new Error(`Headgate did not start:\n${lastWords(log)}`);
  }
  const key = { 'x-api-key': home.key };
  const text = async (method: string, path: string, body?: unknown): Promise<string> => {
    const answer = await ask(method, origin + path, body, key);
    if (answer.status >= 300)
      throw new Error(`${method} ${path} answered ${answer.status} ${answer.text.slice(0, 1_000)}`);
    return answer.text;
  };
  const json = async <T>(method: string, path: string, body?: unknown): Promise<T> =>
    JSON.parse(await text(method, path, body)) as T; // parse boundary: our own API
  return {
    pid: child.pid,
    origin,
    ready,
    ask: json,
    text: (path) => text('GET', path),
    publish: async (flow) => {
      const { id } = await json<{ id: string }>('POST', '/api/v1/flows', { draft: flow });
      const { webhooks } = await json<{ webhooks: { url: string }[] }>('POST', `/api/v1/flows/${id}/publish`, {});
      const [hook] = webhooks;
      if (hook === undefined) throw new Error('the flow has no webhook');
      return { id, url: origin + new URL(hook.url).pathname };
    },
    stop: child.stop,
    kill: child.kill,
  };
};

/** Ours as a contender, with flows (a), (b) and (c) published. */
export const asContender = async (
  ground: Ground,
  server: Server,
): Promise<Contender & { readonly ids: Readonly<Record<FlowName, string>> }> => {
  const a = await server.publish(FLOW_A);
  const b = await server.publish(FLOW_B);
  const c = await server.publish(FLOW_C);
  const { version } = JSON.parse(readFileSync(join(ground.root, 'package.json'), 'utf8')) as { version: string }; // parse boundary: our own file
  return {
    name: 'Headgate',
    version,
    history: 'every run, durable before its answer',
    pid: server.pid,
    url: (flow) => ({ a, b, c })[flow].url,
    ids: { a: a.id, b: b.id, c: c.id },
    stop: server.stop,
  };
};
