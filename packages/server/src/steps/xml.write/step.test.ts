import { trial } from '@headgate/core/step';
import { expect, test } from 'vitest';
import { step } from './step.ts';

const written = async (value: unknown, more: object = {}) =>
  (await trial(step, { value, declaration: false, ...more })).outcome;

test('fields are elements, @fields attributes, lists the same element again, and nothing breaks out of a text', async () => {
  expect(await written({ a: { '@x': '"<&>\n', b: ['1', 2, true, null], '#text': ']]>&<' } })).toMatchObject({
    value: '<a x="&quot;&lt;&amp;&gt;&#10;">]]&gt;&amp;&lt;<b>1</b><b>2</b><b>true</b><b/></a>',
  });
  expect(await written({ a: { b: { c: 'x' } } }, { indent: true })).toMatchObject({
    value: '<a>\n  <b>\n    <c>x</c>\n  </b>\n</a>\n',
  });
});

test('what is no name or no text of XML is a Problem', async () => {
  const codes = [];
  for (const value of [
    { 'a b': 1 },
    { a: { '@x>': 1 } },
    { 'a><b': 1 },
    { a: '\u0000' },
    { a: { '@b': {} } },
    {},
    [],
    'a',
    { a: 1, b: 2 },
    { a: [1, 2] },
    { a: '\ud800' },
  ]) {
    const done = await written(value);
    codes.push(done.kind === 'problem' ? done.problem.code : done.kind);
  }
  expect(codes).toEqual(['xml.name', 'xml.name', 'xml.name', ...Array.from({ length: 8 }, () => 'xml.value')]);
});
