/** What it costs to know who calls and whether he may: bench/identity.ts, which stands alone, run as a program. */

import { join } from 'node:path';
import { finish } from '../kit/children.ts';
import type { Ground } from '../kit/ground.ts';
import { table } from '../kit/table.ts';
import type { Found, Options } from './part.ts';

type Measured = readonly { readonly name: string; readonly best: number; readonly median: number }[];

export const identity = async (ground: Ground, { rounds }: Options): Promise<Found> => {
  const program = join(ground.root, 'bench', 'identity.ts');
  const args = ['--conditions=headgate-source', program, '--json', '--rounds', String(rounds * 5)];
  const env = { ...ground.env, TMPDIR: ground.dir };
  const said = await finish(process.execPath, args, { cwd: ground.root, env, limit: 120_000 });
  const measured: Measured = JSON.parse(said); // parse boundary: our own program
  // The best: other work on the machine only ever takes time away.
  const of = (name: string): number => measured.find((one) => one.name === name)?.best ?? Number.NaN;
  const key = of('API key, warm');
  const session = of('session, warm');
  const token = of('engine token, warm');
  return {
    text: table(
      ['identify and authorise', 'best', 'median'],
      measured.map(({ name, best, median }) => [name, `${best.toFixed(1)} µs`, `${median.toFixed(1)} µs`]),
    ),
    verdicts: [
      { what: 'API key, warm', figure: `${key.toFixed(1)} µs`, target: '< 30 µs', reached: key < 30 },
      { what: 'session, warm', figure: `${session.toFixed(1)} µs`, target: '< 100 µs', reached: session < 100 },
      { what: 'engine token, warm', figure: `${token.toFixed(1)} µs`, target: '< 100 µs', reached: token < 100 },
    ],
  };
};
