import { expect, test } from 'vitest';
import { problem } from '@headgate/core';
import type { OutRequest } from '../egress/door.ts';
import { type Exchange, replayDoor } from './replay.ts';

const ask = (method: string, url: string, more: Partial<OutRequest> = {}): OutRequest => ({
  method,
  url,
  timeout: 1000,
  maxBytes: 1000,
  inlineBytes: 1000,
  maxRedirects: 0,
  judge: () => null,
  ...more,
});
const exchange = (method: string, url: string, body: unknown, sent?: unknown): Exchange => ({
  request: { method, url, ...(sent === undefined ? {} : { body: sent }) },
  response: { status: 200, body },
});
const answers = async (door: ReturnType<typeof replayDoor>, request: OutRequest): Promise<unknown> => {
  const answer = await door.request(request);
  if (!answer.ok) return answer.problem.code;
  const { body } = answer.value;
  return body.kind === 'bytes' ? body.bytes.toString() : body.id;
};

test('equal requests get their answers in the order recorded, each once; others by what they ask', async () => {
  const door = replayDoor([
    exchange('GET', 'https://a.example/1', { n: 1 }),
    exchange('GET', 'https://a.example/1', { n: 2 }),
    exchange('POST', 'https://a.example/1', 'posted'),
  ]);
  expect(await answers(door, ask('POST', 'https://a.example/1'))).toBe('posted');
  expect(await answers(door, ask('GET', 'https://a.example/1'))).toBe('{"n":1}');
  expect(await answers(door, ask('GET', 'https://A.example:443/1'))).toBe('{"n":2}');
  expect(door.unused()).toEqual([]);
  expect(await answers(door, ask('GET', 'https://a.example/1'))).toBe('test.http_unexpected');
  expect(door.unexpected()).toEqual(['GET https://a.example/1']);
});

test('a recorded body must be what is sent, as JSON; without one anything may be sent', async () => {
  const door = replayDoor([
    exchange('POST', 'https://a.example/x', 'exact', { a: 1, b: [2] }),
    exchange('POST', 'https://a.example/x', 'any'),
  ]);
  expect(await answers(door, ask('POST', 'https://a.example/x', { body: '{"b":[3],"a":1}' }))).toBe('any');
  expect(await answers(door, ask('POST', 'https://a.example/x', { body: '{"b":[2],"a":1}' }))).toBe('exact');
});

test('a request that the broker refuses uses up no answer', async () => {
  const door = replayDoor([exchange('GET', 'https://a.example/1', null)]);
  const judge = (): ReturnType<OutRequest['judge']> => problem('grant.missing', 'no');
  expect(await answers(door, ask('GET', 'https://a.example/1', { judge }))).toBe('grant.missing');
  expect(door.unused()).toHaveLength(1);
  expect(door.unexpected()).toEqual([]);
});

test('an answer comes back as it was: JSON typed, a JSON text quoted, an empty one empty', async () => {
  const json = { 'Content-Type': 'application/json' };
  const of = async (response: Exchange['response']): Promise<unknown> => {
    const request = { method: 'GET', url: 'https://a.example/' };
    const answer = await replayDoor([{ request, response }]).request(ask('GET', 'https://a.example/'));
    if (!answer.ok || answer.value.body.kind !== 'bytes') return answer;
    return [answer.value.headers['content-type'], answer.value.body.bytes.toString()];
  };
  expect(await of({ status: 200, body: { a: 1 } })).toEqual(['application/json', '{"a":1}']);
  expect(await of({ status: 200, headers: json, body: 'text' })).toEqual(['application/json', '"text"']);
  expect(await of({ status: 200, headers: json, body: null })).toEqual(['application/json', 'null']);
  expect(await of({ status: 204, headers: {}, body: null })).toEqual([undefined, '']);
  expect(await of({ status: 200, body: 'plain' })).toEqual([undefined, 'plain']);
});
