/** What counts as lent, for how long, and what does not: files, steps that were off, drafts that moved on, steps that went. */

import { afterAll, beforeAll, expect, test } from 'vitest';
import { startServer, type TestServer } from '../../../../test/fixtures/server.ts';

let server: TestServer;
let key: string;
let editor: string;

beforeAll(async () => {
  server = await startServer();
  key = (await server.key()).plain;
  editor = (await server.key({ permissions: ['flow.read', 'flow.write', 'flow.publish', 'run', 'run.read'] })).plain;
});
afterAll(() => server.close());

type Granted = { id: string; step: string; power: string; typed: boolean };

const ask = async (method: string, path: string, body?: unknown, as = key) => {
  const answer = await server.ask(method, `/api/v1${path}`, { key: as, ...(body === undefined ? {} : { body }) });
  return { status: answer.status, json: answer.json as Record<string, never> & { id: string; revision: number } };
};
const flow = (steps: unknown[], name = 'Trial') => ({ headgate: 1, name, steps });
const get = (id: string, url: string, more: object = {}) => ({
  id,
  kind: 'http.request@1',
  with: { method: 'GET', url },
  ...more,
});
const create = async (draft: object, as = key, more: object = {}): Promise<string> => {
  const made = await ask('POST', '/flows', { draft, ...more }, as);
  expect(made.status).toBe(201);
  return made.json.id;
};
const save = async (id: string, draft: object, as = key, more: object = {}): Promise<void> => {
  const { revision } = (await ask('GET', `/flows/${id}`)).json;
  expect((await ask('PUT', `/flows/${id}/draft`, { revision, draft, ...more }, as)).status).toBe(200);
};
const publish = (id: string, body: object = {}, as = key) => ask('POST', `/flows/${id}/publish`, body, as);
const granted = async (id: string): Promise<readonly Granted[]> =>
  ((await ask('GET', `/flows/${id}/powers`)).json as unknown as { granted: Granted[] }).granted;
const API = 'https://api.example.com/x';
const EVIL = 'https://evil.example.com/x';

test('SUP-01 SUP-02 what a file brings is lent by nobody who sends it, as a new flow or as a draft', async () => {
  const imported = await create(flow([get('get', EVIL)]), key, { from: 'file' });
  expect(await granted(imported)).toEqual([]);
  expect((await publish(imported)).json).toMatchObject({ code: 'grant.missing', missing: [{ step: 'get' }] });
  // It stood there when somebody entitled changed another thing.
  await save(imported, flow([get('get', EVIL)], 'Renamed'));
  expect(await granted(imported)).toEqual([]);
  const mine = await create(flow([get('get', API)]));
  await save(mine, flow([get('get', API), get('more', EVIL)]), key, { from: 'file' });
  expect(await granted(mine)).toMatchObject([{ step: 'get', power: 'net: GET api.example.com:443' }]);
  expect((await publish(imported, { grant: 'needed' })).status).toBe(201);
  expect((await ask('POST', '/flows', { draft: flow([]), from: 'elsewhere' })).status).toBe(422);
});

test('AZ-05 enabling a step that somebody else wrote switched off lends nothing; writing one switched off oneself does', async () => {
  const id = await create(flow([get('get', API)]));
  await save(id, flow([get('get', API), get('theirs', EVIL, { disabled: true })]), editor);
  await save(id, flow([get('get', API), get('theirs', EVIL, { disabled: false })]));
  expect(await granted(id)).toMatchObject([{ step: 'get' }]);
  const inside = (disabled: boolean) =>
    flow([{ id: 'all', kind: 'each@1', disabled, with: { over: [1], steps: [get('theirs', EVIL)] } }]);
  const block = await create(inside(true), editor);
  await save(block, inside(false));
  expect(await granted(block)).toEqual([]);
  const mine = await create(flow([get('get', API, { disabled: true })]));
  await save(mine, flow([get('get', API)]));
  expect(await granted(mine)).toMatchObject([{ step: 'get', typed: true }]);
});

test('AZ-05 a draft that moved on is not published by who looked at the one before, and nothing of it is lent', async () => {
  const id = await create(flow([get('get', API)]));
  await save(id, flow([get('get', '{{ input.u }}')]), editor);
  const refused = await publish(id, { grant: 'needed', revision: 1 });
  expect(refused).toMatchObject({ status: 409, json: { code: 'flow.conflict', revision: 2 } });
  expect(await granted(id)).toMatchObject([{ power: 'net: GET api.example.com:443' }]);
  expect((await publish(id, { grant: 'needed', revision: 2 })).status).toBe(201);
});

const set = (id: string) => ({ id, kind: 'set@1', with: { value: 1 } });
const pay = get('pay', API, { with: { method: 'GET', url: API, secret: 'bank' } });

test('AZ-05 what was lent to a step ends when a version has it no more: nobody gets it by bringing the name back', async () => {
  const id = await create(flow([pay, get('keep', API)]));
  expect((await publish(id, { grant: 'needed' })).json['ended']).toBeUndefined();
  await save(id, flow([get('keep', API)]), editor);
  const published = await publish(id, {}, editor);
  expect(published).toMatchObject({
    status: 201,
    json: {
      ended: [
        { step: 'pay', power: 'net: GET api.example.com:443' },
        { step: 'pay', power: 'secret: use bank for https://api.example.com' },
      ],
    },
  });
  expect(await granted(id)).toMatchObject([{ step: 'keep' }]);
  const { rows } = await server.house.store.in('default').audit.list({ limit: 50 });
  expect(
    rows
      .filter((row) => row.action === 'grant.ended')
      .map((row) => row.object)
      .toSorted(),
  ).toEqual([
    `${id} pay default net: GET api.example.com:443`,
    `${id} pay default secret: use bank for https://api.example.com`,
  ]);
  await save(id, flow([pay]), editor);
  expect((await publish(id, {}, editor)).json).toMatchObject({ code: 'grant.missing' });
  // The version that had it says what is missing, and how to lend it.
  const old = await ask('POST', `/flows/${id}/runs`, { input: {}, wait: 10, version: 1 });
  expect(old.json).toMatchObject({ state: 'failed', problem: { code: 'grant.missing', at: { step: 'pay' } } });
});

test('AZ-05 what was lent to a step ends when it is published as another kind, whenever that was lent', async () => {
  const id = await create(flow([pay]));
  expect((await publish(id, { grant: 'needed' })).status).toBe(201);
  await save(id, flow([set('pay')]), editor);
  expect((await publish(id, {}, editor)).json).toMatchObject({ ended: [{ step: 'pay' }, { step: 'pay' }] });
  const never = await create(flow([pay]));
  const grants = [{ step: 'pay', power: 'secret: use bank for https://api.example.com' }];
  expect((await ask('POST', `/flows/${never}/grants`, { grants })).status).toBe(201);
  await save(never, flow([set('pay')]), editor);
  expect((await publish(never, {}, editor)).json).toMatchObject({ ended: [{ step: 'pay' }, { step: 'pay' }] });
  // Changed by somebody entitled: what he lends to the new kind stays, and so does what a step that is off was lent.
  const mine = await create(flow([set('pay')]));
  expect((await publish(mine)).status).toBe(201);
  await save(mine, flow([pay]));
  expect((await publish(mine, { grant: 'needed' })).json['ended']).toBeUndefined();
  await save(mine, flow([{ ...pay, disabled: true }, set('more')]), editor);
  expect((await publish(mine, {}, editor)).json['ended']).toBeUndefined();
  expect(await granted(mine)).toHaveLength(2);
});

test('less that is lent by saying so takes the place of what was lent by being written', async () => {
  const url = 'https://api.example.com/only/';
  const id = await create(flow([get('get', url), get('other', url)]));
  const power = 'net: GET api.example.com:443/only/';
  expect((await publish(id, { grant: [{ step: 'get', power }] })).json).toMatchObject({
    ended: [{ step: 'get', power: 'net: GET api.example.com:443' }],
  });
  expect(await granted(id)).toMatchObject([{ step: 'other' }, { step: 'get', power, typed: false }]);
  expect((await publish(id)).status).toBe(201);
});

test('OPS-03 the name of an environment cannot be made to look like another grant in the audit trail', async () => {
  const id = await create(flow([set('s')]));
  const grants = [{ step: '*', power: 'net: GET a.example.com' }];
  const give = (environment: string) => ask('POST', `/flows/${id}/grants`, { grants, environment });
  for (const odd of ['* net: GET b.example.com:443\n', 'prod\n', 'a b', 'Prod', '', '**', '9', 'x'.repeat(65), 'pröd'])
    expect((await give(odd)).status).toBe(422);
  for (const name of ['prod', 'eu-west_2']) await ask('POST', '/projects/default/environments', { name });
  for (const fine of ['*', 'prod', 'eu-west_2']) expect((await give(fine)).status).toBe(201);
  expect((await ask('GET', `/flows/${id}/powers?environment=a%0Ab`)).status).toBe(422);
});

test('AZ-05 a check tells only of secrets that the caller could list', async () => {
  expect(
    (await ask('PUT', '/secrets', { name: 'bank', value: 'x1y2z3w4v5', origins: ['https://api.example.com'] })).status,
  ).toBe(200);
  const told = async (secret: string, as: string) => {
    const draft = flow([get('get', API, { with: { method: 'GET', url: API, secret } })]);
    return JSON.stringify((await ask('POST', '/flows/check', { draft }, as)).json).replaceAll(secret, 'NAME');
  };
  const reader = (await server.key({ permissions: ['flow.read'] })).plain;
  const narrow = (await server.key({ flows: [await create(flow([set('s')]))] })).plain;
  for (const as of [reader, narrow, editor]) expect(await told('bank', as)).toBe(await told('nobody', as));
  expect(await told('nobody', key)).toContain('secret.unknown');
  expect(await told('bank', key)).not.toContain('secret.unknown');
});

const reading = (path: string) => ({ id: 'read', kind: 'file.read@1', with: { path } });

test('a folder or file written plainly into a step counts as lent, is shown by the dry run, and a computed path asks', async () => {
  const id = await create(flow([reading('invoices/{{ input.name }}.csv')]));
  expect(await granted(id)).toMatchObject([{ step: 'read', power: 'file: read invoices/', typed: true }]);
  expect((await publish(id)).status).toBe(201);
  const told = await ask('POST', `/flows/${id}/powers/dry-run`, { input: { name: 'march' } });
  expect(told.json).toMatchObject({
    touches: [
      { step: 'read', power: 'file: read invoices/march.csv', how: 'known', comes: 'yes', grant: {}, refused: null },
    ],
  });
  const computed = await create(flow([reading('{{ input.path }}')]));
  expect(await granted(computed)).toEqual([]);
  expect((await publish(computed)).json).toMatchObject({
    code: 'grant.missing',
    missing: [{ step: 'read', power: 'file: read *' }],
  });
});

test('AZ-02 who may not read files himself lends no step the power to, by writing it, saying it or publishing', async () => {
  const permissions = ['flow.read', 'flow.write', 'flow.publish', 'grant.give', 'run'] as const;
  const blind = (await server.key({ permissions })).plain;
  const id = await create(flow([reading('invoices/a.csv')]), blind);
  expect(await granted(id)).toEqual([]);
  const lack = { code: 'permission.missing', text: 'Lending this needs the permission file.read, too' };
  const grants = [{ step: 'read', power: 'file: read invoices/' }];
  expect((await ask('POST', `/flows/${id}/grants`, { grants }, blind)).json).toMatchObject(lack);
  expect((await publish(id, { grant: 'needed' }, blind)).json).toMatchObject(lack);
  // The twin: who may read them lends it.
  const sees = (await server.key({ permissions: [...permissions, 'file.read'] })).plain;
  expect((await ask('POST', `/flows/${id}/grants`, { grants }, sees)).status).toBe(201);
  expect((await publish(id, {}, blind)).status).toBe(201);
});
