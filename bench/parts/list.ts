/** The run list over a large store: bench/list.ts, which stands alone, run as a program. */

import { join } from 'node:path';
import { finish } from '../kit/children.ts';
import type { Ground } from '../kit/ground.ts';
import type { Found } from './part.ts';

export const list = async (ground: Ground): Promise<Found> => {
  const text = await finish(process.execPath, ['--conditions=headgate-source', join(ground.root, 'bench', 'list.ts')], {
    cwd: ground.dir,
    env: { ...ground.env, TMPDIR: ground.dir },
    limit: 240_000,
  });
  const slowest = Math.max(...[...text.matchAll(/slowest ([\d.]+) ms/g)].map(([, figure]) => Number(figure)));
  return {
    text: text.trim(),
    verdicts: [
      {
        what: 'a page of the run list, the slowest',
        figure: `${slowest.toFixed(1)} ms`,
        target: '< 50 ms',
        reached: slowest < 50,
      },
    ],
  };
};
