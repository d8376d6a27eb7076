/**
 * Names the files of tests that are run once more, alone, or nothing.
 *
 * AG1 Only those that drive a browser or a dozen processes (test/web, test/stories), where a busy machine shows an order of
 *     things that is seldom seen. What proves a limit, a property or an attack is judged by its first run.
 * AG2 Only where two files failed at most, and nothing beside their tests: an error that no test caught is not asked again.
 * What failed first and passes alone is told as unsteady by summary.mjs, with its name: a fault to be found, not a pass to be
 * forgotten.
 */
import { readFileSync } from 'node:fs';
import { join, relative } from 'node:path';

const MOST = 2;
const folder = process.argv[2] ?? join('.tmp', 'ci');
const results = JSON.parse(readFileSync(join(folder, 'tests.json'), 'utf8')).testResults;
const failed = results.filter(
  (/** @type {{ status: string, assertionResults: { status: string }[] }} */ file) =>
    file.status !== 'passed' || file.assertionResults.some((test) => test.status === 'failed'),
);
const names = failed.map((/** @type {{ name: string }} */ file) =>
  relative(process.cwd(), file.name).replaceAll('\\', '/'),
);
const told = failed.every((/** @type {{ assertionResults: { status: string }[] }} */ file) =>
  file.assertionResults.some((test) => test.status === 'failed'),
);
const uncaught = readFileSync(join(folder, 'tests.txt'), 'utf8').includes('Unhandled Error');
const may = names.every((/** @type {string} */ name) => /^test\/(?:web|stories)\//.test(name));
if (names.length > 0 && names.length <= MOST && told && may && !uncaught) console.log(names.join(' '));
