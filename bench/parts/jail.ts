/** The jail alone: bench/jail.ts, run as a program on the built release. */

import { join } from 'node:path';
import { finish } from '../kit/children.ts';
import type { Ground } from '../kit/ground.ts';
import { table } from '../kit/table.ts';
import type { Found } from './part.ts';

export const jail = async (ground: Ground): Promise<Found> => {
  const text = await finish(process.execPath, [join(ground.root, 'bench', 'jail.ts')], {
    cwd: ground.dir,
    env: ground.env,
    limit: 240_000,
  });
  const figures: Readonly<Record<string, number>> = JSON.parse(text); // parse boundary: our own program
  const of = (name: string): number => figures[name] ?? Number.NaN;
  const under = (name: string, most: number, unit: string) => ({
    what: name.replace(/, ms$/, ''),
    figure: `${of(name).toFixed(0)} ${unit}`,
    target: `< ${most} ${unit}`,
    reached: of(name) < most,
  });
  return {
    text: table(
      ['', 'measured'],
      Object.entries(figures).map(([name, value]) => [name, value >= 100 ? value.toFixed(0) : value.toFixed(1)]),
    ),
    verdicts: [
      under('from spawn to ready, ms', 250, 'ms'),
      under('a killed runner replaced by a spare, ms', 250, 'ms'),
      under('a killed runner replaced without a spare, ms', 250, 'ms'),
    ],
  };
};
