/**
 * How long the loop of a whole server does not come round while hostile code runs in it: every bomb of the attack rows, in
 * both engines, with the limits of a release; in V8 once more as a flow with a code step, asked by HTTP. Beside it a
 * process that does nothing measures what the machine itself keeps away.
 *
 * `node --conditions=headgate-source bench/stall.ts` prints a table in milliseconds; it takes some three minutes.
 */

import { LIMITS } from '../packages/server/src/sandbox/job.ts';
import { BOMBS } from '../packages/server/src/sandbox/testing/bombs.ts';
import { ENGINES, jobOf } from '../packages/server/src/sandbox/testing/jobs.ts';
import { openControl, type Stall, watchLoop } from '../packages/server/src/sandbox/testing/stall.ts';
import { startServer } from '../test/fixtures/server.ts';

type Line = { readonly way: string; readonly name: string; readonly stall: Stall; readonly noise: number };

const server = await startServer();
await server.house.jail.probe();
const key = (await server.key()).plain;
const control = await openControl();
const lines: Line[] = [];

const measure = async (way: string, name: string, work: () => Promise<unknown>): Promise<void> => {
  await control.since();
  const watch = watchLoop();
  await work();
  const line = { way, name, stall: watch.stop(), noise: await control.since() };
  lines.push(line);
  const { away, worked } = line.stall;
  console.log(
    `${way.padEnd(9)}${away.toFixed(1).padStart(8)}${worked.toFixed(1).padStart(8)}${line.noise.toFixed(1).padStart(8)}  ${name}`,
  );
};

console.log('way          away  worked   noise  attack');
for (const engine of ENGINES)
  for (const [name, main] of BOMBS)
    await measure(engine, name, () =>
      server.house.jail.run(jobOf(main, { engine, limits: LIMITS, functions: { get: () => 1 } })),
    );
for (const [name, main] of BOMBS) {
  if (main.includes('can.get')) continue;
  const source = `export default ${main}`;
  const draft = { headgate: 1, name, steps: [{ id: 'code', kind: 'code@1', with: { language: 'js', source } }] };
  const made = await server.ask('POST', '/api/v1/flows', { key, body: { draft } });
  const { id } = made.json as { id: string };
  const published = await server.ask('POST', `/api/v1/flows/${id}/publish`, { key, body: { grant: 'needed' } });
  if (published.status !== 201) throw new Error(published.text);
  await measure('flow, v8', name, () =>
    server.ask('POST', `/api/v1/flows/${id}/runs`, { key, body: { input: {}, wait: 60 } }),
  );
}
const most = (of: (line: Line) => number): string => Math.max(...lines.map(of)).toFixed(1);
const sorted = lines.map((line) => line.stall.away).toSorted((a, b) => a - b);
console.log(
  `\n${lines.length} attacks: away at most ${most((l) => l.stall.away)} ms (median ${(sorted[sorted.length >> 1] ?? 0).toFixed(1)}), worked at a stretch at most ${most((l) => l.stall.worked)} ms; the idle process away at most ${most((l) => l.noise)} ms`,
);
control.close();
await server.close();
process.exit(0);
