/**
 * `npm run attacks`: runs every test that carries the id of an attack (test/attacks/rows.json), and prints how many rows
 * of each class hold. A row holds when tests with its id ran and none failed; one without a test is counted as open.
 * Words after `--` narrow it to ids that begin with them: `npm run attacks -- SSRF DOS-07`. With `--assume-breach` native
 * code takes the place of the engine instead (attacks/breach.mjs).
 *
 * It judges nothing itself: what a row asks for is what its tests assert, positive twins included.
 */
import { mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { assumeBreach } from './attacks/breach.mjs';
import { quiet } from './house/child.mjs';
import { ensurePackages } from './house/packages.mjs';
import { ROOT, prepare } from './house/prepare.mjs';
import { enter, say, Stop } from './house/say.mjs';

/** @typedef {{ class: string, title: string, rows: Record<string, string>, later?: Record<string, string> }} Group */
/** @typedef {{ fullName: string, status: string }} Assertion */
/** @typedef {{ testResults: { name: string, message?: string, assertionResults: Assertion[] }[] }} Report */

/** @param {string} path */
const json = (path) => JSON.parse(readFileSync(path, 'utf8'));

/** @param {string} text @param {string} id whether the id stands in the title, and not a longer one */
const carries = (text, id) => new RegExp(`\\b${id}\\b`).test(text);

await enter(async () => {
  const wanted = process.argv.slice(2).filter((word) => word !== '--');
  if (wanted.includes('--assume-breach')) {
    const { node, env } = await prepare({ build: true });
    await ensurePackages(join(ROOT, 'test', 'packages.json'));
    return assumeBreach(node, env);
  }
  const groups = /** @type {Group[]} */ (json(join(ROOT, 'test', 'attacks', 'rows.json')));
  const chosen = groups
    .map((group) => ({
      ...group,
      rows: Object.entries(group.rows).filter(
        ([id]) => wanted.length === 0 || wanted.some((word) => id.startsWith(word)),
      ),
    }))
    .filter((group) => group.rows.length > 0);
  if (chosen.length === 0)
    throw new Stop(
      `no row begins with ${wanted.join(' or ')}`,
      `name a class: ${groups.map((g) => g.class).join(', ')}`,
    );
  const ids = chosen.flatMap((group) => group.rows.map(([id]) => id));
  const { node, env } = await prepare({ build: true });
  await ensurePackages(join(ROOT, 'test', 'packages.json'));
  const folder = join(ROOT, '.tmp');
  const out = join(folder, 'attacks.json');
  mkdirSync(folder, { recursive: true });
  rmSync(out, { force: true });
  say(`running the tests of ${ids.length} rows; this takes some minutes`);
  const vitest = join(ROOT, 'node_modules', 'vitest', 'vitest.mjs');
  const pattern = `\\b(${ids.join('|')})\\b`;
  const args = [vitest, 'run', '-t', pattern, '--reporter=json', `--outputFile.json=${out}`];
  const done = await quiet(node, args, { cwd: ROOT, env });
  /** @type {Report} */
  let report;
  try {
    report = json(out);
  } catch {
    throw new Stop('the tests left no report', `look at what they said:\n${done.output.slice(-4_000)}`);
  }
  const tests = report.testResults
    .flatMap((file) => file.assertionResults)
    .filter((test) => test.status === 'passed' || test.status === 'failed');
  const broken = report.testResults.filter((file) => file.message && file.assertionResults.length === 0);
  for (const file of broken) console.log(`could not be run: ${file.name}\n${file.message}`);
  let held = 0;
  const open = [];
  console.log(`\n${'class'.padEnd(7)}${'rows held'.padEnd(12)}${'tests'.padEnd(8)}what it is about`);
  for (const { class: name, title, rows } of chosen) {
    let here = 0;
    let count = 0;
    for (const [id, what] of rows) {
      const of = tests.filter((test) => carries(test.fullName, id));
      const failed = of.filter((test) => test.status === 'failed');
      count += of.length;
      if (of.length > 0 && failed.length === 0) here += 1;
      else open.push({ id, what, failed: failed.map((test) => test.fullName) });
    }
    held += here;
    console.log(`${name.padEnd(7)}${`${here} of ${rows.length}`.padEnd(12)}${String(count).padEnd(8)}${title}`);
  }
  console.log(`${'all'.padEnd(7)}${`${held} of ${ids.length}`.padEnd(12)}${tests.length}`);
  for (const { later = {} } of chosen)
    for (const [id, why] of Object.entries(later)) console.log(`${id} has nothing to attack yet: ${why}`);
  for (const { id, what, failed } of open)
    console.log(
      `\n${id} (${what}): ${failed.length === 0 ? 'no test carries it' : `failed:\n  ${failed.join('\n  ')}`}`,
    );
  return open.length === 0 && broken.length === 0 ? 0 : 1;
});
