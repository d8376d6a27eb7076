/** Methods and fields of regex literals. */
import { matches, tests } from '../regex/run.ts';
import { fieldOf, methodOf, req, type Field, type Method } from './method.ts';
import { matchList } from './texts.ts';

const regex = methodOf('regex');
const field = fieldOf('regex');

export const regexes: readonly Method[] = [
  regex({
    name: 'test',
    params: [req('text', 'text')],
    result: 'boolean',
    doc: 'True if the regex matches somewhere in the text.',
    example: ["/^\\d+$/.test('123')", true],
    run: (use, self, text) => tests(use.budget, self, text),
  }),
  regex({
    name: 'exec',
    params: [req('text', 'text')],
    result: 'list',
    doc: 'The first match in the text and its groups; null when there is none.',
    example: ["/(\\d+)px/.exec('12px')[1]", '12'],
    run: (use, self, text) => {
      for (const found of matches(use.budget, self, text, false)) return matchList(use, text, found);
      return null;
    },
  }),
];

export const regexFields: readonly Field[] = [
  field({
    name: 'source',
    result: 'text',
    doc: 'The regex as it is written.',
    example: ['/a+/g.source', 'a+'],
    read: (self) => self.source,
  }),
  field({
    name: 'flags',
    result: 'text',
    doc: 'The flags of the regex.',
    example: ['/a+/g.flags', 'g'],
    read: (self) => self.flags,
  }),
];
