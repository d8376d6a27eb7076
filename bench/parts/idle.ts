/** Memory of servers that have nothing to do: just after their start, and some time later. */

import { startFloor } from '../contenders/floor.ts';
import { makeHome, startHeadgate } from '../contenders/headgate.ts';
import { startNodeRed } from '../contenders/node-red.ts';
import { mb, pause } from '../kit/figures.ts';
import type { Ground } from '../kit/ground.ts';
import { alone, resident } from '../kit/proc.ts';
import { table } from '../kit/table.ts';
import type { Found, Options } from './part.ts';

const TARGET = 135 * 1024 * 1024;
const GROUP = 260 * 1024 * 1024;

export const idle = async (ground: Ground, options: Options): Promise<Found> => {
  const home = await makeHome(ground, 'idle');
  const all = [
    { name: 'bare node:http', server: await startFloor(ground) },
    { name: 'Node-RED', server: await startNodeRed(ground) },
    { name: 'Headgate', server: await startHeadgate(ground, home) },
  ];
  await pause(1_000);
  const early = all.map(({ server }) => resident(server.pid));
  const seconds = options.long ? 60 : 10;
  await pause(seconds * 1_000);
  const late = all.map(({ server }) => resident(server.pid));
  const itself = alone(all.at(-1)?.server.pid ?? 0);
  for (const { server } of all) await server.stop();
  const rows = all.map(({ name }, i) => [name, mb(early[i] ?? Number.NaN), mb(late[i] ?? Number.NaN)]);
  const group = late.at(-1) ?? Number.NaN;
  return {
    text: table(['', '1 s after the start', `${seconds} s later`], rows),
    verdicts: [
      { what: 'idle memory, the server', figure: mb(itself), target: '< 135 MB', reached: itself < TARGET },
      { what: 'idle memory, with the jail ready', figure: mb(group), target: '< 260 MB', reached: group < GROUP },
    ],
  };
};
