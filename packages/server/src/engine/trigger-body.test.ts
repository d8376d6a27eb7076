/** A request's body that is the run's input is held once, and read as before: by expressions, by readers, by a run again. */

import { afterEach, expect, test } from 'vitest';
import { type Ground, openGround, OWNER } from './testing/ground.ts';

let g: Ground;
afterEach(() => g.close());

const MARK = 'a body that is looked for';

test('trigger.body is the body, before and after a restart, and the journal on disk holds it once', async () => {
  const written: string[] = [];
  g = await openGround(undefined, (journal) => ({
    ...journal,
    write: (write) => {
      written.push(write.events);
      return journal.write(write);
    },
  }));
  const id = await g.publish({
    headgate: 1,
    name: 'Body',
    triggers: [{ id: 'hook', kind: 'webhook@1', with: { answer: 'async' } }],
    steps: [
      { id: 'w', kind: 'wait@1', with: { for: '1s' } },
      { id: 's', kind: 'set@1', after: ['w'], with: { value: '{{ [trigger.body, input, trigger.method] }}' } },
    ],
  });
  const [hook] = await g.store.in('default').flows.hooks(id);
  const raw = Buffer.from(JSON.stringify({ text: MARK }));
  const headers = { 'content-type': 'application/json' };
  const request = { token: hook?.token ?? '', method: 'POST', path: '', query: {}, headers, raw };
  const { run } = JSON.parse((await g.engine.hook(request)).body) as { run: string };
  expect(written.join('').split(MARK)).toHaveLength(2);
  g = await g.reopen();
  expect((await g.until(run, 'done')).output).toEqual([{ text: MARK }, { text: MARK }, 'POST']);
  const journal = await g.engine.journal('default', run, 0, 1);
  expect(journal?.events[0]?.data).toMatchObject({
    input: { text: MARK },
    trigger: { id: 'hook', kind: 'webhook@1', data: { method: 'POST', body: { text: MARK } } },
  });
  const again = await g.engine.rerun({ principal: OWNER, run, mode: { all: true }, input: { text: 'edited' } });
  if (!again.ok) throw new Error(again.problem.text);
  expect((await g.until(again.value.id, 'done')).output).toEqual([{ text: MARK }, { text: 'edited' }, 'POST']);
});

const AS_IT_CAME = [
  ' {"a" : [1, 2.50, -0, 1e3, 12345678901234567890]}',
  '{ "a":\n\t{"b": "\\u0041\\ud800\\n\\"\\\\ é 日本 😀", "c": [ ] },\r\n "d": [null, true, { }] }',
  '{"],\\"input\\":{\\"value\\":1}}": "}]"}',
  '[1, {"x": 2}]',
  '"a text"',
  '{}',
  `{"spaces":${' '.repeat(70_000)}1}`,
  `{"long":"${'x'.repeat(70_000)}"}`,
];

test.each(AS_IT_CAME)('a body written as it came reads after a restart as it did before: %#', async (body) => {
  g = await openGround();
  const id = await g.publish({
    headgate: 1,
    name: 'Body',
    triggers: [{ id: 'hook', kind: 'webhook@1', with: { answer: 'async' } }],
    steps: [
      { id: 'before', kind: 'set@1', with: { value: '{{ [input, trigger.body] }}' } },
      { id: 'w', kind: 'wait@1', after: ['before'], with: { for: '1s' } },
      { id: 's', kind: 'set@1', after: ['w'], with: { value: '{{ [steps.before, [input, trigger.body]] }}' } },
    ],
  });
  const [hook] = await g.store.in('default').flows.hooks(id);
  const headers = { 'content-type': 'application/json' };
  const raw = Buffer.from(body);
  const answer = await g.engine.hook({ token: hook?.token ?? '', method: 'POST', path: '', query: {}, headers, raw });
  const { run } = JSON.parse(answer.body) as { run: string };
  g = await g.reopen();
  const [before, after] = (await g.until(run, 'done')).output as [unknown, unknown];
  const value: unknown = JSON.parse(body);
  expect(JSON.stringify(after)).toBe(JSON.stringify([value, value]));
  expect(JSON.stringify(before)).toBe(JSON.stringify([value, value]));
});
