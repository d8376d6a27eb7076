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
