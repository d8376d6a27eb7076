import { type Letter, trial, trialFiles } from '@headgate/core/step';
import { expect, test } from 'vitest';
import { step } from './step.ts';

const needs = (raw: Record<string, unknown>) =>
  (step.needs?.(raw) ?? []).map(({ power, scope, computed }) => `${power}: ${scope}${computed === true ? ' ?' : ''}`);

test('asks for one server, one sender and the people that stand plainly; for wider what is computed', () => {
  const plain = {
    host: 'SMTP.example.com',
    port: 465,
    from: 'Bot <bot@example.com>',
    to: ['ada@a.com', 'B <b@b.com>'],
  };
  expect(needs(plain)).toEqual(['net: SMTP smtp.example.com:465 from bot@example.com to ada@a.com,b@b.com']);
  expect(needs({ ...plain, cc: '{{ input.user }}@c.com' })).toEqual([
    'net: SMTP smtp.example.com:465 from bot@example.com to *@c.com,ada@a.com,b@b.com',
  ]);
  expect(needs({ ...plain, bcc: '{{ input.to }}' })).toEqual(['net: SMTP smtp.example.com:465 from bot@example.com ?']);
  expect(needs({ ...plain, cc: '{{ input.to }}, x@c.com' })).toEqual([
    'net: SMTP smtp.example.com:465 from bot@example.com ?',
  ]);
  expect(needs({ to: 'ada@a.com' })).toEqual(['net: SMTP instance to ada@a.com']);
  expect(needs({ ...plain, host: '{{ input.host }}', secret: 'post' })).toEqual([
    'net: SMTP *:* from bot@example.com to ada@a.com,b@b.com ?',
    'secret: use post for * ?',
  ]);
  expect(needs({ ...plain, secret: 'post', attachments: ['out/a.csv', '{{ steps.x }}', { file: 'b.csv' }] })).toEqual([
    'net: SMTP smtp.example.com:465 from bot@example.com to ada@a.com,b@b.com',
    'secret: use post for smtp://smtp.example.com:465',
    'file: read out/a.csv',
    'file: read b.csv',
  ]);
  const many = Array.from({ length: 60 }, (_, i) => `person${i}@example.com`);
  expect(needs({ to: many })).toEqual(['net: SMTP instance to *@example.com']);
});

test('hands the letter on as it was written, and says where an address is none', async () => {
  const letters: Letter[] = [];
  const mail = {
    send: async (letter: Letter) => {
      letters.push(letter);
      return { id: '<1@a>', accepted: ['ada@a.com'], rejected: [] };
    },
  };
  const files = trialFiles(new Map([['out/a.csv', 'a,b']]));
  const given = { to: '"Lovelace, Ada" <Ada@a.com>, b@b.com', subject: 'x', text: 'y', attachments: ['out/a.csv'] };
  const made = await trial(step, given, { mail, files });
  expect(made.outcome).toMatchObject({ kind: 'done', value: { accepted: ['ada@a.com'] } });
  expect(letters).toMatchObject([
    {
      server: null,
      to: [{ address: 'ada@a.com', name: 'Lovelace, Ada' }, { address: 'b@b.com' }],
      parts: [{ name: 'a.csv' }],
    },
  ]);
  for (const [field, value] of [
    ['to', 'nobody'],
    ['cc', ['a@b.com', 'x@']],
    ['from', 'a@b.com, c@d.com'],
    ['replyTo', 'jürgen@b.com'],
  ] as const) {
    const { outcome } = await trial(step, { ...given, [field]: value }, { mail, files });
    expect(outcome).toMatchObject({ kind: 'problem', problem: { code: 'mail.address', at: { field } }, sent: 'no' });
  }
  for (const odd of [{ subject: 'x\ny' }, { text: undefined }, { from: 'a\r\n' }, { unknown: 1 }])
    await expect(trial(step, { ...given, ...odd }, { mail, files })).rejects.toThrow(
      /Invalid|invalid|expected|either|one line|Unrecognized/,
    );
  expect(letters).toHaveLength(1);
});

test('files beyond what servers take are refused before anything is sent', async () => {
  const files = trialFiles(new Map([['a', new Uint8Array(11 * 1024 * 1024)]]));
  const sent = await trial(step, { to: 'a@b.com', subject: '', text: '', attachments: ['a', 'a'] }, { files });
  expect(sent.outcome).toMatchObject({ kind: 'problem', problem: { code: 'mail.large' }, sent: 'no' });
});
