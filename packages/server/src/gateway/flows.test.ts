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
  test('an older version is published again as the next one, and the draft stays as it is', async () => {
    const id = await create();
    await ask(ROUTES.publishFlow, { params: { id }, body: {} });
    const other = { ...greet, output: null };
    await ask(ROUTES.saveDraft, { params: { id }, body: { revision: 1, draft: other } });
    await ask(ROUTES.publishFlow, { params: { id }, body: {} });
    const back = await ask(ROUTES.publishFlow, { params: { id }, body: { version: 1, note: 'back' } });
    expect(back.status).toBe(201);
    const [first, third] = await Promise.all(
      ['1', '3'].map((version) => ask(ROUTES.getVersion, { params: { id, version } })),
    );
    expect(Reflect.get(Object(third?.json), 'doc')).toEqual(Reflect.get(Object(first?.json), 'doc'));
    expect(Reflect.get(Object(third?.json), 'note')).toBe('back');
    expect(Reflect.get(Object((await ask(ROUTES.getFlow, { params: { id } })).json), 'draft')).toEqual(other);
    const none = await ask(ROUTES.publishFlow, { params: { id }, body: { version: 9 } });
    expect(Reflect.get(Object(none.json), 'code')).toBe('flow.version_unknown');
    expect((await ask(ROUTES.publishFlow, { params: { id }, body: { version: 1, revision: 2 } })).status).toBe(422);
  });

  test('a version is immutable, numbered and hashed; the same content is the same version', async () => {
    const id = await create();
    const first = await ask(ROUTES.publishFlow, { params: { id }, body: { note: 'first' } });
    expect(first.status).toBe(201);
    const { version, hash, webhooks } = first.json as {
      version: number;
      hash: string;
      webhooks: { trigger: string; url: string; until: string | null }[];
    };
    expect(version).toBe(1);
    const url = expect.stringMatching(/^http:\/\/127\.0\.0\.1\/api\/v1\/webhook\/[A-Za-z0-9_-]{43}$/);
    expect(webhooks).toEqual([{ trigger: 'hook', url, until: null }]);
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
