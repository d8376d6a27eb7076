/** The map of powers, who uses a secret, the first look at runs, the queue, the doctor, and the form of a public flow. */

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

const ask = async (
  contract: Contract,
  p: { params?: Record<string, string>; query?: string; body?: unknown; key?: string | null } = {},
): Promise<Answer> => {
  const answer = await server.ask(contract.method, pathOf(contract, p.params) + (p.query ?? ''), {
    ...(p.key === null ? {} : { key: p.key ?? key }),
    ...(p.body === undefined ? {} : { body: p.body }),
  });
  expect(breaches(contract, answer)).toEqual([]);
  return answer;
};

const create = async (draft: object, as = key): Promise<string> => {
  const made = await ask(ROUTES.createFlow, { body: { draft: { headgate: 1, ...draft } }, key: as });
  expect(made.status, made.text).toBe(201);
  return (made.json as { id: string }).id;
};
const publish = async (id: string): Promise<void> => {
  const done = await ask(ROUTES.publishFlow, { params: { id }, body: { grant: 'needed' } });
  expect(done.status, done.text).toBe(201);
};
const run = (id: string, body: object = {}, as = key): Promise<Answer> =>
  ask(ROUTES.startRun, { params: { id }, body: { wait: 20, ...body }, key: as });

const narrowed = async (flow: string, permissions: string[]): Promise<string> => {
  const made = await ask(ROUTES.createKey, { body: { name: 'narrow', permissions, flows: [flow] } });
  expect(made.status, made.text).toBe(201);
  return (made.json as { key: string }).key;
};

const call = (url: string, secret?: string) => ({
  id: 'get',
  kind: 'http.request@1',
  with: { method: 'GET', url, ...(secret === undefined ? {} : { secret }) },
});

describe('the map of powers', () => {
  test('tells what was lent to which step, when it was used and for what, and what never was', async () => {
    const other = await create({
      name: 'Inner',
      steps: [{ id: 'one', kind: 'set@1', with: { value: 1 } }],
    });
    await publish(other);
    const flow = await create({
      name: 'Outer',
      steps: [
        { id: 'inner', kind: 'flow.call@1', with: { flow: other, input: {} } },
        { id: 'never', kind: 'if@1', after: ['inner'], with: { when: '{{ false }}' } },
        { ...call('https://api.example.com/secret/path'), after: ['never.true'] },
      ],
    });
    await publish(flow);
    expect((await run(flow)).json).toMatchObject({ state: 'done' });
    const { powers, since } = (await ask(ROUTES.listPowers)).json as {
      since: string;
      powers: { flow: string; step: string; power: string; used: string | null; uses: string[]; void: boolean }[];
    };
    const mine = powers.filter((one) => one.flow === flow);
    const called = mine.find(({ step }) => step === 'inner');
    const net = mine.find(({ step }) => step === 'get');
    expect(called).toMatchObject({ used: expect.any(String), uses: [called?.power], void: false });
    expect(net).toMatchObject({ used: null, uses: [] });
    expect(Date.parse(since)).toBeLessThanOrEqual(Date.parse(called?.used ?? ''));
  });

  test('AZ-08 tells of flows that the reader sees, and of no others', async () => {
    const [mine, theirs] = [
      await create({ name: 'Mine', steps: [call('https://mine.example.com/')] }),
      await create({ name: 'Theirs', steps: [call('https://theirs.example.com/')] }),
    ];
    await publish(mine);
    await publish(theirs);
    const text = (await ask(ROUTES.listPowers, { key: await narrowed(mine, ['flow.read']) })).text;
    expect(text).toContain('mine.example.com');
    expect(text).not.toContain('theirs.example.com');
    expect((await ask(ROUTES.listPowers)).text).toContain('theirs.example.com');
    expect((await ask(ROUTES.listPowers, { key: await narrowed(mine, ['run']) })).status).toBe(403);
  });
});

test('who uses a secret is told by the steps that name it and by what was lent, and never what it is', async () => {
  for (const name of ['github', 'unused'])
    await ask(ROUTES.putSecret, {
      body: { name, value: 'otter-lamp-granite-71', origins: ['https://api.github.com'] },
    });
  const flow = await create({ name: 'Uses', steps: [call('https://api.github.com/x', 'github')] });
  await publish(flow);
  const told = await ask(ROUTES.secretUses, { params: { name: 'github' } });
  expect(told.json).toMatchObject({
    uses: [{ flow, flowName: 'Uses', step: 'get', draft: true, version: 1 }],
    grants: [{ flow, step: 'get', power: expect.stringContaining('secret: use github'), used: null }],
    more: false,
  });
  expect(told.text).not.toContain('otter-lamp');
  expect((await ask(ROUTES.secretUses, { params: { name: 'unused' } })).json).toMatchObject({ uses: [], grants: [] });
  expect((await ask(ROUTES.secretUses, { params: { name: 'never' } })).status).toBe(404);
});

describe('the first look', () => {
  test('counts runs by flow, state and time, and what waits for somebody', async () => {
    const good = await create({ name: 'Good', steps: [{ id: 'a', kind: 'set@1', with: { value: 1 } }] });
    const bad = await create({
      name: 'Bad',
      steps: [{ id: 'b', kind: 'stop@1', with: { problem: 'order.bad', text: 'It is bad' } }],
    });
    const asks = await create({ name: 'Asks', steps: [{ id: 'w', kind: 'wait.event@1', with: {} }] });
    for (const id of [good, bad, asks]) await publish(id);
    for (const id of [good, good, bad]) await run(id);
    await run(asks, { wait: 0 });
    type Told = {
      flows: { flow: string; runs: number; failed: number; time: number | null }[];
      parts: { runs: number; failed: number }[];
      states: Record<string, number>;
      asks: { answer: number };
    };
    const look = async (): Promise<Told> => (await ask(ROUTES.getOverview)).json as Told;
    await expect.poll(async () => (await look()).asks.answer).toBe(1);
    const { flows, parts, states } = await look();
    expect(flows.find(({ flow }) => flow === good)).toMatchObject({ runs: 2, failed: 0, time: expect.any(Number) });
    expect(flows.find(({ flow }) => flow === bad)).toMatchObject({ runs: 1, failed: 1 });
    const all = Object.values(states).reduce((sum, one) => sum + one, 0);
    expect(parts).toHaveLength(24);
    expect(parts.reduce((sum, one) => sum + one.runs, 0)).toBe(all);
    expect(parts.at(-1)?.failed).toBe(states['failed']);
    expect(((await ask(ROUTES.getOverview, { query: '?hours=168' })).json as Told).parts).toHaveLength(28);

    // AZ-08: a key that is narrowed to one flow counts that one alone.
    const narrow = await ask(ROUTES.getOverview, { key: await narrowed(bad, ['run.read']) });
    expect((narrow.json as Told).flows.map(({ flow }) => flow)).toEqual([bad]);
    expect((narrow.json as Told).asks.answer).toBe(0);
  });

  test('the queue says what holds who waits, to those who see it', async () => {
    const flow = await create({
      name: 'One by one',
      settings: { concurrency: { limit: 1 } },
      steps: [{ id: 'w', kind: 'wait.event@1', with: {} }],
    });
    await publish(flow);
    for (let n = 0; n < 3; n += 1) await run(flow, { wait: 0 });
    const queue = async (as = key): Promise<object[]> =>
      ((await ask(ROUTES.getQueue, { key: as })).json as { lanes: object[] }).lanes;
    await expect
      .poll(() => queue())
      .toEqual([
        expect.objectContaining({
          flow,
          flowName: 'One by one',
          running: 1,
          waiting: 2,
          why: 'concurrency',
          most: 1,
          until: null,
        }),
      ]);
    const elsewhere = await create({ name: 'Other', steps: [] });
    expect(await queue(await narrowed(elsewhere, ['run.read']))).toEqual([]);
    expect((await ask(ROUTES.getQueue)).json).toMatchObject({ kept: { days: 30 } });
  });
});

describe('the form of a public flow', () => {
  test('API-06 shows its name and input and nothing of its inside, and only while it is public', async () => {
    const flow = await create({
      name: 'Ask us',
      description: 'We answer',
      input: { type: 'object', properties: { city: { type: 'string' } }, additionalProperties: false },
      steps: [{ id: 'hidden', kind: 'set@1', with: { value: 'inner matters' } }],
    });
    await publish(flow);
    const look = (): Promise<Answer> => ask(ROUTES.publicForm, { params: { id: flow }, key: null });
    expect((await look()).status).toBe(404);
    await ask(ROUTES.patchFlow, { params: { id: flow }, body: { visibility: 'public' } });
    const told = await look();
    expect(told.json).toEqual({
      name: 'Ask us',
      description: 'We answer',
      input: { type: 'object', properties: { city: { type: 'string' } }, additionalProperties: false },
    });
    expect(told.text).not.toContain('inner matters');
    await ask(ROUTES.patchFlow, { params: { id: flow }, body: { enabled: false } });
    expect((await look()).status).toBe(404);
    expect((await ask(ROUTES.publicForm, { params: { id: 'never' }, key: null })).status).toBe(404);
  });
});
