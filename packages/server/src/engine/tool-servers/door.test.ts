/** Tool servers that are programs, over a real engine and store: real ones of the SDK, and hostile ones, in real locked processes. */

import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { good, type RunView } from '@headgate/core';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { groupsNow } from '../../sandbox/process-state.ts';
import { StdioProcess } from '../../sandbox/stdio.ts';
import type { ToolServer } from './registered.ts';
import type { SecretSource } from '../secret-source.ts';
import { type Ground, openGround, OWNER } from '../testing/ground.ts';
import { type ModelServer, openModelServer } from '../testing/models/server.ts';
import { toolPrograms, toolServer } from '../testing/tool-server.ts';
import { ToolServerDoor } from './door.ts';

vi.setConfig({ testTimeout: 60_000 });

const HOSTILE = ['line', 'flood', 'garbage', 'samples', 'silent', 'forks', 'memory', 'dies', 'huge', 'strangers'];
const TOKEN = 'tok-5f1c9a77-secret';
let ground: Ground;
let models: ModelServer;
let dir = '';
let programs: ReturnType<typeof toolPrograms>;
let servers: ToolServer[] = [];
const source: SecretSource = {
  name: 'file',
  read: (_workspace, _project, name) =>
    Promise.resolve(
      name === 'token' || name === 'bound'
        ? {
            ...{ id: name, version: '1', held: { kind: 'plain' as const, value: TOKEN } },
            origins: name === 'bound' ? ['https://api.example.com'] : [],
          }
        : null,
    ),
  all: () => Promise.resolve([{ workspace: 'default', name: 'token', held: { kind: 'plain' as const, value: TOKEN } }]),
};

beforeAll(async () => {
  dir = mkdtempSync(join(tmpdir(), 'headgate-tools-'));
  chmodSync(dir, 0o755);
  programs = toolPrograms(join(dir, 'programs'));
  for (const name of ['in', 'out', 'closed']) mkdirSync(join(dir, name));
  writeFileSync(join(dir, 'in', 'note'), 'what is in it');
  writeFileSync(join(dir, 'closed', 'note'), 'what is closed');
  // Anybody of this machine may write there: what keeps a program from it is its lock alone.
  for (const name of ['in', 'out', 'closed']) chmodSync(join(dir, name), 0o777);
  const near = { env: { API_TOKEN: { secret: 'token' }, MODE: { value: 'test' } } };
  servers = [
    toolServer('near', programs.server, ['both'], {
      ...near,
      read: [...toolServer('', programs.server, []).read, join(dir, 'in')],
      write: [join(dir, 'out')],
    }),
    toolServer('old', programs.server, ['legacy']),
    toolServer('others', programs.server, ['both'], { workspaces: ['other'] }),
    toolServer('bound', programs.server, ['both'], { env: { API_TOKEN: { secret: 'bound' } } }),
    toolServer('gone', join(dir, 'programs', 'none.mjs'), []),
    toolServer('absent', programs.server, [], { command: '/usr/bin/no-such-program' }),
    ...HOSTILE.map((how) =>
      toolServer(how, programs.hostile, [how], {
        timeoutSeconds: how === 'silent' || how === 'forks' ? 2 : 30,
        processes: 24,
      }),
    ),
  ];
  models = await openModelServer();
  ground = await openGround(undefined, undefined, undefined, undefined, undefined, undefined, {
    toolServers: () => good(servers),
    sources: [source],
  });
  await ground.store.in('default').modelProviders.put({
    name: 'local',
    doc: { kind: 'openai-compatible', baseUrl: models.url },
    by: 'owner',
    updated: 1,
  });
});
afterAll(async () => {
  await ground.close();
  await models.close();
  rmSync(dir, { recursive: true, force: true });
});

const inputSchema = { type: 'object', properties: { say: { type: 'string' } }, additionalProperties: false };
const pinned = { description: 'Says it again.', inputSchema };
const callOf = (server: string, tool: string, more: object = {}) => ({
  id: 'far',
  kind: 'mcp.call@1',
  with: { url: `mcp:${server}`, tool, pinned, arguments: { say: '{{ input.say }}' }, ...more },
});
const flowOf = (step: object) => ({
  headgate: 1,
  name: 'Near',
  input: { type: 'object', properties: { say: { type: 'string' } }, additionalProperties: false },
  steps: [step],
  output: '{{ steps.far }}',
});
const lent = (power: string, step = 'far') => ({ grants: [{ step, power }] });
const call = async (server: string, tool: string, say = '', more: object = {}): Promise<RunView> =>
  ground.run(await ground.publish(flowOf(callOf(server, tool, more)), lent(`mcp: ${server}/${tool}`)), { say });
const textOf = (run: RunView): string => {
  expect(run.problem).toBeNull();
  return (run.output as { text: string }).text;
};
const hostile = (how: string): Promise<RunView> =>
  call(how, 'do', '', {
    pinned: { description: 'Does it.', inputSchema: { type: 'object', properties: { say: { type: 'string' } } } },
  });
const ended = (server: string): { how?: unknown; text?: unknown }[] =>
  ground.logs
    .filter(({ text, data }) => text === 'a tool server ended' && data['server'] === server)
    .map(({ data }) => data);
const pidOf = (server: string): number =>
  Number(
    ground.logs.filter(({ text, data }) => text === 'a tool server is started' && data['server'] === server).at(-1)
      ?.data['pid'],
  );

test('a program of either era is asked over stdio, and keeps one process for a workspace', async () => {
  expect(textOf(await call('near', 'echo', 'a'))).toBe('said: a #1');
  expect(textOf(await call('near', 'echo', 'b'))).toBe('said: b #2');
  expect(textOf(await call('old', 'echo', 'c'))).toBe('said: c #1');
  const tools = { id: 'far', kind: 'mcp.tools@1', with: { url: 'mcp:near' } };
  const listed = await ground.run(await ground.publish(flowOf(tools), lent('mcp: near/tools/list')), { say: '' });
  expect(listed).toMatchObject({ state: 'done', output: { left: [] } });
  expect((listed.output as { tools: unknown[] }).tools[0]).toEqual({ name: 'echo', pinned });
});

test('MCP-10: a name that is not registered, or not for this workspace, is nowhere, and nothing is started', async () => {
  const [nowhere, others] = [await call('nowhere', 'echo'), await call('others', 'echo')];
  expect(nowhere.problem).toMatchObject({ code: 'mcp.unknown_server' });
  expect(others.problem?.code).toBe(nowhere.problem?.code);
  expect(others.problem?.text.replace('others', 'nowhere')).toBe(nowhere.problem?.text);
  expect(pidOf('others')).toBeNaN();
});

test('a tool needs its own power: neither that of another tool nor that to list them will do', async () => {
  for (const power of ['mcp: near/see', 'mcp: near/tools/list', 'mcp: old/echo', 'net: * *:*']) {
    const run = await ground.run(await ground.publish(flowOf(callOf('near', 'echo')), lent(power)), { say: '' });
    expect(run.problem).toMatchObject({ code: 'grant.missing' });
  }
  const all = await ground.run(await ground.publish(flowOf(callOf('near', 'echo')), lent('mcp: near/*')), { say: 'x' });
  expect(all.state).toBe('done');
});

test('LLM-01: a tool that its program describes otherwise than when it was pinned is not called', async () => {
  const run = await call('near', 'echo', 'x', { pinned: { ...pinned, description: 'Did something else.' } });
  expect(run.problem).toMatchObject({ code: 'mcp.changed' });
});

test('SBX-12: a program has the environment that was registered, and nothing of the server’s', async () => {
  const seen = JSON.parse(textOf(await call('near', 'see'))) as { env: Record<string, string>; uid: number };
  expect(Object.keys(seen.env).sort()).toEqual(
    ['API_TOKEN', 'HOME', 'LANG', 'MODE', 'OPENSSL_CONF', 'PATH', 'TZ'].sort(),
  );
  expect(seen.env['MODE']).toBe('test');
  // It has the value, and it does not come back in what is told of a run.
  expect(ground.engine.guard.redact(TOKEN)).not.toBe(TOKEN);
  if (process.getuid?.() === 0) expect(seen.uid).not.toBe(0);
});

test('a secret that is bound to origins is given to no program', async () => {
  expect((await call('bound', 'echo')).problem).toMatchObject({ code: 'mcp.secret' });
  expect(pidOf('bound')).toBeNaN();
});

test('SBX-09, SBX-10: a program reads and writes what is registered, and runs and reads nothing else', async () => {
  expect(textOf(await call('near', 'read', join(dir, 'in', 'note')))).toBe('what is in it');
  for (const path of [
    join(dir, 'closed', 'note'),
    join(ground.dir, 'headgate.db'),
    '/etc/passwd',
    '/proc/self/environ',
    '/no/such',
  ])
    expect(textOf(await call('near', 'read', path)), path).toMatch(/^(EACCES|ENOENT)$/);
  expect(textOf(await call('near', 'write', join(dir, 'out', 'made')))).toBe('undefined');
  expect(readFileSync(join(dir, 'out', 'made'), 'utf8')).toBe(`#!${process.execPath}`);
  for (const path of [join(dir, 'in', 'made'), join(dir, 'closed', 'made')]) {
    expect(textOf(await call('near', 'write', path)), path).toBe('EACCES');
    expect(existsSync(path)).toBe(false);
  }
  for (const path of ['/bin/sh', join(dir, 'out', 'made')])
    expect(textOf(await call('near', 'run', path)), path).toBe('EACCES');
});

test('SBX-08: a program reaches no network, the server’s own machine included', async () => {
  let came = 0;
  const peer = createServer((socket) => {
    came += 1;
    socket.end();
  });
  await new Promise<void>((ready) => peer.listen(0, '127.0.0.1', ready));
  const { port } = peer.address() as AddressInfo;
  expect(textOf(await call('near', 'call', String(port)))).toMatch(/^E(PERM|ACCES)$/);
  expect(came).toBe(0);
  await new Promise((closed) => peer.close(closed));
});

test('what a program says to its log is told, in lines', async () => {
  await call('near', 'log', 'a word of mine');
  await vi.waitFor(() =>
    expect(
      ground.logs.some(({ text, data }) => text === 'a tool server says' && data['text'] === 'a word of mine'),
    ).toBe(true),
  );
});

test('a call that is taken back is taken back there, and the program goes on', async () => {
  const flow = await ground.publish(flowOf(callOf('near', 'sleep')), lent('mcp: near/sleep'));
  const started = await ground.run(flow, { say: '' }, { wait: 0 });
  const logged = (what: string): boolean => ground.logs.some(({ data }) => data['text'] === what);
  await vi.waitFor(() => expect(logged('asleep')).toBe(true), { timeout: 20_000 });
  const before = pidOf('near');
  await ground.engine.cancel(OWNER, started.id);
  await vi.waitFor(() => expect(logged('was taken back')).toBe(true), { timeout: 20_000 });
  expect(textOf(await call('near', 'echo', 'still'))).toMatch(/^said: still/);
  expect(pidOf('near')).toBe(before);
});

test('a program that dies in the middle is the end of its call, which may have been done; the next one starts it anew', async () => {
  const run = await call('near', 'die');
  expect(run.problem).toMatchObject({ code: 'mcp.ended' });
  expect(textOf(await call('near', 'echo', 'again'))).toBe('said: again #1');
});

test('a program that cannot be started says so, and nothing is in doubt', async () => {
  expect((await call('absent', 'echo')).problem).toMatchObject({ code: 'mcp.unlocked' });
  expect((await call('gone', 'echo')).problem).toMatchObject({ code: 'mcp.ended' });
});

test('an agent uses a tool of a program as any other of its tools', async () => {
  models.next({ calls: [['far', { say: 'from a model' }]].map(([name, input]) => ({ name, input })) } as never, {
    says: 'It was said.',
  });
  const agent = {
    ...flowOf({
      id: 'helper',
      kind: 'agent@1',
      with: {
        model: 'local/small',
        prompt: 'Say it.',
        steps: [callOf('near', 'echo', { arguments: { say: '{{ item.say }}' } })],
      },
    }),
    output: '{{ steps.helper }}',
  };
  const id = await ground.publish(agent, {
    grants: [
      { step: 'helper', power: 'model: *' },
      { step: 'far', power: 'mcp: near/echo' },
    ],
  });
  expect(await ground.run(id, { say: '' })).toMatchObject({
    state: 'done',
    output: { text: 'It was said.', calls: [{ tool: 'far', state: 'done' }] },
  });
  expect(models.asked.at(-1)?.text).toContain('said: from a model');
});

test.each([
  ['line', 'mcp.ended', 'loud'],
  ['flood', 'mcp.ended', 'loud'],
  ['huge', 'mcp.ended', 'loud'],
  ['silent', 'mcp.timeout', 'ended'],
  ['memory', 'mcp.ended', 'memory'],
  ['dies', 'mcp.ended', 'ended'],
] as const)('DOS-02: a program of strangers that is %s is ended whole', async (how, code, why) => {
  const run = await hostile(how);
  expect(run.problem).toMatchObject({ code });
  const pid = pidOf(how);
  await vi.waitFor(() => expect(ended(how)).toMatchObject([{ how: why }]));
  await vi.waitFor(() => expect(existsSync(`/proc/${pid}`)).toBe(false));
});

const group = (pid: number): readonly number[] => groupsNow(new Set([pid])).get(pid)?.pids ?? [];

test('DOS-02: a program that forks without end is bounded, and ended with all that it started', async () => {
  const run = await hostile('forks');
  expect(run.problem?.code).toMatch(/^mcp\.(ended|timeout)$/);
  await vi.waitFor(() => expect(ended('forks')).toHaveLength(1));
  await vi.waitFor(() => expect(group(pidOf('forks'))).toEqual([]));
});

test('MCP-13: garbage, ids of strangers and questions of a server come to nothing; its answer counts', async () => {
  expect(textOf(await hostile('garbage'))).toBe('after garbage');
  expect(textOf(await hostile('strangers'))).toBe('own');
  expect(textOf(await hostile('samples'))).toBe('refused: -32601');
});

test('SEC-12: another workspace has a process of its own', async () => {
  const near = servers[0];
  if (near === undefined) throw new Error('no server');
  const logs: Record<string, unknown>[] = [];
  const door = new ToolServerDoor({
    broker: {
      effect: async (_l, _s, _n, _p, act) => ({ ok: true, value: await act(() => null, new AbortController().signal) }),
    },
    servers: () => good([near]),
    sources: [source],
    log: (_level, text, data) => void logs.push({ ...data, text }),
    idle: 500,
  });
  const ask = (workspace: string, environment = 'default') =>
    door
      .lend(
        { base: { workspace, project: 'default', environment } } as never,
        'far',
        undefined,
        new AbortController().signal,
      )
      .ask({ server: 'near', tool: 'echo', method: 'tools/call', params: { arguments: { say: 'x' } } });
  const said = (await Promise.all([ask('one'), ask('two'), ask('one', 'prod'), ask('one')])).map((heard) =>
    JSON.stringify(heard),
  );
  expect(said.filter((text) => text.includes('#1'))).toHaveLength(3);
  expect(said.filter((text) => text.includes('#2'))).toHaveLength(1);
  const pids = logs.filter(({ text }) => text === 'a tool server is started').map(({ pid }) => pid);
  expect(new Set(pids).size).toBe(3);
  // Idle, each of them ends by itself.
  await vi.waitFor(() => expect(logs.filter(({ text }) => text === 'a tool server ended')).toHaveLength(3), {
    timeout: 20_000,
  });
  await door.close();
});

test('what is registered otherwise is another process, and what is registered no more is nowhere', async () => {
  const at = servers.findIndex(({ name }) => name === 'old');
  const old = servers[at];
  if (old === undefined) throw new Error('no server');
  await call('old', 'echo');
  const [before, gone] = [pidOf('old'), ended('old').length];
  servers[at] = { ...old, env: { MODE: { value: 'changed' } } };
  expect(textOf(await call('old', 'see'))).toContain('changed');
  expect(pidOf('old')).not.toBe(before);
  await vi.waitFor(() => expect(ended('old')).toHaveLength(gone + 1));
  servers.splice(at, 1);
  expect((await call('old', 'echo')).problem).toMatchObject({ code: 'mcp.unknown_server' });
  await vi.waitFor(() => expect(ended('old')).toHaveLength(gone + 2));
});

test('MCP-10: where a machine does not give the lock, or a launcher lies about it, no byte of the program runs', async () => {
  const witness = join(dir, 'out', 'ran');
  const lock = { privileges: true, landlock: 7, filter: true, limits: true, capabilities: true, parent: true };
  for (const [told, missing] of [
    [{ ...lock, landlock: 0 }, 'Landlock'],
    [{ ...lock, filter: false }, 'the system-call filter'],
    [{ ...lock, privileges: false }, 'no_new_privs'],
    [lock, 'no_new_privs, the system-call filter'],
    [null, 'no_new_privs, Landlock, the system-call filter'],
  ] as const) {
    const launcher = join(dir, 'programs', 'liar.mjs');
    writeFileSync(
      launcher,
      `import { writeFileSync } from 'node:fs';
      process.stdin.once('data', () => {
        console.log(${JSON.stringify(told === null ? 'nonsense' : JSON.stringify({ lock: told }))});
        process.stdin.once('data', () => writeFileSync(${JSON.stringify(witness)}, ''));
      });`,
    );
    const spec = { ...toolServer('x', programs.server, ['both']), user: 95_001, env: {} };
    const end = await new Promise<{ how: string; text: string }>((resolve) => {
      void new StdioProcess(
        spec,
        false,
        { up: () => undefined, line: () => undefined, errors: () => undefined, end: resolve },
        { launcher },
      );
    });
    expect(end).toMatchObject({ how: 'unlocked' });
    expect(end.text).toContain(missing);
    expect(existsSync(witness)).toBe(false);
  }
});

test('without namespaces the lock is the same, and all of a program ends together', async () => {
  const spec = {
    ...toolServer('x', programs.hostile, ['forks'], { processes: 100, memoryMb: 4_000 }),
    user: 95_000,
    env: {},
  };
  let how: string | null = null;
  const one = new StdioProcess(spec, false, {
    up: () => one.send(JSON.stringify({ id: 1, method: 'tools/call' })),
    line: () => undefined,
    errors: () => undefined,
    end: (end) => {
      how = end.how;
    },
  });
  await vi.waitFor(() => expect(one.pids.length).toBeGreaterThan(2), { timeout: 20_000 });
  expect(one.lock).toMatchObject({ namespaces: false });
  one.end();
  await vi.waitFor(() => expect(how).toMatch(/^(ended|processes|memory)$/));
  await vi.waitFor(() => expect(group(one.pid ?? 0)).toEqual([]));
});
