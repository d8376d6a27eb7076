/**
 * Does memory grow with the number of runs? 20,000 runs of flow (a); at each quarter the garbage is collected and what is
 * left is read: the heap of the main thread (what we hold) and the resident memory (what the machine gives). The slope is
 * of the last three quarters, since the first also fills caches that are bounded.
 */

import { FLOW_A, makeHome, startHeadgate } from '../contenders/headgate.ts';
import { ANSWER, BODY } from '../contenders/contender.ts';
import { askExactly, freePort } from '../kit/ask.ts';
import { mb, pause, whole } from '../kit/figures.ts';
import type { Ground } from '../kit/ground.ts';
import { inspect } from '../kit/inspect.ts';
import { peak, resident } from '../kit/proc.ts';
import { table } from '../kit/table.ts';
import type { Found, Options } from './part.ts';

const RUNS = 20_000;
const MARKS = 4;

/** Bytes of heap that a run may leave behind and still be called flat: 1 MB over the last 15,000 runs. */
const FLAT = 70;

export const growth = async (ground: Ground, options: Options): Promise<Found> => {
  const runs = options.long ? RUNS * 10 : RUNS;
  const port = await freePort();
  const server = await startHeadgate(ground, await makeHome(ground, 'growth'), [`--inspect=127.0.0.1:${port}`]);
  const watch = await inspect(port);
  const { url } = await server.publish(FLOW_A);
  const marks: { runs: number; heap: number; rss: number }[] = [];
  const mark = async (done: number): Promise<void> => {
    await pause(1_500);
    await watch.collect();
    const heap = await watch.collect();
    await pause(200);
    marks.push({ runs: done, heap, rss: resident(server.pid) });
  };
  await mark(0);
  for (let i = 1; i <= MARKS; i += 1) {
    await askExactly(url, BODY.a, runs / MARKS, 32, ANSWER.a);
    await mark((runs / MARKS) * i);
  }
  const most = peak(server.pid);
  watch.close();
  await server.stop();
  const slope = (figure: 'heap' | 'rss'): number => {
    const from = marks[1];
    const to = marks[MARKS];
    return from === undefined || to === undefined ? Number.NaN : (to[figure] - from[figure]) / (to.runs - from.runs);
  };
  const rows = marks.map((m) => [whole(m.runs), `${(m.heap / 1024 / 1024).toFixed(2)} MB`, mb(m.rss)]);
  const heap = slope('heap');
  return {
    text: `${table(['runs', 'heap', 'resident'], rows)}\n\n${heap.toFixed(0)} bytes of heap and ${slope('rss').toFixed(0)} of resident memory a run, over the last three quarters; ${mb(most)} at the peak.`,
    verdicts: [
      {
        what: 'heap that a run leaves behind',
        figure: `${heap.toFixed(0)} bytes`,
        target: `< ${FLAT} bytes`,
        reached: heap < FLAT,
      },
    ],
  };
};
