/** Runs of a part of a draft, lists through a sieve, and failures by step and code. */

import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ROUTES, type Contract } from '@headgate/core/api';
import { breaches, pathOf, startServer, type Answer, type TestServer } from '../../../../test/fixtures/server.ts';

let server: TestServer;
let key: string;

beforeAll(async () => {
  server = await startServer();
  key = (await server.key()).plain;
});
afterAll(() => server.close());

type Asked = {
  readonly params?: Record<string, string>;
  readonly query?: string;
  readonly body?: unknown;
  readonly as?: string;
};

const ask = async (contract: Contract, { params, query = '', body, as = key }: Asked = {}): Promise<Answer> => {
  const answer = await server.ask(contract.method, pathOf(contract, params) + query, {
    key: as,
    ...(body === undefined ? {} : { body }),
  });
  expect(breaches(contract, answer)).toEqual([]);
  return answer;
};

const draft = {
  headgate: 1,
  name: 'Parts',
  steps: [
    { id: 'a', kind: 'set@1', with: { value: '{{ input.n }}' } },
    { id: 'b', kind: 'set@1', after: ['a'], with: { value: '{{ steps.a + 1 }}' } },
    { id: 'c', kind: 'set@1', after: ['b'], with: { value: '{{ steps.b + 1 }}' } },
  ],
};
const newFlow = async (of: unknown = draft): Promise<string> =>
  String(Reflect.get(Object((await ask(ROUTES.createFlow, { body: { draft: of } })).json), 'id'));

const run = async (flow: string, body: object, as = key): Promise<Answer> =>
  ask(ROUTES.startRun, { params: { id: flow }, body: { draft: true, wait: 5, ...body }, as });
const idOf = (answer: Answer): string => String(Reflect.get(Object(answer.json), 'id'));

type Events = { readonly events: readonly { type: string; step?: string; data: Record<string, unknown> }[] };

/** By step: what it gave, and where that came from. */
const stepsOf = async (id: string): Promise<Record<string, unknown>> => {
  const { events } = (await ask(ROUTES.getJournal, { params: { id } })).json as Events;
  return Object.fromEntries(
    events.flatMap(({ type, step, data }) =>
      type === 'step.done' && step !== undefined
        ? [[step, [data['value'], data['reused'] ?? data['pinned'] ?? 'ran']]]
        : [],
    ),
  );
};

describe('a run of a part of a draft', () => {
  test('one step runs with what it needs, and nothing after it', async () => {
    const flow = await newFlow();
    expect(await stepsOf(idOf(await run(flow, { input: { n: 1 }, to: 'b' })))).toEqual({
      a: [1, 'ran'],
      b: [2, 'ran'],
    });
  });

  test('what an earlier run gave stands in for it, and the new run says whose it is; the old one stays as it was', async () => {
    const flow = await newFlow();
    const first = idOf(await run(flow, { input: { n: 1 } }));
    const before = (await ask(ROUTES.getJournal, { params: { id: first } })).text;
    const again = idOf(await run(flow, { input: { n: 1 }, to: 'c', reuse: first }));
    expect(await stepsOf(again)).toEqual({ a: [1, first], b: [2, first], c: [3, 'ran'] });
    expect((await ask(ROUTES.getRun, { params: { id: again } })).json).toMatchObject({ rerunOf: first });
    expect((await ask(ROUTES.getJournal, { params: { id: first } })).text).toBe(before);
    expect(await stepsOf(idOf(await run(flow, { input: { n: 1 }, from: 'b', reuse: first })))).toEqual({
      a: [1, first],
      b: [2, 'ran'],
      c: [3, 'ran'],
    });
  });

  test('another input and a changed step are not taken for what they were; a pin wins', async () => {
    const flow = await newFlow();
    const first = idOf(await run(flow, { input: { n: 1 } }));
    expect(await stepsOf(idOf(await run(flow, { input: { n: 5 }, to: 'b', reuse: first })))).toEqual({
      a: [5, 'ran'],
      b: [6, 'ran'],
    });
    expect(await stepsOf(idOf(await run(flow, { input: { n: 1 }, to: 'c', reuse: first, pins: { b: 40 } })))).toEqual({
      a: [1, first],
      b: [40, true],
      c: [41, 'ran'],
    });
    const steps = draft.steps.map((step) => (step.id === 'a' ? { ...step, with: { value: 7 } } : step));
    await ask(ROUTES.saveDraft, { params: { id: flow }, body: { revision: 1, draft: { ...draft, steps } } });
    expect(await stepsOf(idOf(await run(flow, { input: { n: 1 }, to: 'b', reuse: first })))).toEqual({
      a: [7, 'ran'],
      b: [8, 'ran'],
    });
  });

  test('AZ-12 results of another flow, of another workspace and of no run are refused alike', async () => {
    const flow = await newFlow();
    const other = idOf(await run(await newFlow(), { input: { n: 1 } }));
    const stranger = (await server.key({ workspace: 'elsewhere' })).plain;
    const theirs = await ask(ROUTES.createFlow, { body: { draft }, as: stranger });
    const foreign = idOf(await run(idOf(theirs), { input: { n: 1 } }, stranger));
    const refusals = [];
    for (const reuse of [other, foreign, 'r00000000000000000000000000'])
      refusals.push(await run(flow, { input: { n: 1 }, to: 'b', reuse }));
    expect(refusals.map(({ status }) => status)).toEqual([404, 404, 404]);
    expect(new Set(refusals.map(({ text }) => text)).size).toBe(1);
  });

  test('API-06 a published version runs as a whole, and a part of a draft is for who may change the flow', async () => {
    const flow = await newFlow();
    expect((await ask(ROUTES.startRun, { params: { id: flow }, body: { input: {}, to: 'b' } })).status).toBe(422);
    expect((await run(flow, { to: 'b', from: 'c' })).status).toBe(422);
    expect((await run(flow, { reuse: 'r1' })).status).toBe(422);
    expect((await run(flow, { to: 'nowhere' })).json).toMatchObject({ code: 'rerun.step' });
    const runner = (await server.key({ permissions: ['run', 'run.read'] })).plain;
    expect((await run(flow, { to: 'b' }, runner)).status).toBe(403);
  });
});

describe('lists', () => {
  test('failures are grouped by flow, step and code, with their number and times', async () => {
    const stops = (name: string): object => ({
      headgate: 1,
      name,
      steps: [{ id: 'no', kind: 'stop@1', with: { problem: 'order.bad', text: 'Bad' } }],
    });
    const [one, two] = [await newFlow(stops('One')), await newFlow(stops('Two'))];
    for (const flow of [one, one, two]) await run(flow, {});
    const { failures } = (await ask(ROUTES.listFailures)).json as { failures: { flow: string }[] };
    expect(failures.filter(({ flow }) => [one, two].includes(flow))).toMatchObject([
      { flow: two, flowName: 'Two', step: 'no', code: 'order.bad', count: 1 },
      { flow: one, flowName: 'One', step: 'no', code: 'order.bad', count: 2 },
    ]);
    const stranger = (await server.key({ workspace: 'elsewhere' })).plain;
    expect((await ask(ROUTES.listFailures, { as: stranger })).json).toEqual({ failures: [], more: false });
    const weak = (await server.key({ permissions: ['flow.read'] })).plain;
    expect((await ask(ROUTES.listFailures, { as: weak })).status).toBe(403);
  });

  test('runs are found by trigger, environment, time and the run they run again, in pages', async () => {
    const flow = await newFlow();
    const ids = [];
    for (let i = 0; i < 5; i += 1) ids.push(idOf(await run(flow, { input: { n: i } })));
    const first = ids[0] ?? '';
    const again = idOf(await run(flow, { input: { n: 0 }, to: 'b', reuse: first }));
    const list = async (query: string): Promise<{ runs: { id: string }[]; next?: string }> =>
      (await ask(ROUTES.listRuns, { query: `?flow=${flow}&${query}` })).json as {
        runs: { id: string }[];
        next?: string;
      };
    const found = async (query: string): Promise<string[]> => (await list(query)).runs.map(({ id }) => id);
    expect(await found(`rerunOf=${first}`)).toEqual([again]);
    expect(await found('trigger=webhook@1')).toEqual([]);
    expect(await found('environment=prod')).toEqual([]);
    expect(await found('to=2001-01-01T00:00:00.000Z')).toEqual([]);
    const pages = [];
    for (let cursor: string | undefined = ''; cursor !== undefined; ) {
      const page: { runs: { id: string }[]; next?: string } = await list(
        `trigger=manual@1&limit=4${cursor === '' ? '' : `&cursor=${cursor}`}`,
      );
      pages.push(page.runs.map(({ id }) => id));
      cursor = page.next;
    }
    expect(pages).toEqual([[again, ...ids.slice(2).toReversed()], ids.slice(0, 2).toReversed()]);
  });
});
