import { Readable } from 'node:stream';
import { Matcher } from '@headgate/core';
import fastify, { type FastifyInstance } from 'fastify';
import { afterEach, expect, test } from 'vitest';
import { guardResponses, written } from './writer.ts';

const value = 'canary-9b1f6a70c4e25d38-Zq';
const pin = '8214739501';
const guard = new Matcher([
  { name: 'canary', value },
  { name: 'pin', value: pin },
]);
let app: FastifyInstance | undefined;
const serving = (answer: () => unknown, headers: Record<string, string> = {}): FastifyInstance => {
  app = fastify();
  app.decorateRequest('passage', null);
  guardResponses(app, guard);
  app.get('/', (_request, reply) => reply.headers(headers).send(answer()));
  return app;
};
const got = async (answer: () => unknown, headers?: Record<string, string>) =>
  serving(answer, headers).inject({ method: 'GET', url: '/' });
afterEach(() => app?.close());

test('SEC-02 texts, JSON, and where an answer sends its reader, pass the guard', async () => {
  expect((await got(() => `so ${value}`)).body).toBe('so [secret canary]');
  expect((await got(() => ({ a: [value] }))).json()).toEqual({ a: ['[secret canary]'] });
  const sent = await got(() => 'x', { location: `/there?x=${value}` });
  expect(sent.headers['location']).toBe('/there?x=[secret canary]');
});

test('SEC-02 a stream passes the guard, over the borders of its pieces', async () => {
  const frame = (text: string): string => `event: told\ndata: ${JSON.stringify({ text })}\n\n`;
  const answer = await got(() =>
    Readable.from([': hello\n\n', frame(`so ${value.slice(0, 12)}`), frame(value.slice(12))]),
  );
  expect(answer.body).toBe(`: hello\n\n${frame('so [secret canary]')}${frame('')}`);
});

test('a number that is a secret becomes a text, so that JSON stays JSON', () => {
  const text = JSON.stringify({ a: Number(pin), b: [1, Number(pin)], c: `x ${pin} "y"`, d: value });
  expect(JSON.parse(written(guard, text))).toEqual({
    a: '[secret pin]',
    b: [1, '[secret pin]'],
    c: 'x [secret pin] "y"',
    d: '[secret canary]',
  });
  expect(written(guard, `a ${pin}`)).toBe('a [secret pin]');
  const bytes = JSON.stringify({ list: [[1, ...Buffer.from(value), 2], 'after', [3]] });
  expect(JSON.parse(written(guard, bytes))).toEqual({ list: ['1,[secret canary],2', 'after', [3]] });
});

test('a new key is shown at its only showing, and everything beside it is not', () => {
  const fresh = `hg_${'aB3dE5fG7hJ9'.repeat(4)}`;
  const text = JSON.stringify({ key: fresh, other: `hg_${'zZ3dE5fG7hJ9'.repeat(4)}`, value });
  expect(JSON.parse(written(guard, text, {}, [fresh]))).toEqual({
    key: fresh,
    other: '[key headgate]',
    value: '[secret canary]',
  });
});

test('shapes that a grant shows are shown, and a reader of another workspace learns no names', () => {
  const jwt = `eyJ${'aB3dE5fG'.repeat(3)}.eyJ${'aB3dE5fG'.repeat(3)}.${'aB3dE5fG'.repeat(3)}`;
  expect(written(guard, `${jwt} ${value}`)).toBe('[key jwt] [secret canary]');
  expect(written(guard, `${jwt} ${value}`, { reveal: ['jwt'] })).toBe(`${jwt} [secret canary]`);
  const theirs = new Matcher([{ name: 'canary', value, workspace: 'theirs' }]);
  expect(written(theirs, value, { workspace: 'ours' })).toBe('[secret]');
});

test('WR2 bytes that are no text have no way out', async () => {
  expect((await got(() => Buffer.from(value))).statusCode).toBe(500);
});
