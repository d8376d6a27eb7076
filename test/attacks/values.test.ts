/** Values of runs, read a part at a time: no cut leaves half of a secret, nobody reads what is not his, and no search tells what is hidden. */

import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { startServer, type Answer, type TestServer } from '../fixtures/server.ts';
import { formsOf, found } from './forms.ts';

vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 });

let server: TestServer;
let key: string;

/** With signs that JSON, URLs and markup write otherwise. */
const SECRET = 'canary "7" & <k>/y+9d21b0';
/** As long as it, and nobody's. */
const OTHER = 'pebble "4" & <m>/z+1e55c7';

const draft = {
  headgate: 1,
  name: 'Echo',
  steps: [{ id: 'echo', kind: 'set@1', with: { value: '{{ input }}' } }],
  output: '{{ steps.echo }}',
};

type Page = { readonly next: number | null; readonly value: unknown; readonly length: number; readonly kind: string };

const get = (path: string, as = key): Promise<Answer> => server.ask('GET', path, { key: as });

const runOf = async (input: unknown, as = key): Promise<{ flow: string; run: string }> => {
  const { id: flow } = (await server.ask('POST', '/api/v1/flows', { key: as, body: { draft } })).json as { id: string };
  await server.ask('POST', `/api/v1/flows/${flow}/publish`, { key: as, body: {} });
  const run = await server.ask('POST', `/api/v1/flows/${flow}/runs`, { key: as, body: { input, wait: 20 } });
  expect(run.json, run.text).toMatchObject({ state: 'done' });
  return { flow, run: (run.json as { id: string }).id };
};

/** The seq of the event by which the step was done. */
const doneAt = async (run: string, as = key): Promise<number> => {
  const { events } = (await get(`/api/v1/runs/${run}/journal`, as)).json as { events: { seq: number; type: string }[] };
  return events.find(({ type }) => type === 'step.done')?.seq ?? 0;
};

/** All pages of a place, in their order. */
const pages = async (run: string, query: string, limit: number): Promise<readonly Page[]> => {
  const made: Page[] = [];
  for (let offset: number | null = 0; offset !== null; offset = made.at(-1)?.next ?? null) {
    const answer = await get(`/api/v1/runs/${run}/value?${query}&offset=${offset}&limit=${limit}`);
    expect(answer.status, answer.text).toBe(200);
    made.push(answer.json as Page);
  }
  return made;
};
const joined = (made: readonly Page[]): string => made.map(({ value }) => String(value)).join('');

/** Forms that are texts; what is cut from the beginning of one still tells most of it. */
const texts = (value: string): Record<string, string> =>
  Object.fromEntries(
    [...formsOf(value)].filter(([name]) => !name.startsWith('UTF-16')).map(([name, form]) => [name, form.toString()]),
  );

beforeAll(async () => {
  server = await startServer();
  key = (await server.key()).plain;
  const credential = { kind: 'api_key', value: SECRET, header: 'x-api-key' };
  const put = await server.ask('PUT', '/api/v1/secrets', {
    key,
    body: { name: 'canary', credential, origins: ['https://api.example'] },
  });
  expect(put.status, put.text).toBeLessThan(300);
});
afterAll(() => server.close());

describe('SEC-02 a secret at the edges of pages', () => {
  /** Each form between words, so that pages of some size cut each of them somewhere else. */
  const input = (value: string): unknown => ({
    text: Object.entries(texts(value))
      .map(([name, form]) => `${name}: ${form} so`)
      .join(' | '),
    bytes: [1, 2, 3, ...Buffer.from(value), 4, 5, 6],
    wrapped: Buffer.from(`some words before ${value} and some after`).toString('base64'),
    named: { [value]: 1 },
  });

  test('SEC-02 no form of it is put together from pages, wherever they are cut', async () => {
    const { run } = await runOf(input(SECRET));
    const seq = await doneAt(run);
    // What the guard does not hide in a whole answer is not this test's: here that is the form that no rule knows.
    const beyond = found((await get(`/api/v1/runs/${run}/journal`)).text, SECRET);
    expect(beyond).toEqual(['reversed'].filter((name) => beyond.includes(name)));
    for (const limit of [23, 61, 64]) {
      const text = joined(await pages(run, `seq=${seq}&path=/text`, limit));
      expect(found(text, SECRET), `by ${limit}`).toEqual(beyond);
      expect(text.split('[secret canary]').length, `by ${limit}`).toBeGreaterThan(15);
    }
    for (const path of ['/bytes', '/wrapped', '/named'])
      for (const limit of [3, 20]) {
        const made = await pages(run, `seq=${seq}&path=${path}`, limit);
        const text = made.map(({ value }) => (typeof value === 'string' ? value : JSON.stringify(value))).join('');
        expect(found(text.replaceAll('][', ','), SECRET), `${path} by ${limit}`).toEqual([]);
        expect(text, `${path} by ${limit}`).toContain('[');
      }
    for (const query of [`seq=${seq}`, 'seq=1&of=input', 'step=echo', 'step=echo&side=out'])
      expect(found(joined(await pages(run, `${query}&whole=true`, 97)), SECRET), query).toEqual(beyond);
  });

  test('SEC-02 twin: what is nobody’s comes whole', async () => {
    const { run } = await runOf(input(OTHER));
    const seq = await doneAt(run);
    const text = joined(await pages(run, `seq=${seq}&path=/text`, 61));
    for (const [name, form] of Object.entries(texts(OTHER))) expect(text, name).toContain(form);
    const bytes = (await pages(run, `seq=${seq}&path=/bytes`, 3)).flatMap(({ value }) => value as number[]);
    expect(bytes).toEqual([1, 2, 3, ...Buffer.from(OTHER), 4, 5, 6]);
  });

  test('SEC-02 a value that was read before its secret was stored is hidden from then on', async () => {
    const late = 'late-canary-55aa0c71e3';
    const { run } = await runOf({ text: `xx ${late} yy` });
    const seq = await doneAt(run);
    expect(joined(await pages(run, `seq=${seq}&path=/text`, 9))).toContain(late);
    const credential = { kind: 'api_key', value: late, header: 'x-api-key' };
    await server.ask('PUT', '/api/v1/secrets', {
      key,
      body: { name: 'late', credential, origins: ['https://a.example'] },
    });
    await expect
      .poll(async () => joined(await pages(run, `seq=${seq}&path=/text`, 9)), { timeout: 20_000 })
      .toBe('xx [secret late] yy');
  });
});

describe('SEC-01 looking for a secret', () => {
  test('SEC-01 finds nothing, of it or of a part, in a value that holds it; twin: what is beside it is found', async () => {
    const { run } = await runOf({ note: `here ${SECRET} there`, password: 'opensesame', plain: 'here too' });
    const seq = await doneAt(run);
    const search = async (text: string): Promise<readonly { path: string }[]> => {
      const answer = await get(`/api/v1/runs/${run}/value/search?seq=${seq}&text=${encodeURIComponent(text)}`);
      expect(answer.status, answer.text).toBe(200);
      expect(found(answer.text, SECRET)).toEqual([]);
      return (answer.json as { found: { path: string }[] }).found;
    };
    for (const text of [SECRET, SECRET.slice(0, 12), SECRET.slice(8), 'opensesame', 'sesame'])
      expect(await search(text), text).toEqual([]);
    expect((await search('here')).map(({ path }) => path)).toEqual(['/note', '/plain']);
  });

  test('SEC-02 a comparison with another run tells nothing of it', async () => {
    const one = await runOf({ note: SECRET, n: 1 });
    const two = await runOf({ note: 'nothing', n: 2 });
    const answer = await get(`/api/v1/runs/${two.run}/value/differences?step=echo&side=out&run=${one.run}`);
    expect(answer.json, answer.text).toMatchObject({ more: false, differences: [{ path: '/note' }, { path: '/n' }] });
    expect(found(answer.text, SECRET)).toEqual([]);
  });
});

describe('AZ-01 AZ-08 the values of others', () => {
  test('AZ-01 another workspace’s run answers as one that never existed, compared with as well', async () => {
    const theirs = (await server.key({ workspace: 'theirs' })).plain;
    const mine = await runOf({ n: 1 });
    const other = await runOf({ n: 2 }, theirs);
    const seq = await doneAt(mine.run);
    // So that theirs is read already, and kept.
    const read = await get(`/api/v1/runs/${other.run}/value?seq=${seq}`, theirs);
    expect(read.status, read.text).toBe(200);
    const never = 'r0000000000000000';
    for (const what of [
      `value?seq=${seq}`,
      `value/shape?seq=${seq}`,
      `value/search?seq=${seq}&text=n`,
      'value?step=echo',
    ]) {
      const [a, b] = [await get(`/api/v1/runs/${other.run}/${what}`), await get(`/api/v1/runs/${never}/${what}`)];
      expect(a.status).toBe(404);
      expect(a.text).toBe(b.text);
    }
    const against = (run: string) => get(`/api/v1/runs/${mine.run}/value/differences?step=echo&side=out&run=${run}`);
    expect((await against(other.run)).text).toBe((await against(never)).text);
    expect((await against(other.run)).status).toBe(404);
    expect((await against(mine.run)).status).toBe(200);
  });

  test('AZ-08 who may not read runs reads no value; who reads no flows is not told what a step was given', async () => {
    const { run, flow } = await runOf({ n: 1 });
    const seq = await doneAt(run);
    const starts = (await server.key({ permissions: ['run'] })).plain;
    const reads = (await server.key({ permissions: ['run.read'] })).plain;
    const elsewhere = (await server.key({ permissions: ['run.read', 'flow.read'], flows: [`${flow}x`] })).plain;
    expect((await get(`/api/v1/runs/${run}/value?seq=${seq}`, reads)).status).toBe(200);
    expect((await get(`/api/v1/runs/${run}/value?step=echo`, reads)).status).toBe(403);
    expect([403, 404]).toContain((await get(`/api/v1/runs/${run}/value?seq=${seq}`, starts)).status);
    expect((await get(`/api/v1/runs/${run}/value?seq=${seq}`, elsewhere)).status).toBe(404);
    expect((await get(`/api/v1/runs/${run}/value?step=echo`)).status).toBe(200);
  });
});

describe('SEC-01 AZ-08 looking for a text in all runs', () => {
  type Search = {
    runs: { run: { id: string }; found: { step: string | null; of: string; path: string }[] }[];
    looked: number;
    next?: string;
  };
  /** All that is found, however many answers it takes. */
  const search = async (text: string, as = key, more = ''): Promise<{ runs: Search['runs']; looked: number }> => {
    const runs: Search['runs'][number][] = [];
    let looked = 0;
    for (let cursor = ''; ; ) {
      const answer = await get(`/api/v1/run-search?text=${encodeURIComponent(text)}${cursor}${more}`, as);
      expect(answer.status, answer.text).toBe(200);
      expect(found(answer.text, SECRET)).toEqual([]);
      const made = answer.json as Search;
      runs.push(...made.runs);
      looked += made.looked;
      if (made.next === undefined) return { runs, looked };
      cursor = `&cursor=${made.next}`;
    }
  };

  test('SEC-01 finds what a reader would be shown, and no part of what is hidden from him', async () => {
    const large = 'word '.repeat(60_000);
    const { run } = await runOf({ note: `heron ${SECRET} egret`, password: 'bittern-nest', large: `${large} ibis` });
    for (const text of [
      SECRET,
      SECRET.slice(0, 14),
      SECRET.slice(10),
      `heron ${SECRET.slice(0, 3)}`,
      'bittern',
      'rn-nest',
    ])
      expect((await search(text)).runs, text).toEqual([]);
    for (const [name, form] of Object.entries(texts(SECRET)).slice(1, 8))
      if (name !== 'reversed') expect((await search(form)).runs, name).toEqual([]);
    const made = await search('HERON');
    expect(made.runs.map((one) => one.run.id)).toEqual([run]);
    expect(made.runs[0]?.found).toContainEqual(expect.objectContaining({ step: 'echo', of: 'value', path: '/note' }));
    expect((await search('ibis')).runs).toHaveLength(1);
  });

  test('AZ-08 AZ-01 looks through what the caller sees and nothing else', async () => {
    const theirs = (await server.key({ workspace: 'theirs' })).plain;
    const mine = await runOf({ n: 'kestrel' });
    const other = await runOf({ n: 'kestrel' }, theirs);
    expect((await search('kestrel')).runs.map((one) => one.run.id)).toEqual([mine.run]);
    expect((await search('kestrel', theirs)).runs.map((one) => one.run.id)).toEqual([other.run]);
    const narrow = (await server.key({ permissions: ['run.read'], flows: [`${mine.flow}x`] })).plain;
    expect(await search('kestrel', narrow)).toEqual({ runs: [], looked: 0 });
    const starts = (await server.key({ permissions: ['run'] })).plain;
    expect((await get('/api/v1/run-search?text=kestrel', starts)).status).toBe(403);
    expect((await search('kestrel', key, `&flow=${mine.flow}`)).looked).toBe(1);
  });
});

test('WH-08 a link that answers for a person is read, cut or found by nobody who may only read runs; twin: who acts on runs reads it', async () => {
  const waits = {
    headgate: 1,
    name: 'Waits',
    steps: [
      { id: 'mail', kind: 'set@1', with: { value: { body: 'Open {{ run.resume.ask }} please' } } },
      { id: 'ask', kind: 'wait.event@1', after: ['mail'], with: {} },
    ],
  };
  const { id: flow } = (await server.ask('POST', '/api/v1/flows', { key, body: { draft: waits } })).json as {
    id: string;
  };
  await server.ask('POST', `/api/v1/flows/${flow}/publish`, { key, body: {} });
  const started = await server.ask('POST', `/api/v1/flows/${flow}/runs`, { key, body: { input: {} } });
  const { id: run } = started.json as { id: string };
  await expect.poll(() => doneAt(run), { timeout: 20_000 }).toBeGreaterThan(0);
  const seq = await doneAt(run);
  const LINK = /api\/v1\/resume\/([A-Za-z0-9_-]{16,})/;
  const whole = joined(await pages(run, `seq=${seq}&path=/body`, 11));
  const token = LINK.exec(whole)?.[1] ?? '';
  expect(token, whole).not.toBe('');
  const reader = (await server.key({ permissions: ['run.read', 'flow.read'] })).plain;
  for (const query of [
    `seq=${seq}&path=/body`,
    `seq=${seq}&whole=true`,
    'step=mail&side=out&path=/body',
    'step=mail&path=/value/body',
  ]) {
    const made: string[] = [];
    for (let offset: number | null = 0; offset !== null; ) {
      const answer = await get(`/api/v1/runs/${run}/value?${query}&offset=${offset}&limit=11`, reader);
      expect(answer.status, answer.text).toBe(200);
      made.push(String((answer.json as Page).value));
      offset = (answer.json as Page).next;
    }
    expect(made.join(''), query).toContain('Open');
    for (let at = 0; at + 8 <= token.length; at += 4)
      expect(made.join(''), query).not.toContain(token.slice(at, at + 8));
  }
  for (const path of [`runs/${run}/value/search?seq=${seq}&text=`, 'run-search?text=']) {
    const answer = await get(`/api/v1/${path}${token.slice(0, 10)}`, reader);
    expect(answer.json, answer.text).toMatchObject(path.startsWith('runs') ? { found: [] } : { runs: [] });
  }
});
