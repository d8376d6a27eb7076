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

const greet = {
  headgate: 1,
  name: 'Greet',
  input: { type: 'object', properties: { name: { type: 'string' } }, required: ['name'], additionalProperties: false },
  triggers: [{ id: 'hook', kind: 'webhook@1', with: { answer: 'sync' } }],
  steps: [{ id: 'greet', kind: 'set@1', with: { value: { text: 'Hello {{ input.name }}' } } }],
  output: '{{ steps.greet }}',
};

const create = async (draft: unknown = greet, as = key): Promise<string> => {
  const made = await ask(ROUTES.createFlow, { body: { draft }, key: as });
  expect(made.status).toBe(201);
  return (made.json as { id: string }).id;
};

describe('flows over HTTP', () => {
  test('a flow is created, read, listed, renamed, switched off and deleted', async () => {
    const id = await create();
    const read = await ask(ROUTES.getFlow, { params: { id } });
    expect(read.json).toMatchObject({ id, name: 'Greet', revision: 1, version: null, enabled: true, draft: greet });
    const listed = await ask(ROUTES.listFlows);
    expect((listed.json as { flows: { id: string }[] }).flows.map((f) => f.id)).toContain(id);
    const renamed = await ask(ROUTES.patchFlow, { params: { id }, body: { name: 'Salute', enabled: false } });
    expect(renamed.json).toMatchObject({ name: 'Salute', revision: 2, enabled: false });
    expect((await ask(ROUTES.getFlow, { params: { id } })).json).toMatchObject({ draft: { name: 'Salute' } });
    expect((await ask(ROUTES.deleteFlow, { params: { id } })).status).toBe(204);
    expect((await ask(ROUTES.getFlow, { params: { id } })).status).toBe(404);
    expect((await ask(ROUTES.deleteFlow, { params: { id } })).status).toBe(404);
  });

  test('a draft is saved over its revision, and a late one hears what the other changed', async () => {
    const id = await create();
    const mine = { ...greet, description: 'mine' };
    const theirs = { ...greet, description: 'theirs' };
    expect((await ask(ROUTES.saveDraft, { params: { id }, body: { revision: 1, draft: theirs } })).json).toEqual({
      revision: 2,
    });
    const late = await ask(ROUTES.saveDraft, { params: { id }, body: { revision: 1, draft: mine } });
    expect(late.status).toBe(409);
    expect(late.json).toMatchObject({ code: 'flow.conflict', revision: 2 });
    expect(JSON.stringify(late.json)).toContain('description');
    expect((await ask(ROUTES.saveDraft, { params: { id }, body: { revision: 2, draft: mine } })).json).toEqual({
      revision: 3,
    });
  });

  test('a draft may be incomplete; a malformed one is refused with every place', async () => {
    const id = await create({ headgate: 1, name: 'Half', steps: [{ id: 'a', kind: 'no.such@1' }] });
    const broken = await ask(ROUTES.saveDraft, {
      params: { id },
      body: { revision: 1, draft: { headgate: 1, name: 'x', stepz: [], steps: [{ id: 'Bad Id', kind: 'set@1' }] } },
    });
    expect(broken.status).toBe(422);
    const { problems } = broken.json as { problems: { code: string; at: { field?: string } }[] };
    expect(problems.length).toBeGreaterThanOrEqual(2);
    expect(problems.map((p) => p.code)).toContain('field.unknown');
  });

  test('check tells every problem and saves nothing', async () => {
    const bad = await ask(ROUTES.checkFlow, {
      body: {
        draft: {
          headgate: 1,
          name: 'x',
          steps: [
            { id: 'a', kind: 'no.such@1' },
            { id: 'b', kind: 'set@1', after: ['zzz'], with: { value: 1 } },
          ],
        },
      },
    });
    expect(bad.json).toMatchObject({ ok: false });
    expect((bad.json as { problems: unknown[] }).problems.length).toBeGreaterThanOrEqual(2);
    expect((await ask(ROUTES.checkFlow, { body: { draft: greet } })).json).toMatchObject({ ok: true, problems: [] });
  });
});

describe('publishing', () => {
  test('a version is immutable, numbered and hashed; the same content is the same version', async () => {
    const id = await create();
    const first = await ask(ROUTES.publishFlow, { params: { id }, body: { note: 'first' } });
    expect(first.status).toBe(201);
    const { version, hash, webhooks } = first.json as {
      version: number;
      hash: string;
      webhooks: { trigger: string; url: string }[];
    };
    expect(version).toBe(1);
    expect(webhooks).toEqual([
      { trigger: 'hook', url: expect.stringMatching(/^http:\/\/127\.0\.0\.1\/api\/v1\/webhook\/[A-Za-z0-9_-]{43}$/) },
    ]);
    expect((await ask(ROUTES.publishFlow, { params: { id } })).json).toEqual({ version: 1, hash, webhooks });
    await ask(ROUTES.saveDraft, { params: { id }, body: { revision: 1, draft: { ...greet, description: 'more' } } });
    const second = (await ask(ROUTES.publishFlow, { params: { id }, body: {} })).json as {
      version: number;
      webhooks: unknown;
    };
    expect(second.version).toBe(2);
    expect(second.webhooks).toEqual(webhooks);
    expect((await ask(ROUTES.listVersions, { params: { id } })).json).toMatchObject({
      versions: [{ version: 2 }, { version: 1, note: 'first', hash }],
    });
    expect((await ask(ROUTES.getVersion, { params: { id, version: '1' } })).json).toMatchObject({
      flow: id,
      version: 1,
      doc: greet,
    });
    expect((await ask(ROUTES.getVersion, { params: { id, version: '9' } })).status).toBe(404);
    expect((await ask(ROUTES.listWebhooks, { params: { id } })).json).toEqual({ webhooks });
    const changes = await ask(ROUTES.diffFlow, { params: { id }, query: '?from=1&to=2' });
    expect(changes.json).toMatchObject({ from: '1', to: '2' });
    expect(JSON.stringify(changes.json)).toContain('description');
  });

  test('a flow with problems is refused with all of them', async () => {
    const id = await create({
      headgate: 1,
      name: 'Half',
      steps: [
        { id: 'a', kind: 'no.such@1' },
        { id: 'b', kind: 'set@1', after: ['zzz'], with: { value: 1 } },
      ],
    });
    const refused = await ask(ROUTES.publishFlow, { params: { id } });
    expect(refused.status).toBe(422);
    expect(refused.json).toMatchObject({ code: 'flow.invalid' });
    expect((refused.json as { problems: unknown[] }).problems.length).toBeGreaterThanOrEqual(2);
  });
});

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
    expect(powers.granted).toMatchObject([{ step: 'get', environment: '*' }]);
    expect(powers.needs[0]?.sentence.length).toBeGreaterThan(5);
    expect((await ask(ROUTES.publishFlow, { params: { id }, key: weak })).status).toBe(201);
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
      `grant.typed ${id} get * net: GET api.example.com:443`,
      `grant.given ${id} * prod file: read invoices/`,
      `grant.taken ${id} * prod file: read invoices/`,
    ]);
    expect(rows.every((row) => row.actor.startsWith('key_'))).toBe(true);
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
        { typed: true, void: false, environment: '*', sentence: 'Read from api.example.com (GET, port 443)' },
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
      'secret: read github',
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
      'secret: read github',
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
