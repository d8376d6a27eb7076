/** Dry runs: what would be touched is told, and nothing is. */

import { fileURLToPath } from 'node:url';
import { afterEach, expect, test } from 'vitest';
import type { DryRun, Flow } from '@headgate/core';
import { systemClock } from './clock.ts';
import { drive } from './dry.ts';
import { loadCatalog } from './loader.ts';
import { countingServer, type Ground, openGround, OWNER } from './testing/ground.ts';

const catalog = await loadCatalog(fileURLToPath(new URL('../steps', import.meta.url)));
let g: Ground | undefined;
afterEach(async () => {
  await g?.close();
  g = undefined;
});

const get = (id: string, url: string, more: Record<string, unknown> = {}) => ({
  id,
  kind: 'http.request@1',
  with: { method: 'GET', url },
  ...more,
});
const set = (id: string, value: unknown, more: Record<string, unknown> = {}) => ({
  id,
  kind: 'set@1',
  with: { value },
  ...more,
});
const flow = (steps: unknown[], more: Record<string, unknown> = {}): Flow =>
  ({ headgate: 1, name: 'Trial', steps, ...more }) as unknown as Flow;

/** Each touch in one line: step, power, how it is known, whether it comes, how often. */
const dry = async (of: Flow, input: unknown = {}) => {
  const driven = await drive(of, catalog, input, systemClock);
  if (!driven.ok) throw new Error(driven.problem.text);
  const { ends, seen } = driven.value;
  return [ends, ...seen.map((s) => `${s.step} ${s.need.power}: ${s.need.scope} ${s.how} ${s.comes} ${s.times}`)];
};

test('what follows from the input is known, and what hangs on an answer is open', async () => {
  const chain = flow([
    set('host', 'api.{{ input.zone }}.example'),
    get('first', 'https://{{ steps.host }}/x', { after: ['host'] }),
    get('plain', 'https://plain.example/', { after: ['first'] }),
    get('next', '{{ steps.first.body.next }}', { after: ['first'] }),
  ]);
  expect(await dry(chain, { zone: 'eu' })).toEqual([
    'open',
    'first net: GET api.eu.example:443 known yes 1',
    'plain net: GET plain.example:443 written perhaps 0',
    'next net: GET *:* open perhaps 0',
  ]);
});

test('branches are taken as the input says; one that is not taken is known not to come', async () => {
  const branches = flow([
    { id: 'check', kind: 'if@1', with: { when: '{{ input.paid }}' } },
    get('yes', 'https://yes.example/', { after: ['check.true'] }),
    get('no', 'https://no.example/', { after: ['check.false'] }),
    { ...get('off', 'https://off.example/'), disabled: true },
  ]);
  expect(await dry(branches, { paid: true })).toEqual([
    'open',
    'yes net: GET yes.example:443 written yes 1',
    'no net: GET no.example:443 written no 0',
  ]);
  expect(await dry(branches, { paid: false })).toEqual([
    'open',
    'yes net: GET yes.example:443 written no 0',
    'no net: GET no.example:443 written yes 1',
  ]);
});

test('every item of a list is looked at, however few go at a time', async () => {
  const loop = flow([
    {
      id: 'all',
      kind: 'each@1',
      with: {
        over: '{{ input.hosts }}',
        concurrency: 2,
        steps: [get('one', 'https://{{ item }}.example/'), get('two', 'https://two.example/', { after: ['one'] })],
      },
    },
  ]);
  const hosts = Array.from({ length: 50 }, (_x, i) => `h${i % 3}`);
  expect(await dry(loop, { hosts })).toEqual([
    'open',
    'one net: GET h0.example:443 known yes 17',
    'one net: GET h1.example:443 known yes 17',
    'one net: GET h2.example:443 known yes 16',
    'two net: GET two.example:443 written perhaps 0',
  ]);
  expect(await dry(loop, { hosts: [] })).toEqual([
    'done',
    'one net: GET *:* open no 0',
    'two net: GET two.example:443 written no 0',
  ]);
  const short = flow([get('short', 'https://{{ item }}.example/', { each: { over: '{{ input.hosts }}' } })]);
  expect(await dry(short, { hosts: ['a', 'b'] })).toEqual([
    'open',
    'short net: GET a.example:443 known yes 1',
    'short net: GET b.example:443 known yes 1',
  ]);
});

test('waits pass by themselves, an answer that people give does not', async () => {
  const waits = flow([
    { id: 'later', kind: 'wait@1', with: { for: '30d' } },
    get('after', 'https://a.example/', { after: ['later'] }),
    { id: 'ask', kind: 'wait.event@1' },
    get('then', 'https://b.example/', { after: ['ask.answered'] }),
    set('link', '{{ run.resume.ask }}'),
  ]);
  expect(await dry(waits)).toEqual([
    'open',
    'after net: GET a.example:443 written yes 1',
    'then net: GET b.example:443 written perhaps 0',
  ]);
});

test('secrets, called flows and the error flow are told too', async () => {
  const uses = { method: 'GET', url: 'https://{{ input.host }}/', secret: 'github' };
  const of = flow(
    [
      { id: 'get', kind: 'http.request@1', with: uses },
      { id: 'go', kind: 'flow.call@1', with: { flow: '{{ input.flow }}', input: {} } },
    ],
    { settings: { errorFlow: 'On call' } },
  );
  expect(await dry(of, { host: 'api.github.com', flow: 'Greet' })).toEqual([
    'open',
    'get net: GET api.github.com:443 known yes 1',
    'get secret: use github for https://api.github.com known yes 1',
    'go flow: call Greet known yes 1',
    '* flow: call On call written perhaps 0',
  ]);
  const fails = flow(
    [
      { id: 'end', kind: 'stop@1', with: { problem: 'name.empty', text: 'No.' } },
      get('x', 'https://a.example/', { after: ['end'] }),
    ],
    {
      settings: { errorFlow: 'On call' },
    },
  );
  expect(await dry(fails)).toEqual([
    'failed',
    'x net: GET a.example:443 written no 0',
    '* flow: call On call written yes 1',
  ]);
});

test('NEVER-14 DOS-07 a dry run that would go on for ever ends, and says how far it came', async () => {
  const endless = flow([
    {
      id: 'again',
      kind: 'each@1',
      with: {
        over: '{{ input.list }}',
        steps: [
          {
            id: 'more',
            kind: 'repeat@1',
            with: { until: '{{ false }}', max: 10_000, result: '{{ index }}', steps: [set('x', '{{ [1, 2, 3] }}')] },
          },
        ],
      },
    },
    get('never', 'https://a.example/', { after: ['again'] }),
  ]);
  const from = Date.now();
  const list = Array.from({ length: 100_000 }, () => 1);
  expect(await dry(endless, { list })).toEqual(['open', 'never net: GET a.example:443 written perhaps 0']);
  expect(Date.now() - from).toBeLessThan(5_000);
});

test('NEVER-14 a dry run of a flow of the store calls nobody, writes nothing, and names the grant each use would stand on', async () => {
  const server = await countingServer((_n, _q, response) => response.end('ok'));
  g = await openGround();
  const of = flow(
    [
      get('mine', `${server.url}/a`),
      get('theirs', 'http://{{ input.host }}/b'),
      { ...get('narrow', `${server.url}/c`), narrow: ['net: GET other.example'] },
      { id: 'go', kind: 'flow.call@1', with: { flow: 'Nobody', input: {} } },
    ],
    { input: { type: 'object', properties: { host: { type: 'string' } }, required: ['host'] } },
  );
  const grants = [
    { step: 'mine', power: `net: GET ${server.host}` },
    { step: 'narrow', power: `net: GET ${server.host}` },
  ];
  const id = await g.publish(of, { grants });
  const ask = { principal: OWNER, flow: id, which: { draft: true } as const };
  const version = g.store.version();
  const told = (made: DryRun): string[] =>
    made.touches.map(
      (t) => `${t.step} ${t.power} ${t.comes} ${t.refused ?? `by ${t.grant?.grantor}`}${t.asks ? ' asks' : ''}`,
    );
  const bare = await g.engine.dryRun(ask);
  expect(bare.ok && told(bare.value)).toEqual([
    `mine net: GET ${server.host} perhaps by owner`,
    'theirs net: GET *:* perhaps grant.missing asks',
    `narrow net: GET ${server.host} perhaps power.narrowed`,
    'go flow: call Nobody perhaps grant.missing',
  ]);
  const given = await g.engine.dryRun({ ...ask, input: { host: server.host } });
  expect(given.ok && told(given.value)).toEqual([
    `mine net: GET ${server.host} yes by owner`,
    `theirs net: GET ${server.host} yes grant.missing asks`,
    `narrow net: GET ${server.host} yes power.narrowed`,
    'go flow: call Nobody yes grant.missing',
  ]);
  const wrong = await g.engine.dryRun({ ...ask, input: {} });
  expect(wrong.ok ? 'ok' : wrong.problem.code).toBe('input.invalid');
  const stranger = { ...OWNER, workspace: 'other' };
  const theirs = await g.engine.dryRun({ ...ask, principal: stranger });
  expect(theirs.ok ? 'ok' : theirs.problem.code).toBe('flow.not_found');
  expect(server.count()).toBe(0);
  expect(g.store.version()).toBe(version);
  expect((await g.store.in('default').runs.list({ limit: 10 })).rows).toEqual([]);
  expect((await g.store.in('default').audit.list({ limit: 10 })).rows).toEqual([]);
  // What it said of the first step is so.
  expect((await g.run(await g.publish(flow([get('mine', `${server.url}/a`)]), { grants }))).state).toBe('done');
  expect(server.count()).toBe(1);
  await server.close();
});
