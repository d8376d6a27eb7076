/** Calls of flows: what is lent is the call of one flow, whatever becomes of its name and of others' names. */

import { afterAll, beforeAll, expect, test } from 'vitest';
import { startServer, type TestServer } from '../../../../test/fixtures/server.ts';

let server: TestServer;
let key: string;

beforeAll(async () => {
  server = await startServer();
  key = (await server.key()).plain;
});
afterAll(() => server.close());

const ask = async (method: string, path: string, body?: unknown, as = key) => {
  const answer = await server.ask(method, `/api/v1${path}`, { key: as, ...(body === undefined ? {} : { body }) });
  return { status: answer.status, json: answer.json as Record<string, never> & { id: string } };
};
const create = async (draft: object, as = key): Promise<string> =>
  (await ask('POST', '/flows', { draft: { headgate: 1, ...draft } }, as)).json.id;
const publish = (id: string, body: object = {}, as = key) => ask('POST', `/flows/${id}/publish`, body, as);
const made = async (draft: object, body: object = {}): Promise<string> => {
  const id = await create(draft);
  expect(await publish(id, body)).toMatchObject({ status: 201 });
  return id;
};
const run = async (id: string, body: object = {}, as = key) =>
  (await ask('POST', `/flows/${id}/runs`, { input: {}, wait: 20, ...body }, as)).json;
const set = (value: unknown) => [{ id: 's', kind: 'set@1', with: { value } }];
const call = (flow: string) => [{ id: 'go', kind: 'flow.call@1', with: { flow, input: {} } }];
const granted = async (id: string) =>
  ((await ask('GET', `/flows/${id}/powers`)).json as unknown as { granted: { power: string; sentence: string }[] })
    .granted;

test('AZ-08 an older flow that takes the name of another gets none of its calls, and no later flow does either', async () => {
  const old = await made({ name: 'Scratch', steps: set('theirs'), output: '{{ steps.s }}' });
  const bank = await made({ name: 'Bank', steps: set('ours'), output: '{{ steps.s }}' });
  const pay = await made({ name: 'Pay', steps: call('Bank'), output: '{{ steps.go }}' });
  expect(await run(pay)).toMatchObject({ state: 'done', output: 'ours' });
  expect(await granted(pay)).toMatchObject([
    { power: `flow: call ${bank}`, sentence: `Start the flow “Bank” (${bank})` },
  ]);
  const narrow = (await server.key({ permissions: ['flow.read', 'flow.write', 'run.read'], flows: [old] })).plain;
  expect(await ask('PATCH', `/flows/${old}`, { name: 'Bank' }, narrow)).toMatchObject({ status: 200 });
  expect(await run(pay)).toMatchObject({
    state: 'failed',
    problem: { code: 'flow.ambiguous', fix: expect.stringContaining('id') },
  });
  // The name goes over whole: still nothing that was lent.
  await ask('PATCH', `/flows/${bank}`, { name: 'Bank details' });
  expect(await run(pay)).toMatchObject({ state: 'failed', problem: { code: 'grant.missing' } });
  await ask('DELETE', `/flows/${bank}`);
  expect(await run(pay)).toMatchObject({ state: 'failed', problem: { code: 'grant.missing' } });
  expect((await ask('GET', `/runs?flow=${old}`, undefined, narrow)).json).toEqual({ runs: [] });
  // Lent anew by somebody who sees what the name means now, it is called.
  expect(await publish(pay)).toMatchObject({
    json: { code: 'grant.missing', missing: [{ power: 'flow: call Bank' }] },
  });
  expect((await publish(pay, { grant: 'needed' })).status).toBe(201);
  expect(await run(pay)).toMatchObject({ state: 'done', output: 'theirs' });
});

test('AZ-08 an error flow is the one that was lent, and a name that two flows have is none', async () => {
  const runsOf = async (id: string) =>
    ((await ask('GET', `/runs?flow=${id}`)).json as unknown as { runs: unknown[] }).runs.length;
  const stop = [{ id: 's', kind: 'stop@1', with: { problem: 'oops', text: 'Oops' } }];
  const theirs = await made({ name: 'Other', steps: set(1) });
  const told = await made({ name: 'Told', steps: set(1) });
  const failing = await made({ name: 'Failing', steps: stop, settings: { errorFlow: 'Told' } });
  await run(failing);
  await expect.poll(() => runsOf(told)).toBe(1);
  await ask('PATCH', `/flows/${theirs}`, { name: 'Told' });
  await run(failing);
  await expect.poll(() => server.log()).toContain('flow.ambiguous');
  await ask('PATCH', `/flows/${told}`, { name: 'Told before' });
  await run(failing);
  await expect.poll(() => server.log()).toContain('"code":"grant.missing"');
  expect([await runsOf(told), await runsOf(theirs)]).toEqual([1, 0]);
});

test('two flows of one name make its call a Problem in check, in publishing and in lending; an id is none', async () => {
  const [one] = [await made({ name: 'Twin', steps: set(1) }), await made({ name: 'Twin', steps: set(2) })];
  const steps = call('Twin');
  const checked = await ask('POST', '/flows/check', { draft: { headgate: 1, name: 'x', steps } });
  expect(checked.json).toMatchObject({ ok: false, problems: [{ code: 'flow.ambiguous', at: { step: 'go' } }] });
  const id = await create({ name: 'Caller', steps });
  expect(await granted(id)).toEqual([]);
  expect((await publish(id, { grant: 'needed' })).json).toMatchObject({ problems: [{ code: 'flow.ambiguous' }] });
  const grants = [{ step: 'go', power: 'flow: call Twin' }];
  expect((await ask('POST', `/flows/${id}/grants`, { grants })).json).toMatchObject({
    problems: [{ code: 'flow.ambiguous', at: { step: 'go' } }],
  });
  expect(await run(await made({ name: 'By id', steps: call(one), output: '{{ steps.go }}' }))).toMatchObject({
    output: 1,
  });
});

test('AZ-08 who may not run a flow learns nothing of its name: it is answered as a name that no flow has', async () => {
  await made({ name: 'Hidden', steps: set(1) });
  const mine = await made({ name: 'Mine', steps: set(1) });
  const narrow = (
    await server.key({
      permissions: ['flow.read', 'flow.write', 'flow.publish', 'run', 'run.read', 'grant.give'],
      flows: [mine],
    })
  ).plain;
  const seen = async (name: string) => {
    const { revision } = (await ask('GET', `/flows/${mine}`)).json;
    const draft = { headgate: 1, name: 'Mine', steps: call(name) };
    await ask('PUT', `/flows/${mine}/draft`, { revision, draft }, narrow);
    const told = [
      (await ask('POST', '/flows/check', { draft }, narrow)).json,
      (await ask('GET', `/flows/${mine}/powers`, undefined, narrow)).json,
      (await ask('POST', `/flows/${mine}/powers/dry-run`, {}, narrow)).json,
      await run(mine, { draft: true }, narrow),
      await publish(mine, { grant: 'needed' }, narrow),
      await run(mine, {}, narrow),
    ];
    for (const { id } of await granted(mine).then((all) => all as unknown as { id: string }[]))
      await ask('DELETE', `/flows/${mine}/grants/${id}`);
    return JSON.stringify(told)
      .replaceAll(name, 'NAME')
      .replaceAll(/"(id|created|hash|version|revision)":("[^"]*"|\d+)/g, '""');
  };
  expect(await seen('Hidden')).toBe(await seen('Nobody'));
});

test('AZ-08 a key of the caller alone publishes it and runs it in another environment, on what was lent to it', async () => {
  await made({ name: 'Callee', steps: set('called'), output: '{{ steps.s }}' });
  const caller = await made({ name: 'Its caller', steps: call('Callee'), output: '{{ steps.go }}' });
  const wish = { permissions: ['flow.publish', 'run'] as const, flows: [caller] };
  const narrow = (await server.key(wish)).plain;
  await server.house.store.in('default').environments.put('default', 'prod', {}, 1);
  expect((await publish(caller, {}, narrow)).status).toBe(201);
  expect(await run(caller, { environment: 'prod' }, narrow)).toMatchObject({ code: 'grant.missing' });
  const lent = { environment: 'prod', grants: [{ step: 'go', power: 'flow: call Callee' }] };
  expect((await ask('POST', `/flows/${caller}/grants`, lent)).status).toBe(201);
  expect(await run(caller, { environment: 'prod' }, narrow)).toMatchObject({ state: 'done', output: 'called' });
});

test('a policy that denies a flow by its name denies it however it is called', async () => {
  const denied = await made({ name: 'Payroll', steps: set(1) });
  const byId = await made({ name: 'Calls by id', steps: call(denied) });
  const byName = await made({ name: 'Calls by name', steps: call('Payroll') });
  expect((await ask('PUT', '/workspace/policy', { denied: ['flow: call Payroll'] })).status).toBe(200);
  for (const id of [byId, byName])
    expect(await run(id)).toMatchObject({ state: 'failed', problem: { code: 'policy.denied' } });
  expect((await ask('PUT', '/workspace/policy', { denied: [`flow: call ${denied}`] })).status).toBe(200);
  expect(await run(byName)).toMatchObject({ state: 'failed', problem: { code: 'policy.denied' } });
  expect((await ask('PUT', '/workspace/policy', { denied: [] })).status).toBe(200);
  expect(await run(byName)).toMatchObject({ state: 'done' });
});

test('a name that no flow had when it was lent lends nothing to the flow that takes it', async () => {
  const pay = await made({ name: 'Early', steps: call('Later'), output: '{{ steps.go }}' });
  expect(await granted(pay)).toMatchObject([{ power: 'flow: call Later' }]);
  expect(await run(pay)).toMatchObject({ problem: { code: 'flow.unknown' } });
  await made({ name: 'Later', steps: set('later'), output: '{{ steps.s }}' });
  expect(await run(pay)).toMatchObject({ problem: { code: 'grant.void' } });
  expect((await publish(pay)).json).toMatchObject({ code: 'grant.missing' });
  expect((await publish(pay, { grant: 'needed' })).status).toBe(201);
  expect(await run(pay)).toMatchObject({ state: 'done', output: 'later' });
});

test('AZ-08 a private flow’s name is answered as one that nobody has, and may be had by another; twin: its owner calls it', async () => {
  const [ann, ben] = await Promise.all(
    ['u_ann', 'u_ben'].map(async (user) => (await server.key({ user, role: 'editor' })).plain),
  );
  const create = async (key: string | undefined, draft: object) =>
    (await ask('POST', '/flows', { draft: { headgate: 1, ...draft } }, key)).json['id'] as string;
  const hidden = await create(ann, { name: 'Kept', steps: set('kept'), output: '{{ steps.s }}' });
  expect((await publish(hidden, {}, ann)).status).toBe(201);
  expect((await ask('PATCH', `/flows/${hidden}`, { visibility: 'private' }, ann)).status).toBe(200);
  const his = await create(ben, { name: 'Caller', steps: call('Kept') });
  const told = async (name: string) => {
    const { revision } = (await ask('GET', `/flows/${his}`, undefined, ben)).json;
    const draft = { headgate: 1, name: 'Caller', steps: call(name), output: '{{ steps.go }}' };
    await ask('PUT', `/flows/${his}/draft`, { revision, draft }, ben);
    const grants = [{ step: 'go', power: `flow: call ${name}` }];
    const all = [
      (await ask('POST', '/flows/check', { draft }, ben)).json,
      await run(his, { draft: true }, ben),
      (await ask('POST', `/flows/${his}/grants`, { grants }, ben)).status,
      (await ask('POST', `/flows/${his}/powers/dry-run`, { input: {} }, ben)).json,
      (await ask('GET', `/flows/${his}/powers`, undefined, ben)).json,
      await run(his, { draft: true }, ben),
      await publish(his, { grant: 'needed' }, ben),
      await run(his, {}, ben),
    ];
    for (const { id } of await granted(his).then((list) => list as unknown as { id: string }[]))
      await ask('DELETE', `/flows/${his}/grants/${id}`);
    return JSON.stringify(all)
      .replaceAll(name, 'NAME')
      .replaceAll(/"(id|created|hash|version|revision)":("[^"]*"|\d+)/g, '""');
  };
  expect(await told('Kept')).toBe(await told('None'));
  // A flow of his own of this name is the one that he means.
  const own = await create(ben, { name: 'Kept', steps: set('own'), output: '{{ steps.s }}' });
  expect((await publish(own, {}, ben)).status).toBe(201);
  await told('Kept');
  const grants = [{ step: 'go', power: 'flow: call Kept' }];
  expect((await ask('POST', `/flows/${his}/grants`, { grants }, ben)).status).toBe(201);
  expect(await run(his, { draft: true }, ben)).toMatchObject({ state: 'done', output: 'own' });
  expect((await publish(his, {}, ben)).status).toBe(201);
  expect(await run(his, {}, ben)).toMatchObject({ state: 'done', output: 'own' });
  const hers = await create(ann, { name: 'Hers', steps: call(hidden), output: '{{ steps.go }}' });
  expect((await publish(hers, { grant: 'needed' }, ann)).status).toBe(201);
  expect(await run(hers, {}, ann)).toMatchObject({ state: 'done', output: 'kept' });
});
