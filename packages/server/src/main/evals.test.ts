/** evals.json through `headgate test`: rows scored beside a flow, with the share that has to pass. */

import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { CaseResult } from './junit.ts';
import { runCases } from './flow-test.ts';

let dir: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'headgate-evals-'));
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

const write = (files: Readonly<Record<string, unknown>>): void => {
  mkdirSync(join(dir, 'one'), { recursive: true });
  for (const [name, content] of Object.entries(files)) writeFileSync(join(dir, 'one', name), JSON.stringify(content));
};
const run = async (): Promise<readonly CaseResult[] | string> => {
  const o = { record: false, egressAllow: '', cache: join(dir, 'cache'), wait: 20_000, onResult: () => undefined };
  const done = await runCases(dir, o);
  return done.ok ? done.value : `${done.problem.code}: ${done.problem.text}`;
};

const FLOW = {
  headgate: 1,
  name: 'Greet',
  steps: [{ id: 'greet', kind: 'set@1', with: { value: 'Hello {{ input.name }}' } }],
  output: '{{ steps.greet }}',
};
const ROWS = [
  { name: 'Ada', input: { name: 'Ada' }, expected: 'Hello Ada' },
  { name: 'Bob', input: { name: 'Bob' }, expected: 'Good morning Bob' },
];

test('a file below its share fails and names the rows; one that comes up to it passes', async () => {
  write({ 'flow.json': FLOW, 'evals.json': { rows: ROWS, scores: [{ kind: 'exact' }] } });
  const [failed] = await run();
  expect(failed).toMatchObject({ name: 'evaluation: 1 of 2 rows passed (exact 0.5)' });
  expect((failed as CaseResult).failure).toContain(
    'Bob: exact 0: output: expected "Good morning Bob", got "Hello Bob"',
  );
  write({ 'evals.json': { rows: ROWS, scores: [{ kind: 'exact' }], pass: 0.5 } });
  expect(await run()).toMatchObject([{ name: 'evaluation: 1 of 2 rows passed (exact 0.5)', failure: null }]);
});

test('rows that no score looked at have not passed: where there are no others, the file fails', async () => {
  const bare = ROWS.map(({ expected: _, ...row }) => row);
  write({ 'flow.json': FLOW, 'evals.json': { rows: bare, scores: [{ kind: 'exact' }] } });
  const [none] = await run();
  expect(none).toMatchObject({ name: 'evaluation: 0 of 2 rows passed (exact none)' });
  expect((none as CaseResult).failure).toContain('No score looked at any row');
  write({ 'evals.json': { rows: [ROWS[0], ...bare.slice(1)], scores: [{ kind: 'exact' }] } });
  expect(await run()).toMatchObject([{ name: 'evaluation: 1 of 2 rows passed (exact 1)', failure: null }]);
});

test('a judge is the flow of that name beside, and what its model answers stands in the row', async () => {
  const schema = { type: 'object', properties: { score: { type: 'number' }, why: { type: 'string' } } };
  const judge = {
    headgate: 1,
    name: 'Judge',
    steps: [{ id: 'ask', kind: 'model.extract@1', with: { model: 'judge/small', from: '{{ input.text }}', schema } }],
    output: '{{ steps.ask.value }}',
  };
  const said = (score: number) => ({
    request: { method: 'POST', url: 'https://judge.models.test/v1/chat/completions' },
    response: {
      status: 200,
      body: {
        ...{ id: 'x', object: 'chat.completion', created: 1, model: 'small' },
        choices: [
          {
            index: 0,
            finish_reason: 'stop',
            message: { role: 'assistant', content: JSON.stringify({ score, why: 'By the criteria.' }) },
          },
        ],
        usage: { prompt_tokens: 1, completion_tokens: 1, total_tokens: 2 },
      },
    },
  });
  const rows = [0.9, 0.2].map((score, i) => ({ ...ROWS[i], criteria: 'It greets.', http: [said(score)] }));
  write({
    'flow.json': FLOW,
    'judge.flow.json': judge,
    'evals.json': { rows, scores: [{ kind: 'judge', flow: 'Judge' }], pass: 1 },
  });
  const [result] = await run();
  expect(result).toMatchObject({ name: 'evaluation: 1 of 2 rows passed (judge 0.55)' });
  expect((result as CaseResult).failure).toContain('Bob: judge 0.2: By the criteria.');
});

test('what is no such file is told with its place, and nothing runs', async () => {
  for (const [evals, why] of [
    [{ rows: [], scores: [{ kind: 'exact' }] }, 'rows: expected at least one'],
    [{ rows: ROWS, scores: [{ kind: 'exact' }], more: 1 }, 'unknown field more'],
    [{ rows: [...ROWS, ROWS[0]], scores: [{ kind: 'exact' }] }, 'rows.2.name'],
    [{ rows: ROWS, scores: [{ kind: 'guess' }] }, 'scores.0'],
  ] as const) {
    write({ 'flow.json': FLOW, 'evals.json': evals });
    expect(await run()).toContain(why);
  }
});
