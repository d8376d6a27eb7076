/**
 * `npm run attacks -- --assume-breach`: the engine of code steps is replaced by native code that attacks the server, and
 * each attack is tried twice, locked as a runner is and without the lock (test/attacks/breach). This prints the table.
 *
 * An attack that does not work without the lock proves nothing, so it fails the command as one that gets out does.
 */
import { join } from 'node:path';
import { quiet } from '../house/child.mjs';
import { ROOT } from '../house/prepare.mjs';
import { say, Stop } from '../house/say.mjs';

/** @typedef {{ probe: string, power: string, got: string | null, works: boolean }} Row */
/** @typedef {{ count: number, failed: number, p99: number, worst: number, worked: number }} Pulse */
/** @typedef {{ rows: Row[], live: string[], pulse: Pulse, probes: number, escaped: string[] }} Outcome */

/** @param {string} output @returns {Outcome} */
const read = (output) => {
  const line = output.split('\n').find((text) => text.startsWith('{"rows"'));
  if (line === undefined)
    throw new Stop('the attacks came to no end', `look at what they said:\n${output.slice(-4_000)}`);
  return JSON.parse(line);
};

/** @param {string} node @param {NodeJS.ProcessEnv} env @returns {Promise<number>} the exit code: 1 when one got out */
export const assumeBreach = async (node, env) => {
  say('native code takes the place of the engine, locked and unlocked; this takes a quarter of a minute');
  const driver = join(ROOT, 'test', 'attacks', 'breach', 'driver.ts');
  const done = await quiet(node, ['--conditions=headgate-source', '--disable-warning=ExperimentalWarning', driver], {
    cwd: ROOT,
    env,
  });
  const { rows, live, pulse, probes, escaped } = read(done.output);
  const wide = Math.max(...rows.map((row) => row.probe.length)) + 2;
  console.log(`\n${'power'.padEnd(9)}${'attack'.padEnd(wide)}${'locked'.padEnd(9)}without the lock`);
  for (const { probe, power, got, works } of rows)
    console.log(
      `${power.padEnd(9)}${probe.padEnd(wide)}${(got === null ? 'held' : 'OUT').padEnd(9)}${works ? 'works' : 'DOES NOT WORK: proves nothing'}${got === null ? '' : `   got ${got}`}`,
    );
  const held = rows.filter((row) => row.got === null).length;
  const proven = rows.filter((row) => row.works).length;
  console.log(`\n${held} of ${rows.length} attacks held; ${proven} of ${rows.length} work without the lock`);
  console.log(`self-test of the jail: ${probes} probes, ${escaped.length === 0 ? 'none' : escaped.join(', ')} got out`);
  const alive = live.length === 0 ? 'lived' : `did not live: ${live.join('; ')}`;
  console.log(
    `the server ${alive} (${pulse.count} questions meanwhile, worst answer ${pulse.worst.toFixed(0)} ms, most work at a stretch ${pulse.worked.toFixed(0)} ms)`,
  );
  return held === rows.length && proven === rows.length && live.length === 0 && escaped.length === 0 ? 0 : 1;
};
