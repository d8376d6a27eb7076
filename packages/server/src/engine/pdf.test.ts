/** The text of PDF files through the real engine and the real jail, those that LibreOffice made included. */

import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Ground, openGround } from './testing/ground.ts';
import { trying } from './testing/trying.ts';

const exec = promisify(execFile);
let g: Ground;
let dir: string;
beforeAll(async () => {
  g = await openGround();
  dir = await mkdtemp(join(tmpdir(), 'headgate-pdf-'));
});
afterAll(async () => {
  await g.close();
  await rm(dir, { recursive: true });
});
const { one, outcome, given } = trying(() => g);

/** A PDF with a page for each text. */
const pdfOf = (texts: readonly string[], more = ''): Buffer => {
  const objects = [
    `<< /Type /Catalog /Pages 2 0 R ${more} >>`,
    `<< /Type /Pages /Kids [${texts.map((_, i) => `${4 + 2 * i} 0 R`).join(' ')}] /Count ${texts.length} >>`,
    '<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>',
    ...texts.flatMap((text, i) => {
      const drawn = `BT /F1 12 Tf 72 720 Td (${text}) Tj 0 -14 Td (second line) Tj ET`;
      return [
        `<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Resources << /Font << /F1 3 0 R >> >> /Contents ${5 + 2 * i} 0 R >>`,
        `<< /Length ${drawn.length} >>\nstream\n${drawn}\nendstream`,
      ];
    }),
    '<< /Title (A title) /Author (Somebody) >>',
  ];
  let text = '%PDF-1.4\n';
  const places = objects.map((object, i) => {
    const at = text.length;
    text += `${i + 1} 0 obj\n${object}\nendobj\n`;
    return at;
  });
  const start = text.length;
  text += `xref\n0 ${objects.length + 1}\n0000000000 65535 f \n${places.map((at) => `${String(at).padStart(10, '0')} 00000 n \n`).join('')}`;
  text += `trailer << /Size ${objects.length + 1} /Root 1 0 R /Info ${objects.length} 0 R >>\nstartxref\n${start}\n%%EOF\n`;
  return Buffer.from(text, 'latin1');
};

test('pages are read as text, all or some of them, with what the file says of itself', async () => {
  await given('in/a.pdf', pdfOf(['First \\(page\\)', 'Second', 'Third']));
  expect(await outcome('pdf.text@1', { path: 'in/a.pdf' })).toEqual({
    pages: 3,
    info: { Title: 'A title', Author: 'Somebody' },
    text: 'First (page)\nsecond line\n\nSecond\nsecond line\n\nThird\nsecond line',
    parts: [
      { page: 1, text: 'First (page)\nsecond line' },
      { page: 2, text: 'Second\nsecond line' },
      { page: 3, text: 'Third\nsecond line' },
    ],
  });
  expect(await outcome('pdf.text@1', { path: 'in/a.pdf', first: 2, pages: 1 })).toMatchObject({
    pages: 3,
    parts: [{ page: 2 }],
  });
  expect(await outcome('pdf.text@1', { path: 'in/a.pdf', first: 9 })).toMatchObject({ parts: [], text: '' });
}, 120_000);

test('what LibreOffice exported is read, and what it encrypted is a Problem', async () => {
  await writeFile(join(dir, 'a.csv'), 'Søren,Größe\nŁódź,12\n');
  const profile = `-env:UserInstallation=file://${join(dir, 'profile')}`;
  const exported = async (filter: string): Promise<Buffer> => {
    const settings = ['--infilter=CSV:44,34,76', '--convert-to', filter, '--outdir', dir, join(dir, 'a.csv')];
    await exec('soffice', [profile, '--headless', ...settings], { timeout: 170_000 });
    return readFile(join(dir, 'a.pdf'));
  };
  await given('in/office.pdf', await exported('pdf'));
  const { text } = (await outcome('pdf.text@1', { path: 'in/office.pdf' })) as { text: string };
  for (const word of ['Søren', 'Größe', 'Łódź', '12']) expect(text).toContain(word);
  const locked = {
    EncryptFile: { type: 'boolean', value: 'true' },
    DocumentOpenPassword: { type: 'string', value: 'x' },
  };
  await given('in/locked.pdf', await exported(`pdf:calc_pdf_Export:${JSON.stringify(locked)}`));
  expect(await outcome('pdf.text@1', { path: 'in/locked.pdf' })).toBe('!pdf.encrypted');
}, 300_000);

test('DOS-01 DOS-02 a file that is none, is cut off, or sends its reader in circles is a Problem, and the next one is read', async () => {
  const good = pdfOf(['ok']);
  const circle = Buffer.from(
    good.toString('latin1').replace('/Kids [4 0 R] /Count 1', '/Kids [2 0 R] /Count 9'),
    'latin1',
  );
  for (const [bytes, code] of [
    [Buffer.from('no pdf'), 'pdf.format'],
    [Buffer.alloc(0), 'pdf.format'],
    [Buffer.from('%PDF-1.7\nnothing at all'), 'pdf.damaged'],
    [circle, 'pdf.damaged'],
  ] as const) {
    await given('in/bad.pdf', bytes);
    const done = await one('pdf.text@1', { path: 'in/bad.pdf' });
    expect([bytes.toString('latin1', 0, 30), done.problem?.code]).toEqual([bytes.toString('latin1', 0, 30), code]);
  }
  await given('in/script.pdf', pdfOf(['ok'], '/OpenAction << /S /JavaScript /JS (app.alert(1)) >>'));
  expect(await outcome('pdf.text@1', { path: 'in/script.pdf' })).toMatchObject({ text: 'ok\nsecond line' });
}, 120_000);
