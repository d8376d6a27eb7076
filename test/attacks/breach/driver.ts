/**
 * The breach, from outside: starts a server whose runners are native code that attacks, has it try every attack by way of
 * a published flow with a code step, and judges what came of it. Then the same without the lock, where every attack has to
 * work, or it would prove nothing. Says the outcome as one line of JSON.
 *
 * It puts itself into a network namespace of its own, where the metadata address and a private one lead to listeners of
 * ours. With BREACH_SHOW=1 it tells each answer as it comes.
 *
 * DR1 An attack counts as got out when it says so, when a canary is in its answer, when a listener was called meanwhile,
 *     or when its process was gone and nothing came back.
 * DR2 The server answers `/health`, and a reference run of an honest flow, during the attacks and after.
 */

import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { closeSync, existsSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Aims, LAST, type Power, PROBES } from '../../../packages/server/src/sandbox/testing/breach-probes.ts';
import { beat } from '../../fixtures/process.ts';
import type { Pulse } from '../../fixtures/pulse.ts';
import { send } from '../../fixtures/send.ts';
import { type Listeners, openListeners } from './listeners.ts';
import type { Told } from './server.ts';

export type Row = {
  readonly probe: string;
  readonly power: Power;
  /** What was got in a locked runner; null: nothing. */
  readonly got: string | null;
  /** Whether the same attack works without the lock. */
  readonly works: boolean;
};

export type Outcome = {
  readonly rows: readonly Row[];
  /** Of the locked server: what is wrong with it during and after the attacks; empty when it lives as before. */
  readonly live: readonly string[];
  readonly pulse: Pulse;
  /** Probes of the jail's own self-test, and those that got out. */
  readonly probes: number;
  readonly escaped: readonly string[];
};

const here = (name: string): string => fileURLToPath(new URL(name, import.meta.url));
const NODE = ['--conditions=headgate-source', '--disable-warning=ExperimentalWarning'];
const CODE = {
  headgate: 1,
  name: 'Breach',
  steps: [
    {
      id: 'probe',
      kind: 'code@1',
      with: { language: 'js', source: 'export default (input) => input', input: '{{ input }}' },
    },
  ],
  output: '{{ steps.probe }}',
};
const HONEST = {
  headgate: 1,
  name: 'Reference',
  steps: [{ id: 'sum', kind: 'set@1', with: { value: '{{ input.a + 1 }}' } }],
  output: '{{ steps.sum }}',
};

type Server = {
  readonly told: Told;
  readonly child: ChildProcess;
  readonly attack: (probe: string, aims: Aims) => Promise<string>;
  /** An honest run; what is wrong with it, or null. */
  readonly reference: () => Promise<string | null>;
  readonly ended: () => boolean;
};

const LEAK = 40;

const startServer = async (root: string, canary: string, ...words: string[]): Promise<Server> => {
  // A descriptor that whoever starts the server forgot to close, beyond those that Node closes by itself.
  const forgotten = join(root, 'forgotten');
  writeFileSync(forgotten, canary);
  const leak = openSync(forgotten, 'r');
  const child = spawn(process.execPath, [...NODE, here('server.ts'), root, ...words], {
    env: { ...process.env, BREACH_CANARY: canary },
    stdio: ['pipe', 'pipe', 'inherit', ...Array<'ignore'>(LEAK - 3).fill('ignore'), leak],
  });
  closeSync(leak);
  process.once('exit', () => child.kill('SIGKILL'));
  let over = false;
  const told = await new Promise<Told>((resolve, reject) => {
    let said = '';
    child.stdout?.on('data', (chunk: Buffer) => {
      said += chunk.toString('utf8');
      if (said.includes('\n')) resolve(JSON.parse(said.slice(0, said.indexOf('\n'))) as Told); // parse boundary: server.ts
    });
    child.on('exit', (code, signal) => {
      over = true;
      reject(new Error(`the server ended: ${signal ?? code}`));
    });
  });
  const ask = async (
    path: string,
    body: unknown,
  ): Promise<{ readonly status: number; readonly text: string; readonly json: unknown }> =>
    send(told.port, 'POST', `/api/v1/${path}`, { key: told.apiKey, body });
  const publish = async (draft: object): Promise<string> => {
    const { id } = (await ask('flows', { draft })).json as { id: string };
    const done = await ask(`flows/${id}/publish`, { grant: 'needed' });
    if (done.status !== 201) throw new Error(`not published: ${done.text}`);
    return id;
  };
  const breach = await publish(CODE);
  const honest = await publish(HONEST);
  const run = (flow: string, input: unknown) => ask(`flows/${flow}/runs`, { input, wait: 20 });
  return {
    told,
    child,
    attack: async (probe, aims) => (await run(breach, { probe, aims })).text,
    reference: async () => {
      const { json, text } = await run(honest, { a: 1 });
      return (json as { output?: unknown }).output === 2 ? null : `a run of others answers ${text.slice(0, 200)}`;
    },
    ended: () => over,
  };
};

const childrenOf = (pid: number): readonly number[] =>
  readFileSync(`/proc/${pid}/task/${pid}/children`, 'latin1')
    .trim()
    .split(' ')
    .filter((one) => one !== '')
    .map(Number);

const aimsOf = (told: Told, listeners: Listeners, gentle: boolean): Aims => ({
  server: told.pid,
  siblings: childrenOf(told.pid),
  keyFile: told.keyFile,
  journal: told.journal,
  port: told.port,
  listeners: { tcp: listeners.tcp, udp: listeners.udp, unix: listeners.unix, abstract: listeners.abstract },
  address: told.address,
  room: told.room,
  length: told.length,
  gentle,
});

/** What the attacker has got (DR1); null: nothing. */
const gotOf = (answer: string, canary: string, calls: number, planted: string): string | null => {
  const { output, problem } = JSON.parse(answer) as {
    output?: { got: boolean; text: string };
    problem?: { code: string };
  };
  if (existsSync(planted)) return 'a file it planted';
  if (calls > 0) return `${calls} calls of a listener`;
  for (const form of ['utf8', 'base64', 'base64url', 'hex'] as const)
    if (answer.includes(Buffer.from(canary).toString(form).replaceAll('=', ''))) return 'a canary';
  if (output?.got === false) return null;
  return output?.got === true ? output.text.slice(0, 60) || 'what it wanted' : `nothing came back (${problem?.code})`;
};

/** In a jail there is never anything to find in the environment; that it would be found, a process started with it shows. */
const CONSTANT = 'find the environment of the server in its own';

const outside = (aims: Aims, canary: string): string => {
  const runner = here('../../../packages/server/src/sandbox/testing/breach.ts');
  const words = ['--no-warnings', runner, '{}', JSON.stringify({ probe: CONSTANT, aims }), 'once'];
  const env = { BREACH_CANARY: canary };
  const done = spawnSync(process.execPath, words, { env, stdio: ['ignore', 'pipe', 'inherit'], encoding: 'utf8' });
  return `{"output":${done.stdout}}`;
};

type Tried = {
  readonly got: ReadonlyMap<string, string | null>;
  readonly live: readonly string[];
  readonly pulse: Pulse;
  readonly told: Told;
};

/** All attacks on one server, one after the other. */
const breach = async (root: string, listeners: Listeners, ...words: string[]): Promise<Tried> => {
  const canary = `canary${randomBytes(6).toString('hex')}`;
  const server = await startServer(root, canary, ...words);
  const planted = join(dirname(server.told.journal), 'planted');
  const unlocked = words.includes('unlocked');
  const live: string[] = [];
  const pulse = await beat(`http://127.0.0.1:${server.told.port}/health`, server.told.pid);
  const got = new Map<string, string | null>();
  listeners.count();
  const attempt = async (probe: string): Promise<string | null> => {
    const aims = aimsOf(server.told, listeners, unlocked);
    const answer =
      unlocked && probe === CONSTANT
        ? outside(aims, canary)
        : await server.attack(probe, aims).catch(() => '{"problem":{"code":"no answer"}}');
    if (process.env['BREACH_SHOW'] !== undefined) console.error(words.join(' '), probe, answer.slice(0, 160));
    const what = gotOf(answer, canary, listeners.count(), planted);
    rmSync(planted, { force: true });
    return what;
  };
  for (const { probe } of [...PROBES.filter((one) => one.probe !== LAST), { probe: LAST }]) {
    let what = await attempt(probe);
    // On a busy machine an attack may be too slow to show that it works; once is enough.
    for (let again = 0; unlocked && what === null && again < 2; again += 1) what = await attempt(probe);
    got.set(probe, what);
    if (unlocked) continue;
    const wrong = server.ended() ? 'it is gone' : await server.reference().catch(String);
    if (wrong !== null) live.push(`after "${probe}": ${wrong}`);
    if (server.ended()) break;
  }
  const beats = await pulse.stop();
  if (unlocked && !server.ended()) got.set(LAST, null);
  if (!unlocked && beats.failed > 0) live.push(`${beats.failed} of ${beats.count} questions had no answer`);
  if (server.ended()) return { got, live, pulse: beats, told: server.told };
  const over = new Promise((resolve) => server.child.on('exit', resolve));
  server.child.stdin?.end();
  await over;
  return { got, live, pulse: beats, told: server.told };
};

/** Ways to a network namespace: as root, or as anybody where the kernel allows it. */
const WAYS = [['--net'], ['--user', '--map-root-user', '--net']];
const NETWORK =
  'ip link set lo up && ip addr add 10.20.30.40/32 dev lo && ip addr add 169.254.169.254/32 dev lo && exec "$@"';

/** This program again, in such a namespace; answers its exit code. */
const enter = (): number => {
  const way = WAYS.find((args) => spawnSync('unshare', [...args, 'ip', 'link', 'set', 'lo', 'up']).status === 0);
  if (way === undefined) {
    console.error('this user may not make a network namespace: run it as root, or allow user namespaces');
    return 2;
  }
  const words = [...way, 'sh', '-c', NETWORK, 'sh', process.execPath, ...NODE, here('driver.ts'), 'inside'];
  return spawnSync('unshare', words, { stdio: ['ignore', 'inherit', 'inherit'] }).status ?? 1;
};

const main = async (): Promise<void> => {
  const root = mkdtempSync(join(tmpdir(), 'headgate-breach-'));
  const listeners = await openListeners(root);
  try {
    const locked = await breach(root, listeners);
    const twin = await breach(root, listeners, 'unlocked');
    const rows = PROBES.map(({ probe, power }) => ({
      probe,
      power,
      got: locked.got.has(probe) ? (locked.got.get(probe) ?? null) : 'not tried: the server was gone',
      works: (twin.got.get(probe) ?? null) !== null,
    }));
    const { probes, escaped } = locked.told;
    const outcome: Outcome = { rows, live: locked.live, pulse: locked.pulse, probes, escaped };
    console.log(JSON.stringify(outcome));
  } finally {
    listeners.close();
    rmSync(root, { recursive: true, force: true });
  }
};

if (process.argv[2] === 'inside') await main();
process.exit(process.argv[2] === 'inside' ? 0 : enter());
