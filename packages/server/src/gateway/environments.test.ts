import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ROUTES, type Contract } from '@headgate/core/api';
import { breaches, pathOf, startServer, type Answer, type TestServer } from '../../../../test/fixtures/server.ts';
import type { Json } from './testing/environment-answers.ts';

let server: TestServer;
let key: string;
let ada: string;
let bo: string;

beforeAll(async () => {
  server = await startServer();
  key = (await server.key()).plain;
  ada = (await server.key({ user: 'u_ada', role: 'admin' })).plain;
  bo = (await server.key({ user: 'u_bo', role: 'admin' })).plain;
});
afterAll(() => server.close());

/** Asks a route and holds the answer against its contract. */
const ask = async (
  contract: Contract,
  p: { params?: Record<string, string>; query?: string; body?: unknown; key?: string } = {},
): Promise<{ status: number; json: Json }> => {
  const answer: Answer = await server.ask(contract.method, pathOf(contract, p.params) + (p.query ?? ''), {
    key: p.key ?? key,
    ...(p.body === undefined ? {} : { body: p.body }),
  });
  expect(breaches(contract, answer)).toEqual([]);
  return { status: answer.status, json: answer.json as Json };
};

/** A project of its own with environments: `+` before a name asks for approval. */
const project = async (...names: string[]): Promise<string> => {
  const { id } = (await ask(ROUTES.createProject, { body: { name: 'P' } })).json;
  for (const name of names) {
    const body = name.startsWith('+') ? { name: name.slice(1), approval: true } : { name };
    expect((await ask(ROUTES.createEnvironment, { params: { project: id }, body })).status).toBe(201);
  }
  return id;
};
const setVars = async (of: string, environment: string, vars: object, as = key) => {
  const params = { project: of, environment };
  const { revision } = (await ask(ROUTES.getVars, { params })).json;
  return ask(ROUTES.putVars, { params, body: { revision, vars }, key: as });
};
const says = (value: unknown, more: object = {}) => ({
  headgate: 1,
  name: 'Says',
  steps: [{ id: 'say', kind: 'set@1', with: { value } }],
  output: '{{ steps.say }}',
  ...more,
});
const flowIn = async (of: string, draft: unknown): Promise<string> =>
  (await ask(ROUTES.createFlow, { body: { draft, project: of } })).json.id;
const publish = async (id: string, draft?: object): Promise<number> => {
  if (draft !== undefined) {
    const { revision } = (await ask(ROUTES.getFlow, { params: { id } })).json;
    expect((await ask(ROUTES.saveDraft, { params: { id }, body: { revision, draft } })).status).toBe(200);
  }
  const made = await ask(ROUTES.publishFlow, { params: { id }, body: {} });
  expect(made.status).toBe(201);
  return made.json.version;
};
const run = async (id: string, body: object = {}) =>
  (await ask(ROUTES.startRun, { params: { id }, body: { wait: 30, ...body } })).json;
const promote = (id: string, body: object, as = key) =>
  ask(ROUTES.promote, { params: { id }, body: { from: 'default', to: 'prod', ...body }, key: as });
const decide = (id: string, promotion: string, body: object, as: string) =>
  ask(ROUTES.decidePromotion, { params: { id, promotion }, body, key: as });

describe('environments', () => {
  test('a project has `default`; others are made, read, renamed and deleted', async () => {
    const of = await project('dev');
    const params = { project: of, environment: 'dev' };
    const { environments } = (await ask(ROUTES.listEnvironments, { params: { project: of } })).json;
    expect(environments).toMatchObject([
      { name: 'default', approval: false },
      { name: 'dev', title: 'dev' },
    ]);
    const again = { params: { project: of }, body: { name: 'dev' } };
    expect((await ask(ROUTES.createEnvironment, again)).json.code).toBe('name.taken');
    expect((await ask(ROUTES.createEnvironment, { ...again, body: { name: 'default' } })).json.code).toBe('name.taken');
    expect((await ask(ROUTES.createEnvironment, { ...again, body: { name: 'No!' } })).status).toBe(422);
    expect((await ask(ROUTES.patchEnvironment, { params, body: { title: 'Try out' } })).json.title).toBe('Try out');
    expect((await ask(ROUTES.deleteEnvironment, { params })).status).toBe(204);
    expect((await ask(ROUTES.getEnvironment, { params })).status).toBe(404);
    const plain = { project: of, environment: 'default' };
    expect((await ask(ROUTES.deleteEnvironment, { params: plain })).json.code).toBe('environment.used');
    expect((await ask(ROUTES.patchEnvironment, { params: plain, body: { approval: true } })).json.code).toBe(
      'environment.used',
    );
  });

  test('EV1 values are set over the revision they were made from, and read by the runs of that environment alone', async () => {
    const of = await project('dev', 'prod');
    expect((await setVars(of, 'dev', { url: 'dev.example', n: [1] })).json).toEqual({ revision: 1 });
    expect((await setVars(of, 'prod', { url: 'prod.example' })).status).toBe(200);
    const params = { project: of, environment: 'dev' };
    const late = await ask(ROUTES.putVars, { params, body: { revision: 0, vars: {} } });
    expect(late.json).toMatchObject({ code: 'environment.conflict', revision: 1 });
    for (const vars of [{ 'no-name': 1 }, { token: '[secret github]' }, []])
      expect((await ask(ROUTES.putVars, { params, body: { revision: 1, vars } })).status).toBe(422);
    const id = await flowIn(of, says('{{ vars.url ?? "nothing" }}'));
    await publish(id);
    expect(await run(id, { environment: 'dev' })).toMatchObject({ output: 'dev.example' });
    expect(await run(id, { environment: 'prod' })).toMatchObject({ output: 'prod.example' });
    expect(await run(id)).toMatchObject({ output: 'nothing' });
  });

  test('a run in an environment that the project has not is refused with those it has, and there is no run', async () => {
    const of = await project('dev');
    const id = await flowIn(of, says(1));
    await publish(id);
    const started = await ask(ROUTES.startRun, { params: { id }, body: { environment: 'prod' } });
    expect(started.status).toBe(422);
    expect(started.json).toMatchObject({ code: 'environment.unknown', fix: 'It has default, dev.' });
    expect((await ask(ROUTES.listRuns, { query: `?flow=${id}` })).json.runs).toEqual([]);
    const grants = [{ step: '*', power: 'net: GET a.example' }];
    const lent = await ask(ROUTES.giveGrants, { params: { id }, body: { grants, environment: 'prod' } });
    expect(lent.json.code).toBe('environment.unknown');
  });

  test('a name that no environment of the project has a value for is a warning of `check`', async () => {
    const of = await project('dev');
    await setVars(of, 'dev', { url: 1 });
    const warned = async (value: string) =>
      (await ask(ROUTES.checkFlow, { body: { draft: says(value), project: of } })).json.warnings;
    expect(await warned('{{ vars.url }}')).toEqual([]);
    expect(await warned('{{ vars.ulr }}')).toMatchObject([{ code: 'ref.var' }]);
  });

  test('a run that is run again sees the values that it began with', async () => {
    const of = await project('dev');
    await setVars(of, 'dev', { word: 'then' });
    const id = await flowIn(of, says('{{ vars.word }}'));
    await publish(id);
    const first = await run(id, { environment: 'dev' });
    await setVars(of, 'dev', { word: 'now' });
    await setVars(of, 'default', { word: 'elsewhere' });
    const again = await ask(ROUTES.rerunRun, { params: { id: first.id }, body: {} });
    expect(again.status).toBe(202);
    await expect
      .poll(async () => (await ask(ROUTES.getRun, { params: { id: again.json.id } })).json)
      .toMatchObject({ environment: 'dev', state: 'done', output: 'then' });
    expect(await run(id, { environment: 'dev' })).toMatchObject({ output: 'now' });
  });

  test('keys of idempotency and limits count in each environment apart', async () => {
    const of = await project('dev', 'prod');
    const id = await flowIn(
      of,
      says('{{ run.environment }}', { settings: { concurrency: 1, idempotency: '{{ vars.key ?? "k" }}' } }),
    );
    await publish(id);
    const seen = async (environment: string, more: object = {}) => (await run(id, { environment, ...more })).output;
    expect([await seen('dev'), await seen('prod'), await seen('default')]).toEqual(['dev', 'prod', 'default']);
    const idempotencyKey = 'given';
    expect([await seen('dev', { idempotencyKey }), await seen('prod', { idempotencyKey })]).toEqual(['dev', 'prod']);
    expect((await ask(ROUTES.listRuns, { query: `?flow=${id}` })).json.runs).toHaveLength(5);
    expect(await seen('prod', { idempotencyKey })).toBe('prod');
    expect((await ask(ROUTES.listRuns, { query: `?flow=${id}` })).json.runs).toHaveLength(5);
  });
});

describe('promotions', () => {
  test('the version that runs in one environment runs in the other; later versions stay where they were published', async () => {
    const of = await project('prod');
    const id = await flowIn(of, says('one'));
    expect((await promote(id, {})).json.code).toBe('flow.unpublished');
    await publish(id);
    const made = await promote(id, { note: 'first' });
    expect(made.status).toBe(201);
    expect(made.json).toMatchObject({
      promotion: { from: 'default', to: 'prod', version: 1, before: null, state: 'applied', note: 'first' },
      difference: { from: { version: 1 }, to: { environment: 'prod', version: 1 } },
    });
    await publish(id, says('two'));
    expect(await run(id)).toMatchObject({ output: 'two' });
    expect(await run(id, { environment: 'prod' })).toMatchObject({ output: 'one' });
    const seen = await ask(ROUTES.comparePromotion, { params: { id, source: 'default', target: 'prod' } });
    expect(seen.json).toMatchObject({ from: { version: 2 }, to: { version: 1 } });
    expect(JSON.stringify(seen.json.flow)).toContain('two');
    expect((await promote(id, {})).status).toBe(201);
    expect(await run(id, { environment: 'prod' })).toMatchObject({ output: 'two' });
    expect((await promote(id, { version: 1 })).status).toBe(201);
    expect(await run(id, { environment: 'prod' })).toMatchObject({ output: 'one' });
    const { deployments } = (await ask(ROUTES.listDeployments, { params: { id } })).json;
    expect(deployments).toMatchObject([
      { environment: 'default', version: 2, at: null },
      { environment: 'prod', version: 1, at: expect.any(String) },
    ]);
    const params = { project: of, environment: 'prod' };
    expect((await ask(ROUTES.deleteEnvironment, { params })).json.code).toBe('environment.used');
    expect((await ask(ROUTES.endDeployment, { params: { id, environment: 'prod' } })).status).toBe(204);
    expect((await ask(ROUTES.deleteEnvironment, { params })).status).toBe(204);
  });

  test('what cannot be promoted says why', async () => {
    const of = await project('prod', '+live');
    const id = await flowIn(of, says('one'));
    await publish(id);
    for (const [body, code] of [
      [{ to: 'default', from: 'prod' }, 'promotion.target'],
      [{ to: 'prod', from: 'prod' }, 'promotion.target'],
      [{ to: 'nowhere' }, 'environment.unknown'],
      [{ from: 'nowhere' }, 'environment.unknown'],
      [{ from: 'live' }, 'flow.unpromoted'],
      [{ version: 7 }, 'flow.version_unknown'],
      [{ vars: { a: '[secret github]' } }, 'input.invalid'],
    ] as const)
      expect([(await promote(id, body)).json.code, body]).toEqual([code, body]);
  });

  test('values and secrets that the target lacks stop it; values may come along, and no value of a secret is told', async () => {
    const of = await project('prod');
    await setVars(of, 'default', { url: 'here', same: 1 });
    await setVars(of, 'prod', { same: 2 });
    const body = { project: of, name: 'github', value: 'ghp_a_value_nobody_reads', environment: 'default' };
    expect((await ask(ROUTES.putSecret, { body })).status).toBe(200);
    const get = { method: 'GET', url: 'https://api.example.com/{{ vars.url }}', secret: 'github' };
    const id = await flowIn(of, {
      headgate: 1,
      name: 'Gets',
      triggers: [{ id: 'hook', kind: 'webhook@1', with: { signature: { preset: 'github', secret: 'hooks' } } }],
      steps: [{ id: 'get', kind: 'http.request@1', with: get }],
      output: '{{ vars.same }}',
    });
    expect((await ask(ROUTES.publishFlow, { params: { id }, body: { grant: 'needed' } })).status).toBe(201);
    const refused = await promote(id, {});
    expect(refused.json).toMatchObject({
      code: 'promotion.lacks',
      problems: [{ code: 'ref.var' }, { code: 'secret.unknown' }, { code: 'secret.unknown' }],
    });
    const seen = (await ask(ROUTES.comparePromotion, { params: { id, source: 'default', target: 'prod' } })).json;
    expect(seen.values).toEqual([
      { name: 'same', there: true, from: 1, to: 2, sets: false },
      { name: 'url', there: false, from: 'here', sets: false },
    ]);
    expect(seen.secrets).toEqual({ named: ['github', 'hooks'], missing: ['github', 'hooks'] });
    expect(JSON.stringify(seen)).not.toContain('ghp_a');
    // What was lent by publishing was lent in `default`.
    expect(seen.powers).toMatchObject({ granted: [] });
    expect(seen.powers.missing.length).toBe(2);
    for (const [name, environment] of [
      ['github', 'prod'],
      ['hooks', '*'],
    ])
      await ask(ROUTES.putSecret, { body: { ...body, name, environment } });
    const vars = { url: 'there' };
    expect((await promote(id, { vars })).json).toMatchObject({ code: 'grant.missing', missing: seen.powers.missing });
    const weak = (await server.key({ permissions: ['environment.manage', 'flow.read'] })).plain;
    expect((await promote(id, { vars, grant: 'needed' }, weak)).status).toBe(403);
    const made = await promote(id, { vars, grant: 'needed' });
    expect(made.json).toMatchObject({
      promotion: { state: 'applied', sets: ['url'] },
      difference: { powers: { missing: [] }, secrets: { missing: [] } },
    });
    expect((await ask(ROUTES.getVars, { params: { project: of, environment: 'prod' } })).json).toEqual({
      revision: 2,
      vars: { same: 2, url: 'there' },
    });
    const { granted } = (await ask(ROUTES.flowPowers, { params: { id } })).json;
    expect(granted.map((one) => one.environment).toSorted()).toEqual([...['default', 'default', 'prod', 'prod']]);
  });

  test('PN1 where it asks for approval, a person proposes, another decides, and nothing runs there before', async () => {
    const of = await project('+prod');
    const id = await flowIn(of, says('{{ vars.word ?? "no word" }}'));
    await publish(id);
    const there = { environment: 'prod' };
    expect(await run(id, there)).toMatchObject({ code: 'flow.unpromoted' });
    expect(await run(id, { ...there, version: 1 })).toMatchObject({ code: 'flow.unpromoted' });
    expect(await run(id, { ...there, draft: true })).toMatchObject({ code: 'flow.unpromoted' });
    expect((await promote(id, {})).json.code).toBe('promotion.person');
    const made = await promote(id, { vars: { word: 'approved' } }, ada);
    expect(made.json.promotion).toMatchObject({ state: 'proposed', by: 'u_ada', decided: null });
    const one = made.json.promotion.id;
    expect(await run(id, there)).toMatchObject({ code: 'flow.unpromoted' });
    expect((await decide(id, one, { decision: 'approve' }, ada)).json.code).toBe('promotion.own');
    expect((await decide(id, one, { decision: 'approve' }, key)).json.code).toBe('promotion.person');
    const viewer = (await server.key({ user: 'u_vi', role: 'editor' })).plain;
    expect((await decide(id, one, { decision: 'approve' }, viewer)).status).toBe(403);
    expect((await ask(ROUTES.getPromotion, { params: { id, promotion: one }, key: viewer })).json).toMatchObject({
      promotion: { state: 'proposed' },
      difference: { values: [{ name: 'word', to: 'approved', sets: true }] },
    });
    expect((await decide(id, one, { decision: 'approve' }, bo)).json.promotion).toMatchObject({
      state: 'applied',
      decidedBy: 'u_bo',
    });
    expect((await decide(id, one, { decision: 'approve' }, bo)).json.code).toBe('promotion.decided');
    expect(await run(id, there)).toMatchObject({ state: 'done', output: 'approved' });
    await publish(id, says('unapproved'));
    expect(await run(id, there)).toMatchObject({ output: 'approved' });
    expect(await run(id, { ...there, version: 2 })).toMatchObject({ code: 'environment.guarded' });
    expect(await run(id, { ...there, draft: true })).toMatchObject({ code: 'environment.guarded' });
  });

  test('PR1 a promotion is stale when the target changed since; one that was refused stays so', async () => {
    const of = await project('+prod');
    const id = await flowIn(of, says('{{ vars.word ?? 1 }}'));
    await publish(id);
    const proposed = async () => (await promote(id, { anyway: true }, ada)).json.promotion.id;
    const [first, second, third] = [await proposed(), await proposed(), await proposed()];
    expect((await decide(id, first, { decision: 'refuse' }, bo)).json.promotion.state).toBe('refused');
    expect((await decide(id, first, { decision: 'approve' }, bo)).json.code).toBe('promotion.decided');
    expect((await setVars(of, 'prod', { word: 2 })).status).toBe(200);
    expect((await decide(id, second, { decision: 'approve' }, bo)).json.code).toBe('promotion.stale');
    const fourth = await proposed();
    expect((await decide(id, fourth, { decision: 'approve' }, bo)).status).toBe(200);
    expect((await decide(id, third, { decision: 'approve' }, bo)).json.code).toBe('promotion.stale');
    const { promotions } = (await ask(ROUTES.listPromotions, { params: { id } })).json;
    expect(promotions.map(({ state }) => state)).toEqual(['applied', 'stale', 'stale', 'refused']);
    // On record as allowed is the one that was carried out, and no other.
    const trail = await server.house.store.in('default').audit.list({ limit: 200 });
    const applied = trail.rows.filter((row) => row.action === 'promotion.applied' && row.object.startsWith(id));
    expect(applied.map((row) => [row.object.split(' ').at(-1), row.decision])).toEqual([[fourth, 'allow']]);
  });

  test('AZ-05 EN3 one who may promote alone neither ends nor deletes what is approved, nor pins values, nor changes secrets there', async () => {
    const of = await project('+prod', 'dev');
    const id = await flowIn(of, says('one'));
    await publish(id);
    const { json } = await promote(id, {}, ada);
    expect((await decide(id, json.promotion.id, { decision: 'approve' }, bo)).status).toBe(200);
    const may = ['environment.manage', 'flow.read', 'flow.write', 'run', 'run.read', 'secret.write'] as const;
    const alone = (await server.key({ permissions: may })).plain;
    const pinned = { params: { id }, body: { environment: 'prod', wait: 30, pins: { say: 'forged' } } };
    const secret = { body: { project: of, environment: 'prod', name: 'x', value: 'a-long-value-1' } };
    const drop = { params: { name: 'x' }, query: `?project=${of}&environment=prod` };
    const codes = async (as: string) => [
      (await ask(ROUTES.putSecret, { ...secret, key: as })).json.code,
      (await ask(ROUTES.deleteSecret, { ...drop, key: as })).json?.code,
      (await ask(ROUTES.endDeployment, { params: { id, environment: 'prod' }, key: as })).json?.code,
      (await ask(ROUTES.deleteEnvironment, { params: { project: of, environment: 'prod' }, key: as })).json?.code,
    ];
    expect(await codes(alone)).toEqual(Array(4).fill('environment.guarded'));
    expect((await ask(ROUTES.startRun, { ...pinned, key: alone })).json.code).toBe('environment.guarded');
    expect((await ask(ROUTES.startRun, pinned)).json.code).toBe('environment.guarded');
    expect((await run(id, { environment: 'dev', pins: { say: 'tried' } })).output).toBe('tried');
    expect(await codes(key)).toEqual([undefined, undefined, undefined, undefined]);
  });

  test('a form of what was promoted has an address of its own, which opens it', async () => {
    const of = await project('prod');
    const form = { title: 'Apply', fields: [{ name: 'who', label: 'Who', type: 'text' }] };
    const triggers = [{ id: 'form', kind: 'form@1', with: form }];
    const id = await flowIn(of, says('{{ 1 }}', { triggers }));
    await publish(id);
    const addressIn = async (query: string): Promise<string> => {
      const { webhooks } = (await ask(ROUTES.listWebhooks, { params: { id }, query })).json;
      return new URL(webhooks[0]?.url ?? 'http://a/').pathname;
    };
    expect((await promote(id, {})).status).toBe(201);
    const [here, there] = [await addressIn(''), await addressIn('?environment=prod')];
    expect([here, there].map((path) => path.replace(/[^/]+$/, ''))).toEqual(['/api/v1/form/', '/api/v1/form/']);
    expect(there).not.toBe(here);
    expect((await server.ask('GET', there)).status).toBe(200);
  });

  test('a webhook of what was promoted has an address of its own and answers with that version', async () => {
    const of = await project('prod');
    for (const [name, word] of [
      ['prod', 'prod'],
      ['default', 'here'],
    ] as const)
      await setVars(of, name, { word });
    const triggers = [{ id: 'hook', kind: 'webhook@1', with: { answer: 'sync' } }];
    const id = await flowIn(of, says('{{ vars.word }} 1', { triggers }));
    await publish(id);
    const hookOf = async (query = ''): Promise<string> => {
      const { webhooks } = (await ask(ROUTES.listWebhooks, { params: { id }, query })).json;
      return new URL(webhooks[0]?.url ?? 'http://a/').pathname;
    };
    const call = async (path: string) => server.ask('POST', path, { body: {} });
    const here = await hookOf();
    expect((await promote(id, {})).status).toBe(201);
    const there = await hookOf('?environment=prod');
    expect(there === here).toBe(false);
    await publish(id, says('{{ vars.word }} 2', { triggers }));
    expect((await call(here)).json).toBe('here 2');
    expect((await call(there)).json).toBe('prod 1');
    expect((await promote(id, {})).status).toBe(201);
    expect([await hookOf('?environment=prod'), await hookOf()]).toEqual([there, here]);
    expect((await call(there)).json).toBe('prod 2');
    await ask(ROUTES.endDeployment, { params: { id, environment: 'prod' } });
    expect([(await call(there)).status, (await call(here)).json]).toEqual([404, 'here 2']);
  });
});
