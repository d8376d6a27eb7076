/** Spreadsheets through the real engine and the real jail, and through LibreOffice in both directions. */

import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { strToU8, zipSync } from 'fflate';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Ground, openGround } from './testing/ground.ts';
import { trying } from './testing/trying.ts';

const exec = promisify(execFile);
let g: Ground;
let dir: string;
beforeAll(async () => {
  g = await openGround();
  dir = await mkdtemp(join(tmpdir(), 'headgate-sheets-'));
});
afterAll(async () => {
  await g.close();
  await rm(dir, { recursive: true });
});
const { one, outcome, given, bytesAt } = trying(() => g);

/** Has LibreOffice make another form of a file. */
const office = async (name: string, to: string): Promise<void> => {
  const profile = `-env:UserInstallation=file://${join(dir, 'profile')}`;
  await exec('soffice', [profile, '--headless', '--convert-to', to, '--outdir', dir, join(dir, name)], {
    timeout: 170_000,
  });
};

const ITEMS = [
  { name: 'Søren "李"', amount: 12.5, paid: true, day: '2026-03-31', at: '2026-03-31T12:30:00', note: 'a\nb' },
  { name: '=HYPERLINK("http://x.test")', amount: -3, paid: false, day: '2024-02-29', at: null, note: '<&>' },
  { name: '+1', amount: 1e-7, paid: null, day: null, at: null, note: { deep: [1] } },
];
const SHEETS = [
  { name: 'Orders', items: ITEMS, dates: ['day', 'at'] },
  {
    name: 'Lists',
    items: [
      [1, 'x'],
      [2, null, true],
    ],
  },
  { name: 'Empty', items: [] },
];

describe('spreadsheets', () => {
  test('what was written is read back with its types, sheet by sheet', async () => {
    expect(await one('spreadsheet.write@1', { sheets: SHEETS, path: 'out/a.xlsx' })).toMatchObject({ state: 'done' });
    expect(await outcome('spreadsheet.read@1', { path: 'out/a.xlsx' })).toEqual({
      sheets: ['Orders', 'Lists', 'Empty'],
      sheet: 'Orders',
      columns: ['name', 'amount', 'paid', 'day', 'at', 'note'],
      rows: [ITEMS[0], ITEMS[1], { ...ITEMS[2], note: '{"deep":[1]}' }],
    });
    expect(await outcome('spreadsheet.read@1', { path: 'out/a.xlsx', sheet: 'Lists', header: false })).toMatchObject({
      rows: [
        [1, 'x'],
        [2, null, true],
      ],
    });
    expect(await outcome('spreadsheet.read@1', { path: 'out/a.xlsx', sheet: 3 })).toMatchObject({
      rows: [],
      columns: [],
    });
    expect(await outcome('spreadsheet.read@1', { path: 'out/a.xlsx', rows: 1, row: 2 })).toMatchObject({
      columns: ['Søren "李"', '12.5', 'true', '2026-03-31', '2026-03-31T12:30:00', 'a\nb'],
      rows: [{ '2026-03-31': '2024-02-29' }],
    });
  });

  test('LibreOffice opens what was written, and runs no text as a formula', async () => {
    await one('spreadsheet.write@1', { items: ITEMS, dates: ['day', 'at'], path: 'out/office.xlsx' });
    await writeFile(join(dir, 'office.xlsx'), await bytesAt('out/office.xlsx'));
    await office('office.xlsx', 'csv:Text - txt - csv (StarCalc):44,34,76');
    expect(await readFile(join(dir, 'office.csv'), 'utf8')).toBe(
      'name,amount,paid,day,at,note\n"Søren ""李""",12.5,TRUE,2026-03-31,2026-03-31 12:30:00,"a\nb"\n"=HYPERLINK(""http://x.test"")",-3,FALSE,2024-02-29,,<&>\n+1,0.0000001,,,,"{""deep"":[1]}"\n',
    );
  }, 180_000);

  test('what LibreOffice wrote is read: numbers, dates, truth, texts, and what formulas showed', async () => {
    await writeFile(
      join(dir, 'from.csv'),
      'Name,N,Day,Sum,OK\nÄnne,1.5,2026-03-31,=B2*2,TRUE\n"a,b",-2,2024-02-29,=B3*2,FALSE\n',
    );
    await exec('soffice', [
      `-env:UserInstallation=file://${join(dir, 'profile')}`,
      '--headless',
      // Comma, quote, UTF-8, from line 1, detect numbers, and take formulas for such.
      '--infilter=CSV:44,34,76,1,,0,false,true,false,false,true',
      '--convert-to',
      'xlsx',
      '--outdir',
      dir,
      join(dir, 'from.csv'),
    ]);
    await given('in/from.xlsx', await readFile(join(dir, 'from.xlsx')));
    expect(await outcome('spreadsheet.read@1', { path: 'in/from.xlsx' })).toMatchObject({
      columns: ['Name', 'N', 'Day', 'Sum', 'OK'],
      rows: [
        { Name: 'Änne', N: 1.5, Day: '2026-03-31', Sum: 3, OK: true },
        { Name: 'a,b', N: -2, Day: '2024-02-29', Sum: -4, OK: false },
      ],
    });
  }, 180_000);

  const MAIN = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"';
  const bookOf = (sheet: string, more: Record<string, Uint8Array> = {}): Uint8Array =>
    zipSync({
      'xl/workbook.xml': strToU8(
        `<workbook ${MAIN} xmlns:r="r"><sheets><sheet name="A" sheetId="1" r:id="rId1"/></sheets></workbook>`,
      ),
      'xl/_rels/workbook.xml.rels': strToU8(
        '<Relationships><Relationship Id="rId1" Target="worksheets/a.xml"/></Relationships>',
      ),
      'xl/worksheets/a.xml': strToU8(sheet),
      ...more,
    });
  const rows = (text: string): string => `<worksheet ${MAIN}><sheetData>${text}</sheetData></worksheet>`;

  test('DOS-04 a workbook that is a bomb, has entities, or says that its cells stand far out is a Problem or costs nothing', async () => {
    const cases: readonly (readonly [Uint8Array, unknown])[] = [
      [bookOf(`<!DOCTYPE x [<!ENTITY a "b">]>${rows('<row><c><v>&a;</v></c></row>')}`), '!sheet.damaged'],
      [bookOf(rows('<row><c><v>&a;</v></c></row>')), '!sheet.damaged'],
      [bookOf(rows('<row r="1"><c r="ZZZZ1"><v>1</v></c></row>')), '!sheet.damaged'],
      [
        bookOf(rows(''), {
          'xl/worksheets/a.xml': strToU8(`${rows('<row><c><v>1</v></c></row>')}${' '.repeat(40_000_000)}`),
        }),
        '!archive.bomb',
      ],
      [Buffer.from('no workbook'), '!sheet.format'],
      [Buffer.from([0xd0, 0xcf, 0x11, 0xe0]), '!sheet.format'],
      [zipSync({ 'a.txt': strToU8('x') }), '!sheet.format'],
      [bookOf(rows(`<row r="1"><c r="A1"><v>1</v></c></row><row r="1048576"><c r="XFD1048576"><v>2</v></c></row>`)), 2],
    ];
    for (const [i, [bytes, wanted]] of cases.entries()) {
      await given(`in/${i}.xlsx`, bytes);
      const got = await outcome('spreadsheet.read@1', { path: `in/${i}.xlsx`, header: false });
      expect([i, typeof got === 'string' ? got : (got as { rows: unknown[] }).rows.length]).toEqual([i, wanted]);
    }
  });

  test('what cannot be written says what and where', async () => {
    const codes = [];
    for (const settings of [
      { items: ['no object'] },
      { items: [{ a: 'soon' }], dates: ['a'] },
      { items: [{ a: '2026-02-30' }], dates: ['a'] },
      { items: [{ a: 1 }], dates: ['b'] },
      { items: [{ a: 'x'.repeat(32_768) }] },
      {
        sheets: [
          { name: 'A', items: [] },
          { name: 'a', items: [] },
        ],
      },
    ])
      codes.push(await outcome('spreadsheet.write@1', settings));
    expect(codes).toEqual(['!sheet.item', '!sheet.date', '!sheet.date', '!sheet.date', '!sheet.text', '!sheet.name']);
  });
});
