import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { firstAt, type Inmate, joinAt } from '../fixtures/household.ts';
import { type Person, personAt } from '../fixtures/person.ts';
import { startServer, type TestServer } from '../fixtures/server.ts';

let server: TestServer;
let ada: Inmate;

beforeAll(async () => {
  server = await startServer();
  ada = await firstAt(server);
});
afterAll(() => server.close());

const FIELDS = [
  { name: 'name', label: 'Your <i>name</i>', type: 'text', required: true, max: 20 },
  { name: 'age', label: 'Age', type: 'number', min: 18, page: 2 },
  { name: 'cv', label: 'CV', type: 'file', required: true, page: 2 },
];

const published = async (
  settings: Record<string, unknown>,
  steps: readonly unknown[] = [{ id: 'a', kind: 'set@1', with: { value: '{{ input }}' } }],
  grant: unknown = 'needed',
  more: Record<string, unknown> = {},
): Promise<{ flow: string; path: string }> => {
  const triggers = [{ id: 'apply', kind: 'form@1', with: { title: 'Apply', ...settings } }];
  const made = await ada.ask('POST', '/api/v1/flows', {
    draft: { headgate: 1, name: 'Applications', triggers, steps, ...more },
  });
  const { id } = made.json as { id: string };
  const done = await ada.ask('POST', `/api/v1/flows/${id}/publish`, { grant });
  if (done.status !== 201) throw new Error(done.text);
  const { webhooks } = done.json as { webhooks: { url: string }[] };
  return { flow: id, path: new URL(webhooks[0]?.url ?? '').pathname };
};

const stateIn = (text: string): string => /name="_state" value="([^"]+)"/.exec(text)?.[1] ?? '';
const runsOf = async (flow: string): Promise<{ id: string }[]> =>
  ((await ada.ask('GET', `/api/v1/runs?flow=${flow}`)).json as { runs: { id: string }[] }).runs;

const parts = (fields: Record<string, string>, file?: { field: string; name: string; text: string }): string => {
  const all = Object.entries(fields).map(
    ([name, value]) => `--xx\r\nContent-Disposition: form-data; name="${name}"\r\n\r\n${value}\r\n`,
  );
  const sent =
    file === undefined
      ? ''
      : `--xx\r\nContent-Disposition: form-data; name="${file.field}"; filename="${file.name}"\r\nContent-Type: text/plain\r\n\r\n${file.text}\r\n`;
  return `${all.join('')}${sent}--xx--\r\n`;
};
const upload = (who: Person, path: string, body: string) =>
  who.ask('POST', path, body, { 'content-type': 'multipart/form-data; boundary=xx', accept: 'text/html' });

const ended = async (run: string): Promise<{ state: string; output: unknown }> => {
  for (let i = 0; i < 400; i += 1) {
    const seen = (await ada.ask('GET', `/api/v1/runs/${run}`)).json as { state: string; output: unknown };
    if (['done', 'failed'].includes(seen.state)) return seen;
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
  throw new Error('the run did not end');
};

describe('forms', () => {
  test('a form of two pages with a file starts one run, whose flow reads the file', async () => {
    const { flow, path } = await published({ fields: FIELDS, after: { text: 'We will write.' } }, [
      { id: 'read', kind: 'file.read@1', with: { path: 'forms/{{ input.cv.path.slice(6) }}' } },
      {
        id: 'a',
        kind: 'set@1',
        after: ['read'],
        with: { value: { name: '{{ input.name }}', age: '{{ input.age }}', cv: '{{ steps.read }}' } },
      },
    ]);
    const visitor = personAt(server);
    const first = await visitor.page(path);
    expect(first.status, first.text).toBe(200);
    expect(first.headers['content-security-policy']).toContain("default-src 'none'");
    // GUI-01: an author's label is text.
    expect(first.text).toContain('Your &lt;i&gt;name&lt;/i&gt;');
    expect(first.text).not.toContain('<script');
    const empty = await visitor.form(path, { _state: stateIn(first.text), name: '', website: '' });
    expect(empty.status).toBe(422);
    expect(empty.text).toMatch(
      /id="f-name" aria-describedby="f-name-error" aria-invalid="true" aria-required="true" autofocus/,
    );
    const second = await visitor.form(path, { _state: stateIn(empty.text), name: 'Grace', website: '' });
    expect(second.text).toContain('Page 2 of 2');
    const state = stateIn(second.text);
    const file = { field: 'cv', name: '../../etc/my cv.txt', text: 'All that I did' };
    const wrong = await upload(visitor, path, parts({ _state: state, age: '17', website: '' }, file));
    expect(wrong.status).toBe(422);
    expect(await runsOf(flow)).toHaveLength(0);
    expect(((await ada.ask('GET', '/api/v1/files?prefix=forms/')).json as { files: unknown[] }).files).toHaveLength(0);
    const body = parts({ _state: stateIn(wrong.text), age: '36', website: '' }, file);
    // A double click: two at the same time, and one more later.
    const sent = await Promise.all([upload(visitor, path, body), upload(visitor, path, body)]);
    for (const one of [...sent, await upload(visitor, path, body)]) expect(one.text).toContain('We will write.');
    const runs = await runsOf(flow);
    expect(runs).toHaveLength(1);
    expect(await ended(runs[0]?.id ?? '')).toMatchObject({
      state: 'done',
      output: { name: 'Grace', age: 36, cv: 'All that I did' },
    });
    // FS-02: the name that a browser sends names nothing outside the folder.
    const { files } = (await ada.ask('GET', '/api/v1/files?prefix=forms/')).json as { files: { path: string }[] };
    expect(files.map((one) => one.path)).toEqual([expect.stringMatching(/^forms\/[A-Za-z0-9_-]{12}\/cv-my_cv\.txt$/)]);
  });

  test('what the flow does not take is said beside its field, and no file of it is kept; a finished form keeps none, too', async () => {
    // Not the first of them: that is where stands what belongs to none.
    const nick = { name: 'nick', label: 'Nickname', type: 'text' };
    const fields = [FIELDS[0], nick, { name: 'cv', label: 'CV', type: 'file', required: true }];
    const steps = [
      { id: 'read', kind: 'file.read@1', with: { path: 'forms/{{ input.cv.path.slice(6) }}' } },
      { id: 'a', kind: 'set@1', after: ['read'], with: { value: '{{ steps.read }}' } },
    ];
    const input = {
      type: 'object',
      properties: { nick: { type: 'string', maxLength: 3 } },
      additionalProperties: true,
    };
    const { flow, path } = await published({ fields }, steps, 'needed', { input });
    const before = async (): Promise<number> =>
      ((await ada.ask('GET', '/api/v1/files?prefix=forms/')).json as { files: unknown[] }).files.length;
    const kept = await before();
    const visitor = personAt(server);
    const state = stateIn((await visitor.page(path)).text);
    const cv = (text: string, name = 'cv.txt') => ({ field: 'cv', name, text });
    const wrong = await upload(
      visitor,
      path,
      parts({ _state: state, name: 'Grace', nick: 'Evelyn', website: '' }, cv('first')),
    );
    expect(wrong.status).toBe(422);
    expect(wrong.text).toContain('id="f-nick" aria-describedby="f-nick-error" aria-invalid="true"');
    expect(wrong.text).not.toContain('f-name-error');
    expect(await before()).toBe(kept);
    const again = { _state: state, name: 'Grace', nick: 'Eve', website: '' };
    expect((await upload(visitor, path, parts(again, cv('corrected text')))).status).toBe(200);
    const [run] = await runsOf(flow);
    expect(await ended(run?.id ?? '')).toMatchObject({ state: 'done', output: 'corrected text' });
    expect((await upload(visitor, path, parts(again, cv('x', 'other.txt')))).status).toBe(200);
    expect(await before()).toBe(kept + 1);
    expect(await runsOf(flow)).toHaveLength(1);
  });

  test('what goes with a page is signed: what somebody wrote into it, or took from another form, is not taken', async () => {
    const one = await published({ fields: [FIELDS[0]] });
    const other = await published({ fields: [FIELDS[0]] });
    const visitor = personAt(server);
    const state = stateIn((await visitor.page(one.path)).text);
    const [body = '', mark = ''] = state.split('.');
    const forged = Buffer.from(Buffer.from(body, 'base64url').toString().replace('"p":0', '"p":9')).toString(
      'base64url',
    );
    for (const [path, text] of [
      [one.path, `${forged}.${mark}`],
      [other.path, state],
      [one.path, ''],
    ] as const)
      expect((await visitor.form(path, { _state: text, name: 'Grace' })).status).toBe(422);
    expect(await runsOf(one.flow)).toHaveLength(0);
    expect(await runsOf(other.flow)).toHaveLength(0);
    // Twin.
    expect((await visitor.form(one.path, { _state: state, name: 'Grace', website: '' })).status).toBe(200);
    expect(await runsOf(one.flow)).toHaveLength(1);
  });

  test('GUI-07 another site’s page, a machine that fills in everything, and a file that is too large start nothing', async () => {
    const { flow, path } = await published({ fields: [FIELDS[0], { ...FIELDS[2], page: 1 }] });
    const visitor = personAt(server);
    const state = stateIn((await visitor.page(path)).text);
    const foreign = await visitor.ask('POST', path, `_state=${state}&name=Grace`, {
      'content-type': 'application/x-www-form-urlencoded',
      'sec-fetch-site': 'cross-site',
      origin: 'https://evil.example',
    });
    expect(foreign.status).toBe(403);
    const file = { field: 'cv', name: 'a.txt', text: 'x' };
    expect(
      (await upload(visitor, path, parts({ _state: state, name: 'Bot', website: 'https://spam.example' }, file)))
        .status,
    ).toBe(200);
    const large = await upload(
      visitor,
      path,
      parts({ _state: state, name: 'Grace', website: '' }, { ...file, text: 'x'.repeat(6_000_000) }),
    );
    expect(large.status).toBe(413);
    expect(await runsOf(flow)).toHaveLength(0);
    expect((await upload(visitor, path, parts({ _state: state, name: 'Grace', website: '' }, file))).status).toBe(200);
    expect(await runsOf(flow)).toHaveLength(1);
  });

  test('a form for members takes nothing from anybody else, nor with what a member began', async () => {
    const { flow, path } = await published({ fields: [FIELDS[0]], who: 'members' });
    const ben = await joinAt(server, ada, 'ben@example.com', { role: 'viewer' });
    const visitor = personAt(server);
    expect((await visitor.page(path)).text).toContain('Sign in to fill in this form');
    const state = stateIn((await ben.page(path)).text);
    expect((await visitor.form(path, { _state: state, name: 'Eve' })).text).toContain('Sign in to fill in this form');
    expect((await ada.form(path, { _state: state, name: 'Ada' })).status).toBe(422);
    expect(await runsOf(flow)).toHaveLength(0);
    expect((await ben.form(path, { _state: state, name: 'Ben', website: '' })).status).toBe(200);
    const journal = (await ada.ask('GET', `/api/v1/runs/${(await runsOf(flow))[0]?.id}/journal`)).text;
    expect(journal).toContain(ben.id);
  });

  test('a file is kept by the power that was lent alone, and a form that is switched off is nothing', async () => {
    const { flow, path } = await published({ fields: [{ ...FIELDS[2], page: 1 }] });
    const { grants } = (await ada.ask('GET', `/api/v1/flows/${flow}/powers`)).json as {
      grants?: { id: string }[];
      granted?: { id: string }[];
    };
    const lent =
      grants ?? ((await ada.ask('GET', `/api/v1/flows/${flow}/powers`)).json as { granted: { id: string }[] }).granted;
    for (const { id } of lent) await ada.ask('DELETE', `/api/v1/flows/${flow}/grants/${id}`);
    const visitor = personAt(server);
    const state = stateIn((await visitor.page(path)).text);
    const denied = await upload(
      visitor,
      path,
      parts({ _state: state, website: '' }, { field: 'cv', name: 'a.txt', text: 'x' }),
    );
    expect(denied.status).toBe(422);
    expect(await runsOf(flow)).toHaveLength(0);
    await ada.ask('PATCH', `/api/v1/flows/${flow}`, { enabled: false });
    expect((await visitor.page(path)).status).toBe(404);
  });
});
