/**
 * `npm run check`: everything that can be known of the sources without running them. All phases run, whatever the ones
 * before said, so that one look shows all there is to mend. `npm run check -- boundaries` runs that phase alone;
 * `--json FILE` keeps the outcome for the CI's count.
 */
import { existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { quiet } from './house/child.mjs';
import { ROOT, prepare } from './house/prepare.mjs';
import { Stop, enter, say, seconds } from './house/say.mjs';

/** @param {string} name @returns {string} a tool's entry among the packages */
const tool = (name) => join(ROOT, 'node_modules', ...name.split('/'));

/** @returns {string[]} the settings under which the tests are type-checked */
const testSettings = () =>
  readdirSync(join(ROOT, 'packages'))
    .map((name) => join('packages', name, 'tsconfig.test.json'))
    .filter((path) => existsSync(join(ROOT, path)));

/** @returns {[string, string[]][]} each phase's name and the arguments for Node */
const phases = () => [
  ['types', [tool('typescript/bin/tsc'), '-b', '--pretty', 'false']],
  ['types of bin', [tool('typescript/bin/tsc'), '-p', join('bin', 'tsconfig.json'), '--pretty', 'false']],
  ...testSettings().map(
    (path) =>
      /** @type {[string, string[]]} */ ([
        `types of ${dirname(path)} tests`,
        [tool('typescript/bin/tsc'), '-p', path, '--pretty', 'false'],
      ]),
  ),
  [
    'types of the web app',
    [tool('typescript/bin/tsc'), '-p', join('packages', 'web', 'src', 'app', 'tsconfig.json'), '--pretty', 'false'],
  ],
  ['lint', [tool('oxlint/bin/oxlint'), '--deny-warnings', '.']],
  ['format', [tool('@biomejs/biome/bin/biome'), 'format', '--max-diagnostics=200', '.']],
  ['unused', [tool('knip/bin/knip.js'), '--no-progress']],
  ['boundaries', [join('bin', 'boundaries.mjs')]],
];

/** @returns {{ only: string[], json: string | undefined }} which phases to run (none named: all), and where to note the outcome */
const asked = () => {
  const args = process.argv.slice(2);
  const at = args.indexOf('--json');
  const json = at === -1 ? undefined : args.splice(at, 2)[1];
  return { only: args, json };
};

await enter(async () => {
  const { only, json } = asked();
  const unknown = only.filter((name) => !phases().some(([known]) => known === name));
  const names = phases().map(([name]) => name);
  if (unknown.length > 0) throw new Stop(`no such check: ${unknown.join(', ')}`, `name one of: ${names.join(', ')}`);
  const { node, env } = await prepare({ build: false });
  const outcome = [];
  for (const [name, args] of phases()) {
    if (only.length > 0 && !only.includes(name)) continue;
    const began = Date.now();
    const done = await quiet(node, args, { cwd: ROOT, env });
    const passed = done.code === 0;
    if (!passed) process.stdout.write(`${done.output.trim()}\n`);
    say(`${passed ? 'passed' : 'FAILED'}: ${name}, ${seconds(began)}`);
    outcome.push({ name, passed, milliseconds: Date.now() - began });
  }
  if (json !== undefined) {
    mkdirSync(dirname(json), { recursive: true });
    writeFileSync(json, JSON.stringify(outcome));
  }
  const failed = outcome.filter((phase) => !phase.passed).map((phase) => phase.name);
  say(failed.length === 0 ? 'all checks passed' : `failed: ${failed.join(', ')}`);
  return failed.length === 0 ? 0 : 1;
});
