/**
 * The program that reads the text of PDF files, by pdf.js: both of its halves run here, and it draws nothing.
 *
 * PF1 Nothing in a file is run: neither its scripts, nor functions made of its fonts. Nothing is fetched, no file attached
 *     to it is opened.
 * PF2 Pages are read one by one and handed over; what one left behind is let go before the next.
 */

import './pdf-world.ts';
import { getDocument, type PDFDocumentProxy } from 'pdfjs-dist';
// @ts-expect-error -- it has no types, and none are needed
import * as worker from 'pdfjs-dist/build/pdf.worker.mjs';
import { fault, program, Source } from './bytes.ts';

type Input = { readonly size: number; readonly first: number; readonly pages: number; readonly most: number };
type Item = { readonly str?: string; readonly hasEOL?: boolean };

// It looks here for its other half before it would load it.
Object.assign(globalThis, { pdfjsWorker: worker });

const LARGEST = 128 * 1024 * 1024;

const opened = async (data: Uint8Array): Promise<PDFDocumentProxy> => {
  try {
    return await getDocument({
      data,
      verbosity: 0,
      isEvalSupported: false,
      disableFontFace: true,
      useSystemFonts: false,
      useWorkerFetch: false,
      stopAtErrors: false,
      enableXfa: false,
      maxImageSize: 0,
    }).promise;
  } catch (error) {
    throw told(error);
  }
};

/** What pdf.js says is wrong, by the names of its errors. */
const told = (error: unknown): unknown => {
  const { name = '', message = '' } = (typeof error === 'object' && error !== null ? error : {}) as Partial<Error>;
  if (name === 'Fault' || (error instanceof Error && 'fault' in error)) return error;
  // Between its halves an error loses its name.
  if (name === 'PasswordException' || /^(?:No password given|Incorrect Password)/.test(message))
    return fault('pdf.encrypted', 'The PDF is encrypted and opens with a password alone', {
      fix: 'Save it without a password.',
    });
  return fault('pdf.damaged', `It is no PDF, or a damaged one: ${message.slice(0, 150)}`, {
    fix: 'Fetch or make it again.',
  });
};

const textOf = async (document: PDFDocumentProxy, number: number): Promise<string> => {
  try {
    const page = await document.getPage(number);
    const { items } = await page.getTextContent();
    const text = (items as readonly Item[])
      .map(({ str = '', hasEOL }) => (hasEOL === true ? `${str}\n` : str))
      .join('');
    page.cleanup();
    return text.replace(/[ \t]+\n/g, '\n').trim();
  } catch (error) {
    throw told(error);
  }
};

const INFO = ['Title', 'Author', 'Subject', 'Keywords', 'Creator', 'Producer', 'CreationDate', 'ModDate'] as const;

// oxlint-disable-next-line import/no-default-export -- it is what a runner calls
export default program<Input>(async ({ size, first, pages, most }, host) => {
  const source = new Source(host, 0, size);
  const head = new TextDecoder('utf-8').decode(await source.at(0, 1024));
  if (!head.includes('%PDF-')) throw fault('pdf.format', 'It is no PDF: it does not begin as one');
  const document = await opened(await source.whole(LARGEST, () => fault('pdf.large', 'It is larger than 128 MB')));
  const last = Math.min(document.numPages, first + pages - 1);
  let length = 0;
  for (let number = first; number <= last; number += 1) {
    const text = await textOf(document, number);
    length += text.length;
    if (length > most)
      throw fault('pdf.text', `Its text is longer than ${most} characters, from page ${number} on`, {
        at: { field: 'pages' },
        fix: 'Read fewer pages at a time, with `first` and `pages`.',
      });
    await host.take({ page: number, text });
  }
  const { info } = await document.getMetadata().catch(() => ({ info: {} }));
  const about = info as Readonly<Record<string, unknown>>;
  return {
    pages: document.numPages,
    info: Object.fromEntries(
      INFO.flatMap((name) => {
        const value = about[name];
        return typeof value === 'string' && value !== '' ? [[name, value.slice(0, 1_000)]] : [];
      }),
    ),
  };
});
