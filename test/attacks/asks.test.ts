import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Mail } from '../../packages/server/src/egress/mail/port.ts';
import { firstAt, type Inmate, joinAt, ownKey } from '../fixtures/household.ts';
import { personAt } from '../fixtures/person.ts';
import { type Answer, startServer, type TestServer } from '../fixtures/server.ts';

let server: TestServer;
let ada: Inmate;
let ben: Inmate;
let eve: Inmate;
const mails: Mail[] = [];

const codeOf = (answer: Answer): unknown => (answer.json as { code?: string }).code ?? answer.status;

beforeAll(async () => {
  server = await startServer({
    mail: async (mail) => {
      mails.push(mail);
      return { ok: true, value: null };
    },
  });
  ada = await firstAt(server);
  ben = await joinAt(server, ada, 'ben@example.com', { role: 'viewer' });
  eve = await joinAt(server, ada, 'eve@example.com', { role: 'viewer' });
});
afterAll(() => server.close());

/** Publishes a flow that asks, lends what it asks for, and starts it. */
const asks = async (settings: Record<string, unknown>, more: Record<string, unknown> = {}): Promise<string> => {
  const steps = [
    { id: 'link', kind: 'set@1', with: { value: '{{ run.resume.ask }}' } },
    { id: 'ask', kind: 'ask@1', with: { title: 'Pay <b>40</b> EUR?', ...settings } },
  ];
  const draft = { headgate: 1, name: 'Asks', steps, output: '{{ steps.ask }}', ...more };
  const made = await ada.ask('POST', '/api/v1/flows', { draft });
  const { id } = made.json as { id: string };
  const published = await ada.ask('POST', `/api/v1/flows/${id}/publish`, { grant: 'needed' });
  if (published.status !== 201) throw new Error(published.text);
  const run = await ada.ask('POST', `/api/v1/flows/${id}/runs`, { input: {} });
  return (run.json as { id: string }).id;
};

type Row = { id: string; run: string; title: string; state: string };

const inboxOf = async (who: Inmate, state = 'open'): Promise<{ asks: Row[]; open: number }> =>
  (await who.ask('GET', `/api/v1/asks?state=${state}`)).json as { asks: Row[]; open: number };

const until = async <T>(look: () => Promise<T | undefined>): Promise<T> => {
  for (let i = 0; i < 400; i += 1) {
    const found = await look();
    if (found !== undefined) return found;
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
  throw new Error('it did not come true');
};

const askOf = (who: Inmate, run: string): Promise<Row> =>
  until(async () => (await inboxOf(who)).asks.find((one) => one.run === run));

const ended = (
  run: string,
): Promise<{ state: string; output: Record<string, unknown>; problem: { code: string } | null }> =>
  until(async () => {
    const seen = (await ada.ask('GET', `/api/v1/runs/${run}`)).json as {
      state: string;
      output: Record<string, unknown>;
      problem: { code: string } | null;
    };
    return ['done', 'failed', 'cancelled'].includes(seen.state) ? seen : undefined;
  });

/** The link of the step: as the house knows it, since who may only read runs is shown none. */
const linkOf = (run: string): string => `/api/v1/resume/${server.house.resumeToken(run, 'ask', [])}`;

/** The path of the link in the last mail to somebody. */
const mailed = (to: string, title: string): Promise<string> =>
  until(async () => {
    const mail = mails.findLast((one) => one.to === to && one.text.includes(title));
    return /http\S+(\/api\/v1\/resume\/\S+)/.exec(mail?.text ?? '')?.[1];
  });

describe('questions to people', () => {
  test('a member who is asked finds it in his inbox, answers, and the run says who said what and when', async () => {
    const run = await asks({ who: { members: ['ben@example.com'] } });
    const row = await askOf(ben, run);
    expect(row).toMatchObject({ title: 'Pay <b>40</b> EUR?', state: 'open' });
    const seen = await ben.ask('GET', `/api/v1/asks/${row.id}`);
    expect(seen.json).toMatchObject({ wanted: { kind: 'approve' }, answers: 0, count: 1 });
    const done = await ben.ask('POST', `/api/v1/asks/${row.id}/answer`, { answer: 'approved', comment: 'Fine' });
    expect(done).toMatchObject({ status: 200, json: { run, goesOn: true } });
    expect(await ended(run)).toMatchObject({
      state: 'done',
      output: { answer: 'approved', approved: true, comment: 'Fine', by: ben.id, late: false },
    });
    expect((await inboxOf(ben)).asks.some((one) => one.run === run)).toBe(false);
    expect((await inboxOf(ben, 'over')).asks).toContainEqual(expect.objectContaining({ run, state: 'answered' }));
    const journal = (await ada.ask('GET', `/api/v1/runs/${run}/journal`)).json as {
      events: { type: string; data: object }[];
    };
    expect(journal.events.find(({ type }) => type === 'step.answered')?.data).toMatchObject({
      by: ben.id,
      via: 'inbox',
    });
    const audit = (await ada.ask('GET', '/api/v1/audit?limit=50')).text;
    expect(audit).toContain('ask.answered');
  });

  test('AZ-01 WH-08 what somebody else is asked does not exist: not to a colleague, not to another workspace', async () => {
    const run = await asks({ who: { members: ['ben@example.com'] } });
    const row = await askOf(ben, run);
    const stranger = (await server.key({ workspace: 'elsewhere', user: 'u_else', role: 'owner' })).plain;
    for (const path of ['', '/answer', '/delegate']) {
      const [method, body] =
        path === '' ? ['GET', undefined] : ['POST', path === '/answer' ? { answer: 'approved' } : { to: ada.id }];
      const as = (id: string): string => `/api/v1/asks/${id}${path}`;
      const never = await eve.ask(method ?? '', as('ask_00000000000000000000000000000000'), body);
      expect(never.status).toBe(404);
      expect((await eve.ask(method ?? '', as(row.id), body)).text).toBe(never.text);
      const abroad = await server.ask(method ?? '', as(row.id), {
        key: stranger,
        ...(body === undefined ? {} : { body }),
      });
      expect(abroad.text).toBe(never.text);
    }
    expect((await inboxOf(eve)).asks.some((one) => one.run === run)).toBe(false);
    // Not the owner of the workspace either: he may cancel the run, and not answer for somebody.
    expect((await ada.ask('POST', `/api/v1/asks/${row.id}/answer`, { answer: 'approved' })).status).toBe(404);
    // Twin: who is asked answers.
    expect((await ben.ask('POST', `/api/v1/asks/${row.id}/answer`, { answer: 'refused' })).status).toBe(200);
    expect(await ended(run)).toMatchObject({ output: { approved: false, answer: 'refused' } });
  });

  test('WH-08 an answer counts once, and a key without the permission answers nothing', async () => {
    const run = await asks({ who: { members: ['ben@example.com', 'eve@example.com'] }, answers: 'all' });
    const row = await askOf(ben, run);
    const reads = await ownKey(ben, ['run.read']);
    const path = `/api/v1/asks/${row.id}/answer`;
    expect(codeOf(await server.ask('POST', path, { key: reads.key, body: { answer: 'approved' } }))).toBe(
      'permission.missing',
    );
    const key = await ownKey(ben, ['ask.answer']);
    const first = await server.ask('POST', path, { key: key.key, body: { answer: 'approved' } });
    expect(first).toMatchObject({ status: 200, json: { goesOn: false } });
    expect(codeOf(await ben.ask('POST', path, { answer: 'refused' }))).toBe('ask.answered');
    expect((await ada.ask('GET', `/api/v1/runs/${run}`)).json).toMatchObject({ state: 'waiting' });
    expect((await eve.ask('POST', path, { answer: 'approved' })).json).toMatchObject({ goesOn: true });
    expect(codeOf(await eve.ask('POST', path, { answer: 'approved' }))).toBe('ask.over');
    const { output } = await ended(run);
    expect((output['answers'] as { by: string }[]).map(({ by }) => by)).toEqual([ben.id, eve.id]);
  });

  test('WH-08 a link shows and changes nothing by being opened, is for who is asked, works once, and says so afterwards', async () => {
    const run = await asks({ who: { members: ['ben@example.com'] } });
    await askOf(ben, run);
    const link = linkOf(run);
    const stranger = personAt(server);
    const scanned = await stranger.page(link);
    expect(scanned).toMatchObject({ status: 200 });
    expect(scanned.text).toContain('Sign in to answer');
    expect(scanned.text).not.toContain('Pay');
    expect(codeOf(await stranger.ask('POST', link, { answer: 'approved' }))).toBe('auth.missing');
    expect((await eve.page(link)).text).toContain('for other people');
    expect((await eve.form(link, { answer: 'approved' })).status).toBe(403);
    const shown = await ben.page(link);
    // GUI-01: an author's text is text.
    expect(shown.text).toContain('Pay &lt;b&gt;40&lt;/b&gt; EUR?');
    expect(shown.text).not.toContain('<b>40');
    for (let i = 0; i < 3; i += 1) await ben.page(link);
    expect((await ada.ask('GET', `/api/v1/runs/${run}`)).json).toMatchObject({ state: 'waiting' });
    // GUI-07: a page of another site posts with the person's cookies.
    const foreign = await ben.ask('POST', link, 'answer=approved', {
      'content-type': 'application/x-www-form-urlencoded',
      'sec-fetch-site': 'cross-site',
      origin: 'https://evil.example',
    });
    expect(codeOf(foreign)).toBe('origin.foreign');
    const wrong = await ben.form(link, { comment: 'no button' });
    expect(wrong).toMatchObject({ status: 422 });
    expect(wrong.text).toContain('no button');
    const done = await ben.form(link, { answer: 'approved', comment: 'From a phone' });
    expect(done).toMatchObject({ status: 200 });
    expect(done.text).toContain('Your answer was taken');
    const again = await ben.form(link, { answer: 'refused' });
    expect(again.status).toBe(410);
    expect(await ended(run)).toMatchObject({ output: { approved: true, comment: 'From a phone', by: ben.id } });
    expect((await ben.page(link)).status).toBe(410);
  });

  test('WH-08 people without an account get a link of their own by mail: another’s does not answer for them, nor twice', async () => {
    const settings = {
      who: { emails: ['x@out.example', 'y@out.example'] },
      tell: { email: true },
      answers: { of: 2 },
      wanted: 'choose',
      choices: ['Red', 'Blue'],
    };
    const run = await asks({ ...settings, title: 'Which colour?' });
    const [x, y] = [await mailed('x@out.example', 'Which colour?'), await mailed('y@out.example', 'Which colour?')];
    expect(x).not.toBe(y);
    const nobody = personAt(server);
    // The link of the step is no way around: it is for accounts that are asked, and there are none.
    expect((await nobody.page(linkOf(run))).text).toContain('Sign in to answer');
    expect((await nobody.page(x)).text).toContain('Red');
    expect((await nobody.form(x, { answer: 'Red' })).status).toBe(200);
    expect((await nobody.form(x, { answer: 'Blue' })).status).toBe(410);
    expect((await nobody.page(x)).status).toBe(410);
    expect((await nobody.form(y, { answer: 'Red' })).status).toBe(200);
    expect(await ended(run)).toMatchObject({ output: { answer: 'Red', by: 'y@out.example' } });
  });

  test('WH-08 a question whose run was cancelled, is answered by nobody', async () => {
    const run = await asks({ who: { members: ['ben@example.com'], link: true } });
    const row = await askOf(ben, run);
    expect((await ada.ask('POST', `/api/v1/runs/${run}/cancel`)).status).toBe(200);
    expect(codeOf(await ben.ask('POST', `/api/v1/asks/${row.id}/answer`, { answer: 'approved' }))).toBe('ask.over');
    expect((await personAt(server).form(linkOf(run), { answer: 'approved' })).status).toBe(410);
    await until(async () =>
      (await inboxOf(ben, 'over')).asks.some((one) => one.run === run && one.state === 'gone') ? true : undefined,
    );
  });

  test('roles and groups are asked as they are now, and whoever hands a question on answers it no more', async () => {
    const group = (await ada.ask('POST', '/api/v1/groups', { name: 'Finance' })).json as { id: string };
    const run = await asks({ who: { groups: ['Finance'], roles: ['owner'] } });
    const row = await askOf(ada, run);
    expect((await inboxOf(ben)).asks.some((one) => one.run === run)).toBe(false);
    expect((await ada.ask('PATCH', `/api/v1/groups/${group.id}`, { users: [ben.id] })).status).toBe(200);
    await askOf(ben, run);
    const path = `/api/v1/asks/${row.id}`;
    expect(codeOf(await ben.ask('POST', `${path}/delegate`, { to: 'nobody@example.com' }))).toBe('ask.person');
    expect((await ben.ask('POST', `${path}/delegate`, { to: 'eve@example.com' })).status).toBe(204);
    expect(codeOf(await ben.ask('POST', `${path}/answer`, { answer: 'approved' }))).toBe('ask.answered');
    expect((await inboxOf(ben)).asks.some((one) => one.run === run)).toBe(false);
    await askOf(eve, run);
    expect((await eve.ask('POST', `${path}/answer`, { answer: 'approved' })).status).toBe(200);
    expect(await ended(run)).toMatchObject({ output: { by: eve.id } });
  });

  test('AZ-08 AZ-12 questions to others are listed to who may read their runs, and opened by nobody but who is asked', async () => {
    const run = await asks({ who: { members: ['ben@example.com'] } });
    const own = await asks({ who: { members: ['ben@example.com'] } });
    const row = await askOf(ben, run);
    await askOf(ben, own);
    const all = async (who: Inmate, more = ''): Promise<Row[]> =>
      ((await who.ask('GET', `/api/v1/asks?whose=all&limit=200${more}`)).json as { asks: Row[] }).asks;
    const { flow } = (await ada.ask('GET', `/api/v1/runs/${own}`)).json as { flow: string };
    expect((await ada.ask('PATCH', `/api/v1/flows/${flow}`, { visibility: 'private' })).status).toBe(200);
    const seen = await all(eve);
    expect(seen.some((one) => one.run === run)).toBe(true);
    expect(seen.some((one) => one.run === own)).toBe(false);
    expect((await eve.ask('GET', `/api/v1/asks/${row.id}`)).status).toBe(404);
    // Who is asked by a private flow is asked all the same, and its owner sees that it waits.
    expect((await inboxOf(ben)).asks.some((one) => one.run === own)).toBe(true);
    expect((await all(ada)).some((one) => one.run === own)).toBe(true);
    const stranger = (await server.key({ workspace: 'elsewhere', user: 'u_else', role: 'owner' })).plain;
    const abroad = await server.ask('GET', '/api/v1/asks?whose=all', { key: stranger });
    expect(abroad.json).toMatchObject({ asks: [] });
    const answers = await ownKey(ben, ['ask.answer']);
    expect(codeOf(await server.ask('GET', '/api/v1/asks?whose=all', { key: answers.key }))).toBe('permission.missing');
    expect((await server.ask('GET', '/api/v1/asks', { key: answers.key })).status).toBe(200);
  });

  test('what was answered is told to who is asked once it does not wait for him, and not before', async () => {
    const run = await asks({ who: { members: ['ben@example.com', 'eve@example.com'] }, answers: 'all' });
    const row = await askOf(ben, run);
    const path = `/api/v1/asks/${row.id}`;
    const comment = 'Only once';
    expect((await ben.ask('POST', `${path}/answer`, { answer: 'approved', comment })).status).toBe(200);
    const first = { by: ben.id, answer: 'approved', comment };
    expect((await ben.ask('GET', path)).json).toMatchObject({ yours: false, state: 'open', given: [first] });
    expect((await eve.ask('GET', path)).json).toMatchObject({ yours: true, answers: 1, given: [] });
    expect((await eve.ask('POST', `${path}/answer`, { answer: 'approved' })).status).toBe(200);
    await ended(run);
    const over = (await eve.ask('GET', path)).json;
    expect(over).toMatchObject({ yours: false, state: 'answered', run, step: 'ask', flowName: 'Asks' });
    expect(over).toMatchObject({ given: [first, { by: eve.id, answer: 'approved', comment: null }] });
    for (const state of ['answered', 'over'])
      expect((await inboxOf(eve, state)).asks.some((one) => one.run === run)).toBe(true);
    expect((await inboxOf(eve, 'late')).asks.some((one) => one.run === run)).toBe(false);
  });

  test('a flow that was not lent to ask somebody asks nobody', async () => {
    const steps = [{ id: 'ask', kind: 'ask@1', with: { title: 'Well?', who: { members: ['{{ input.who }}'] } } }];
    const made = await ada.ask('POST', '/api/v1/flows', {
      draft: { headgate: 1, name: 'Asks anybody', steps, output: '{{ steps.ask }}' },
    });
    const { id } = made.json as { id: string };
    const refused = await ada.ask('POST', `/api/v1/flows/${id}/publish`, {});
    expect(codeOf(refused)).toBe('grant.missing');
    const lent = await ada.ask('POST', `/api/v1/flows/${id}/publish`, {
      grant: [{ step: 'ask', power: 'ask: person ben@example.com' }],
    });
    expect(lent.status, lent.text).toBe(409);
    // Lent to one person, a run that names another ends there.
    await ada.ask('POST', `/api/v1/flows/${id}/grants`, {
      grants: [{ step: 'ask', power: 'ask: person ben@example.com' }],
    });
    const run = await ada.ask('POST', `/api/v1/flows/${id}/runs`, {
      input: { who: 'eve@example.com' },
      draft: true,
      wait: 20,
    });
    expect(run.json).toMatchObject({ state: 'failed', problem: { code: 'grant.missing' } });
    expect((await inboxOf(eve)).asks.some((one) => one.title === 'Well?')).toBe(false);
  });

  test('silence means what the flow says it means, and without that it is a failure', async () => {
    const kept = await asks({ who: { members: ['ben@example.com'] }, deadline: '200ms', late: { answer: 'refused' } });
    expect(await ended(kept)).toMatchObject({ state: 'done', output: { approved: false, late: true, by: null } });
    const failed = await asks({ who: { members: ['ben@example.com'] }, deadline: '200ms' });
    expect(await ended(failed)).toMatchObject({ state: 'failed', problem: { code: 'ask.late' } });
    expect((await personAt(server).page(linkOf(kept))).status).toBe(410);
  });

  test('people are told again, and others are asked when nobody answers', async () => {
    const settings = {
      title: 'Still there?',
      who: { members: ['ben@example.com'] },
      tell: { email: true },
      remind: { every: '150ms', most: 2 },
      escalate: { after: '500ms', who: { members: ['eve@example.com'] } },
    };
    const run = await asks(settings);
    const row = await askOf(eve, run);
    const told = mails.filter((mail) => mail.subject.includes('Still there?'));
    expect(told.filter((mail) => mail.to === 'ben@example.com').map((mail) => mail.subject)).toEqual([
      'Still there?',
      'Reminder: Still there?',
      'Reminder: Still there?',
    ]);
    expect((await eve.ask('POST', `/api/v1/asks/${row.id}/answer`, { answer: 'approved' })).status).toBe(200);
    expect(await ended(run)).toMatchObject({ output: { by: eve.id } });
  });

  test('a form is judged field by field, on the page and through the API, and nothing that was not asked for comes in', async () => {
    const fields = [
      { name: 'amount', label: 'Amount', type: 'number', required: true, max: 100 },
      { name: 'when', label: 'When', type: 'date' },
      { name: 'kinds', label: 'Kinds', type: 'choices', choices: ['A', 'B', 'C'] },
    ];
    const run = await asks({ who: { members: ['ben@example.com'], link: true }, wanted: 'form', fields });
    const row = await askOf(ben, run);
    const path = `/api/v1/asks/${row.id}/answer`;
    const wrong = await ben.ask('POST', path, { answer: { amount: 400, when: '2026-02-30', admin: true } });
    expect(wrong.status).toBe(422);
    expect((wrong.json as { problems: { at: { field: string } }[] }).problems.map(({ at }) => at.field)).toEqual([
      'answer.amount',
      'answer.when',
      'answer.admin',
    ]);
    const nobody = personAt(server);
    const page = await nobody.form(linkOf(run), { amount: 'lots', 'kinds.1': 'yes' });
    expect(page.status).toBe(422);
    expect(page.text).toMatch(
      /id="f-amount"[^>]*aria-describedby="f-amount-error"[^>]*aria-invalid="true"[^>]*autofocus/,
    );
    expect(page.text).toMatch(/name="kinds\.1" value="yes" checked/);
    expect((await nobody.form(linkOf(run), { amount: '4,5', 'kinds.1': 'yes' })).status).toBe(200);
    expect(await ended(run)).toMatchObject({
      output: { answer: { amount: 4.5, when: null, kinds: ['B'] }, by: 'link' },
    });
  });
});
