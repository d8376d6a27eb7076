/** What content a run may hand out with its answer: its own, that of the run it was made again from, and no other. */

import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Ground, openGround, OWNER } from './testing/ground.ts';

let g: Ground;
beforeAll(async () => {
  g = await openGround();
});
afterAll(() => g.close());

const WRITES = [
  { step: 'one', power: 'file: write out/' },
  { step: 'two', power: 'file: write out/' },
];

test('a run made again from its reply hands out what the run before wrote, and holds it from then on', async () => {
  const flow = await g.publish(
    {
      headgate: 1,
      name: 'again',
      steps: [
        { id: 'one', kind: 'file.write@1', with: { path: 'out/again.txt', content: 'one' } },
        { id: 'reply', kind: 'chat.reply@1', after: ['one'], with: { text: 'Here', files: '{{ [steps.one] }}' } },
      ],
    },
    { grants: WRITES.slice(0, 1) },
  );
  const first = await g.run(flow, {}, { wait: 60_000 });
  expect(first.state).toBe('done');
  const made = await g.engine.rerun({ principal: OWNER, run: first.id, mode: { from: 'reply' } });
  if (!made.ok) throw new Error(made.problem.text);
  const again = await g.until(made.value.id, 'done');
  expect(again).toMatchObject({ state: 'done' });
  const row = await g.store.in('default').files.at('default', 'out/again.txt');
  expect(await g.store.in('default').files.isOf(again.id, row?.blob ?? '')).toBe(true);
});

test('FS-10 what was written over since is not what the run wrote; twin: what stands there now is', async () => {
  const replying = (what: string) => ({
    headgate: 1,
    name: `over ${what}`,
    steps: [
      { id: 'one', kind: 'file.write@1', with: { path: 'out/over.txt', content: 'one {{ input.n }}' } },
      { id: 'two', kind: 'file.write@1', after: ['one'], with: { path: 'out/over.txt', content: 'two {{ input.n }}' } },
      { id: 'reply', kind: 'chat.reply@1', after: ['two'], with: { text: '', files: `{{ [steps.${what}] }}` } },
    ],
  });
  const outcomes = [];
  for (const what of ['one', 'two']) {
    const flow = await g.publish(replying(what), { grants: WRITES });
    const { state, problem } = await g.run(flow, { n: what }, { wait: 60_000 });
    outcomes.push([state, problem?.code, problem?.at?.field]);
  }
  expect(outcomes).toEqual([
    ['failed', 'file.reference', 'with.files.0'],
    ['done', undefined, undefined],
  ]);
});
