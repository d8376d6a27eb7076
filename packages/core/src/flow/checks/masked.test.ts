import { expect, test } from 'vitest';
import type { Flow } from '../model.ts';
import { maskedIn } from './masked.ts';

const flowOf = (more: object): Flow => ({ headgate: 1, name: 'Masked', steps: [], ...more }) as Flow;
const placesIn = (more: object): unknown => maskedIn(flowOf(more)).map(({ code, at }) => [code, at]);

test('SEC-01 a label of the guard where a value belongs is told with its step and field', () => {
  const request = { id: 'call', kind: 'http.request@1', with: { url: 'x', headers: { a: 'Bearer [secret github]' } } };
  const inner = { id: 'inner', kind: 'set@1', with: { value: ['a', '[secret]'] } };
  expect(
    placesIn({
      steps: [request, { id: 'all', kind: 'each@1', with: { over: [], steps: [inner] } }],
      output: '[key jwt]',
    }),
  ).toEqual([
    ['secret.masked', { step: 'call', field: 'with.headers.a' }],
    ['secret.masked', { step: 'inner', field: 'with.value[1]' }],
    ['secret.masked', { field: 'output' }],
  ]);
  expect(placesIn({ name: 'Named [secret canary.1]' })).toEqual([['secret.masked', { field: 'name' }]]);
  expect(placesIn({ steps: [{ id: 'a', kind: 'set@1', with: { value: { '[secret x]': 1 } } }] })).toEqual([
    ['secret.masked', { step: 'a', field: 'with.value' }],
  ]);
});

test('SEC-01 twin: words, lists and expressions that only look like one are left alone', () => {
  for (const text of [
    '[secrets]',
    'secret',
    '[ secret ]',
    '[secret a b]',
    '[key]',
    '[key value]',
    '{{ input["secret"] }}',
    '{{ [secret_of] }}',
    'x[key github',
  ])
    expect(placesIn({ steps: [{ id: 'a', kind: 'set@1', with: { value: text } }] }), text).toEqual([]);
});

test('DOS-06 a flow of labels and a text of brackets take linear time', () => {
  const steps = Array.from({ length: 5_000 }, (_, i) => ({ id: `s${i}`, kind: 'set@1', with: { value: '[secret]' } }));
  expect(maskedIn(flowOf({ steps })).length).toBe(100);
  expect(maskedIn(flowOf({ description: '[secret '.repeat(100_000) }))).toEqual([]);
}, 2_000);
