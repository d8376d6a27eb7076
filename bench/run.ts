/**
 * The measurements, by name: `npm run bench -- [http] [steps] [expr] [guard] [identity] [list] [start] [idle] [growth] [jail] [web] [mcp]
 * [knowledge] [stream]
 * [--rounds N] [--seconds S] [--long]`. None named: all. Exit code 1 when something could not be measured; a target that is missed is
 * printed, and is no failure of the bench.
 */

import { cpus, loadavg, totalmem } from 'node:os';
import { parseArgs } from 'node:util';
import { openGround } from './kit/ground.ts';
import { type Verdict, verdicts } from './kit/table.ts';
import { expr } from './parts/expr.ts';
import { growth } from './parts/growth.ts';
import { guard } from './parts/guard.ts';
import { http } from './parts/http.ts';
import { identity } from './parts/identity.ts';
import { idle } from './parts/idle.ts';
import { jail } from './parts/jail.ts';
import { knowledge } from './parts/knowledge.ts';
import { list } from './parts/list.ts';
import { mcp } from './parts/mcp.ts';
import type { Options, Part } from './parts/part.ts';
import { start } from './parts/start.ts';
import { steps } from './parts/steps.ts';
import { stream } from './parts/stream.ts';
import { web } from './parts/web.ts';

const PARTS = new Map<string, Part>([
  ['http', http],
  ['steps', steps],
  ['expr', expr],
  ['guard', guard],
  ['identity', identity],
  ['list', list],
  ['start', start],
  ['idle', idle],
  ['growth', growth],
  ['jail', jail],
  ['web', web],
  ['mcp', mcp],
  ['knowledge', knowledge],
  ['stream', stream],
]);

const USAGE = `npm run bench -- [${[...PARTS.keys()].join('|')}]… [--rounds 1…20] [--seconds 1…60] [--long]`;

const asked = (): { readonly names: readonly string[]; readonly options: Options } | null => {
  try {
    const { values, positionals } = parseArgs({
      allowPositionals: true,
      options: {
        rounds: { type: 'string', default: '3' },
        seconds: { type: 'string', default: '4' },
        long: { type: 'boolean', default: false },
      },
    });
    const rounds = Number(values.rounds);
    const seconds = Number(values.seconds);
    const sane =
      Number.isInteger(rounds) &&
      rounds >= 1 &&
      rounds <= 20 &&
      Number.isInteger(seconds) &&
      seconds >= 1 &&
      seconds <= 60;
    if (!sane || !positionals.every((name) => PARTS.has(name))) return null;
    return {
      names: positionals.length === 0 ? [...PARTS.keys()] : positionals,
      options: { rounds, seconds, long: values.long },
    };
  } catch {
    return null;
  }
};

const main = async (): Promise<number> => {
  const want = asked();
  if (want === null) {
    console.error(USAGE);
    return 2;
  }
  const began = performance.now();
  const ground = openGround();
  const [cpu] = cpus();
  console.log(
    `${new Date().toISOString().slice(0, 10)}, Node ${process.versions.node}, ${cpus().length} cores (${cpu?.model ?? 'unknown'}), ` +
      `${Math.round(totalmem() / 2 ** 30)} GB, load ${loadavg()[0]?.toFixed(1)} at the start`,
  );
  const judged: Verdict[] = [];
  for (const name of want.names) {
    const part = PARTS.get(name);
    if (part === undefined) continue;
    process.stderr.write(`headgate: measuring ${name}\n`);
    const found = await part(ground, want.options);
    console.log(`\n## ${name}\n\n${found.text}`);
    judged.push(...found.verdicts);
  }
  if (judged.length > 0) console.log(`\n## targets\n\n${verdicts(judged)}`);
  console.log(`\n${((performance.now() - began) / 1000).toFixed(0)} s, load ${loadavg()[0]?.toFixed(1)} at the end`);
  return 0;
};

// Set here and not awaited to a natural end: a kept connection would hold the process open.
process.exit(await main());
