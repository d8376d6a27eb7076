/** What expressions cost: bench/expr.ts, which stands alone, run as a program. */

import { join } from 'node:path';
import { finish } from '../kit/children.ts';
import type { Ground } from '../kit/ground.ts';
import { table } from '../kit/table.ts';
import type { Found } from './part.ts';

const program = (ground: Ground): readonly string[] => [
  '--conditions=headgate-source',
  join(ground.root, 'bench', 'expr.ts'),
];

const run = (ground: Ground, args: readonly string[]): Promise<string> =>
  finish(process.execPath, [...program(ground), ...args], { cwd: ground.root, env: ground.env, limit: 120_000 });

export const expr = async (ground: Ground): Promise<Found> => {
  const costs: Readonly<Record<string, number>> = JSON.parse(await run(ground, ['--json']));
  const path = costs['plain path'] ?? Number.NaN;
  const items = costs['filter + map over 50 items'] ?? Number.NaN;
  const rows = Object.entries(costs).map(([name, cost]) => [name, `${cost.toFixed(3)} µs`]);
  return {
    text: table(['expression', 'best of rounds'], rows),
    verdicts: [
      { what: 'a plain path', figure: `${path.toFixed(3)} µs`, target: '< 0.3 µs', reached: path < 0.3 },
      { what: 'filter + map over 50 items', figure: `${items.toFixed(1)} µs`, target: '< 15 µs', reached: items < 15 },
    ],
  };
};
