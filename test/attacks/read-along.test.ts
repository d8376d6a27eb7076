/** What is read along of an answer while a model writes it: nothing that the flow still looks at before it answers. */

import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { openModelServer, type ModelServer } from '../../packages/server/src/engine/testing/models/server.ts';
import { firstAt, type Inmate } from '../fixtures/household.ts';
import { startServer, type TestServer } from '../fixtures/server.ts';

vi.setConfig({ testTimeout: 60_000 });

const CARD = '4111 1111 1111 1111';
const SAYS = `Her card is ${CARD}, and more she did not say.`;

let models: ModelServer;
let server: TestServer;
let ada: Inmate;

beforeAll(async () => {
  models = await openModelServer();
  models.otherwise({ says: SAYS });
  server = await startServer({ egressAllow: models.host });
  ada = await firstAt(server);
  const provider = { name: 'local', kind: 'openai-compatible', baseUrl: models.url };
  expect((await ada.ask('PUT', '/api/v1/model-providers', provider)).status).toBe(200);
});
afterAll(async () => {
  await server.close();
  await models.close();
});

type Step = Readonly<Record<string, unknown>>;
const answer: Step = {
  ...{ id: 'answer', kind: 'model.generate@1' },
  with: { model: 'local/small', prompt: '{{ input.message }}', stream: true },
};
const reply = (...after: string[]): Step => ({
  ...{ id: 'reply', kind: 'chat.reply@1', after },
  with: { text: '{{ steps.answer.text }}' },
});
const guard = (after: readonly string[], text: string): Step => ({
  ...{ id: 'guard', kind: 'guard.text@1', after },
  with: { text, find: ['card'], then: 'stop' },
});

/** All that is told of the answer to one message. */
const told = async (steps: readonly Step[], more: object = {}, message = 'Tell me of her'): Promise<string> => {
  const draft = { headgate: 1, name: 'Talks', triggers: [{ id: 'chat', kind: 'chat@1' }], steps, ...more };
  const made = await ada.ask('POST', '/api/v1/flows', { draft });
  const { id } = made.json as { id: string };
  const published = await ada.ask('POST', `/api/v1/flows/${id}/publish`, { grant: 'needed' });
  if (published.status !== 201) throw new Error(published.text);
  const sent = await ada.ask('POST', `/api/v1/chat/${id}/messages`, { message });
  const { reply: to, run } = sent.json as { reply: { id: string }; run: string };
  await vi.waitUntil(async () => {
    const { state } = (await ada.ask('GET', `/api/v1/runs/${run}`)).json as { state: string };
    if (state === 'waiting') await ada.ask('POST', `/api/v1/runs/${run}/cancel`, {});
    return ['done', 'failed', 'cancelled'].includes(state);
  }, 20_000);
  return (await ada.ask('GET', `/api/v1/chat/${id}/messages/${to.id}/events`)).text;
};

describe('LLM-01 a text that has to be looked at before it is given', () => {
  test.each([
    ['a check of it', [answer, guard(['answer'], '{{ steps.answer.text }}'), reply('guard')], {}],
    ['a check beside it', [answer, guard([], 'card 4111 1111 1111 1111'), reply('answer', 'guard')], {}],
    [
      'people who approve it',
      [
        answer,
        {
          id: 'sure',
          kind: 'ask@1',
          after: ['answer'],
          with: { title: 'Say that?', who: { members: ['ada@example.com'] } },
        },
        reply('sure'),
      ],
      {},
    ],
    [
      'a condition',
      [answer, { id: 'fits', kind: 'if@1', after: ['answer'], with: { when: '{{ false }}' } }, reply('fits.true')],
      {},
    ],
    [
      'the end of the run',
      [answer, guard(['answer'], '{{ steps.answer.text }}')],
      { output: '{{ steps.answer.text }}' },
    ],
  ])('LLM-01 is read along by nobody before %s', async (_what, steps, more) => {
    const text = await told(steps, more);
    expect(text).not.toContain('4111');
    expect(text).not.toContain('Her card');
  });

  test.each([
    ['in a reply that comes right after it', [answer, reply('answer')], {}],
    [
      'in a reply, whatever was looked at before the model was asked, and whatever comes after',
      [
        guard([], '{{ input.message }}'),
        { ...answer, after: ['guard'] },
        reply('answer'),
        { id: 'note', kind: 'set@1', after: ['answer'], with: { value: 1 } },
      ],
      {},
    ],
    ['in the output, as the last step', [answer], { output: '{{ steps.answer.text }}' }],
  ])('LLM-01 twin: it is read along %s', async (_what, steps, more) => {
    expect(await told(steps, more)).toMatch(/event: said[^]*Her card/);
  });
});
