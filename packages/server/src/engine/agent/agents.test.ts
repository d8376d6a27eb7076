/** Agents over a real engine and store, against a server of models and a peer on loopback that counts. */

import { createHmac } from 'node:crypto';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { countingServer, type Ground, openGround, OWNER } from '../testing/ground.ts';
import { type ModelServer, openModelServer } from '../testing/models/server.ts';

vi.setConfig({ testTimeout: 60_000 });

let ground: Ground;
let server: ModelServer;
let peer: Awaited<ReturnType<typeof countingServer>>;
const bodies: string[] = [];
beforeEach(async () => {
  ground = await openGround();
  server = await openModelServer();
  bodies.length = 0;
  peer = await countingServer((_n, request, response) => {
    bodies.push(request.url ?? '');
    response.writeHead(200, { 'content-type': 'application/json' });
    response.end(JSON.stringify({ weather: 'rain' }));
  });
  await ground.store.in('default').modelProviders.put({
    name: 'local',
    doc: { kind: 'openai-compatible', baseUrl: server.url },
    by: 'owner',
    updated: 1,
  });
});
afterEach(async () => {
  await ground.close();
  await server.close();
  await peer.close();
});

const lookup = (more: object = {}) => ({
  id: 'lookup',
  kind: 'http.request@1',
  with: { method: 'GET', url: `${peer.url}/weather`, query: { city: '{{ item.city }}' } },
  ...more,
});

const agent = (fields: object = {}, steps: readonly object[] = [lookup()]) => ({
  headgate: 1,
  name: 'Helps',
  input: { type: 'object', properties: { question: { type: 'string' } }, additionalProperties: false },
  steps: [
    {
      id: 'helper',
      kind: 'agent@1',
      with: { model: 'local/small', prompt: 'Answer: {{ input.question }}', steps, ...fields },
    },
  ],
  output: '{{ steps.helper }}',
});

const LENT = () => ({
  grants: [
    { step: 'helper', power: 'model: *' },
    { step: 'helper', power: 'ask: *' },
    { step: 'lookup', power: `net: GET ${peer.host}` },
    { step: 'change', power: `net: POST ${peer.host}` },
  ],
});
const ASKED = { question: 'How is the weather in Paris?' };
const calls = (...all: readonly [name: string, input: unknown][]) => ({
  calls: all.map(([name, input]) => ({ name, input })),
});

test('a model calls a tool and answers; each question and call is in the journal', async () => {
  server.next(calls(['lookup', { city: 'Paris' }]), { says: 'It rains in Paris.' });
  const run = await ground.run(await ground.publish(agent(), LENT()), ASKED);
  expect(run).toMatchObject({
    state: 'done',
    output: { text: 'It rains in Paris.', value: null, turns: 2, calls: [{ tool: 'lookup', state: 'done' }] },
  });
  expect(bodies).toEqual(['/weather?city=Paris']);
  const [first, second] = server.asked;
  expect(first?.body['tools']).toMatchObject([
    {
      function: {
        name: 'lookup',
        parameters: {
          type: 'object',
          properties: { city: { type: 'string' } },
          required: ['city'],
          additionalProperties: false,
        },
      },
    },
  ]);
  expect(second?.text).toContain('rain');
  expect(await ground.types(run.id)).toEqual([
    'run.created',
    'run.started',
    'block.opened helper',
    'step.started helper[0]',
    'step.done helper[0]',
    'block.item helper[0]',
    'step.started lookup[1]',
    'step.done lookup[1]',
    'block.item helper[1]',
    'step.started helper[2]',
    'step.done helper[2]',
    'block.item helper[2]',
    'step.done helper',
    'run.done',
  ]);
});

test('a tool reaches what it was lent and nothing that another was', async () => {
  server.next(calls(['other', { at: 'x' }]), { says: 'It was refused.' });
  const other = {
    id: 'other',
    kind: 'http.request@1',
    with: { method: 'GET', url: `${peer.url}/weather`, query: { at: '{{ item.at }}' } },
  };
  const run = await ground.run(await ground.publish(agent({}, [lookup(), other]), LENT()), ASKED);
  expect(run).toMatchObject({ state: 'done', output: { calls: [{ tool: 'other', state: 'failed' }] } });
  expect(server.asked[1]?.text).toContain('grant.missing');
  expect(bodies).toEqual([]);
});

test('a tool that is not there, and arguments that the author did not leave open, are told back and run nothing', async () => {
  server.next(
    calls(['lookup', { city: 'Paris', url: 'https://evil.example/' }]),
    calls(['delete_all', {}], ['helper', {}]),
    calls(['lookup', { city: 7 }]),
    { says: 'I give up.' },
  );
  const run = await ground.run(await ground.publish(agent(), LENT()), ASKED);
  expect(run).toMatchObject({ state: 'done', output: { text: 'I give up.', turns: 4 } });
  expect((run.output as { calls: { state: string }[] }).calls.map(({ state }) => state)).toEqual(
    Array.from({ length: 4 }, () => 'mistaken'),
  );
  expect(bodies).toEqual([]);
});

test.each([
  ['turns', { turns: 2 }, 'agent.turns'],
  ['calls', { calls: 1 }, 'agent.calls'],
  ['tokens', { tokens: 30 }, 'agent.tokens'],
])('a limit on %s stops it with a Problem that says so', async (_name, limits, code) => {
  server.otherwise(calls(['lookup', { city: 'Paris' }]));
  const run = await ground.run(await ground.publish(agent({ limits }), LENT()), ASKED);
  expect(run).toMatchObject({ state: 'failed', problem: { code, at: { step: 'helper' } } });
  expect(server.asked.length).toBeLessThanOrEqual(2);
});

const changing = (fields: object = {}) =>
  agent({ approvers: { link: true }, ...fields }, [
    lookup(),
    {
      id: 'change',
      kind: 'http.request@1',
      with: { method: 'POST', url: `${peer.url}/change`, body: { to: '{{ item.to }}' } },
    },
  ]);

const tokenOf = (run: string, index: number): string =>
  createHmac('sha256', ground.resumeKey)
    .update(JSON.stringify([run, 'helper', [index]]))
    .digest('base64url');
/** What is shown of a question, once it is on disk. */
const shownTo = async (run: string, index: number): Promise<string> =>
  JSON.stringify(await vi.waitUntil(() => ground.engine.resumable(tokenOf(run, index), null), 10_000));
const answer = async (run: string, index: number, said: string) => {
  await shownTo(run, index);
  return ground.engine.asks.answerBehind(tokenOf(run, index), null, { answer: said });
};
const start = async (fields: object = {}): Promise<string> => {
  const run = await ground.run(await ground.publish(changing(fields), LENT()), ASKED, { wait: 0 });
  await ground.until(run.id, 'waiting');
  return run.id;
};

test('text from outside makes a call that changes something wait for people, who see what it is given', async () => {
  server.next(
    calls(['change', { to: 'before' }]),
    calls(['lookup', { city: 'Paris' }]),
    calls(['change', { to: 'after' }]),
    { says: 'Done.' },
  );
  const run = await start();
  expect(bodies).toEqual(['/change', '/weather?city=Paris']);
  const shown = await shownTo(run, 5);
  expect(shown).toContain('May helper use change?');
  expect(shown).toContain('after');
  expect(await answer(run, 5, 'approved')).toMatchObject({ ok: true });
  expect(await ground.until(run, 'done')).toMatchObject({ output: { text: 'Done.' } });
  expect(bodies).toEqual(['/change', '/weather?city=Paris', '/change']);
});

test('a call that is refused does not happen, and its model is told', async () => {
  server.next(calls(['change', { to: 'x' }]), { says: 'So be it.' });
  const run = await start({ tools: { change: { approve: true } } });
  expect(await answer(run, 1, 'refused')).toMatchObject({ ok: true });
  expect(await ground.until(run, 'done')).toMatchObject({
    output: { text: 'So be it.', calls: [{ tool: 'change', state: 'refused' }] },
  });
  expect(server.asked[1]?.text).toContain('Refused by the people');
  expect(bodies).toEqual([]);
});

test.each([
  ['nobody is named who approves', { approvers: {}, tools: { change: { approve: true } } }],
  ['the agent refuses after text from outside', { outside: 'refuse' }],
])('where %s the call is refused', async (_name, fields) => {
  server.next(calls(['lookup', { city: 'Rome' }]), calls(['change', { to: 'x' }]), { says: 'No.' });
  const run = await ground.run(await ground.publish(changing(fields), LENT()), ASKED);
  expect(run).toMatchObject({ state: 'done', output: { text: 'No.', calls: [{}, { state: 'refused' }] } });
  expect(bodies).toEqual(['/weather?city=Rome']);
});

test('what was asked, called and approved is not done again by a server that begins anew', async () => {
  server.next(calls(['lookup', { city: 'Paris' }]), calls(['change', { to: 'x' }]));
  const run = await start();
  ground = await ground.reopen();
  await ground.until(run, 'waiting');
  ground.clock.shift(3 * 86_400_000);
  server.next({ says: 'After days.' });
  expect(await answer(run, 3, 'approved')).toMatchObject({ ok: true });
  expect(await ground.until(run, 'done')).toMatchObject({ output: { text: 'After days.' } });
  expect(bodies).toEqual(['/weather?city=Paris', '/change']);
  expect(server.asked).toHaveLength(3);
});

test('a crash while its model is asked repeats that question alone', async () => {
  server.next(calls(['lookup', { city: 'Paris' }]), { pieces: [], then: 'stall' });
  const run = await ground.run(await ground.publish(agent(), LENT()), ASKED, { wait: 0 });
  await server.came(2);
  server.next({ says: 'It rains.' });
  ground = await ground.reopen();
  expect(await ground.until(run.id, 'done')).toMatchObject({ output: { text: 'It rains.', turns: 2 } });
  expect(bodies).toEqual(['/weather?city=Paris']);
  expect(server.asked).toHaveLength(3);
});

test('a call that was approved and is given something else then is not made', async () => {
  server.next(calls(['change', { to: 'friend' }]), { says: 'It was changed.' });
  const flow = await ground.publish(changing({ tools: { change: { approve: true } } }), LENT());
  const started = await ground.engine.start({
    ...{ principal: OWNER, flow, which: { draft: true }, input: ASKED, trigger: { kind: 'api@1' }, wait: 0 },
    breakpoints: ['change'],
  });
  if (!started.ok) throw new Error(started.problem.text);
  const run = started.value.run.id;
  await ground.until(run, 'waiting');
  expect(await answer(run, 1, 'approved')).toMatchObject({ ok: true });
  const goOn = (more: object = {}) => ground.engine.goOn({ principal: OWNER, run, mode: 'continue', ...more });
  const input = { method: 'POST', url: `${peer.url}/change`, body: { to: 'thief' } };
  await vi.waitUntil(async () => (await goOn({ input: { value: input } })).ok, 10_000);
  expect(await ground.until(run, 'done')).toMatchObject({ output: { calls: [{ tool: 'change', state: 'failed' }] } });
  expect(server.asked[1]?.text).toContain('agent.changed');
  expect(bodies).toEqual([]);
});

test('a flow, code and another agent are tools; what they use counts for the agent around them', async () => {
  const inner = {
    id: 'inner',
    kind: 'agent@1',
    with: { model: 'local/small', prompt: 'Look up {{ item.place }}', steps: [lookup()] },
  };
  const code = {
    id: 'sum',
    kind: 'code@1',
    with: { source: 'export default ({ a, b }) => a + b', input: { a: '{{ item.a }}', b: '{{ item.b }}' } },
  };
  const number = { type: 'number' };
  const tools = { sum: { arguments: { properties: { a: number, b: number }, required: ['a', 'b'] } } };
  server.next(
    calls(['inner', { place: 'Oslo' }], ['sum', { a: 2, b: 3 }]),
    calls(['lookup', { city: 'Oslo' }]),
    { says: 'Rain in Oslo' },
    { says: 'Rain, and 5.' },
  );
  const lent = LENT();
  lent.grants.push({ step: 'inner', power: 'model: *' });
  const doc = agent({ tools, outside: 'allow' }, [inner, code]);
  const run = await ground.run(await ground.publish(doc, lent), ASKED);
  expect(run).toMatchObject({ state: 'done', output: { text: 'Rain, and 5.', turns: 2 } });
  expect(server.asked[3]?.text).toContain('Rain in Oslo');
  expect(server.asked[3]?.text).toContain('5');
  const used = (run.output as { usage: { tokens: number } }).usage.tokens;
  const day = (await ground.store.in('default').limits.usage(ground.clock.now())).day;
  expect(used).toBe(day.tokens);
});

test('an answer has the form that is asked for; what does not fit is told back', async () => {
  const schema = { type: 'object', properties: { rain: { type: 'boolean' } }, required: ['rain'] };
  server.next({ says: 'Yes.' }, { says: '{"rain": true, "more": 1}' }, { says: '{"rain": true}' });
  const run = await ground.run(await ground.publish(agent({ schema }), LENT()), ASKED);
  expect(run).toMatchObject({ state: 'done', output: { value: { rain: true }, turns: 3 } });
  // In words alone: not every provider takes a form beside tools.
  expect(server.asked[0]?.body).not.toHaveProperty('response_format');
  expect(server.asked[0]?.text).toContain('fits this schema');
});

test('a cancel in the middle of a question ends the run', async () => {
  server.next({ pieces: [], then: 'stall' });
  const run = await ground.run(await ground.publish(agent(), LENT()), ASKED, { wait: 0 });
  await server.came(1);
  await ground.engine.cancel(OWNER, run.id);
  expect(await ground.until(run.id, 'cancelled')).toMatchObject({ state: 'cancelled' });
});
