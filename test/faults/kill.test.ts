/**
 * SIGKILL at every type of event, over five flows, at three moments each: nothing acknowledged is lost, no effect is
 * silently repeated, what cannot be known is reported as in doubt.
 */

import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { fileURLToPath } from 'node:url';
import type { Flow } from '@headgate/core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Orders } from './child.ts';

/** Where the files with the orders are. */
const ORDERS = mkdtempSync(join(tmpdir(), 'headgate-kill-orders-'));
afterAll(() => rmSync(ORDERS, { recursive: true, force: true }));

const CHILD = fileURLToPath(new URL('./child.ts', import.meta.url));

type Final = {
  id: string;
  flow: string;
  state: string;
  parent: string | null;
  output: unknown;
  problem: string | null;
  events: { seq: number; type: string; step: string | null; item: number[] }[];
};
type Line = { acknowledged?: string; final?: Final[] };

/** Runs the child to its end, whatever that is, through one life after another. */
const runChild = (...lives: Orders[]): Promise<{ lines: Line[]; killed: boolean }> =>
  new Promise((resolve, reject) => {
    const file = join(ORDERS, `orders-${randomBytes(8).toString('hex')}.json`);
    writeFileSync(file, JSON.stringify(lives));
    const child = spawn(process.execPath, ['--conditions=headgate-source', CHILD, file], {
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let out = '';
    let err = '';
    child.stdout.on('data', (d: Buffer) => (out += d.toString()));
    child.stderr.on('data', (d: Buffer) => (err += d.toString()));
    child.on('exit', (code, signal) => {
      const lines = out
        .split('\n')
        .filter((l) => l !== '')
        .map((l) => JSON.parse(l) as Line);
      if (signal === 'SIGKILL') resolve({ lines, killed: true });
      else if (code === 0) resolve({ lines, killed: false });
      else reject(new Error(`the child ended with ${code}: ${err}`));
    });
  });

/** Counts effects by the key that the flow's step sends with each. */
let server: Server;
let host = '';
const effects = new Map<string, number>();
const failing = new Map<string, number>();
beforeAll(async () => {
  server = createServer((request, response) => {
    const key = `${request.method} ${request.url}`;
    const n = (effects.get(key) ?? 0) + 1;
    effects.set(key, n);
    const fails = failing.get(request.url?.split('/')[1] ?? '') ?? 0;
    response.writeHead(n <= fails ? 503 : 200, { 'content-type': 'application/json' });
    response.end(JSON.stringify({ n }));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  host = `127.0.0.1:${typeof address === 'object' && address !== null ? address.port : 0}`;
});
afterAll(() => {
  server.closeAllConnections();
  server.close();
});

type Scenario = {
  name: string;
  types: readonly string[];
  flows: (tag: string) => unknown[];
  expected: unknown;
  fails?: number;
  /** Draft runs, held before these steps and let go on, one of them with another input. */
  held?: NonNullable<Orders['letGo']>;
};

const post = (tag: string, path: string) => ({ method: 'POST', url: `http://${host}/${tag}/${path}`, body: { a: 1 } });
const get = (tag: string, path: string) => ({ method: 'GET', url: `http://${host}/${tag}/${path}` });

const SCENARIOS: Scenario[] = [
  {
    name: 'waits',
    types: ['step.started', 'step.waiting', 'step.done', 'run.log'],
    flows: () => [
      {
        headgate: 1,
        name: 'Main',
        steps: [
          { id: 'a', kind: 'set@1', with: { value: 1 } },
          { id: 'nap', kind: 'wait@1', after: ['a'], with: { for: '150ms' } },
          { id: 'say', kind: 'log@1', after: ['nap'], with: { text: 'awake' } },
          { id: 'b', kind: 'set@1', after: ['say'], with: { value: '{{ steps.a + 1 }}' } },
        ],
        output: '{{ steps.b }}',
      },
    ],
    expected: 2,
  },
  {
    name: 'each',
    types: ['step.started', 'step.done', 'block.opened', 'block.item'],
    flows: (tag) => [
      {
        headgate: 1,
        name: 'Main',
        steps: [
          {
            id: 'e',
            kind: 'each@1',
            with: {
              over: [1, 2, 3],
              concurrency: 2,
              steps: [
                { id: 'p', kind: 'http.request@1', with: post(tag, 'item-{{ item }}') },
                { id: 'x', kind: 'set@1', after: ['p'], with: { value: '{{ item * 10 }}' } },
              ],
              result: '{{ steps.x }}',
            },
          },
        ],
        output: '{{ steps.e }}',
      },
    ],
    expected: [10, 20, 30],
  },
  {
    name: 'retries',
    types: ['step.started', 'step.problem', 'step.done', 'run.responded'],
    fails: 2,
    flows: (tag) => [
      {
        headgate: 1,
        name: 'Main',
        steps: [
          { id: 'g', kind: 'http.request@1', with: get(tag, 'flaky'), retry: { max: 8, delay: '30ms', factor: 1 } },
          { id: 'r', kind: 'respond@1', after: ['g'], with: { body: 'ok' } },
        ],
        output: 'ok',
      },
    ],
    expected: 'ok',
  },
  {
    name: 'sub-flow',
    types: ['step.started', 'step.waiting', 'step.done', 'block.opened', 'block.item'],
    flows: (tag) => [
      {
        headgate: 1,
        name: 'Child',
        steps: [
          { id: 'p', kind: 'http.request@1', with: post(tag, 'child') },
          { id: 'd', kind: 'set@1', after: ['p'], with: { value: '{{ input.n * 2 }}' } },
        ],
        output: '{{ steps.d }}',
      },
      {
        headgate: 1,
        name: 'Main',
        steps: [
          { id: 'c', kind: 'flow.call@1', with: { flow: 'Child', input: { n: 21 } } },
          {
            id: 't',
            kind: 'repeat@1',
            after: ['c'],
            with: {
              until: '{{ steps.y >= 2 }}',
              max: 5,
              steps: [{ id: 'y', kind: 'set@1', with: { value: '{{ (item ?? 0) + 1 }}' } }],
            },
          },
        ],
        output: '{{ steps.c + steps.t }}',
      },
    ],
    expected: 44,
  },
  {
    name: 'http',
    types: ['step.started', 'step.done'],
    flows: (tag) => [
      {
        headgate: 1,
        name: 'Main',
        steps: [
          { id: 'p', kind: 'http.request@1', with: post(tag, 'once') },
          { id: 'q', kind: 'http.request@1', after: ['p'], with: post(tag, 'twice') },
        ],
        output: '{{ steps.q.status }}',
      },
    ],
    expected: 200,
  },
  {
    name: 'breakpoints',
    types: ['step.held', 'step.continued', 'step.started', 'step.done'],
    flows: (tag) => [
      {
        headgate: 1,
        name: 'Main',
        steps: [
          { id: 'p', kind: 'http.request@1', with: post(tag, 'held') },
          { id: 's', kind: 'set@1', after: ['p'], with: { value: 'its own' } },
        ],
        output: '{{ steps.s }}',
      },
    ],
    expected: 'given',
    held: [{ step: 'p' }, { step: 's', input: { value: { value: 'given' } } }],
  },
];

/** These come more than once in a scenario that has them. */
const REPEATED = new Set(['step.done', 'step.started', 'step.held', 'step.continued']);

/** Every run has these. */
const ALWAYS = ['run.created', 'run.started', 'run.done'];

type Killed = {
  readonly tag: string;
  readonly dir: string;
  readonly acknowledged: readonly string[];
  /** What the next life is asked for. */
  readonly next: Orders;
};

/** One start that ends by a kill. */
const killOnce = async (
  scenario: Scenario,
  when: 'before' | 'after' | 'durable',
  type: string,
  nth: number,
): Promise<Killed> => {
  const tag = `${scenario.name}-${when}-${type}-${nth}`;
  if (scenario.fails !== undefined) failing.set(tag, scenario.fails);
  const dir = mkdtempSync(join(tmpdir(), 'headgate-kill-'));
  const key = randomBytes(32).toString('base64');
  const grants = [`net: * ${host}`, 'flow: call f_child'];
  const flows = scenario.flows(tag).map((flow) => ({ flow: flow as Flow, grants }));
  const { held } = scenario;
  const breakpoints = held === undefined ? {} : { breakpoints: held.map(({ step }) => step) };
  const start = { flow: 'Main', input: {}, times: 2, ...breakpoints };
  const orders = { dir, key, settle: 30_000, ...(held === undefined ? {} : { letGo: held }) };
  const first = await runChild({ ...orders, flows, start, kill: { type, nth, when } });
  expect(first.killed, `${tag}: the event never came`).toBe(true);
  const acknowledged = first.lines.flatMap((l) => (l.acknowledged === undefined ? [] : [l.acknowledged]));
  return { tag, dir, acknowledged, next: orders };
};

/** What every killed folder holds after the next start. */
const restart = async (scenario: Scenario, killed: readonly Killed[]): Promise<void> => {
  const { lines } = await runChild(...killed.map(({ next }) => next));
  const finals = lines.flatMap(({ final }) => (final === undefined ? [] : [final]));
  expect(finals).toHaveLength(killed.length);
  for (const [i, { tag, dir, acknowledged }] of killed.entries()) {
    counted(tag, dir);
    judge(tag, scenario, acknowledged, finals[i] ?? []);
    rmSync(dir, { recursive: true, force: true });
  }
};

/** What quotas are judged by is what is there: runs of each flow and of the workspace, and bytes of journals and files. */
const counted = (tag: string, dir: string): void => {
  const database = new DatabaseSync(join(dir, 'headgate.db'), { readOnly: true });
  const all = (sql: string): unknown[] => database.prepare(sql).all();
  const rows = `select workspace, flow as holder, created / 86400000 as day, count(*) as runs from run group by 1, 2, 3
    union all select workspace, '', created / 86400000, count(*) from run group by 1, 2, 3 order by 1, 2, 3`;
  const told = 'select workspace, holder, day, runs from used order by 1, 2, 3';
  expect(all(told), `${tag}: runs were counted wrong`).toEqual(all(rows));
  const bytes = `select workspace, sum(bytes) as bytes from (select workspace, length(sealed) as bytes from journal
    union all select workspace, size from blob) group by 1`;
  expect(all('select workspace, bytes from stored'), `${tag}: bytes were counted wrong`).toEqual(all(bytes));
  database.close();
};

for (const scenario of SCENARIOS) {
  describe(`SIGKILL in a flow with ${scenario.name}`, () => {
    const points = [...ALWAYS, ...scenario.types].flatMap((type) =>
      (REPEATED.has(type) ? [1, 2] : [1]).map((nth) => ({ type, nth })),
    );
    for (const when of ['before', 'after', 'durable'] as const) {
      const moment =
        when === 'durable' ? 'once an event of each type was synced' : `${when} an event of each type was written`;
      test(`Q-03 ${moment}: no run lost, no effect silently repeated`, { timeout: 240_000 }, async () => {
        // Two at a time: a child mostly waits for its own start.
        const left = [...points];
        const worker = async (): Promise<void> => {
          const killed: Killed[] = [];
          for (let p = left.shift(); p !== undefined; p = left.shift())
            killed.push(await killOnce(scenario, when, p.type, p.nth));
          await restart(scenario, killed);
        };
        await Promise.all([worker(), worker()]);
        expect(left).toEqual([]);
      });
    }
  });
}

test('Q-03 a run that brings the server down at every start is held back, and the others go on', {
  timeout: 120_000,
}, async () => {
  const dir = mkdtempSync(join(tmpdir(), 'headgate-poison-'));
  const key = randomBytes(32).toString('base64');
  const steps = [{ id: 'g', kind: 'http.request@1', with: get('poison', 'again') }];
  const good = { headgate: 1, name: 'Good', steps: [{ id: 'a', kind: 'set@1', with: { value: 1 } }] };
  const flows = [{ headgate: 1, name: 'Bad', steps }, good].map((flow) => ({
    flow: flow as Flow,
    grants: [`net: * ${host}`],
  }));
  // Whenever the step of that run has started, the process dies: a request that may be repeated, so it always is.
  const kill = { type: 'step.started', nth: 1, when: 'durable' } as const;
  const first = await runChild({ dir, key, flows, start: { flow: 'Bad', input: {}, times: 1 }, kill, settle: 30_000 });
  const killed = [first.killed];
  for (let i = 0; i < 3; i += 1) killed.push((await runChild({ dir, key, kill, settle: 30_000 })).killed);
  expect(killed).toEqual([true, true, true, true]);
  const last = await runChild({ dir, key, kill, start: { flow: 'Good', input: {}, times: 1 }, settle: 30_000 });
  expect(last.killed).toBe(false);
  const final = last.lines.find((line) => line.final !== undefined)?.final ?? [];
  const [bad, other] = final.toSorted((a, b) => a.flow.localeCompare(b.flow));
  expect(bad).toMatchObject({ flow: 'f_bad', state: 'in_doubt', problem: 'run.poison' });
  expect(other).toMatchObject({ flow: 'f_good', state: 'done', output: 1 });
  // Its twin: once or twice is no pattern. The same run without the kill goes on and ends well.
  const fine = mkdtempSync(join(tmpdir(), 'headgate-poison-'));
  const start = { flow: 'Bad', input: {}, times: 1 };
  expect((await runChild({ dir: fine, key, flows, start, kill, settle: 30_000 })).killed).toBe(true);
  expect((await runChild({ dir: fine, key, kill, settle: 30_000 })).killed).toBe(true);
  const healed = await runChild({ dir: fine, key, settle: 30_000 });
  expect(healed.lines.find((line) => line.final !== undefined)?.final).toMatchObject([{ state: 'done' }]);
  for (const one of [dir, fine]) rmSync(one, { recursive: true, force: true });
});

const judge = (tag: string, scenario: Scenario, acknowledged: readonly string[], final: readonly Final[]): void => {
  for (const id of acknowledged)
    expect(
      final.map((f) => f.id),
      `${tag}: an acknowledged run was lost`,
    ).toContain(id);
  const doubtful = final.filter((f) => f.state === 'in_doubt');
  for (const run of final) {
    expect(['done', 'in_doubt', 'waiting'], `${tag}: ${run.id} is ${run.state} ${run.problem}`).toContain(run.state);
    if (run.state === 'waiting')
      expect(
        final.some((f) => f.parent === run.id && f.state === 'in_doubt'),
        `${tag}: waits for nothing`,
      ).toBe(true);
    if (run.state === 'done' && run.parent === null) expect(run.output, tag).toEqual(scenario.expected);
    if (run.state === 'in_doubt') expect(run.problem).toBe('step.in_doubt');
    const done = run.events.filter((e) => e.type === 'step.done').map((e) => `${e.step} ${e.item.join('.')}`);
    expect(new Set(done).size, `${tag}: a finished step ran twice`).toBe(done.length);
    expect(
      run.events.map((e) => e.seq),
      `${tag}: the journal has gaps`,
    ).toEqual(run.events.map((_, i) => i + 1));
  }
  // Each top-level run makes each POST once; a run in doubt may or may not have made its own.
  const runs = final.filter((f) => f.parent === null).length;
  for (const [key, count] of effects) {
    if (!key.startsWith('POST ') || !key.includes(`/${tag}/`)) continue;
    expect(count, `${tag}: ${key} was repeated silently (${doubtful.length} in doubt)`).toBeLessThanOrEqual(runs);
  }
};
