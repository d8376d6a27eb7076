/** A search by meaning among 100,000 vectors: bench/knowledge.ts, which stands alone, run as a program. */

import { join } from 'node:path';
import { finish } from '../kit/children.ts';
import type { Ground } from '../kit/ground.ts';
import { table } from '../kit/table.ts';
import type { Found } from './part.ts';

type Measured = {
  readonly vectors: number;
  readonly rows: readonly {
    readonly name: string;
    readonly p50: number;
    readonly p99: number;
    readonly recall: number;
  }[];
  /** Seconds. */
  readonly built: number;
  readonly stored: number;
  /** Megabytes. */
  readonly memory: number;
  readonly file: number;
};

export const knowledge = async (ground: Ground): Promise<Found> => {
  const program = join(ground.root, 'bench', 'knowledge.ts');
  const said = await finish(process.execPath, ['--conditions=headgate-source', program, '--json'], {
    ...{ cwd: ground.root, env: { ...ground.env, TMPDIR: ground.dir }, limit: 600_000 },
  });
  const { vectors, rows, built, stored, memory, file }: Measured = JSON.parse(said);
  const graph = rows.find(({ name }) => name === 'first 10, graph');
  const fast = graph?.p50 ?? Number.NaN;
  const right = graph?.recall ?? Number.NaN;
  const shown = rows.map((row) => [
    row.name,
    `${row.p50.toFixed(2)} ms`,
    `${row.p99.toFixed(2)} ms`,
    row.recall.toFixed(4),
  ]);
  return {
    text: `${table([`${vectors} vectors`, 'p50', 'p99', 'recall'], shown)}\n\nThe graph: ${built.toFixed(0)} s to build, ${stored.toFixed(0)} s in a store, ${memory.toFixed(0)} MB, ${file.toFixed(0)} MB as a file.`,
    verdicts: [
      { what: 'nearest 10 of 100,000, p50', figure: `${fast.toFixed(2)} ms`, target: '< 1 ms', reached: fast < 1 },
      { what: 'recall of the nearest 10', figure: right.toFixed(4), target: '≥ 0.99', reached: right >= 0.99 },
    ],
  };
};
