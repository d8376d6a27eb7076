/** Breakpoints over HTTP: who may begin a draft run with them, look at what is held, and let it go on. */

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

type Asked = { readonly id?: string; readonly query?: string; readonly body?: unknown; readonly as?: string };

const ask = async (contract: Contract, { id, query = '', body, as = key }: Asked = {}): Promise<Answer> => {
  const answer = await server.ask(contract.method, pathOf(contract, id === undefined ? {} : { id }) + query, {
    key: as,
    ...(body === undefined ? {} : { body }),
  });
  expect(breaches(contract, answer)).toEqual([]);
  return answer;
};
const idOf = (answer: Answer): string => String(Reflect.get(Object(answer.json), 'id'));
const codeOf = (answer: Answer): unknown => Reflect.get(Object(answer.json), 'code');

const draft = {
  headgate: 1,
  name: 'Held',
  steps: [
    { id: 'a', kind: 'set@1', with: { value: '{{ input.n }}' } },
    { id: 'b', kind: 'set@1', after: ['a'], with: { value: '{{ steps.a + 1 }}' } },
  ],
  output: '{{ steps.b }}',
};
const held = async (): Promise<{ flow: string; run: string }> => {
  const flow = idOf(await ask(ROUTES.createFlow, { body: { draft } }));
  const body = { draft: true, input: { n: 1 }, breakpoints: ['b'] };
  const run = idOf(await ask(ROUTES.startRun, { id: flow, body }));
  await expect
    .poll(async () => Reflect.get(Object((await ask(ROUTES.getRun, { id: run })).json), 'state'))
    .toBe('waiting');
  return { flow, run };
};

describe('a draft run with a breakpoint', () => {
  test('is held, says in lists that somebody is waited for, tells the input in its journal, and goes on with another', async () => {
    const { flow, run } = await held();
    const list = (await ask(ROUTES.listRuns, { query: `?flow=${flow}` })).json;
    expect(list).toMatchObject({ runs: [{ id: run, state: 'waiting', waits: { for: 'answer' } }] });
    const journal = (await ask(ROUTES.getJournal, { id: run })).json as { events: unknown[] };
    expect(journal.events).toContainEqual(
      expect.objectContaining({ type: 'step.held', step: 'b', data: { input: { value: 2 } } }),
    );
    const body = { step: 'b', mode: 'continue', input: { value: 9 } };
    expect((await ask(ROUTES.continueRun, { id: run, body })).status).toBe(200);
    await expect
      .poll(async () => (await ask(ROUTES.getRun, { id: run })).json)
      .toMatchObject({ state: 'done', output: 9 });
    expect(codeOf(await ask(ROUTES.continueRun, { id: run, body: { mode: 'continue' } }))).toBe('run.over');
  });

  test('is refused for a published version, for a step that is not there, and for who may not change the flow', async () => {
    const { flow } = await held();
    await ask(ROUTES.publishFlow, { id: flow });
    const published = await ask(ROUTES.startRun, { id: flow, body: { breakpoints: ['b'] } });
    expect([published.status, codeOf(published)]).toEqual([422, 'input.invalid']);
    const ghost = await ask(ROUTES.startRun, { id: flow, body: { draft: true, breakpoints: ['ghost'] } });
    expect([ghost.status, codeOf(ghost)]).toEqual([422, 'input.breakpoints']);
    const runner = (await server.key({ permissions: ['flow.read', 'run', 'run.read'] })).plain;
    const tried = await ask(ROUTES.startRun, { id: flow, body: { draft: true, breakpoints: ['b'] }, as: runner });
    expect([tried.status, codeOf(tried)]).toEqual([403, 'permission.missing']);
  });

  test('AZ-01 AZ-05 is let go on by nobody of another workspace, and by nobody who only runs or reads', async () => {
    const { run } = await held();
    const body = { mode: 'continue' };
    const codes = [];
    for (const wish of [
      { workspace: 'elsewhere' },
      { permissions: ['run.read'] as const },
      { permissions: ['flow.read', 'run', 'run.read'] as const },
    ]) {
      const as = (await server.key(wish)).plain;
      codes.push((await ask(ROUTES.continueRun, { id: run, body, as })).status);
    }
    expect(codes).toEqual([404, 403, 403]);
    expect((await ask(ROUTES.getRun, { id: run })).json).toMatchObject({ state: 'waiting' });
    const other = (await server.key({ permissions: ['flow.read', 'flow.write', 'run', 'run.read'] })).plain;
    const edits = await ask(ROUTES.continueRun, {
      id: run,
      body: { ...body, step: 'b', input: { value: 1 } },
      as: other,
    });
    expect([edits.status, codeOf(edits)]).toEqual([403, 'permission.missing']);
    expect((await ask(ROUTES.continueRun, { id: run, body, as: other })).status).toBe(200);
  });

  test('OPS-03 is let go on with a record of who did it', async () => {
    const { run } = await held();
    await ask(ROUTES.continueRun, { id: run, body: { mode: 'step' } });
    const audit = (await ask(ROUTES.listAudit, { query: '?limit=50' })).text;
    expect(audit).toContain('continueRun');
    expect(audit).toContain(run);
  });
});
