/**
 * Answers from documents on a machine without a network (offline/driver.ts): the built server in a namespace that has a
 * loopback and nothing else. What is asked of a folder comes with where it stands, and follows the folder as it changes.
 */

import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { beforeAll, expect, test } from 'vitest';
import { QUESTIONS, type Told } from './offline/driver.ts';

const DRIVER = fileURLToPath(new URL('./offline/driver.ts', import.meta.url));

let told: Told;
beforeAll(() => {
  const done = spawnSync(process.execPath, ['--conditions=headgate-source', DRIVER, 'enter'], {
    encoding: 'utf8',
    timeout: 290_000,
  });
  if (done.status !== 0) throw new Error(`ended with ${done.status}: ${done.stdout}${done.stderr}`);
  told = JSON.parse(done.stdout) as Told;
}, 300_000);

test('there is no way out of that machine', () => {
  expect(told.ways).toEqual([]);
  expect(told.outside).toBe('ENETUNREACH');
});

test('a folder of text, Markdown, HTML, PDF, .docx, .xlsx and CSV is read', () => {
  expect(told.read).toEqual([
    ...['car.html', 'cooking.docx', 'garden.txt', 'handbook.md', 'people.xlsx', 'prices.csv', 'space.pdf'],
  ]);
});

test('a webhook answers each question with what the right document says, and where it stands', () => {
  const stands = told.first.map(({ question, context, citations: [one] }) => [question, one, context]);
  const at = (document: string, place: object) => expect.objectContaining({ document, ...place });
  expect(stands).toEqual([
    [QUESTIONS[0], at('garden.txt', { page: null }), expect.stringContaining('every morning')],
    [QUESTIONS[1], at('handbook.md', { heading: 'Handbook › Vacation' }), expect.stringContaining('thirty days')],
    [QUESTIONS[2], at('car.html', { heading: 'The car' }), expect.stringContaining('ten thousand km')],
    [QUESTIONS[3], at('space.pdf', { page: 2 }), expect.stringContaining('four hundred thousand km')],
    [QUESTIONS[4], at('cooking.docx', { heading: 'Bread' }), expect.stringContaining('forty minutes')],
    [QUESTIONS[5], at('people.xlsx', { row: 3 }), expect.stringContaining('Bletchley')],
    [QUESTIONS[6], at('prices.csv', { row: 3 }), expect.stringContaining('299 euro')],
  ]);
});

test('the model that comes with the server can judge what was found', () => {
  expect(told.ranked).toMatchObject({
    context: expect.stringContaining('four hundred thousand km'),
    citations: [{ document: 'space.pdf', page: 2 }],
    rerank: { model: 'offline/embeddings-en' },
  });
});

test('a file that changes is found as it is now, and not as it was; one that is deleted is not found', () => {
  expect(told.after).toEqual([
    {
      question: QUESTIONS[1],
      context: expect.stringContaining('forty-two days'),
      citations: [expect.objectContaining({ document: 'handbook.md', heading: 'Handbook › Vacation' })],
      rerank: null,
    },
  ]);
  expect(JSON.stringify(told.after)).not.toContain('thirty days');
  expect(JSON.stringify(told.gone)).not.toMatch(/handbook|vacation|forty-two|thirty/);
});
