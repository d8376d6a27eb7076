/**
 * How long a start takes: from the moment the process is made to its first answer of 200. The first start of an empty
 * folder (it makes the schema) is told apart from those after it.
 */

import { startFloor } from '../contenders/floor.ts';
import { makeHome, startHeadgate } from '../contenders/headgate.ts';
import { startNodeRed } from '../contenders/node-red.ts';
import { median, times } from '../kit/figures.ts';
import type { Ground } from '../kit/ground.ts';
import { table } from '../kit/table.ts';
import type { Found, Options } from './part.ts';

export const start = async (ground: Ground, options: Options): Promise<Found> => {
  const home = await makeHome(ground, 'start');
  const first = await startHeadgate(ground, home);
  await first.stop();
  const floors: number[] = [];
  const peers: number[] = [];
  const ours: number[] = [];
  for (let round = 0; round < Math.max(3, options.rounds); round += 1) {
    for (const [times, begin] of [
      [floors, () => startFloor(ground)],
      [peers, () => startNodeRed(ground)],
      [ours, () => startHeadgate(ground, home)],
      [ours, () => startHeadgate(ground, home)],
    ] as const) {
      const one = await begin();
      times.push(one.ready);
      await one.stop();
    }
  }
  const figure = (values: readonly number[]): string => `${median(values).toFixed(0)} ms`;
  const rows = [
    ['bare node:http', figure(floors), times(median(floors) / median(peers))],
    ['Node-RED, its flow answers', figure(peers), times(1)],
    ['Headgate, /health answers', figure(ours), times(median(ours) / median(peers))],
    ['Headgate, the first start of a folder', `${first.ready.toFixed(0)} ms`, times(first.ready / median(peers))],
  ];
  const middle = median(ours);
  return {
    text: table(['', 'median', 'to Node-RED'], rows),
    verdicts: [
      { what: 'start to /health', figure: `${middle.toFixed(0)} ms`, target: '< 1000 ms', reached: middle < 1000 },
    ],
  };
};
