/** What readers of a run get out of it besides: links that answer for somebody, and the private flow that called it. */

import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Answer, startServer, type TestServer } from '../fixtures/server.ts';

let server: TestServer;
const keys: Record<string, string> = {};
const W = 'sight';
const LINK = /\/api\/v1\/resume\/[A-Za-z0-9_-]{16,}/;

const ask = (who: string, method: string, path: string, body?: unknown): Promise<Answer> =>
  server.ask(method, `/api/v1/${path}`, { key: keys[who] ?? '', ...(body === undefined ? {} : { body }) });
const idOf = (answer: Answer): string => (answer.json as { id: string }).id;

beforeAll(async () => {
  server = await startServer();
  const people = { owner: 'owner', ann: 'editor', ben: 'editor', olga: 'operator', vic: 'viewer' };
  for (const [name, role] of Object.entries(people))
    keys[name] = (await server.key({ workspace: W, user: `u_${name}`, role })).plain;
});
afterAll(() => server.close());

const publish = async (who: string, draft: object, more: object = {}): Promise<string> => {
  const flow = idOf(await ask(who, 'POST', 'flows', { draft: { headgate: 1, ...draft } }));
  const published = await ask(who, 'POST', `flows/${flow}/publish`, { grant: 'needed', ...more });
  if (published.status !== 201) throw new Error(published.text);
  return flow;
};
const start = async (who: string, flow: string, body: object = {}): Promise<string> =>
  idOf(await ask(who, 'POST', `flows/${flow}/runs`, { input: {}, ...body }));

/** The stream of a run, until it holds this. */
const streamed = async (who: string, run: string, part: string): Promise<string> => {
  const end = new AbortController();
  const answer = await fetch(`${server.url}/api/v1/runs/${run}/events`, {
    headers: { 'x-api-key': keys[who] ?? '' },
    signal: end.signal,
  });
  let text = '';
  const decoder = new TextDecoder();
  for await (const piece of answer.body ?? []) {
    text += decoder.decode(piece, { stream: true });
    if (text.includes(part)) break;
  }
  end.abort();
  return text;
};

describe('WH-08 the link of an approval', () => {
  test('WH-08 that passed through a step is told to nobody who may only read runs; twin: who acts on runs finds it', async () => {
    const flow = await publish('ann', {
      name: 'Approves',
      steps: [
        { id: 'mail', kind: 'set@1', with: { value: { body: 'Open {{ run.resume.ask }} please' } } },
        { id: 'ask', kind: 'wait.event@1', after: ['mail'], with: { note: 'approve?' } },
      ],
      output: '{{ steps.mail }}',
    });
    const run = await start('ann', flow);
    await expect
      .poll(async () => ((await ask('ann', 'GET', `runs/${run}`)).json as { state: string }).state)
      .toBe('waiting');
    const seen = async (who: string) => [
      LINK.test((await ask(who, 'GET', `runs/${run}/journal`)).text),
      LINK.test(await streamed(who, run, 'step.waiting')),
    ];
    expect(await seen('vic')).toEqual([false, false]);
    expect((await ask('vic', 'GET', `runs/${run}/journal`)).text).toContain('/api/v1/resume/[hidden] please');
    expect(await seen('olga')).toEqual([true, true]);
    const link = LINK.exec((await ask('olga', 'GET', `runs/${run}/journal`)).text)?.[0] ?? '';
    expect((await server.ask('POST', link, { body: { approved: true } })).status).toBe(200);
    await expect
      .poll(async () => ((await ask('ann', 'GET', `runs/${run}`)).json as { state: string }).state)
      .toBe('done');
    // What the run answered in the end, too.
    const outputs = await Promise.all(['vic', 'olga'].map(async (who) => (await ask(who, 'GET', `runs/${run}`)).text));
    expect(outputs.map((text) => LINK.test(text))).toEqual([false, true]);
  });

  test('WH-08 is not told on, in a stream that goes on, to who became a reader meanwhile', async () => {
    keys['eve'] = (await server.key({ workspace: W, user: 'u_eve', role: 'operator' })).plain;
    const flow = await publish('ann', {
      name: 'Later',
      steps: [
        { id: 'go', kind: 'wait@1', with: { for: '2s' } },
        { id: 'mail', kind: 'set@1', after: ['go'], with: { value: '{{ run.resume.ask }}' } },
        { id: 'ask', kind: 'wait.event@1', after: ['mail'], with: { note: 'second' } },
      ],
    });
    const run = await start('ann', flow);
    const told = [streamed('eve', run, 'second'), streamed('olga', run, 'second')];
    expect((await ask('owner', 'PUT', 'members/u_eve', { role: 'viewer' })).status).toBe(204);
    const texts = await Promise.all(told);
    expect(texts.map((text) => [text.includes('second'), LINK.test(text)])).toEqual([
      [true, false],
      [true, true],
    ]);
  });
});

describe('AZ-08 the run that called this one', () => {
  test('AZ-08 is told to who may read it, in lists, looks, journals and streams; twin: its owner reads it', async () => {
    const called = await publish('ben', {
      name: 'Called',
      steps: [{ id: 'nap', kind: 'wait@1', with: { for: '1h' } }],
      output: '{{ trigger }}',
    });
    const caller = await publish('ann', {
      name: 'Caller',
      steps: [{ id: 'hiddenstep', kind: 'flow.call@1', with: { flow: 'Called', input: {} } }],
    });
    expect((await ask('ann', 'PATCH', `flows/${caller}`, { visibility: 'private' })).status).toBe(200);
    const parent = await start('ann', caller);
    const child = async (): Promise<string | undefined> =>
      ((await ask('ben', 'GET', `runs?flow=${called}`)).json as { runs: { id: string }[] }).runs[0]?.id;
    await expect.poll(child).toBeDefined();
    const run = (await child()) ?? '';
    expect((await ask('ben', 'GET', `runs/${parent}`)).status).toBe(404);
    const looks = (who: string) =>
      Promise.all([
        ...[`runs?flow=${called}`, `runs/${run}`, `runs/${run}/journal`].map(
          async (path) => (await ask(who, 'GET', path)).text,
        ),
        streamed(who, run, 'step.waiting'),
      ]);
    for (const text of await looks('ben')) {
      expect(text).toContain(run.slice(0, 4));
      for (const told of [parent, 'hiddenstep']) expect(text).not.toContain(told);
    }
    expect((await looks('ann')).map((text) => text.includes(parent))).toEqual([true, true, true, true]);
    // The end of the caller ends the called one, and does not name itself either.
    expect((await ask('ann', 'POST', `runs/${parent}/cancel`, {})).status).toBe(200);
    await expect
      .poll(async () => ((await ask('ben', 'GET', `runs/${run}`)).json as { state: string }).state)
      .toBe('cancelled');
    const journal = (await ask('ben', 'GET', `runs/${run}/journal`)).text;
    expect([journal.includes('run.cancel'), journal.includes(parent)]).toEqual([true, false]);
    expect((await ask('ann', 'GET', `runs/${run}/journal`)).text).toContain(parent);
  });

  test('AZ-08 is nothing that the called flow itself could pass on', async () => {
    await publish('ben', {
      name: 'Tells',
      steps: [{ id: 'a', kind: 'set@1', with: { value: 1 } }],
      output: '{{ trigger }}',
    });
    const caller = await publish('ann', {
      name: 'Asks',
      steps: [{ id: 'hiddenstep', kind: 'flow.call@1', with: { flow: 'Tells', input: {} } }],
      output: '{{ steps.hiddenstep }}',
    });
    const answer = await ask('ann', 'POST', `flows/${caller}/runs`, { input: {}, wait: 20 });
    const { id, output } = answer.json as { id: string; output: unknown };
    expect(output).toMatchObject({ kind: 'flow.call@1' });
    for (const told of [id, 'hiddenstep']) expect(JSON.stringify(output)).not.toContain(told);
  });
});
