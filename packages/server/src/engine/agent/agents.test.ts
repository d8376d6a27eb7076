/** Agents over a real engine and store, against a server of models and a peer on loopback that counts. */

import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { countingServer, type Ground, openGround } from '../testing/ground.ts';
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
  agent({ approvers: { members: ['owner'] }, ...fields }, [
    lookup(),
    {
      id: 'change',
      kind: 'http.request@1',
      with: { method: 'POST', url: `${peer.url}/change`, body: { to: '{{ item.to }}' } },
    },
  ]);

test('text from outside makes a call that changes something wait for people', async () => {
  server.next(
    calls(['change', { to: 'before' }]),
    calls(['lookup', { city: 'Paris' }]),
    calls(['change', { to: 'after' }]),
  );
  const id = await ground.publish(changing(), LENT());
  const run = await ground.run(id, ASKED, { wait: 0 });
  await ground.until(run.id, 'waiting');
  expect(bodies).toEqual(['/change', '/weather?city=Paris']);
});
