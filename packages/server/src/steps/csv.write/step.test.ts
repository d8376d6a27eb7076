import { trial, trialFiles } from '@headgate/core/step';
import { expect, test } from 'vitest';
import { step as parse } from '../csv.parse/step.ts';
import { step } from './step.ts';

const text = async (input: unknown): Promise<unknown> => {
  const { outcome } = await trial(step, input);
  return outcome.kind === 'done' ? outcome.value : outcome.kind === 'problem' ? outcome.problem.code : outcome.kind;
};

test('objects become lines, with the columns asked for or every field in the order of its appearance', async () => {
  const items = [
    { a: 'x, y', n: 1 },
    { b: null, n: 2.5, list: [1, '"'] },
  ];
  expect(await text({ items })).toBe('a,n,b,list\r\n"x, y",1,,\r\n,2.5,,"[1,""\\""""]"');
  expect(await text({ items, columns: ['n', 'a'], separator: ';', header: false })).toBe('1;x, y\r\n2.5;');
  expect(await text({ items: null })).toBe('');
  expect(await text({ items: [1] })).toBe('csv.item');
  expect(await text({ items: [{ toString: 'own' }], columns: ['toString', 'constructor'] })).toBe(
    'toString,constructor\r\nown,',
  );
});

test('a text that a spreadsheet would run as a formula is quoted, numbers are not, and so it is not where that is asked for', async () => {
  const items = [{ a: '=HYPERLINK("x")', b: '-5', c: '@x', d: '+1 555', e: -3 }];
  expect(await text({ items, header: false })).toBe(`"'=HYPERLINK(""x"")",-5,'@x,'+1 555,-3`);
  expect(await text({ items, header: false, columns: ['c'], formulas: true })).toBe('@x');
  expect(await text({ items: [{ '=1+1': 1 }] })).toBe("'=1+1\r\n1");
});

test('what is written is read back as it was, and lies in a file where a path is given', async () => {
  const items = [
    { a: 'line\nbreak', b: '"quoted"' },
    { a: 'é;😀', b: ' blanks ' },
  ];
  const back = await trial(parse, { text: await text({ items }) });
  expect(back.outcome).toEqual({ kind: 'done', value: items });
  const held = new Map<string, string | Uint8Array>();
  const { outcome } = await trial(step, { items, path: 'out/a.csv' }, { files: trialFiles(held) });
  expect(outcome).toMatchObject({ kind: 'done', value: { path: 'out/a.csv' } });
  expect(held.get('out/a.csv')).toBe(await text({ items }));
});
