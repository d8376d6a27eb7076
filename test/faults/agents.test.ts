/**
 * SIGKILL in the middle of agents: a real server process, a server of models and a peer that counts what it is sent. What was
 * answered and called before the kill is not asked and called again; what was used before it counts after it.
 *
 * A model and a peer that do not answer hold the run at one place, so that the kill comes there and nowhere else.
 */

import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import {
  type Asked,
  type ModelServer,
  openModelServer,
  type Turn,
} from '../../packages/server/src/engine/testing/models/server.ts';
import { type Person, personAt } from '../fixtures/person.ts';
import { type Home, newHome, type Served, until } from '../stories/command.ts';

let models: ModelServer;
let peer: Server;
let host: string;
/** How often each path was called, and the paths that are not answered. */
const called = new Map<string, number>();
const held = new Set<string>();

beforeAll(async () => {
  models = await openModelServer();
  peer = createServer((request, response) => {
    const path = `${request.method ?? ''} ${request.url ?? ''}`;
    called.set(path, (called.get(path) ?? 0) + 1);
    if (held.has(path)) return;
    response.writeHead(200, { 'content-type': 'application/json' });
    response.end(JSON.stringify({ ok: path }));
  });
  await new Promise<void>((resolve) => peer.listen(0, '127.0.0.1', resolve));
  host = `127.0.0.1:${(peer.address() as AddressInfo).port}`;
});
afterAll(async () => {
  await models.close();
  peer.closeAllConnections();
  await new Promise((resolve) => peer.close(resolve));
});
beforeEach(() => {
  called.clear();
  held.clear();
});

const PASSWORD = 'correct horse battery';
type Here = { readonly server: Served; readonly ada: Person };

const serve = async (home: Home): Promise<Here> => {
  const server = await home.serve([], { env: { HEADGATE_EGRESS_ALLOW: `${models.host},${host}` } });
  const ada = personAt(server);
  const came = await ada.ask('POST', '/api/v1/auth/login', { email: 'ada@example.com', password: PASSWORD });
  expect(came.status).toBe(200);
  return { server, ada };
};

const begin = async (home: Home): Promise<Here> => {
  const file = home.write('password', PASSWORD);
  const env = { HEADGATE_ENABLE_SUPERUSER_CLI: 'true' };
  const made = await home.run(['superuser', '--email', 'ada@example.com', '--password-file', file], { env });
  expect(made.code).toBe(0);
  const here = await serve(home);
  const provider = { name: 'local', kind: 'openai-compatible', baseUrl: models.url };
  expect((await here.ada.ask('PUT', '/api/v1/model-providers', provider)).status).toBe(200);
  return here;
};

const killed = async (home: Home, { server }: Here): Promise<Here> => {
  server.signal('SIGKILL');
  await server.ended;
  return serve(home);
};

const tool = (id: string, method: 'GET' | 'POST') => ({
  id,
  kind: 'http.request@1',
  with: { method, url: `http://${host}/${id}`, query: { n: '{{ item.n }}' } },
});

const start = async (ada: Person, fields: object = {}, settings: object = {}): Promise<string> => {
  const steps = [tool('add', 'POST'), tool('look', 'GET'), tool('pay', 'POST')];
  const approving = {
    approvers: { members: ['ada@example.com'] },
    tools: { pay: { approve: true } },
    outside: 'allow',
  };
  const draft = {
    headgate: 1,
    name: 'Killed',
    steps: [
      { id: 'agent', kind: 'agent@1', with: { model: 'local/m', prompt: 'Do it.', steps, ...approving, ...fields } },
    ],
    output: '{{ steps.agent }}',
    settings,
  };
  const { id } = (await ada.ask('POST', '/api/v1/flows', { draft })).json as { id: string };
  expect((await ada.ask('POST', `/api/v1/flows/${id}/publish`, { grant: 'needed' })).status).toBe(201);
  return ((await ada.ask('POST', `/api/v1/flows/${id}/runs`, { input: {} })).json as { id: string }).id;
};

type Run = { readonly state: string; readonly output: unknown; readonly problem: { readonly code: string } | null };
const OVER = ['done', 'failed', 'cancelled', 'in_doubt'];
const ended = (ada: Person, run: string): Promise<Run> =>
  until(
    async () => (await ada.ask('GET', `/api/v1/runs/${run}`)).json as Run,
    ({ state }) => OVER.includes(state),
    30_000,
  );

type Event = { readonly seq: number; readonly type: string; readonly step?: string; readonly item?: readonly number[] };
const journal = async (ada: Person, run: string): Promise<readonly Event[]> =>
  ((await ada.ask('GET', `/api/v1/runs/${run}/journal?limit=1000`)).json as { events: Event[] }).events;
/** Each step that ended, once. */
const once = (events: readonly Event[]): void => {
  const ends = events.filter(({ type }) => type === 'step.done').map(({ step, item }) => `${step}[${item?.join('.')}]`);
  expect(new Set(ends).size).toBe(ends.length);
  expect(events.map(({ seq }) => seq)).toEqual(events.map((_, i) => i + 1));
};

const calls = (...all: readonly [name: string, n: number][]): Turn => ({
  calls: all.map(([name, n]) => ({ name, input: { n: String(n) } })),
});
/** How far a conversation is: what the model said already. */
const turnOf = ({ body }: Asked): number => (body.messages ?? []).filter(({ role }) => role === 'assistant').length;
const SAYS: readonly Turn[] = [
  calls(['add', 1]),
  calls(['add', 2], ['look', 3], ['add', 4]),
  calls(['pay', 5]),
  { says: 'All done.' },
];
const ALL = { 'POST /add?n=1': 1, 'POST /add?n=2': 1, 'GET /look?n=3': 1, 'POST /add?n=4': 1, 'POST /pay?n=5': 1 };
/** Answers by how far it is; stands still at one question until it is let go on. */
const script = (still: ReadonlySet<number> = new Set()): void =>
  models.otherwise((asked) => {
    const at = turnOf(asked);
    return still.has(at) ? { pieces: [], then: 'stall' } : (SAYS[at] ?? { says: 'Too far.' });
  });
const questions = (from: number): readonly number[] => models.asked.slice(from).map(turnOf);

type Row = { readonly id: string; readonly run: string };
const openAsks = async (ada: Person, run: string): Promise<readonly Row[]> =>
  ((await ada.ask('GET', '/api/v1/asks?state=open')).json as { asks: Row[] }).asks.filter((one) => one.run === run);
const approve = async (ada: Person, run: string): Promise<void> => {
  const [row] = await until(
    () => openAsks(ada, run),
    (rows) => rows.length === 1,
    20_000,
  );
  const answered = await ada.ask('POST', `/api/v1/asks/${row?.id ?? ''}/answer`, { answer: 'approved' });
  expect(answered.status).toBe(200);
};

test('an agent that is killed between its calls, again and again, goes on where it was: each question and call is made once', async () => {
  const home = newHome();
  try {
    let here = await begin(home);
    const from = models.asked.length;
    // Killed at its first, second and third question, and in the middle of a call that may be repeated, between two that may not.
    const still = new Set([0, 1, 2, 3]);
    script(still);
    held.add('GET /look?n=3');
    const run = await start(here.ada);
    let questionsSeen = from;
    for (const at of [0, 1]) {
      await models.came(++questionsSeen);
      here = await (still.delete(at), killed(home, here));
      questionsSeen += 1;
    }
    await until(
      async () => called.get('GET /look?n=3') ?? 0,
      (count) => count === 1,
      20_000,
    );
    held.clear();
    here = await killed(home, here);
    await models.came(++questionsSeen);
    still.delete(2);
    here = await killed(home, here);
    questionsSeen += 1;
    // People answer after one more restart, and the server dies again before the agent ends.
    await until(
      () => openAsks(here.ada, run),
      (rows) => rows.length === 1,
      20_000,
    );
    here = await killed(home, here);
    expect(called.get('POST /pay?n=5')).toBeUndefined();
    await approve(here.ada, run);
    await models.came(++questionsSeen);
    still.delete(3);
    here = await killed(home, here);
    expect(await ended(here.ada, run)).toMatchObject({
      state: 'done',
      output: {
        text: 'All done.',
        turns: 4,
        calls: ['add', 'add', 'look', 'add', 'pay'].map((one) => ({ tool: one, state: 'done' })),
      },
    });
    // What had no answer when the server died was asked again, and nothing else.
    expect(Object.fromEntries(called)).toEqual({ ...ALL, 'GET /look?n=3': 2 });
    expect(questions(from)).toEqual([0, 0, 1, 1, 2, 2, 3, 3]);
    once(await journal(here.ada, run));
    expect(await openAsks(here.ada, run)).toEqual([]);
    await here.server.stop();
  } finally {
    await home.leave();
  }
}, 240_000);

/** An evaluation whose first row is done and whose second stands in the middle of a call that may be repeated. */
const evaluated = async (ada: Person): Promise<{ readonly path: string; readonly runs: readonly string[] }> => {
  const made = async (path: string, body: object): Promise<string> => {
    const answer = await ada.ask('POST', `/api/v1/${path}`, body);
    expect([answer.status, answer.status < 300 ? '' : answer.text]).toEqual([201, '']);
    return (answer.json as { id: string }).id;
  };
  const asks = { method: 'GET', url: `http://${host}/row`, query: { n: '{{ input.n }}' } };
  const draft = { headgate: 1, name: 'Rows', steps: [{ id: 'get', kind: 'http.request@1', with: asks }], output: 1 };
  const flow = await made('flows', { draft });
  expect((await ada.ask('POST', `/api/v1/flows/${flow}/publish`, { grant: 'needed' })).status).toBe(201);
  const rows = ['1', '2', '3'].map((n) => ({ name: n, input: { n }, expected: 1 }));
  const dataset = await made('datasets', { name: 'rows', rows });
  held.add('GET /row?n=2');
  const of = `flows/${flow}/evaluations`;
  const path = `/api/v1/${of}/${await made(of, { dataset, scores: [{ kind: 'exact' }], atOnce: 1 })}`;
  await until(
    async () => called.get('GET /row?n=2') ?? 0,
    (count) => count === 1,
    20_000,
  );
  return { path, runs: (await rowsOf(ada, path)).rows.map(({ run }) => run) };
};
type Evaluated = {
  readonly state: string;
  readonly rows: readonly { readonly run: string; readonly passed: boolean | null }[];
};
const rowsOf = async (ada: Person, path: string): Promise<Evaluated> => (await ada.ask('GET', path)).json as Evaluated;

test('a call in whose middle the server died and that may not be repeated is asked about; EW2 an evaluation goes on with the runs it had', async () => {
  const home = newHome();
  try {
    let here = await begin(home);
    script();
    const evaluation = await evaluated(here.ada);
    held.add('POST /add?n=1');
    const run = await start(here.ada);
    await until(
      async () => called.get('POST /add?n=1') ?? 0,
      (count) => count === 1,
      20_000,
    );
    held.clear();
    here = await killed(home, here);
    const whole = await until(
      () => rowsOf(here.ada, evaluation.path),
      ({ state }) => state !== 'running',
      20_000,
    );
    expect([whole.state, whole.rows.map(({ passed }) => passed)]).toEqual(['done', [true, true, true]]);
    expect(whole.rows.slice(0, 2).map((row) => row.run)).toEqual(evaluation.runs.slice(0, 2));
    // The call that was under way was made again; no row was run twice, and none left out.
    const rows = [...called].filter(([path]) => path.startsWith('GET /row'));
    expect(Object.fromEntries(rows)).toEqual({ 'GET /row?n=1': 1, 'GET /row?n=2': 2, 'GET /row?n=3': 1 });
    for (const [path] of rows) called.delete(path);
    expect(await ended(here.ada, run)).toMatchObject({ state: 'in_doubt', problem: { code: 'step.in_doubt' } });
    expect(Object.fromEntries(called)).toEqual({ 'POST /add?n=1': 1 });
    await here.server.stop();
  } finally {
    await home.leave();
  }
}, 120_000);

test('what was used before a kill counts after it: limits of the agent and a budget of the run stop it there', async () => {
  const home = newHome();
  try {
    let here = await begin(home);
    for (const [fields, settings, code] of [
      [{ limits: { turns: 4 } }, {}, 'agent.turns'],
      [{ limits: { calls: 3 } }, {}, 'agent.calls'],
      [{ limits: { tokens: 6_000 } }, {}, 'agent.tokens'],
      [{}, { budget: { tokens: { run: 6_000 } } }, 'budget.tokens'],
    ] as const) {
      called.clear();
      const from = models.asked.length;
      let stands = true;
      // Without end; what it says grows what the next question takes.
      models.otherwise((asked) => {
        const at = turnOf(asked);
        if (at === 2 && stands) return { pieces: [], then: 'stall' };
        const more = calls(['add', at]);
        return { ...more, says: 'word '.repeat(600) };
      });
      const run = await start(here.ada, { ...fields, maxTokens: 1_000 }, settings);
      await models.came(from + 3);
      stands = false;
      here = await killed(home, here);
      expect(await ended(here.ada, run), code).toMatchObject({ state: 'failed', problem: { code } });
      expect(
        [...called.values()].every((count) => count === 1),
        code,
      ).toBe(true);
      // Had it begun anew it would have come further, or asked again what was answered.
      const asked = questions(from);
      expect(asked.slice(0, 4), code).toEqual([0, 1, 2, ...(asked.length > 3 ? [2] : [])]);
      once(await journal(here.ada, run));
    }
    await here.server.stop();
  } finally {
    await home.leave();
  }
}, 240_000);

test('what an agent remembers survives kills: a summary under way is asked for again and no other, a turn is kept once', async () => {
  const home = newHome();
  try {
    let here = await begin(home);
    const from = models.asked.length;
    const still = new Set<string>();
    const isNotes = ({ text }: Asked): boolean => text.includes('You keep the notes');
    models.otherwise((asked) => {
      const what = isNotes(asked) ? 'notes' : 'answer';
      if (still.has(what)) return { pieces: [], then: 'stall' };
      return { says: what === 'notes' ? 'Ada told facts.' : 'Noted.' };
    });
    const fields = { model: 'local/m', prompt: '{{ input.say }}', session: 'mine', steps: [tool('look', 'GET')] };
    const memory = { memory: 'summary', remember: { turns: 2 } };
    const draft = {
      headgate: 1,
      name: 'Remembers',
      steps: [{ id: 'agent', kind: 'agent@1', with: { ...fields, ...memory } }],
      output: '{{ steps.agent }}',
    };
    const { id } = (await here.ada.ask('POST', '/api/v1/flows', { draft })).json as { id: string };
    expect((await here.ada.ask('POST', `/api/v1/flows/${id}/publish`, { grant: 'needed' })).status).toBe(201);
    const say = async (words: string): Promise<string> =>
      ((await here.ada.ask('POST', `/api/v1/flows/${id}/runs`, { input: { say: words } })).json as { id: string }).id;
    for (const fact of ['one', 'two', 'three'])
      expect(await ended(here.ada, await say(`fact ${fact}`))).toMatchObject({ state: 'done' });
    still.add('notes').add('answer');
    const run = await say('fact four');
    await models.came(from + 4);
    still.delete('notes');
    here = await killed(home, here);
    // The notes, asked for once more, and the question after them.
    await models.came(from + 6);
    still.clear();
    here = await killed(home, here);
    expect(await ended(here.ada, run)).toMatchObject({ state: 'done', output: { text: 'Noted.', session: 'mine' } });
    expect(models.asked.slice(from + 3).map(isNotes)).toEqual([true, true, false, false]);
    once(await journal(here.ada, run));
    expect(await ended(here.ada, await say('fact five'))).toMatchObject({ state: 'done' });
    const texts = (models.asked.at(-1)?.body.messages ?? []).map(({ content }) => JSON.stringify(content));
    expect(texts[0]).toContain('Ada told facts.');
    expect(texts.join('\n').match(/fact four/g)).toHaveLength(1);
    expect(texts.at(-1)).toContain('fact five');
    await here.server.stop();
  } finally {
    await home.leave();
  }
}, 240_000);
