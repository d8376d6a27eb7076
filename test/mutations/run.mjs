/**
 * Takes one guard of the jail away at a time, in a copy of the tree, and sees that the test which is named for it fails.
 * A guard whose loss no test notices is a line nobody would miss: the script ends with 1 and names it.
 *
 *   node test/mutations/run.mjs [part of a guard's description]
 */
import { spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = join(dirname(fileURLToPath(import.meta.url)), '../..');
const ROOM = 'packages/server/src/sandbox';

/** @type {{ what: string, file: string, from: string, to: string, and?: [string, string], tests: [string, string] }[]} */
const all = JSON.parse(readFileSync(join(ROOT, 'test/mutations/jail.json'), 'utf8'));
const wanted = all.filter(({ what }) => what.includes(process.argv[2] ?? ''));

const copy = mkdtempSync(join(tmpdir(), 'headgate-mutation-'));
process.on('exit', () => rmSync(copy, { recursive: true, force: true }));
for (const name of ['packages', 'package.json', 'vitest.config.ts', 'tsconfig.base.json'])
  cpSync(join(ROOT, name), join(copy, name), { recursive: true, filter: (path) => !/\/dist(\/|$)/.test(path) });
symlinkSync(join(ROOT, 'node_modules'), join(copy, 'node_modules'));

/** @param {[string, string]} tests */
const passes = ([file, name]) => {
  const words = [join(ROOT, 'node_modules/vitest/vitest.mjs'), 'run', `${ROOM}/${file}`, '-t', name];
  const run = spawnSync(process.execPath, words, { cwd: copy, encoding: 'utf8', timeout: 180_000 });
  if (/No test (files )?found|\b0 passed\b/.test(run.stdout) || !/Tests/.test(run.stdout))
    throw new Error(`${file} ${name}: no such test\n${run.stdout}${run.stderr}`);
  return run.status === 0;
};

/** @param {string} text @param {string} from @param {string} to */
const replaced = (text, from, to) => {
  if (!text.includes(from)) throw new Error(`there is no ${from}`);
  return text.replace(from, to);
};

const missed = [];
for (const { what, file, from, to, and, tests } of wanted) {
  const path = join(copy, ROOM, file);
  const whole = readFileSync(path, 'utf8');
  let text = replaced(whole, from, to);
  if (and !== undefined) text = replaced(text, ...and);
  writeFileSync(path, text);
  const noticed = !passes(tests);
  writeFileSync(path, whole);
  console.log(`${noticed ? 'noticed' : 'MISSED '}  ${what}  (${tests.join(': ')})`);
  if (!noticed) missed.push(what);
}
console.log(`${wanted.length - missed.length} of ${wanted.length} guards are missed by their test when they are gone`);
process.exitCode = missed.length === 0 ? 0 : 1;
