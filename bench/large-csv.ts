/**
 * A large CSV summed by a flow: `node --conditions=headgate-source bench/large-csv.ts [megabytes]`. The built server as a process of its
 * own; the file is uploaded as it is made, cut by csv.split and summed part by part in `each`. Prints how long each took, and
 * the most memory that the server held, its helpers included.
 */

import { request } from 'node:http';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { makeHome, startHeadgate } from './contenders/headgate.ts';
import { openGround } from './kit/ground.ts';
import { mb } from './kit/figures.ts';
import { resident } from './kit/proc.ts';

const SIZE = Number(process.argv[2] ?? 2048) * 1024 * 1024;

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

const made = { rows: 0, sum: 0, bytes: 0 };

/** The file, a thousand lines at a time. */
async function* lines(): AsyncGenerator<Buffer, void, undefined> {
  yield Buffer.from('id,customer,amount,note\n');
  while (made.bytes < SIZE) {
    let text = '';
    for (let i = 0; i < 1_000; i += 1) {
      const amount = (made.rows * 7919) % 1000;
      text += `${made.rows},customer-${made.rows % 977},${amount},"a note, with ""quotes"" and so on, number ${made.rows}"\n`;
      made.rows += 1;
      made.sum += amount;
    }
    made.bytes += text.length;
    yield Buffer.from(text);
  }
}

const upload = (origin: string, key: string): Promise<number> =>
  new Promise((resolve, reject) => {
    const to = request(
      `${origin}/api/v1/files?path=big/orders.csv`,
      { method: 'PUT', headers: { 'x-api-key': key, 'content-type': 'text/csv' } },
      (answer) => {
        answer.resume();
        answer.on('end', () => resolve(answer.statusCode ?? 0));
      },
    );
    to.on('error', reject);
    pipeline(Readable.from(lines(), { objectMode: false }), to).catch(reject);
  });

const ground = openGround();
const home = await makeHome(ground, 'csv');
const server = await startHeadgate(ground, home);
const idle = resident(server.pid);
let most = 0;
const watch = setInterval(() => {
  most = Math.max(most, resident(server.pid));
}, 50);
try {
  let began = performance.now();
  const status = await upload(server.origin, home.key);
  const uploaded = (performance.now() - began) / 1000;
  console.log(
    `uploaded ${mb(made.bytes)}: status ${status}, ${uploaded.toFixed(1)} s, most memory ${mb(most)} (idle ${mb(idle)})`,
  );
  most = 0;
  const flow = await server.ask<{ id: string }>('POST', '/api/v1/flows', { draft: FLOW });
  await server.ask('POST', `/api/v1/flows/${flow.id}/publish`, { grant: 'needed' });
  began = performance.now();
  type Run = { readonly id: string; readonly state: string; readonly output: unknown; readonly problem: unknown };
  let run = await server.ask<Run>('POST', `/api/v1/flows/${flow.id}/runs`, { input: {} });
  while (run.state === 'running' || run.state === 'queued') {
    await new Promise((resolve) => setTimeout(resolve, 250));
    run = await server.ask<Run>('GET', `/api/v1/runs/${run.id}`);
  }
  const summed = (performance.now() - began) / 1000;
  const right = JSON.stringify(run.output) === JSON.stringify({ rows: made.rows, sum: made.sum });
  console.log(
    `summed ${made.rows} records: ${run.state}, ${right ? 'right' : `WRONG ${JSON.stringify(run)}`}, ${summed.toFixed(1)} s, most memory ${mb(most)}`,
  );
} finally {
  clearInterval(watch);
  await server.stop();
}
