/** The program that reads and writes workbooks. Rows go to the host a thousand at a time: a sheet is no one value here. */

import { fault, program, Sink, Source } from './bytes.ts';
import { type Cell, openBook } from './sheet-read.ts';
import { type Sheet, writeBook } from './sheet-write.ts';

type Input =
  | {
      readonly do: 'read';
      readonly size: number;
      /** Its name, its place from 1, or null: the first. */
      readonly sheet: string | number | null;
      readonly from: number;
      readonly rows: number;
    }
  | { readonly do: 'write'; readonly sheets: readonly Sheet[] };

/** Cells that go over at once. */
const AT_ONCE = 20_000;

// oxlint-disable-next-line import/no-default-export -- it is what a runner calls
export default program<Input>(async (input, host) => {
  if (input.do === 'write') {
    const sink = new Sink(host, 0);
    await writeBook(input.sheets, sink);
    await sink.end();
    return sink.written;
  }
  const book = await openBook(new Source(host, 0, input.size));
  const names = book.sheets.map(({ name }) => name);
  const wanted = input.sheet ?? 1;
  const sheet = typeof wanted === 'number' ? book.sheets[wanted - 1] : book.sheets.find(({ name }) => name === wanted);
  if (sheet === undefined)
    throw fault('sheet.missing', `There is no sheet ${JSON.stringify(wanted)} in it`, {
      at: { field: 'sheet' },
      fix: `It has: ${names
        .map((name) => JSON.stringify(name))
        .join(', ')
        .slice(0, 300)}.`,
    });
  // Rows are found without waiting, and handed over between two pieces of the sheet.
  const waiting: { rows: Cell[][]; cells: number }[] = [];
  let rows: Cell[][] = [];
  let cells = 0;
  let taken = 0;
  const sending = async (): Promise<void> => {
    for (const batch of waiting.splice(0)) await host.take(batch.rows);
  };
  await book.read(
    sheet,
    (row, number) => {
      if (number < input.from) return true;
      rows.push(row);
      cells += row.length;
      taken += 1;
      if (cells >= AT_ONCE) {
        waiting.push({ rows, cells });
        rows = [];
        cells = 0;
      }
      return taken < input.rows;
    },
    sending,
  );
  waiting.push({ rows, cells });
  await sending();
  return { names, name: sheet.name };
});
