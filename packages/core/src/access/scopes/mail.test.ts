import { expect, test } from 'vitest';
import { allows as allowed } from '../policy.ts';
import { covers, parsePower, type Power, printPower, sentence } from '../power.ts';

const parse = (text: string): Power => {
  const made = parsePower(text);
  if (!made.ok) throw new Error(`${text}: ${made.problem.text}`);
  return made.value;
};
const spelt = (text: string): string => printPower(parse(text));
const refused = (text: string): string => {
  const made = parsePower(text);
  return made.ok ? `accepted as ${printPower(made.value)}` : `${made.problem.code}: ${made.problem.text}`;
};
const allows = (grant: string, request: string): boolean => covers(parse(grant), parse(request));

test('mail is lent by its own words alone, bounded by sender and recipients', () => {
  expect(spelt('net: smtp Mail.Example.com from Bot@Example.com to *@b.com,Ada@a.com')).toBe(
    'net: SMTP mail.example.com:587 from bot@example.com to *@b.com,ada@a.com',
  );
  expect(spelt('net: IMAP mail.example.com')).toBe('net: IMAP mail.example.com:993');
  expect(spelt('net: SMTP instance')).toBe('net: SMTP instance');
  for (const text of [
    ...['net: SMTP', 'net: SMTP a.com:0', 'net: SMTP a.com to', 'net: SMTP a.com to x', 'net: SMTP a.com to *'],
    ...['net: SMTP a.com to a@[1.2.3.4]', 'net: SMTP a.com to "a b"@c.com', 'net: SMTP a.com/x', 'net: GET,SMTP a.com'],
    ...['net: IMAP a.com to a@b.com', 'net: SMTP a.com to a@b.com to c@d.com', 'net: SMTP a.com to a@b\u0000.com'],
  ])
    expect(refused(text)).toMatch(/^power\.scope/);
  const request = 'net: SMTP a.com:587 from bot@a.com to ada@x.com';
  for (const grant of ['net: SMTP a.com', 'net: SMTP *:* to *@x.com', 'net: SMTP a.com from *@a.com to ada@x.com'])
    expect(allows(grant, request)).toBe(true);
  for (const grant of [
    ...['net: * *:*', 'net: POST a.com:587', 'net: SMTP a.com:25', 'net: SMTP a.com to *@y.com', 'net: IMAP *:*'],
    ...['net: SMTP a.com from bob@a.com', 'net: SMTP instance', 'net: SMTP a.com to *@*.x.com'],
  ])
    expect(allows(grant, request)).toBe(false);
  expect(allows('net: SMTP *:*', 'net: SMTP instance from a@b.com to ada@x.com')).toBe(false);
  expect(sentence(parse('net: SMTP mail.example.com from bot@example.com to *@b.com'))).toBe(
    'Send e-mail through mail.example.com (port 587), as bot@example.com, to any address at b.com',
  );
  expect(sentence(parse('net: IMAP mail.example.com'))).toBe(
    'Read the mailbox at mail.example.com (port 993), mark its mails as seen and move them',
  );
});

test('a policy that denies every call of a host denies mail through it, too', () => {
  const request = parse('net: SMTP mail.example.com:587 from a@b.com to c@d.com');
  for (const denied of [
    'net: * *:*',
    'net: * *.example.com:*',
    'net: SMTP *:*',
    'net: SMTP mail.example.com to c@d.com',
  ])
    expect(allowed({ only: null, denied: [parse(denied)] }, request)).toBe(false);
  expect(allowed({ only: null, denied: [parse('net: * example.com:*')] }, request)).toBe(true);
  expect(allowed({ only: [parse('net: * *:*')], denied: [] }, request)).toBe(false);
});
