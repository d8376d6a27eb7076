import { afterAll, beforeAll, expect, test } from 'vitest';
import { type ImapServer, imapServer } from '../egress/testing/imap-server.ts';
import { type Certificate, certificate } from '../egress/testing/mail-server.ts';
import { type Ground, openGround } from './testing/ground.ts';

let certificates: Certificate;
let imap: ImapServer;
let g: Ground;
beforeAll(async () => {
  certificates = certificate();
  imap = await imapServer(certificates);
  g = await openGround(undefined, undefined, undefined, undefined, undefined, undefined, {
    authorities: [certificates.cert],
  });
  await g.store.in('default').secrets.put({
    ...{ project: 'default', name: 'box', origins: [`imap://127.0.0.1:${imap.port}`], kind: 'basic' },
    value: JSON.stringify({ kind: 'basic', user: 'ada', password: 'right' }),
    ...{ owner: 'owner', at: 1 },
  });
}, 60_000);
afterAll(async () => {
  await g.close();
  await imap.close();
});

const flow = (more: Record<string, unknown> = {}) => ({
  headgate: 1,
  name: `Mail ${JSON.stringify(more)}`,
  triggers: [
    {
      id: 'mail',
      kind: 'email.receive@1',
      with: { host: '127.0.0.1', port: imap.port, secret: 'box', every: '10s', ...more },
    },
  ],
  steps: [{ id: 'out', kind: 'set@1', with: { value: '{{ input }}' } }],
  output: '{{ steps.out }}',
});

const POWERS = (...more: readonly string[]) =>
  [`net: IMAP 127.0.0.1:${imap.port}`, `secret: use box for imap://127.0.0.1:${imap.port}`, ...more].map((power) => ({
    step: 'mail',
    power,
  }));

const outputs = async (id: string): Promise<readonly Record<string, unknown>[]> => {
  const { rows } = await g.store.in('default').runs.list({ flow: id, limit: 100 });
  const views = await Promise.all(rows.map((row) => g.engine.view('default', row.id)));
  return views
    .flatMap((view) => (view?.state === 'done' ? [view.output as Record<string, unknown>] : []))
    .toSorted((a, b) => Number(a['uid']) - Number(b['uid']));
};

const until = async <T>(what: () => Promise<T> | T, is: (value: T) => boolean): Promise<T> => {
  for (;;) {
    const value = await what();
    if (is(value)) return value;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
};

const mail = (subject: string, more = '', body = 'Hello\n') =>
  `From: Ada Lovelace <ada@example.com>\nTo: desk@example.com\nSubject: ${subject}\nMessage-ID: <${subject}@x>\nDate: Fri, 27 Nov 2026 10:00:00 +0000\n${more}\n${body}`;

const remove = (id: string) => g.store.in('default').deletedFlows.add(id, g.clock.now());

test('each mail starts one run with what it says, its files are kept, and it is marked and moved', async () => {
  imap.deliver(mail('old'));
  const id = await g.publish(flow({ files: 'inbox/', seen: true, moveTo: 'Done' }), {
    grants: POWERS('file: write inbox/'),
  });
  await until(
    () => g.store.engine.memory(id, 'mail', 'default'),
    (memory) => memory !== null,
  );
  imap.deliver(
    mail(
      '=?utf-8?Q?Gr=C3=BC=C3=9Fe?=',
      'MIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=b\n',
      [
        '--b\nContent-Type: text/plain; charset=iso-8859-1\nContent-Transfer-Encoding: quoted-printable\n\nStra=DFe\n',
        '--b\nContent-Type: text/html\n\n<b>x</b>\n',
        '--b\nContent-Type: text/csv\nContent-Disposition: attachment; filename="../../evil.csv"\nContent-Transfer-Encoding: base64\n\n',
        `${Buffer.from('a,b\n1,2\n').toString('base64')}\n--b--\n`,
      ].join(''),
    ),
  );
  const [first, ...more] = await until(
    () => outputs(id),
    (all) => all.length > 0,
  );
  expect(more).toEqual([]);
  expect(first).toMatchObject({
    subject: 'Grüße',
    from: { name: 'Ada Lovelace', address: 'ada@example.com' },
    to: [{ name: '', address: 'desk@example.com' }],
    date: '2026-11-27T10:00:00.000Z',
    cut: null,
    attachments: [{ name: '_.._evil.csv', type: 'text/csv', size: 8 }],
  });
  expect(first?.['text']).toMatch(/^Straße/);
  expect(first?.['html']).toContain('<b>x</b>');
  const [file] = (first?.['attachments'] ?? []) as { path: string }[];
  const row = await g.store.in('default').files.at('default', file?.path ?? '');
  expect(row).toMatchObject({ type: 'text/csv', size: 8, by: 'trigger:mail' });
  expect(file?.path).toMatch(/^inbox\/\d+-\d+\/1-_\.\._evil\.csv$/);
  await until(
    () => imap.mails('Done').length,
    (n) => n === 1,
  );
  expect(imap.mails('Done')[0]).toMatch(/:2,.*S/);
  // The server tells of the next one, without being asked again.
  imap.deliver(mail('second'));
  await until(
    () => outputs(id),
    (all) => all.length === 2,
  );
  await remove(id);
}, 60_000);

test('filters, what was there before, hostile mails, and a mailbox that is numbered anew', async () => {
  const id = await g.publish(flow({ subject: 'order', begin: 'all' }), { grants: POWERS() });
  imap.deliver(mail('order 1'));
  imap.deliver(mail('other'));
  imap.deliver(
    mail(
      'order deep',
      'Content-Type: multipart/mixed; boundary=a\n',
      '--a\nContent-Type: multipart/mixed; boundary=a\n\n'.repeat(3000),
    ),
  );
  imap.deliver(mail('order headers', `X-Long: ${'y'.repeat(400_000)}\n`));
  imap.deliver(mail('order huge', '', 'z'.repeat(9 * 1024 * 1024)));
  imap.deliver(mail('order last'));
  const all = await until(
    () => outputs(id),
    (found) => found.some(({ subject }) => subject === 'order last'),
  );
  expect(all.map(({ subject, cut }) => [subject, cut])).toEqual([
    ['order 1', null],
    ['', 'mail.unread'],
    ['', 'mail.unread'],
    ['', 'mail.large'],
    ['order last', null],
  ]);
  await imap.renumber();
  await until(
    () => g.logs,
    (logs) => logs.some(({ text, data }) => text.startsWith('a mailbox is numbered anew') && data['flow'] === id),
  );
  imap.deliver(mail('order after'));
  const later = await until(
    () => outputs(id),
    (found) => found.some(({ subject }) => subject === 'order after'),
  );
  expect(later).toHaveLength(6);
  await remove(id);
}, 120_000);

test('CAP-01 nothing is read without the power, and what was not lent for the secret does not log in', async () => {
  const bare = await g.publish(flow({ subject: 'a' }), { grants: [] });
  const half = await g.publish(flow({ subject: 'b' }), { grants: POWERS().slice(0, 1) });
  for (const id of [bare, half]) {
    const { data } = await until(
      () => g.logs.find(({ data }) => data['flow'] === id) ?? { data: {} },
      ({ data }) => 'code' in data,
    );
    expect(data).toMatchObject({ code: 'grant.missing' });
    expect(await outputs(id)).toEqual([]);
  }
});
