import { expect, test } from 'vitest';
import { trigger } from './trigger.ts';

const needs = (raw: Record<string, unknown>) =>
  (trigger.needs?.(raw) ?? []).map(({ power, scope }) => `${power}: ${scope}`);

test('asks for one mailbox, its secret, and the folder that files go to', () => {
  const given = { host: 'IMAP.example.com', secret: 'box' };
  expect(needs(given)).toEqual(['net: IMAP imap.example.com:993', 'secret: use box for imap://imap.example.com:993']);
  expect(needs({ ...given, port: 1993, files: 'inbox/' })).toEqual([
    'net: IMAP imap.example.com:1993',
    'secret: use box for imap://imap.example.com:1993',
    'file: write inbox/',
  ]);
  expect(needs({ host: '{{ input.host }}', secret: 'box' })).toEqual([]);
});

test('takes what is written plainly, and nothing that would end a line', () => {
  const given = { host: 'imap.example.com', secret: 'box' };
  expect(trigger.input.safeParse(given).success).toBe(true);
  for (const odd of [
    { host: '{{ x }}' },
    { folder: 'a\r\nb' },
    { subject: 'a\nb' },
    { files: 'inbox' },
    { files: '../' },
    { every: '1s' },
    { unknown: 1 },
  ])
    expect(trigger.input.safeParse({ ...given, ...odd }).success).toBe(false);
});
