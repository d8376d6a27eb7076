/** What knowledge bases ask models of providers for counts as what flows ask them for does. */

import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { DEFAULT_CHUNKER, type Problem } from '@headgate/core';
import { type Ground, openGround, OWNER } from '../testing/ground.ts';
import { type ModelServer, openModelServer } from '../testing/models/server.ts';

vi.setConfig({ testTimeout: 60_000 });

let ground: Ground;
let server: ModelServer;

const space = () => ground.store.in('default');
const today = async () => (await space().limits.usage(ground.clock.now())).day;

beforeAll(async () => {
  ground = await openGround();
  server = await openModelServer();
  await space().modelProviders.put({
    ...{ name: 'local', by: 'owner', updated: 1 },
    doc: {
      ...{ kind: 'openai-compatible', baseUrl: server.url },
      models: [{ id: 'vec', does: ['embed'], price: { in: 1_000_000 } }],
    },
  });
  await space().knowledge.create({
    ...{ id: 'kb_paid', project: 'default', name: 'paid', model: 'local/vec', chunker: DEFAULT_CHUNKER },
    ...{ readers: null, by: 'x', at: 1 },
  });
});
afterAll(async () => {
  await ground.close();
  await server.close();
});

const search = async (principal: string): Promise<Problem | null> => {
  const query = { question: 'What is due?', top: 5, minScore: 0, where: [], mode: 'vector' as const };
  const who = { workspace: 'default', reader: 'owner', principal };
  const found = await ground.engine.knowledge.search(who, { project: 'default', id: 'kb_paid' }, query);
  if (found === null) throw new Error('no base');
  return found.ok ? null : found.problem;
};

const flowOf = (settings: object = {}) => ({
  ...{ headgate: 1, name: 'Keeps', settings },
  input: { type: 'object', properties: { text: { type: 'string' } } },
  steps: [
    { id: 'add', kind: 'knowledge.add@1', with: { base: 'paid', key: '{{ input.text }}', text: '{{ input.text }}' } },
    { id: 'find', kind: 'knowledge.search@1', after: ['add'], with: { base: 'paid', question: '{{ input.text }}' } },
  ],
});
const LENT = {
  grants: [
    { step: 'add', power: 'data: write knowledge paid' },
    { step: 'find', power: 'data: read knowledge paid' },
  ],
};

test('LLM-10 what a base has embedded counts for the workspace, for the flow and its run, and for who searches; at a limit nothing is asked; twin: within them all is', async () => {
  const before = await today();
  expect(await search(OWNER.id)).toBeNull();
  const searched = await today();
  expect(searched.tokens).toBeGreaterThan(before.tokens);
  expect(searched.money).toBeGreaterThan(before.money);

  const run = await ground.run(await ground.publish(flowOf(), LENT), { text: 'The invoice is due in May.' });
  expect(run).toMatchObject({ state: 'done' });
  expect((await today()).tokens).toBeGreaterThan(searched.tokens);

  const asked = server.asked.length;
  const tight = await ground.publish(flowOf({ budget: { tokens: { run: 2 } } }), LENT);
  expect(await ground.run(tight, { text: 'Another letter that nobody read until today.' })).toMatchObject({
    state: 'failed',
    problem: { code: 'budget.tokens' },
  });
  expect(server.asked.length).toBe(asked);

  await space().limits.setQuota({ quota: { tokens: { day: (await today()).tokens } }, updated: 1, by: 'test' });
  await vi.waitUntil(async () => (await search(OWNER.id))?.code === 'quota.tokens', 20_000);
  const full = server.asked.length;
  expect(await search(OWNER.id)).toMatchObject({ code: 'quota.tokens' });
  expect(server.asked.length).toBe(full);
});
