import { expect, test } from 'vitest';
import { blocksOf } from './marks.ts';

test('paragraphs, lists, code and emphasis become parts', () => {
  expect(blocksOf('# Head\nOne **two** `three`\n\n1. a\n2. b\n\n```js\nx < 1\n```')).toEqual([
    { is: 'head', marks: [{ is: 'text', text: 'Head' }] },
    {
      is: 'paragraph',
      marks: [
        { is: 'text', text: 'One ' },
        { is: 'strong', text: 'two' },
        { is: 'text', text: ' ' },
        { is: 'code', text: 'three' },
      ],
    },
    { is: 'list', first: 1, items: [[{ is: 'text', text: 'a' }], [{ is: 'text', text: 'b' }]] },
    { is: 'code', text: 'x < 1' },
  ]);
});

test('only addresses of the web are links, and they show their host; what looks like markup is text', () => {
  const marks = (text: string) => blocksOf(text).flatMap((block) => ('marks' in block ? block.marks : []));
  expect(marks('[a](https://shop.example/x)')).toEqual([
    { is: 'link', text: 'a (shop.example)', href: 'https://shop.example/x' },
  ]);
  for (const hostile of ['[a](javascript:alert(1))', '[a](data:text/html,x)', '[a](https://u@evil.example/)'])
    expect(marks(hostile).filter(({ is }) => is === 'link')).toEqual([]);
  expect(marks('<img src=x onerror=1>')).toEqual([{ is: 'text', text: '<img src=x onerror=1>' }]);
});

test.each([
  ['a link that never ends', `[x](${'a'.repeat(60_000)}`],
  ['links within links', '[x]('.repeat(15_000)],
  ['beginnings of labels', '['.repeat(60_000)],
  ['a heading of carriage returns', `# ${'\r'.repeat(60_000)}x`],
  ['an item of line separators', `- ${'\u2028'.repeat(60_000)}x`],
  ['stars', '*a '.repeat(20_000)],
  ['ticks and stars', '`**'.repeat(20_000)],
])(
  'DOS-06 what a model writes to be read for ever is read: %s',
  (_name, text) => {
    const shown = JSON.stringify(blocksOf(text));
    expect(shown.length).toBeGreaterThan(10);
  },
  10_000,
);

test('a link may have a title, and its label no other link', () => {
  expect(blocksOf('[shop](https://shop.example/a "The shop")')).toEqual([
    { is: 'paragraph', marks: [{ is: 'link', text: 'shop (shop.example)', href: 'https://shop.example/a' }] },
  ]);
});
