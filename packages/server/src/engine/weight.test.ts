import { afterEach, expect, test } from 'vitest';
import { type Ground, openGround } from './testing/ground.ts';
import { HEAVIEST_RUN } from './weight.ts';

let g: Ground | undefined;
afterEach(async () => {
  await g?.close();
  g = undefined;
});

const MB = 1024 * 1024;
/** Logs its input so many times. */
const logs = (max: number) => ({
  headgate: 1,
  name: 'Logs',
  steps: [
    {
      id: 'again',
      kind: 'repeat@1',
      with: {
        until: '{{ false }}',
        max,
        steps: [{ id: 'say', kind: 'log@1', with: { text: 'x', data: '{{ [input, index] }}' } }],
      },
    },
  ],
});

test('DOS-09 a run that fills the disk is ended at its bound and says which step wrote; others go on', async () => {
  g = await openGround();
  const input = 'x'.repeat(4 * MB);
  let bytes = 0;
  const heavy = await g.publish(logs(1_000));
  const light = await g.publish(logs(3));
  const end = await g.run(heavy, input, { wait: 60_000 });
  expect(end).toMatchObject({ state: 'failed', problem: { code: 'run.too_large', at: { step: 'say' } } });
  for (let after = 0; ; ) {
    const page = await g.engine.journal('default', end.id, after, 1_000);
    if (page === null) throw new Error('no journal');
    for (const { data } of page.events) {
      const held = (data as { data?: { size?: number } }).data;
      bytes += held?.size ?? 0;
    }
    if (page.next === null) break;
    after = page.next;
  }
  expect(bytes).toBeGreaterThan(HEAVIEST_RUN - 8 * MB);
  expect(bytes).toBeLessThan(HEAVIEST_RUN + 16 * MB);
  expect((await g.run(light, input, { wait: 60_000 })).problem?.code).not.toBe('run.too_large');
});
