/**
 * The program that reads the text of a .docx document (ECMA-376), paragraph by paragraph, as Markdown that knows headings,
 * lists and tables alone.
 *
 * DX1 A document is an archive: entries, bytes and ratio are counted as of any other. A document type is refused.
 * DX2 What was deleted, fields that compute something, and pictures are left out.
 */

import { SaxesParser } from 'saxes';
import { fault, program, Source } from './bytes.ts';
import { Budget } from './inflate.ts';
import { type Entry, zipEntries } from './zip.ts';

type Input = { readonly size: number; readonly most: number };

const BOUNDS = { entries: 5_000, bytes: 512 * 1024 * 1024, ratio: 500 };
/** Characters that go over at once. */
const PIECE = 200_000;
const HEADING = /^(?:heading|überschrift|berschrift|titre|título|titolo|kop)\s*([1-6])$/i;

const plain = (name: string): string => name.slice(name.indexOf(':') + 1);

/** Goes through the document; `line` is told of each paragraph. */
const read = async (part: Entry, line: (text: string) => void, between: () => Promise<void>): Promise<void> => {
  const parser = new SaxesParser({ xmlns: false, position: false });
  let text = '';
  let inText = 0;
  let level = 0;
  let listed = false;
  let cells: string[] | null = null;
  let cell = '';
  let tables = 0;
  parser.on('error', (error) => {
    throw fault('docx.damaged', `The document is damaged: ${error.message.slice(0, 100)}`);
  });
  parser.on('doctype', () => {
    throw fault('docx.damaged', 'The document declares a document type, which is not read');
  });
  parser.on('opentag', ({ name, attributes }) => {
    switch (plain(name)) {
      case 'p':
        text = '';
        level = 0;
        listed = false;
        break;
      case 'pStyle': {
        const found = HEADING.exec(attributes['w:val'] ?? '');
        if (found !== null) level = Number(found[1]);
        if (/^title$/i.test(attributes['w:val'] ?? '')) level = 1;
        break;
      }
      case 'outlineLvl': {
        const given = Number(attributes['w:val']);
        if (level === 0 && given >= 0 && given < 6) level = given + 1;
        break;
      }
      case 'numPr':
        listed = true;
        break;
      case 't':
        inText += 1;
        break;
      case 'tab':
        text += ' ';
        break;
      case 'br':
      case 'cr':
        text += '\n';
        break;
      case 'tbl':
        tables += 1;
        break;
      case 'tr':
        if (tables === 1) cells = [];
        break;
      case 'tc':
        if (tables === 1) cell = '';
        break;
      default:
    }
  });
  const took = (piece: string): void => {
    if (inText > 0) text += piece;
  };
  parser.on('text', took);
  parser.on('cdata', took);
  parser.on('closetag', ({ name }) => {
    switch (plain(name)) {
      case 't':
        inText -= 1;
        break;
      case 'p': {
        const said = text.trim();
        if (said === '') break;
        if (tables > 0) cell += cell === '' ? said : ` ${said}`;
        else line(level > 0 ? `${'#'.repeat(level)} ${said.replaceAll('\n', ' ')}` : listed ? `- ${said}` : said);
        break;
      }
      case 'tc':
        if (tables === 1) cells?.push(cell.replaceAll('\n', ' '));
        break;
      case 'tr':
        if (tables === 1 && cells !== null) line(`| ${cells.join(' | ')} |`);
        break;
      case 'tbl':
        tables -= 1;
        break;
      default:
    }
  });
  const decoder = new TextDecoder('utf-8');
  for await (const piece of part.data()) {
    parser.write(decoder.decode(piece, { stream: true }));
    await between();
  }
  parser.write(decoder.decode());
  parser.close();
};

// oxlint-disable-next-line import/no-default-export -- it is what a runner calls
export default program<Input>(async ({ size, most }, host) => {
  const entries = await zipEntries(new Source(host, 0, size), new Budget(BOUNDS, size));
  const part = entries.find(({ name }) => name === 'word/document.xml');
  if (part === undefined) throw fault('docx.format', 'It is no .docx document: it holds none');
  let waiting: string[] = [];
  let length = 0;
  let all = 0;
  const send = async (): Promise<void> => {
    const text = waiting.join('');
    waiting = [];
    length = 0;
    if (text !== '') await host.take(text);
  };
  await read(
    part,
    (text) => {
      all += text.length + 2;
      if (all > most) throw fault('docx.text', `Its text is longer than ${most} characters`);
      waiting.push(`${text}\n\n`);
      length += text.length;
    },
    async () => {
      if (length > PIECE) await send();
    },
  );
  await send();
  return null;
});
