/** What the guard costs: bench/guard.ts, which stands alone, run as a program. */

import { join } from 'node:path';
import { finish } from '../kit/children.ts';
import type { Ground } from '../kit/ground.ts';
import { table } from '../kit/table.ts';
import type { Found, Options } from './part.ts';

type Measured = {
  readonly speeds: readonly { readonly name: string; readonly best: number; readonly median: number }[];
  readonly calls: readonly { readonly length: number; readonly ns: number }[];
  readonly build: number;
};

export const guard = async (ground: Ground, { rounds }: Options): Promise<Found> => {
  const args = [
    '--conditions=headgate-source',
    join(ground.root, 'bench', 'guard.ts'),
    '--json',
    '--rounds',
    String(rounds * 20),
  ];
  const said = await finish(process.execPath, args, { cwd: ground.root, env: ground.env, limit: 120_000 });
  const { speeds, calls, build }: Measured = JSON.parse(said);
  const rows = speeds.map(({ name, best, median }) => [name, `${best.toFixed(0)} MB/s`, `${median.toFixed(0)} MB/s`]);
  for (const { length, ns } of calls) rows.push([`a clean text of ${length} characters`, `${ns.toFixed(0)} ns`, '']);
  rows.push(['taking up 500 secrets', `${build.toFixed(0)} ms`, '']);
  const best = speeds[0]?.best ?? Number.NaN;
  const figure = `${best.toFixed(0)} MB/s`;
  return {
    text: table(['1 MB of JSON', 'best', 'median'], rows),
    verdicts: [
      { what: 'guard, 500 secrets', figure, target: '≥ 300 MB/s', reached: best >= 300 },
      { what: 'guard, 500 secrets, aim', figure, target: '≥ 500 MB/s', reached: best >= 500 },
    ],
  };
};
