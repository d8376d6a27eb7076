/** The load tool: wrk with one thread, the same for everybody. */

import { fileURLToPath } from 'node:url';
import { finish } from './children.ts';

const SCRIPT = fileURLToPath(new URL('../load.lua', import.meta.url));

export type Load = {
  /** Answers that came whole, whatever their status. */
  readonly requests: number;
  readonly perSecond: number;
  /** Latency in microseconds; wrk corrects it for requests that a slow answer kept it from sending. */
  readonly p50: number;
  readonly p99: number;
  readonly max: number;
  /** Answers with a status of 400 or above. */
  readonly refused: number;
  /** Connections that failed, broke or timed out. */
  readonly broken: number;
};

type Told = Omit<Load, 'perSecond'> & { readonly microseconds: number };

/** Posts `body` to `url` for so many seconds. */
export const load = async (url: string, body: string, connections: number, seconds: number): Promise<Load> => {
  const args = [
    '-t1',
    `-c${connections}`,
    `-d${seconds}s`,
    '--latency',
    '--timeout',
    '10s',
    '-s',
    SCRIPT,
    url,
    '--',
    body,
  ];
  const output = await finish('wrk', args, { cwd: '/', env: process.env, limit: (seconds + 30) * 1000 });
  const line = /^FIGURES (.*)$/m.exec(output)?.[1];
  if (line === undefined) throw new Error(`wrk gave no figures:\n${output}`);
  const told: Told = JSON.parse(line);
  return { ...told, perSecond: (told.requests * 1_000_000) / told.microseconds };
};
