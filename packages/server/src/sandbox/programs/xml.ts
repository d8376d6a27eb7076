/**
 * The program that reads XML, by saxes: elements as values.
 *
 * XM1 A document type makes the document a Problem: no entity is declared, none expands, nothing is fetched (XXE, billion
 *     laughs). The five entities of XML itself and numbers are read.
 * XM2 Depth and the number of elements are bounded while it is read.
 */

import { SaxesParser } from 'saxes';
import { fault, program, Source } from './bytes.ts';
import { xmlText } from './xml-text.ts';

type Input = {
  readonly size: number;
  readonly lists: readonly string[];
  readonly depth: number;
  readonly elements: number;
};
type Fields = Record<string, unknown>;
type Open = { readonly name: string; readonly fields: Fields; text: string };

const LARGEST = 32 * 1024 * 1024;
/** Characters that are read at once, so that what is bounded is seen early. */
const PIECE = 64 * 1024;

const put = (into: Fields, name: string, value: unknown, list: boolean): void => {
  const known = into[name];
  if (known === undefined) into[name] = list ? [value] : value;
  else if (Array.isArray(known)) known.push(value);
  else into[name] = [known, value];
};

/** A record that has nothing but what is put into it, whatever that is called. */
const fresh = (): Fields => Object.create(null) as Fields;

const valueOf = ({ fields, text }: Open): unknown => {
  const names = Object.keys(fields);
  if (names.length === 0) return text;
  if (text.trim() !== '') fields['#text'] = text.trim();
  return fields;
};

const read = (text: string, { lists, depth, elements }: Input): unknown => {
  const parser = new SaxesParser({ xmlns: false, position: true });
  const asList = new Set(lists);
  const open: Open[] = [];
  const root = fresh();
  let count = 0;
  const at = () => ({ line: parser.line, column: parser.columnIndex + 1 });
  parser.on('error', (error) => {
    throw fault('xml.syntax', `It is no well-formed XML: ${error.message.replace(/^\d+:\d+: /, '').slice(0, 200)}`, {
      at: at(),
    });
  });
  parser.on('doctype', () => {
    throw fault('xml.doctype', 'It declares a document type, which is not read', {
      at: at(),
      fix: 'Send it without <!DOCTYPE …>: no entities are declared or fetched.',
    });
  });
  parser.on('opentag', ({ name, attributes }) => {
    count += 1;
    if (count > elements)
      throw fault('xml.large', `It has more than ${elements} elements`, { at: { ...at(), field: 'elements' } });
    if (open.length >= depth)
      throw fault('xml.deep', `Its elements are nested deeper than ${depth}`, { at: { ...at(), field: 'depth' } });
    const fields = fresh();
    for (const [key, value] of Object.entries(attributes)) fields[`@${key}`] = value;
    open.push({ name, fields, text: '' });
  });
  const took = (piece: string): void => {
    const top = open.at(-1);
    if (top !== undefined) top.text += piece;
  };
  parser.on('text', took);
  parser.on('cdata', took);
  parser.on('closetag', () => {
    const done = open.pop();
    if (done !== undefined) put(open.at(-1)?.fields ?? root, done.name, valueOf(done), asList.has(done.name));
  });
  for (let i = 0; i < text.length; i += PIECE) parser.write(text.slice(i, i + PIECE));
  parser.close();
  return root;
};

// oxlint-disable-next-line import/no-default-export -- it is what a runner calls
export default program<Input>(async (input, host) => {
  const bytes = await new Source(host, 0, input.size).whole(LARGEST, () =>
    fault('xml.large', 'It is larger than 32 MB', { fix: 'Cut it into several documents.' }),
  );
  return read(xmlText(bytes), input);
});
