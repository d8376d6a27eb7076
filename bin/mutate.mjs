/**
 * `npm run mutate`: takes the most important guards away one at a time, in a copy of the checkout, and sees that named
 * tests fail. A guard whose loss no test notices is not proved by them. The list is test/attacks/mutants.json; words after
 * `--` choose those whose file or description holds one of them.
 *
 * M1 The checkout itself is not touched: the copy shares its files by hard links, and a changed file is a new one.
 * M2 The same tests have to pass on the unchanged copy first: else a failure would say nothing.
 */
import {
  chmodSync,
  linkSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  readlinkSync,
  rmSync,
  symlinkSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import { quiet } from './house/child.mjs';
import { ROOT, prepare } from './house/prepare.mjs';
import { enter, say, seconds, Stop } from './house/say.mjs';

/** @typedef {{ what: string, file: string, line: string, instead: string, before?: [string, string][], tests: string[], named?: string }} Mutant */

const LEFT_OUT = new Set(['.git', '.tmp', '.node', '.peers']);

/** @param {string} from @param {string} to */
const copy = (from, to) => {
  mkdirSync(to, { recursive: true });
  for (const name of readdirSync(from)) {
    if (LEFT_OUT.has(name)) continue;
    const [source, target] = [join(from, name), join(to, name)];
    const stat = lstatSync(source);
    if (stat.isDirectory()) copy(source, target);
    else if (stat.isSymbolicLink()) symlinkSync(readlinkSync(source), target);
    else if (stat.isFile()) linkSync(source, target);
  }
};

/** @param {string} path @param {string} text a file of its own in the place of the link */
const replace = (path, text) => {
  unlinkSync(path);
  writeFileSync(path, text);
};

/** @param {string} text @param {string} from @param {string} to @param {string} file */
const swapped = (text, from, to, file) => {
  if (text.split(from).length !== 2)
    throw new Stop(`${file} does not hold this exactly once:\n${from}`, 'bring test/attacks/mutants.json up to date');
  return text.replace(from, () => to);
};

await enter(async () => {
  const words = process.argv.slice(2).filter((word) => word !== '--');
  const all = /** @type {Mutant[]} */ (JSON.parse(readFileSync(join(ROOT, 'test', 'attacks', 'mutants.json'), 'utf8')));
  const chosen = all.filter(
    (one) => words.length === 0 || words.some((word) => `${one.file} ${one.what}`.includes(word)),
  );
  if (chosen.length === 0) throw new Stop(`no mutant has to do with ${words.join(' or ')}`, 'name none to run all');
  const { node, env } = await prepare({ build: true });
  mkdirSync(join(ROOT, '.tmp'), { recursive: true });
  const dir = mkdtempSync(join(ROOT, '.tmp', 'mutants-'));
  // As open as a checkout is: what a server that is root starts is another user, and reads it.
  chmodSync(dir, 0o755);
  try {
    copy(ROOT, dir);
    /** @param {readonly string[]} tests */
    const run = (tests) =>
      quiet(node, [join(dir, 'node_modules', 'vitest', 'vitest.mjs'), 'run', '--reporter=dot', ...tests], {
        cwd: dir,
        env,
      });
    const began = Date.now();
    const sound = await run([...new Set(chosen.flatMap((one) => one.tests))]);
    if (sound.code !== 0) throw new Stop('these tests fail on the unchanged sources', sound.output.slice(-3_000));
    say(`the tests pass on the unchanged sources, ${seconds(began)}`);
    const survived = [];
    for (const { what, file, line, instead, before = [], tests, named } of chosen) {
      const path = join(dir, file);
      const source = readFileSync(path, 'utf8');
      let text = swapped(source, line, instead, file);
      for (const [from, to] of before) text = swapped(text, from, to, file);
      const from = Date.now();
      replace(path, text);
      const done = await run(named === undefined ? tests : [...tests, '-t', named]);
      if (/No test files? found|Tests\s+\d+ skipped \(/.test(stripVTControlCharacters(done.output)))
        throw new Stop(
          `no test of ${tests.join(', ')} is called ${named}`,
          'bring test/attacks/mutants.json up to date',
        );
      replace(path, source);
      const failed = /Tests\s+(\d+) failed/.exec(stripVTControlCharacters(done.output))?.[1];
      if (done.code === 0) survived.push(what);
      console.log(
        `${done.code === 0 ? 'SURVIVED' : 'noticed '}  ${what} (${file}): ${failed ?? (done.code === 0 ? 'no' : 'all')} tests failed, ${seconds(from)}`,
      );
    }
    console.log(`\n${chosen.length - survived.length} of ${chosen.length} noticed`);
    return survived.length === 0 ? 0 : 1;
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
});
