import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ROUTES, type Contract } from '@headgate/core/api';
import { breaches, pathOf, startServer, type Answer, type TestServer } from '../../../../test/fixtures/server.ts';

let server: TestServer;
let key: string;

beforeAll(async () => {
  server = await startServer();
  key = (await server.key()).plain;
  for (const name of ['dev', 'prod']) {
    const made = await server.ask('POST', '/api/v1/projects/default/environments', { key, body: { name } });
    expect(made.status).toBe(201);
  }
});
afterAll(() => server.close());

/** Asks a route and holds the answer against its contract. */
const ask = async (
  contract: Contract,
  p: { params?: Record<string, string>; query?: string; body?: unknown; key?: string } = {},
): Promise<Answer> => {
  const answer = await server.ask(contract.method, pathOf(contract, p.params) + (p.query ?? ''), {
    key: p.key ?? key,
    ...(p.body === undefined ? {} : { body: p.body }),
  });
  expect(breaches(contract, answer)).toEqual([]);
  return answer;
};

const create = async (draft: unknown, as = key): Promise<string> => {
  const made = await ask(ROUTES.createFlow, { body: { draft }, key: as });
  expect(made.status).toBe(201);
  return (made.json as { id: string }).id;
};

describe('powers', () => {
  const fetching = (url: string): unknown => ({
    headgate: 1,
    name: 'Fetch',
    steps: [{ id: 'get', kind: 'http.request@1', with: { method: 'GET', url } }],
    output: '{{ steps.get.body }}',
  });

  test('what is missing comes in the form `grant` takes, and a list that covers it publishes', async () => {
    const weak = (await server.key({ permissions: ['flow.read', 'flow.write', 'flow.publish'] })).plain;
    const id = await create(fetching('https://api.example.com/x'), weak);
    const refused = await ask(ROUTES.publishFlow, { params: { id }, key: weak });
    expect(refused.status).toBe(409);
    expect(refused.json).toMatchObject({
      code: 'grant.missing',
      missing: [{ step: 'get', power: expect.stringContaining('api.example.com') }],
    });
    const { missing } = refused.json as { missing: { step: string; power: string }[] };
    const denied = await ask(ROUTES.publishFlow, { params: { id }, key: weak, body: { grant: missing } });
    expect(denied.status).toBe(403);
    expect((await ask(ROUTES.flowPowers, { params: { id } })).json).toMatchObject({ granted: [], missing });
    expect((await ask(ROUTES.publishFlow, { params: { id }, body: { grant: missing } })).status).toBe(201);
    const powers = (await ask(ROUTES.flowPowers, { params: { id } })).json as {
      granted: { grantor: string; step: string }[];
      missing: unknown[];
      needs: { sentence: string }[];
    };
    expect(powers.missing).toEqual([]);
    expect(powers.granted).toMatchObject([{ step: 'get', environment: 'default' }]);
    expect(powers.needs[0]?.sentence.length).toBeGreaterThan(5);
    expect((await ask(ROUTES.publishFlow, { params: { id }, key: weak })).status).toBe(201);
  });

  test('a secret and a computed flow ask even of somebody entitled, in the same list, which then publishes', async () => {
    const id = await create({
      headgate: 1,
      name: 'Wide',
      steps: [
        {
          id: 'get',
          kind: 'http.request@1',
          with: { method: 'GET', url: 'https://api.example.com/x', secret: 'github' },
        },
        { id: 'plain', kind: 'flow.call@1', with: { flow: 'Greet', input: {} } },
        { id: 'any', kind: 'flow.call@1', with: { flow: '{{ steps.get.body }}', input: {} }, after: ['get'] },
      ],
      settings: { errorFlow: 'On call' },
    });
    const refused = await ask(ROUTES.publishFlow, { params: { id } });
    expect(refused.json).toMatchObject({
      status: 409,
      code: 'grant.missing',
      missing: [
        { step: 'get', power: 'secret: use github for https://api.example.com' },
        { step: 'any', power: 'flow: call *' },
      ],
    });
    const { missing } = refused.json as { missing: { step: string; power: string }[] };
    const first = { grant: missing.slice(0, 1) };
    expect((await ask(ROUTES.publishFlow, { params: { id }, body: first })).json).toMatchObject({
      missing: missing.slice(1),
    });
    expect((await ask(ROUTES.publishFlow, { params: { id }, body: { grant: missing } })).status).toBe(201);
    const powers = (await ask(ROUTES.flowPowers, { params: { id } })).json;
    expect((powers as { granted: { power: string; typed: boolean }[] }).granted).toMatchObject([
      { power: 'net: GET api.example.com:443', typed: true },
      { power: 'flow: call Greet', typed: true },
      { step: '*', power: 'flow: call On call', typed: true },
      { power: 'secret: use github for https://api.example.com', typed: false },
      { power: 'flow: call *', typed: false },
    ]);
  });

  test('typing a host into a draft lends it when the typist may lend, and only what this save brought', async () => {
    const weak = (await server.key({ permissions: ['flow.read', 'flow.write', 'flow.publish'] })).plain;
    const granted = async (id: string) =>
      ((await ask(ROUTES.flowPowers, { params: { id } })).json as { granted: { power: string }[] }).granted;
    const mine = await create(fetching('https://api.example.com/x'));
    expect(await granted(mine)).toMatchObject([{ step: 'get', power: 'net: GET api.example.com:443' }]);
    const theirs = await create(fetching('https://evil.example.com/x'), weak);
    expect(await granted(theirs)).toEqual([]);
    // Somebody entitled changes another thing: the host stood there before, and was not typed by them.
    const renamed = { ...(fetching('https://evil.example.com/x') as object), name: 'Renamed' };
    expect(
      (await ask(ROUTES.saveDraft, { params: { id: theirs }, body: { revision: 1, draft: renamed } })).status,
    ).toBe(200);
    expect(await granted(theirs)).toEqual([]);
    const typed = fetching('https://api.example.com/y');
    expect((await ask(ROUTES.saveDraft, { params: { id: theirs }, body: { revision: 2, draft: typed } })).status).toBe(
      200,
    );
    expect(await granted(theirs)).toMatchObject([{ step: 'get', power: 'net: GET api.example.com:443' }]);
  });

  test('AZ-05 an edit by somebody entitled lends nothing that stood there before and was lent by nobody', async () => {
    const weak = (await server.key({ permissions: ['flow.read', 'flow.write'] })).plain;
    const granted = async (id: string) =>
      ((await ask(ROUTES.flowPowers, { params: { id } })).json as { granted: { step: string; power: string }[] })
        .granted;
    const steps = (...ids: [string, string][]) => ({
      headgate: 1,
      name: 'Fetch',
      steps: ids.map(([id, url]) => ({ id, kind: 'http.request@1', with: { method: 'GET', url } })),
    });
    const [evil, good] = ['https://evil.example.com/x', 'https://api.example.com/x'];
    const theirs = await create(steps(['get', evil]), weak);
    const save = async (revision: number, draft: unknown) =>
      expect((await ask(ROUTES.saveDraft, { params: { id: theirs }, body: { revision, draft } })).status).toBe(200);
    await save(1, steps(['fetch', evil]));
    await save(2, steps(['fetch', evil], ['again', evil]));
    expect(await granted(theirs)).toEqual([]);
    await save(3, steps(['fetch', evil], ['mine', good]));
    await save(4, steps(['fetch', evil], ['mine', good], ['also', good]));
    expect(await granted(theirs)).toMatchObject([{ step: 'mine' }, { step: 'also' }]);
  });

  test('OPS-03 each grant is on record with its power, whoever gave it and however, and so is its end', async () => {
    const id = await create(fetching('https://api.example.com/x'));
    const body = { environment: 'prod', grants: [{ step: '*', power: 'file: read invoices/' }] };
    const given = await ask(ROUTES.giveGrants, { params: { id }, body });
    const [grant] = (given.json as { grants: { id: string }[] }).grants;
    expect((await ask(ROUTES.takeGrant, { params: { id, grant: grant?.id ?? '' } })).status).toBe(204);
    const { rows } = await server.house.store.in('default').audit.list({ limit: 100 });
    const mine = rows.filter((row) => row.object.startsWith(`${id} `)).map((row) => `${row.action} ${row.object}`);
    expect(mine.toReversed()).toEqual([
      `grant.typed ${id} get default net: GET api.example.com:443`,
      `grant.given ${id} * prod file: read invoices/`,
      `grant.taken ${id} * prod file: read invoices/`,
    ]);
    expect(rows.every((row) => row.actor.startsWith('key_'))).toBe(true);
  });

  test('a power lent as caller is marked as such, and a run of a caller who may not lend it is refused', async () => {
    const id = await create(fetching('https://{{ input.host }}/x'));
    const body = { asCaller: true, grants: [{ step: 'get', power: 'net: GET *.invalid' }] };
    expect((await ask(ROUTES.giveGrants, { params: { id }, body })).json).toMatchObject({
      grants: [{ asCaller: true }],
    });
    expect((await ask(ROUTES.publishFlow, { params: { id } })).status).toBe(409);
    const any = { grants: [{ step: 'get', power: 'net: GET *' }], asCaller: true };
    expect((await ask(ROUTES.giveGrants, { params: { id }, body: any })).status).toBe(201);
    expect((await ask(ROUTES.publishFlow, { params: { id } })).status).toBe(201);
    const run = { input: { host: 'nowhere.invalid' }, wait: 10 };
    const weak = (await server.key({ permissions: ['run', 'run.read'] })).plain;
    const refused = await ask(ROUTES.startRun, { params: { id }, body: run, key: weak });
    expect(refused.json).toMatchObject({ state: 'failed', problem: { code: 'grant.caller' } });
    const mine = await ask(ROUTES.startRun, { params: { id }, body: run });
    expect((mine.json as { problem: { code: string } }).problem.code).toMatch(/^egress\./);
  });

  test('what is lent is told in words, with who lent it, how, and whether it still counts', async () => {
    const lender = await server.key({ permissions: ['flow.read', 'grant.give'] });
    const id = await create(fetching('https://api.example.com/x'));
    const body = { environment: 'prod', grants: [{ step: 'get', power: 'net: GET *.example.com' }] };
    expect((await ask(ROUTES.giveGrants, { params: { id }, key: lender.plain, body })).status).toBe(201);
    expect((await ask(ROUTES.revokeKey, { params: { id: lender.id } })).status).toBe(204);
    const read = async (query = '') => (await ask(ROUTES.flowPowers, { params: { id }, query })).json;
    expect(await read()).toMatchObject({
      needs: [{ step: 'get', power: 'net: GET api.example.com:443', computed: false, lent: true }],
      granted: [
        { typed: true, void: false, environment: 'default', sentence: 'Read from api.example.com (GET, port 443)' },
        { typed: false, void: true, environment: 'prod', grantor: lender.id },
      ],
      missing: [],
    });
    const [typed] = ((await read()) as { granted: { id: string }[] }).granted;
    expect((await ask(ROUTES.takeGrant, { params: { id, grant: typed?.id ?? '' } })).status).toBe(204);
    const prod = { environment: 'prod', grants: [{ step: '*', power: 'net: GET api.example.com' }] };
    expect((await ask(ROUTES.giveGrants, { params: { id }, body: prod })).status).toBe(201);
    expect(await read()).toMatchObject({ needs: [{ lent: false }], missing: [{ step: 'get' }] });
    expect(await read('?environment=prod')).toMatchObject({ needs: [{ lent: true }], missing: [] });
    expect((await ask(ROUTES.publishFlow, { params: { id } })).json).toMatchObject({ code: 'grant.missing' });
  });

  test('a power of every word can be given, has one spelling, and what an output reveals is given to the flow', async () => {
    const id = await create(fetching('https://{{ input.host }}/x'));
    const powers = [
      'net: GET *.example.com/a/',
      'file: read,write out/',
      'secret: use github for https://api.github.com',
      `secret: read github for code ${'0'.repeat(64)}`,
      'model: local/*, 20000 tokens a run',
      'data: read table customers',
      'flow: Daily report',
      'mcp: github/create_issue',
      'code: typescript',
      'ask: Ada@Example.com',
      'reveal: jwt',
    ];
    const body = { grants: powers.map((power) => ({ step: '*', power })) };
    const given = await ask(ROUTES.giveGrants, { params: { id }, body });
    expect((given.json as { grants: { power: string }[] }).grants.map(({ power }) => power)).toEqual([
      'net: GET *.example.com:443/a/',
      'file: read,write out/',
      'secret: use github for https://api.github.com',
      `secret: read github for code ${'0'.repeat(64)}`,
      'model: local/*, 20k tokens a run',
      'data: read table customers',
      'flow: call Daily report',
      'mcp: github/create_issue',
      'code: js',
      'ask: person ada@example.com',
      'reveal: jwt',
    ]);
    const wrong = { grants: [{ step: 'get', power: 'reveal: jwt' }] };
    expect((await ask(ROUTES.giveGrants, { params: { id }, body: wrong })).json).toMatchObject({ code: 'grant.step' });
  });

  test('a run in an environment where something is not lent does not begin, and says what is missing there', async () => {
    const id = await create(fetching('https://api.example.com/x'));
    expect((await ask(ROUTES.publishFlow, { params: { id } })).status).toBe(201);
    const { granted } = (await ask(ROUTES.flowPowers, { params: { id } })).json as { granted: { id: string }[] };
    for (const { id: grant } of granted) await ask(ROUTES.takeGrant, { params: { id, grant } });
    const power = 'net: GET api.example.com:443';
    for (const name of ['dev', 'prod']) await server.house.store.in('default').environments.put('default', name, {}, 1);
    const lend = async (environment: string) =>
      ask(ROUTES.giveGrants, { params: { id }, body: { environment, grants: [{ step: 'get', power }] } });
    const runs = async () => {
      const { json } = await server.ask('GET', `/api/v1/runs?flow=${id}`, { key });
      return (json as { runs: unknown[] }).runs.length;
    };
    const started = async (body: object) =>
      ask(ROUTES.startRun, { params: { id }, body: { input: {}, wait: 0, ...body } });
    await lend('dev');
    for (const which of [{}, { version: 1 }, { draft: true }]) {
      const refused = await started({ environment: 'prod', ...which });
      expect(refused.status).toBe(409);
      expect(refused.json).toMatchObject({
        code: 'grant.missing',
        text: 'One power is not lent in the environment prod',
        missing: [{ step: 'get', power }],
      });
    }
    expect(await runs()).toBe(0);
    expect((await started({ environment: 'dev' })).status).toBe(202);
    const [grant] = ((await lend('prod')).json as { grants: { id: string }[] }).grants;
    expect((await started({ environment: 'prod' })).status).toBe(202);
    expect((await started({ environment: 'prod' })).status).toBe(202);
    await ask(ROUTES.takeGrant, { params: { id, grant: grant?.id ?? '' } });
    expect((await started({ environment: 'prod' })).status).toBe(409);
    expect(await runs()).toBe(3);
    expect((await started({ environment: 'prod', version: 9 })).json).toMatchObject({ code: 'flow.version_unknown' });
  });

  test('NEVER-14 a dry run tells what a flow would touch, by whose grant, and runs nothing', async () => {
    const id = await create({
      ...(fetching('https://{{ input.host }}.example.com/x') as { steps: unknown[] }),
      settings: { errorFlow: 'On call' },
    });
    const body = { grants: [{ step: 'get', power: 'net: GET api.example.com' }] };
    const given = (await ask(ROUTES.giveGrants, { params: { id }, body })).json as {
      grants: { id: string; grantor: string }[];
    };
    const [grant] = given.grants;
    const dry = async (sent: unknown, as = key) => ask(ROUTES.dryRun, { params: { id }, body: sent, key: as });
    expect((await dry({})).json).toMatchObject({
      ends: 'open',
      touches: [
        { step: 'get', power: 'net: GET *:*', how: 'open', comes: 'perhaps', asks: true, refused: 'grant.missing' },
        { step: '*', power: 'flow: call On call', how: 'written', comes: 'perhaps' },
      ],
    });
    expect((await dry({ input: { host: 'api' } })).json).toMatchObject({
      ends: 'open',
      touches: [
        {
          step: 'get',
          power: 'net: GET api.example.com:443',
          how: 'known',
          comes: 'yes',
          times: 1,
          grant: { id: grant?.id, grantor: grant?.grantor },
          refused: null,
        },
        { step: '*' },
      ],
    });
    expect((await dry({ input: { host: 'evil' } })).json).toMatchObject({
      touches: [{ power: 'net: GET evil.example.com:443', grant: null, refused: 'grant.missing' }, { step: '*' }],
    });
    expect((await dry({ version: 1 })).json).toMatchObject({ code: 'flow.version_unknown' });
    const runs = (await ask(ROUTES.listRuns, { query: `?flow=${id}` })).json;
    expect(runs).toEqual({ runs: [] });
    for (const permissions of [['flow.read'], ['run']] as const)
      expect((await dry({}, (await server.key({ permissions })).plain)).status).toBe(403);
    expect((await dry({}, (await server.key({ permissions: ['run', 'flow.read'] })).plain)).status).toBe(200);
    const other = (await server.key({ workspace: 'other' })).plain;
    expect((await dry({}, other)).status).toBe(404);
  });

  test('publishing lends nothing that was not asked for: not what somebody else typed, not what was taken back', async () => {
    const weak = (await server.key({ permissions: ['flow.read', 'flow.write'] })).plain;
    const theirs = await create(fetching('https://evil.example.com/x'), weak);
    for (const body of [{}, { grant: [] }])
      expect((await ask(ROUTES.publishFlow, { params: { id: theirs }, body })).json).toMatchObject({
        code: 'grant.missing',
        missing: [{ step: 'get', power: 'net: GET evil.example.com:443' }],
      });
    const mine = await create(fetching('https://api.example.com/x'));
    const powers = await ask(ROUTES.flowPowers, { params: { id: mine } });
    const [held] = (powers.json as { granted: { id: string }[] }).granted;
    expect((await ask(ROUTES.takeGrant, { params: { id: mine, grant: held?.id ?? '' } })).status).toBe(204);
    expect((await ask(ROUTES.publishFlow, { params: { id: mine } })).json).toMatchObject({ code: 'grant.missing' });
  });

  test('a host typed plainly by somebody entitled counts as lent, and is shown; a computed one asks', async () => {
    const typed = await create(fetching('https://api.example.com/x'));
    expect((await ask(ROUTES.publishFlow, { params: { id: typed } })).status).toBe(201);
    expect((await ask(ROUTES.flowPowers, { params: { id: typed } })).json).toMatchObject({
      granted: [{ step: 'get' }],
      missing: [],
    });
    const computed = await create(fetching('https://{{ input.host }}/x'));
    const asks = await ask(ROUTES.publishFlow, { params: { id: computed } });
    expect(asks.json).toMatchObject({ status: 409, code: 'grant.missing', missing: [{ step: 'get' }] });
    expect((await ask(ROUTES.publishFlow, { params: { id: computed }, body: { grant: 'needed' } })).status).toBe(201);
  });

  test('grants are given and taken back; unknown steps and powers are refused with their place', async () => {
    const id = await create(fetching('https://{{ input.host }}/x'));
    const given = await ask(ROUTES.giveGrants, {
      params: { id },
      body: { grants: [{ step: 'get', power: 'net: GET api.example.com:443' }] },
    });
    expect(given.status).toBe(201);
    const [grant] = (given.json as { grants: { id: string; grantor: string }[] }).grants;
    expect(grant?.grantor).toMatch(/^key_/);
    expect((await ask(ROUTES.takeGrant, { params: { id, grant: grant?.id ?? '' } })).status).toBe(204);
    expect((await ask(ROUTES.takeGrant, { params: { id, grant: grant?.id ?? '' } })).status).toBe(404);
    const wrong = await ask(ROUTES.giveGrants, {
      params: { id },
      body: {
        grants: [
          { step: 'nope', power: 'net: GET a.example:443' },
          { step: 'get', power: 'everything' },
        ],
      },
    });
    expect(wrong.status).toBe(422);
    expect((wrong.json as { problems: { at: { field: string } }[] }).problems.map((p) => p.at.field)).toEqual([
      'grants[0].step',
      'grants[1].power',
    ]);
  });

  test('a grant dies with its grantor: what it lent is missing again', async () => {
    const lender = await server.key({ permissions: ['flow.read', 'flow.write', 'flow.publish', 'grant.give'] });
    const id = await create(fetching('https://{{ input.host }}/x'));
    expect(
      (await ask(ROUTES.publishFlow, { params: { id }, key: lender.plain, body: { grant: 'needed' } })).status,
    ).toBe(201);
    expect((await ask(ROUTES.flowPowers, { params: { id } })).json).toMatchObject({ missing: [] });
    expect((await ask(ROUTES.revokeKey, { params: { id: lender.id } })).status).toBe(204);
    expect((await ask(ROUTES.flowPowers, { params: { id } })).json).toMatchObject({ missing: [{ step: 'get' }] });
  });
});
