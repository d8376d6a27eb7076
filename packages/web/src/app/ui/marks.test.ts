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
