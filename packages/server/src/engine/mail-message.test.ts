import { fileURLToPath } from 'node:url';
import { afterAll, expect, test } from 'vitest';
import { openJail } from '../sandbox/jail.ts';
import { Messages } from './mail-message.ts';

const jail = openJail({ cache: fileURLToPath(new URL('../../../../.tmp/cache', import.meta.url)) });
afterAll(() => jail.close());
const messages = new Messages(jail);
const read = (text: string) => messages.read('w', 'f', Buffer.from(text, 'latin1'));

test('says what a mail says, of whatever letters', async () => {
  const head =
    'From: =?iso-8859-1?Q?J=FCrgen?= <j@example.com>\nTo: Team: a@example.com, b@example.com;\nMIME-Version: 1.0\n';
  const western = await read(`${head}Content-Type: text/plain; charset=windows-1252\n\nStra\xdfe \x80 5\n`);
  expect(western).toMatchObject({
    ok: true,
    value: {
      from: { name: 'Jürgen', address: 'j@example.com' },
      to: [{ address: 'a@example.com' }, { address: 'b@example.com' }],
      text: 'Straße € 5',
      attachments: [],
    },
  });
  const file = `${head}Content-Type: application/pdf; name="x.pdf"\nContent-Disposition: attachment\nContent-Transfer-Encoding: base64\n\nAP8Q\n`;
  expect(await read(file)).toMatchObject({
    ok: true,
    value: { attachments: [{ name: 'x.pdf', type: 'application/pdf', base64: 'AP8Q' }] },
  });
});

test('SBX-05 what is no mail, or is built to choke its reader, is told as that and hurts nobody', async () => {
  const nested = 'Content-Type: multipart/mixed; boundary=a\n\n--a\n';
  for (const hostile of [
    `From: a@b.com\n${nested.repeat(3000)}`,
    `X: ${'y'.repeat(300_000)}\n\nz`,
    `From: ${'"(<'.repeat(50_000)}\n\nz`,
    `Subject: ${'=?utf-8?Q?=41?= '.repeat(20_000)}\n\nz`,
    '\0'.repeat(100_000),
    '',
  ]) {
    const done = await read(hostile);
    if (!done.ok) expect(done.problem.code).toMatch(/^(mail\.unread|code\.)/);
  }
  expect(await read('From: a@b.com\nSubject: x\r\n\tBcc: y\n\nHello\n')).toMatchObject({
    ok: true,
    value: { subject: 'x Bcc: y', text: 'Hello' },
  });
}, 120_000);
