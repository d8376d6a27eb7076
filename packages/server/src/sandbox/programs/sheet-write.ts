/**
 * Workbooks of the form .xlsx (ECMA-376), written row by row: numbers, truth, dates and texts, each as what it is.
 *
 * SW1 A text is written as a text and never as a formula, whatever it begins with; one that a person's next keystroke would
 *     make a formula carries the mark that it is none (quotePrefix).
 */

import { fault, type Sink, utf8 } from './bytes.ts';
import { type Packed, writeZip } from './zip.ts';

export type Value = string | number | boolean | null;
export type Sheet = {
  readonly name: string;
  readonly columns: readonly string[];
  readonly header: boolean;
  readonly rows: readonly (readonly Value[])[];
  /** By column: holds dates, as ISO texts. */
  readonly dates: readonly boolean[];
};

const LONGEST_TEXT = 32_767;
const LAST_ROW = 1_048_576;
const LAST_COLUMN = 16_384;
/** Numbers of the styles below. */
const [HEAD, DATE, BOTH, QUOTED] = [1, 2, 3, 4];
const MAIN = 'http://schemas.openxmlformats.org/spreadsheetml/2006/main';
const OFFICE = 'http://schemas.openxmlformats.org/officeDocument/2006/relationships';
const PACKAGE = 'http://schemas.openxmlformats.org/package/2006';
const DECLARED = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n';

const UNWRITABLE =
  // oxlint-disable-next-line no-control-regex -- XML 1.0 has no place for these
  /[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff\r]|_(?=x[0-9A-Fa-f]{4}_)|[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g;
const MARKS = /[&<>"]/g;
const NAMES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };
const escaped = (text: string): string =>
  text
    .replace(UNWRITABLE, (c) =>
      c >= '\ud800' && c <= '\udfff' ? '\ufffd' : `_x${c.charCodeAt(0).toString(16).toUpperCase().padStart(4, '0')}_`,
    )
    .replace(MARKS, (c) => NAMES[c] ?? c);

const letters: string[] = [];
const lettersOf = (column: number): string => {
  const known = letters[column];
  if (known !== undefined) return known;
  let name = '';
  for (let n = column + 1; n > 0; n = Math.floor((n - 1) / 26)) name = String.fromCharCode(65 + ((n - 1) % 26)) + name;
  letters[column] = name;
  return name;
};

const ISO = /^(\d{4})-(\d\d)-(\d\d)(?:[T ](\d\d):(\d\d)(?::(\d\d)(?:\.\d+)?)?)?(?:Z|[+-]\d\d:?\d\d)?$/;

/** Days since the last day of 1899, as spreadsheets count; and whether it has a time of the day. */
const daysOf = (text: string): { days: number; time: boolean } | null => {
  const [, y, m, d, h, min, s] = ISO.exec(text) ?? [];
  if (y === undefined) return null;
  const zone = /T.*(?:Z|[+-]\d\d:?\d\d)$/.test(text)
    ? Date.parse(text)
    : Date.UTC(Number(y), Number(m) - 1, Number(d), Number(h ?? 0), Number(min ?? 0), Number(s ?? 0));
  const days = zone / 86_400_000 + 25_569;
  if (!Number.isFinite(days) || new Date(Date.UTC(Number(y), Number(m) - 1, Number(d))).getUTCDate() !== Number(d))
    return null;
  return days < 61 ? null : { days, time: h !== undefined };
};

const FORMULA = /^[=+\-@\t\r]/;

const cellOf = (value: Value, place: string, isDate: boolean, where: () => string): string => {
  if (value === null) return '';
  if (typeof value === 'number') return Number.isFinite(value) ? `<c r="${place}"><v>${value}</v></c>` : '';
  if (typeof value === 'boolean') return `<c r="${place}" t="b"><v>${value ? 1 : 0}</v></c>`;
  const when = isDate ? daysOf(value) : null;
  if (when !== null) return `<c r="${place}" s="${when.time ? BOTH : DATE}"><v>${when.days}</v></c>`;
  if (isDate && value !== '')
    throw fault('sheet.date', `${where()} is no date: ${JSON.stringify(value.slice(0, 40))}`, {
      at: { field: 'dates' },
      fix: 'Write dates as 2026-03-31 or 2026-03-31T12:00:00, from March 1900 on; or leave the column out of `dates`.',
    });
  if (value.length > LONGEST_TEXT)
    throw fault('sheet.text', `${where()} has more than ${LONGEST_TEXT} characters`, { at: { field: 'items' } });
  return `<c r="${place}" t="inlineStr"${FORMULA.test(value) ? ` s="${QUOTED}"` : ''}><is><t xml:space="preserve">${escaped(value)}</t></is></c>`;
};

const widthsOf = ({ columns, rows }: Sheet): string => {
  const widths = columns.map((name) => name.length + 2);
  for (const row of rows.slice(0, 200))
    for (const [i, value] of row.entries())
      widths[i] = Math.max(widths[i] ?? 8, Math.min(60, String(value ?? '').length + 1));
  if (widths.length === 0) return '';
  return `<cols>${widths.map((width, i) => `<col min="${i + 1}" max="${i + 1}" width="${Math.min(60, Math.max(8, width))}" customWidth="1"/>`).join('')}</cols>`;
};

async function* sheetXml(sheet: Sheet): AsyncGenerator<Uint8Array> {
  const { columns, rows, header, dates, name } = sheet;
  const first = header ? 1 : 0;
  if (rows.length + first > LAST_ROW || columns.length > LAST_COLUMN)
    throw fault('sheet.large', `A sheet has ${LAST_ROW} rows and ${LAST_COLUMN} columns at most`, {
      at: { field: 'items' },
    });
  const frozen = header
    ? '<sheetViews><sheetView workbookViewId="0"><pane ySplit="1" topLeftCell="A2" activePane="bottomLeft" state="frozen"/></sheetView></sheetViews>'
    : '';
  let text = `${DECLARED}<worksheet xmlns="${MAIN}">${frozen}${widthsOf(sheet)}<sheetData>`;
  if (header)
    text += `<row r="1">${columns.map((one, i) => `<c r="${lettersOf(i)}1" t="inlineStr" s="${HEAD}"><is><t xml:space="preserve">${escaped(one)}</t></is></c>`).join('')}</row>`;
  for (const [i, row] of rows.entries()) {
    const number = i + 1 + first;
    let line = `<row r="${number}">`;
    for (let c = 0; c < row.length; c += 1)
      line += cellOf(
        row[c] ?? null,
        `${lettersOf(c)}${number}`,
        dates[c] === true,
        () => `${columns[c] ?? lettersOf(c)} of row ${number} in ${name}`,
      );
    text += `${line}</row>`;
    if (text.length > 256 * 1024) {
      yield utf8(text);
      text = '';
    }
  }
  yield utf8(`${text}</sheetData></worksheet>`);
}

const STYLES = `${DECLARED}<styleSheet xmlns="${MAIN}"><numFmts count="2"><numFmt numFmtId="164" formatCode="yyyy\\-mm\\-dd"/><numFmt numFmtId="165" formatCode="yyyy\\-mm\\-dd\\ hh:mm:ss"/></numFmts><fonts count="2"><font><sz val="11"/><name val="Calibri"/></font><font><b/><sz val="11"/><name val="Calibri"/></font></fonts><fills count="2"><fill><patternFill patternType="none"/></fill><fill><patternFill patternType="gray125"/></fill></fills><borders count="1"><border><left/><right/><top/><bottom/><diagonal/></border></borders><cellStyleXfs count="1"><xf numFmtId="0" fontId="0" fillId="0" borderId="0"/></cellStyleXfs><cellXfs count="5"><xf numFmtId="0" fontId="0" fillId="0" borderId="0" xfId="0"/><xf numFmtId="0" fontId="1" fillId="0" borderId="0" xfId="0" applyFont="1"/><xf numFmtId="164" fontId="0" fillId="0" borderId="0" xfId="0" applyNumberFormat="1"/><xf numFmtId="165" fontId="0" fillId="0" borderId="0" xfId="0" applyNumberFormat="1"/><xf numFmtId="0" fontId="0" fillId="0" borderId="0" xfId="0" quotePrefix="1"/></cellXfs></styleSheet>`;

export const writeBook = async (sheets: readonly Sheet[], sink: Sink): Promise<void> => {
  const part = (name: string, text: string): Packed => ({
    name,
    pieces: async function* () {
      yield utf8(text);
    },
  });
  const list = (made: (sheet: Sheet, number: number) => string): string =>
    sheets.map((sheet, i) => made(sheet, i + 1)).join('');
  const typed = `${DECLARED}<Types xmlns="${PACKAGE}/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" ContentType="application/xml"/><Override PartName="/xl/workbook.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/><Override PartName="/xl/styles.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.styles+xml"/>${list((_, i) => `<Override PartName="/xl/worksheets/sheet${i}.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"/>`)}</Types>`;
  const roots = `${DECLARED}<Relationships xmlns="${PACKAGE}/relationships"><Relationship Id="rId1" Type="${OFFICE}/officeDocument" Target="xl/workbook.xml"/></Relationships>`;
  const book = `${DECLARED}<workbook xmlns="${MAIN}" xmlns:r="${OFFICE}"><sheets>${list(({ name }, i) => `<sheet name="${escaped(name)}" sheetId="${i}" r:id="rId${i}"/>`)}</sheets></workbook>`;
  const relations = `${DECLARED}<Relationships xmlns="${PACKAGE}/relationships">${list((_, i) => `<Relationship Id="rId${i}" Type="${OFFICE}/worksheet" Target="worksheets/sheet${i}.xml"/>`)}<Relationship Id="rId${sheets.length + 1}" Type="${OFFICE}/styles" Target="styles.xml"/></Relationships>`;
  await writeZip(
    [
      part('[Content_Types].xml', typed),
      part('_rels/.rels', roots),
      part('xl/workbook.xml', book),
      part('xl/_rels/workbook.xml.rels', relations),
      part('xl/styles.xml', STYLES),
      ...sheets.map((sheet, i): Packed => ({ name: `xl/worksheets/sheet${i + 1}.xml`, pieces: () => sheetXml(sheet) })),
    ],
    sink,
  );
};
