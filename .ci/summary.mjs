/**
 * Counts what the tests and checks wrote, says which suite was slower than its budget, and ends with
 * `N passed, N failed`. It invents nothing: results that are missing count as a failure, and so does a skipped test,
 * because a test that does not run proves nothing. A file that again.mjs had run a second time counts as that run says,
 * and what failed in the first is told.
 */
import { readFileSync } from 'node:fs';
import { join, relative } from 'node:path';

const folder = process.argv[2] ?? join('.tmp', 'ci');

/** @param {string} path */
const json = (path) => {
  try {
    return JSON.parse(readFileSync(path, 'utf8'));
  } catch {
    return undefined;
  }
};

let passed = 0;
let failed = 0;
/** @param {string} why */
const fail = (why) => {
  failed += 1;
  console.log(`failed: ${why}`);
};

const budgets = json(join('test', 'budgets.json')) ?? [];
const tests = json(join(folder, 'tests.json'));
const checks = json(join(folder, 'checks.json'));
const again = new Map(json(join(folder, 'again.json'))?.testResults.map((file) => [file.name, file]));
const spent = new Map();

if (tests === undefined) fail('the tests left no results');
for (const first of tests?.testResults ?? []) {
  const file = again.get(first.name) ?? first;
  const name = relative(process.cwd(), file.name).replaceAll('\\', '/');
  for (const test of file === first ? [] : first.assertionResults)
    if (test.status !== 'passed') console.log(`unsteady: ${name}: ${test.fullName}`);
  const budget = budgets.find((row) => new RegExp(row.match).test(name));
  if (budget !== undefined) spent.set(budget, (spent.get(budget) ?? 0) + (file.endTime - file.startTime));
  for (const test of file.assertionResults) {
    if (test.status === 'passed') passed += 1;
    else fail(`${name}: ${test.fullName} (${test.status})`);
  }
  if (file.assertionResults.length === 0) fail(`${name}: no test ran. ${file.message ?? ''}`);
}
if (tests !== undefined && passed === 0) fail('no test passed');

if (checks === undefined) fail('the checks left no results');
for (const phase of checks ?? []) {
  if (phase.passed) passed += 1;
  else fail(`check: ${phase.name}`);
}

for (const line of readFileSync(join(folder, 'exits'), 'utf8').trim().split('\n')) {
  const [name, code] = line.split(' ');
  if (name === 'tests' && again.size > 0) continue;
  if (code !== '0' && failed === 0) fail(`${name} ended with exit ${code}, though nothing it reported failed`);
}

for (const [budget, milliseconds] of spent) {
  const minutes = milliseconds / 60_000;
  console.log(`suite ${budget.suite}: ${minutes.toFixed(1)} of ${budget.minutes} minutes`);
  if (minutes > budget.minutes)
    console.log(`warning: suite ${budget.suite} is over its budget of ${budget.minutes} minutes`);
}

console.log(`${passed} passed, ${failed} failed`);
process.exitCode = failed === 0 && passed > 0 ? 0 : 1;
