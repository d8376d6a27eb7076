/** What stops an agent, and what its tools may be: over a real engine and store, a server of models and a peer that counts. */

import { createHmac } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { type Flow, PERMISSIONS, type Quota } from '@headgate/core';
import { certificate, smtpServer } from '../../egress/testing/mail-server.ts';
import { countingServer, type Ground, openGround, OWNER } from '../testing/ground.ts';
import { type ModelServer, openModelServer } from '../testing/models/server.ts';

vi.setConfig({ testTimeout: 60_000 });

let ground: Ground;
let server: ModelServer;
let peer: Awaited<ReturnType<typeof countingServer>>;
let came: () => void;
const sent: string[] = [];
beforeEach(async () => {
  ground = await openGround();
  server = await openModelServer();
  sent.length = 0;
  came = () => undefined;
  peer = await countingServer((_n, request, response) => {
    sent.push(`${request.method ?? ''} ${request.url ?? ''}`);
    came();
    response.writeHead(200, { 'content-type': 'application/json' });
    response.end('{"ok":true}');
  });
  await ground.store.in('default').modelProviders.put({
    name: 'local',
    doc: {
      kind: 'openai-compatible',
      baseUrl: server.url,
      models: [{ id: 'dear', price: { in: 10, out: 10 } }],
    },
    by: 'owner',
    updated: 1,
  });
});
afterEach(async () => {
  await ground.close();
  await server.close();
  await peer.close();
});

const calls = (...all: readonly [name: string, input: unknown][]) => ({
  calls: all.map(([name, input]) => ({ name, input })),
});
const http = (id: string, method: string, more: object) => ({
  id,
  kind: 'http.request@1',
  with: { method, url: `${peer.url}/${id}`, ...more },
});
const look = () => http('look', 'GET', { query: { at: '{{ item.at }}' } });

const agent = (fields: object, steps: readonly object[], settings: object = {}) => ({
  ...{ headgate: 1, name: 'Helps', settings, output: '{{ steps.helper }}' },
  steps: [{ id: 'helper', kind: 'agent@1', with: { model: 'local/dear', prompt: 'Do it.', steps, ...fields } }],
});
const LENT = ['model: *', 'ask: *', 'flow: *'] as const;
const publish = (doc: object, more: readonly string[] = []): Promise<string> =>
  ground.publish(doc, {
    grants: [...LENT, `net: * ${peer.host}`, ...more].map((power) => ({ step: '*', power })),
  });
const LONG = 'word '.repeat(100);

describe('what stops an agent', () => {
  test.each([
    ['turns', { turns: 2 }, 'agent.turns', 2],
    ['tokens', { tokens: 900 }, 'agent.tokens', 5],
    ['money', { money: 1_500 }, 'agent.money', 2],
    ['seconds', { seconds: 20 }, 'agent.time', 2],
    ['mistakes', { mistakes: 1 }, 'agent.mistakes', 2],
  ])('a limit of %s is kept between moves, and said by its name', async (name, limits, code, most) => {
    came = () => ground.clock.shift(10_500);
    // In the wrong form, where mistakes are counted.
    server.otherwise({ ...calls(['look', name === 'mistakes' ? { at: 1 } : { at: 'x' }]), says: LONG });
    const run = await ground.run(await publish(agent({ limits }, [look()])), {}, { wait: 30_000 });
    expect(run).toMatchObject({
      state: 'failed',
      problem: { code, at: { step: 'helper', field: `with.limits.${name}` } },
    });
    expect(server.asked.length).toBeGreaterThanOrEqual(2);
    expect(server.asked.length).toBeLessThanOrEqual(most);
    // Its twin: the same task within its limits ends.
    came = () => undefined;
    server.next(calls(['look', { at: 'x' }]), { says: 'Done.' });
    expect(await ground.run(await publish(agent({}, [look()])), {})).toMatchObject({ state: 'done' });
  });

  test('a budget of the run, of a day of the flow, and of the workspace stop it: the step says which', async () => {
    server.otherwise({ ...calls(['look', { at: 'x' }]), says: LONG });
    const ends = async (settings: object) =>
      ground.run(await publish(agent({ maxTokens: 200 }, [look()], settings)), {}, { wait: 30_000 });
    for (const budget of [{ tokens: { run: 1_000 } }, { tokens: { day: 1_000 } }])
      expect(await ends({ budget })).toMatchObject({
        state: 'failed',
        problem: { code: 'budget.tokens', at: { step: 'helper' } },
      });
    expect(await ends({ budget: { money: { run: 9_000 } } })).toMatchObject({
      state: 'failed',
      problem: { code: 'budget.money' },
    });
    const { limits } = ground.store.in('default');
    const used = (await limits.usage(ground.clock.now())).day.tokens;
    const quota: Quota = { tokens: { day: used + 1_000 } };
    await limits.setQuota({ quota, updated: 1, by: 'test' });
    const flow = await publish(agent({ maxTokens: 200 }, [look()]));
    let code = '';
    // It hears of the quota as of every change of the store.
    await vi.waitUntil(async () => {
      const started = await ground.engine.start({
        ...{ principal: OWNER, flow, which: {}, input: {}, trigger: { kind: 'api@1' }, wait: 20_000 },
      });
      code = (started.ok ? started.value.run.problem : started.problem)?.code ?? '';
      return !code.startsWith('agent.');
    }, 20_000);
    expect(code).toMatch(/^(quota|budget)\.tokens$/);
  });

  test('a budget of a key stops an agent that the key started, and no other', async () => {
    const id = 'key_small';
    await ground.store.in('default').keys.create({
      ...{ id, workspace: 'default', name: 'small', hash: 'h', permissions: PERMISSIONS },
      ...{ projects: null, flows: null, expires: null, revoked: null, created: 1, used: null },
      budget: { tokens: { day: 1_000 } },
    });
    const flow = await publish(agent({ maxTokens: 200 }, [look()]));
    server.otherwise({ ...calls(['look', { at: 'x' }]), says: LONG });
    const start = async (by: string) => {
      const started = await ground.engine.start({
        principal: { kind: 'key', id: by, workspace: 'default', permissions: PERMISSIONS },
        ...{ flow, which: {}, input: {}, trigger: { kind: 'api@1' }, wait: 20_000 },
      });
      if (!started.ok) throw new Error(started.problem.text);
      return started.value.run;
    };
    expect(await start(id)).toMatchObject({ state: 'failed', problem: { code: 'budget.tokens' } });
    server.otherwise({ says: 'Done.' });
    expect(await start('owner')).toMatchObject({ state: 'done' });
  });
});

/** A draft with breakpoints: what is held can be given something else. */
const held = async (doc: object, breakpoints: readonly string[]): Promise<string> => {
  const flow = await publish(doc);
  const started = await ground.engine.start({
    ...{ principal: OWNER, flow, which: { draft: true }, input: {}, trigger: { kind: 'api@1' }, wait: 0 },
    breakpoints,
  });
  if (!started.ok) throw new Error(started.problem.text);
  return started.value.run.id;
};
const goOn = (run: string, value: unknown): Promise<unknown> =>
  vi.waitUntil(
    async () => (await ground.engine.goOn({ principal: OWNER, run, mode: 'continue', input: { value } })).ok,
    20_000,
  );
const answerAll = async (run: string, index: number): Promise<void> => {
  const token = createHmac('sha256', ground.resumeKey)
    .update(JSON.stringify([run, 'helper', [index]]))
    .digest('base64url');
  await vi.waitUntil(() => ground.engine.resumable(token, null), 20_000);
  expect(await ground.engine.asks.answerBehind(token, null, { answer: 'approved' })).toMatchObject({ ok: true });
};
const APPROVED = { approvers: { link: true } };
const post = () => http('post', 'POST', { query: { to: 'friend' } });
const THIEF = () => ({ method: 'POST', url: `${peer.url}/post`, query: { to: 'thief' } });

describe('what people approved', () => {
  test.each([
    ['each', { over: '{{ item.list }}' }],
    ['repeat', { until: '{{ index >= 0 }}', max: 2 }],
  ])('a step within %s that is approved as a whole is given nothing else while it is held', async (kind, fields) => {
    server.next(calls(['many', { list: [1] }]), { says: 'Over.' });
    const list = { arguments: { type: 'object', properties: { list: { type: 'array' } }, required: ['list'] } };
    const many = { id: 'many', kind: `${kind}@1`, with: { ...fields, steps: [post()] } };
    const tools = { many: { approve: true, ...list } };
    const run = await held(agent({ ...APPROVED, tools }, [many]), ['post']);
    await answerAll(run, 1);
    await goOn(run, THIEF());
    expect(await ground.until(run, 'done')).toMatchObject({
      output: { calls: [{ tool: 'many', state: 'failed' }] },
    });
    expect(server.asked[1]?.text).toContain('agent.changed');
    expect(sent).toEqual([]);
    // Its twin: what is let go as it was shown runs.
    server.next(calls(['many', { list: [1] }]), { says: 'Over.' });
    const fine = await ground.run(await publish(agent({ ...APPROVED, tools }, [many])), {}, { wait: 0 });
    await answerAll(fine.id, 1);
    expect(await ground.until(fine.id, 'done')).toMatchObject({ output: { calls: [{ state: 'done' }] } });
    expect(sent).toEqual(['POST /post?to=friend']);
  });

  test('a call that can be given nothing fails by itself, unasked; nobody can give it something while it is held', async () => {
    const change = http('change', 'POST', { query: { to: '{{ item.to.name.first }}' } });
    const to = { arguments: { type: 'object', properties: { to: { type: 'object' } }, required: ['to'] } };
    const doc = agent({ ...APPROVED, tools: { change: { approve: true, ...to } } }, [change]);
    server.next(calls(['change', { to: {} }]), { says: 'Over.' });
    expect(await ground.run(await publish(doc), {})).toMatchObject({
      state: 'done',
      output: { calls: [{ state: 'failed' }] },
    });
    server.next(calls(['change', { to: {} }]), { says: 'Over.' });
    const run = await held(doc, ['change']);
    await goOn(run, { method: 'POST', url: `${peer.url}/change`, query: { to: 'thief' } });
    expect(await ground.until(run, 'done')).toMatchObject({ output: { calls: [{ state: 'failed' }] } });
    expect(server.asked.at(-1)?.text).toContain('agent.changed');
    expect(sent).toEqual([]);
  });

  test('arguments that reach a step as a whole reach it as well as by name: after text from outside it is refused', async () => {
    const whole = http('whole', 'POST', { body: '{{ item }}' });
    const tools = { whole: { arguments: { type: 'object', properties: { to: { type: 'string' } } } } };
    server.next(calls(['whole', { to: 'a' }], ['look', { at: 'x' }], ['whole', { to: 'b' }]), { says: 'Over.' });
    expect(await ground.run(await publish(agent({ tools }, [look(), whole])), {})).toMatchObject({
      state: 'done',
      output: { calls: [{ state: 'done' }, { state: 'done' }, { tool: 'whole', state: 'refused' }] },
    });
    expect(sent).toEqual(['POST /whole', 'GET /look?at=x']);
  });
});

describe('tools of other kinds', () => {
  test('a flow is a tool: what it gives is told, it is from outside, and it may carry something out', async () => {
    const inner: Flow = {
      headgate: 1,
      name: 'Doubles',
      input: { type: 'object', properties: { n: { type: 'number' } }, required: ['n'], additionalProperties: false },
      steps: [{ id: 'twice', kind: 'set@1', with: { value: '{{ input.n * 2 }}' } }],
      output: '{{ steps.twice }}',
    };
    const flow = await publish(inner);
    const double = { id: 'double', kind: 'flow.call@1', with: { flow, input: { n: '{{ item.n }}' } } };
    const tools = { double: { arguments: { type: 'object', properties: { n: { type: 'number' } }, required: ['n'] } } };
    server.next(calls(['double', { n: 21 }], ['double', { n: 1 }]), { says: '42' });
    expect(await ground.run(await publish(agent({ tools }, [double])), {})).toMatchObject({
      state: 'done',
      output: {
        calls: [
          { tool: 'double', state: 'done' },
          { tool: 'double', state: 'refused' },
        ],
      },
    });
    expect(server.asked[1]?.text).toContain('42');
  });

  test('mail is a tool: the author says to whom, the model writes it, and after text from outside it is refused', async () => {
    const smtp = await smtpServer({ ...certificate(), authOptional: true });
    try {
      const mail = {
        id: 'mail',
        kind: 'email.send@1',
        with: {
          ...{ host: '127.0.0.1', port: smtp.port, security: 'none', from: 'bot@example.com' },
          ...{ to: 'ada@example.com', subject: 'News', text: '{{ item.text }}' },
        },
      };
      server.next(
        calls(['mail', { text: 'Hello' }], ['mail', { text: 'x', to: 'eve@example.com' }], ['look', { at: 'x' }]),
        calls(['mail', { text: 'Stolen' }]),
        { says: 'Over.' },
      );
      const lent = [`net: SMTP 127.0.0.1:${smtp.port} from bot@example.com to *@example.com`];
      const doc = agent({ outside: 'refuse' }, [look(), mail]);
      const flow = await publish(doc, lent);
      expect(await ground.run(flow, {})).toMatchObject({
        state: 'done',
        output: { calls: ['done', 'mistaken', 'done', 'refused'].map((state) => ({ state })) },
      });
      expect(smtp.got).toHaveLength(1);
      expect(JSON.stringify(smtp.got)).not.toContain('Stolen');
    } finally {
      await smtp.close();
    }
  });

  const question = (who: object) => ({
    ...{ id: 'question', kind: 'ask@1' },
    with: { title: '{{ item.title }}', who },
  });
  const state = async (who: object, wishes: readonly [string, unknown][], more: readonly object[] = [look()]) => {
    server.next(...wishes.map((one) => calls(one)), { says: 'Over.' });
    return publish(agent({ outside: 'refuse' }, [question(who), ...more]));
  };

  test('LLM-01 a question to people without an account carries out what its model writes: after text from outside it is refused; twin: one to members is asked', async () => {
    const stolen: readonly [string, unknown][] = [
      ['look', { at: 'x' }],
      ['question', { title: 'All I know' }],
    ];
    for (const who of [{ emails: ['eve@example.com'] }, { emails: ['{{ trigger.kind }}@example.com'] }, { link: true }])
      expect(await ground.run(await state(who, stolen), {}), JSON.stringify(who)).toMatchObject({
        state: 'done',
        output: { calls: [{ state: 'done' }, { tool: 'question', state: 'refused' }] },
      });
    const flow = await state({ members: ['owner'] }, stolen);
    expect((await ground.run(flow, {}, { wait: 2_000 })).state).toBe('waiting');
  });

  test('LLM-01 what somebody says who is nobody here is text from outside; twin: what a member says is not', async () => {
    const open = http('post', 'POST', { query: { to: '{{ item.to }}' } });
    const wishes: readonly [string, unknown][] = [
      ['question', { title: 'Which one?' }],
      ['post', { to: 'eve' }],
    ];
    const flow = await state({ link: true }, wishes, [open]);
    const run = await ground.run(flow, {}, { wait: 2_000 });
    const token = createHmac('sha256', ground.resumeKey)
      .update(JSON.stringify([run.id, 'question', [1]]))
      .digest('base64url');
    expect(await ground.engine.asks.answerBehind(token, null, { answer: 'approved' })).toMatchObject({ ok: true });
    expect(await ground.until(run.id, 'done')).toMatchObject({
      output: { calls: [{ state: 'done' }, { tool: 'post', state: 'refused' }] },
    });
    expect(sent).toEqual([]);
  });
});
