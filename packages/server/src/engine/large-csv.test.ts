/** A CSV that is much larger than what a run may hold flows through `each` by reference, in little memory. */

import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Ground, openGround } from './testing/ground.ts';

let g: Ground;
beforeAll(async () => {
  g = await openGround();
});
afterAll(() => g.close());

/** Megabytes of the file: more than a value (16 MB), and than the bound below, may be. */
const SIZE = 160;
const MB = 1024 * 1024;
/** Megabytes that what memory holds may grow by meanwhile. */
const BOUND = 96;

const FLOW = {
  headgate: 1,
  name: 'Sum',
  steps: [
    { id: 'split', kind: 'csv.split@1', with: { path: 'big/orders.csv' } },
    {
      id: 'parts',
      kind: 'each@1',
      after: ['split'],
      with: {
        over: '{{ steps.split.parts }}',
        concurrency: 2,
        steps: [
          {
            id: 'read',
            kind: 'csv.parse@1',
            with: {
              from: '{{ item }}',
              columns: '{{ steps.split.columns }}',
              separator: '{{ steps.split.separator }}',
              numbers: ['amount'],
              totals: { rows: { op: 'count' }, sum: { op: 'sum', of: '{{ item.amount }}' } },
            },
          },
        ],
        result: '{{ steps.read }}',
      },
    },
    {
      id: 'total',
      kind: 'aggregate@1',
      after: ['parts'],
      with: {
        items: '{{ steps.parts }}',
        fields: { rows: { op: 'sum', of: '{{ item.rows }}' }, sum: { op: 'sum', of: '{{ item.sum }}' } },
      },
    },
  ],
  output: '{{ steps.total }}',
};

/** Writes the file through the store, as an upload does; answers how many records it has and their sum. */
const writeFile = async (size: number): Promise<{ rows: number; sum: number }> => {
  const { files } = g.store.in('default');
  const sink = files.sink();
  let rows = 0;
  let sum = 0;
  let written = 0;
  await sink.add(Buffer.from('id,customer,amount,note\n'));
  while (written < size) {
    const lines: string[] = [];
    for (let i = 0; i < 1_000; i += 1) {
      const amount = (rows * 7919) % 1000;
      lines.push(
        `${rows},customer-${rows % 977},${amount},"a note, with ""quotes"" and\na second line, number ${rows}"\n`,
      );
      rows += 1;
      sum += amount;
    }
    const bytes = Buffer.from(lines.join(''));
    written += bytes.length;
    await sink.add(bytes);
  }
  const content = await sink.end();
  await files.put({
    id: 'file_big',
    project: 'default',
    path: 'big/orders.csv',
    type: 'text/csv',
    content,
    by: 'x',
    at: 1,
  });
  return { rows, sum };
};

const collect = ((): (() => void) => {
  setFlagsFromString('--expose-gc');
  return runInNewContext('gc') as () => void; // parse boundary: the engine's own collector
})();

test(`DOS-09 a CSV of ${SIZE} MB is summed through each, while what memory holds grows by less than ${BOUND} MB`, async () => {
  const expected = await writeFile(SIZE * MB);
  const flow = await g.publish(FLOW, { grants: [{ step: 'split', power: 'file: read big/' }] });
  collect();
  const before = process.memoryUsage();
  let most = 0;
  // What is held, not what the collector has not come round to: how long garbage stays depends on the machine, and told of a fault where there was none.
  const watch = setInterval(() => {
    collect();
    const { heapUsed, external } = process.memoryUsage();
    most = Math.max(most, heapUsed + external - before.heapUsed - before.external);
  }, 200);
  const started = await g.run(flow, {}, { wait: 1 });
  const done = await g.until(started.id, 'done', 100_000).finally(() => clearInterval(watch));
  expect(done.output).toEqual(expected);
  expect(most / MB).toBeLessThan(BOUND);
}, 120_000);
