import { trial } from '@headgate/core/step';
import { expect, test } from 'vitest';
import { step } from './step.ts';

test('the answer is 200 without headers unless said otherwise', async () => {
  expect((await trial(step, { body: { ok: true } })).outcome).toEqual({
    kind: 'respond',
    status: 200,
    headers: {},
    body: { ok: true },
  });
  expect((await trial(step, { status: 204, body: null })).outcome).toEqual({
    kind: 'respond',
    status: 204,
    headers: {},
    body: null,
  });
});

test('header names are lower-cased, values become texts, null leaves one out', async () => {
  const headers = { 'X-Count': 3, 'X-Yes': true, 'Content-Type': 'text/plain', 'X-None': null };
  expect((await trial(step, { headers, body: 'x' })).outcome).toMatchObject({
    headers: { 'x-count': '3', 'x-yes': 'true', 'content-type': 'text/plain' },
  });
});

test('a header cannot end a line, change the framing or have a name that is none', async () => {
  const code = async (headers: Record<string, string>): Promise<unknown> => {
    const { outcome } = await trial(step, { headers, body: 'x' });
    return outcome.kind === 'problem' ? outcome.problem.code : outcome.kind;
  };
  expect(await code({ 'x-a': 'one\r\nset-cookie: a=b' })).toBe('headers.value');
  expect(await code({ 'x-a': 'nul\0' })).toBe('headers.value');
  expect(await code({ 'x-a': 'snow ☃' })).toBe('headers.value');
  expect(await code({ 'Content-Length': '3' })).toBe('headers.reserved');
  expect(await code({ 'Transfer-Encoding': 'chunked' })).toBe('headers.reserved');
  expect(await code({ 'a b': 'x' })).toBe('headers.name');
  expect(await code({ '': 'x' })).toBe('headers.name');
});

test('a header named like a built-in is a plain own field', async () => {
  const { outcome } = await trial(step, { headers: JSON.parse('{"constructor":"x"}'), body: null });
  if (outcome.kind !== 'respond') throw new Error('no answer');
  expect(Object.keys(outcome.headers)).toEqual(['constructor']);
  expect(Object.getPrototypeOf(outcome.headers)).toBe(Object.prototype);
});

test('statuses below 200 or above 599 and a missing body are refused', () => {
  for (const status of [100, 199, 600, 200.5, '200'])
    expect(step.input.safeParse({ status, body: 1 }).success).toBe(false);
  expect(step.input.safeParse({ status: 200 }).success).toBe(false);
});
