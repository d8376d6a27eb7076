import { describe, expect, test } from 'vitest';
import { isEmail, linkFor, weakness } from './policy.ts';

describe('a password', () => {
  test.each(['short', 'nine char', '', '🙂🙂🙂🙂'])('of fewer than ten characters will not do: %s', (text) => {
    expect(weakness(text)).toContain('at least 10');
  });

  test.each([
    'password123',
    'Password-123',
    'P.A.S.S.W.O.R.D.1.2.3',
    'qwertyuiop',
    '1234567890',
    'aaaaaaaaaaaa',
    'abababababab',
  ])('that is tried first will not do, in any case and with any signs: %s', (text) => {
    expect(weakness(text)).toContain('tried first');
  });

  test('that is the address or the name with little else will not do', () => {
    expect(weakness('lovelace2026', ['ada.lovelace@example.com', 'Ada'])).toContain('little else');
    expect(weakness('lovelace and a long walk', ['ada.lovelace@example.com', 'Ada'])).toBeNull();
  });

  test.each(['correct horse battery', 'ein langes Passwort ß', 'xK3#q9!Lm2', '🙂🙃🙂🙃🙁🙂🙃☹🙁🙂🙃'])(
    'that is long and new will do, with no rules about signs: %s',
    (text) => {
      expect(weakness(text, ['ada@example.com', 'Ada'])).toBeNull();
    },
  );
});

test('who asks for an account gets a link by the policy alone', () => {
  const domains = { kind: 'domain', domains: ['example.com'] } as const;
  expect(linkFor(domains, 'a@example.com')).toBe('signup');
  expect(linkFor(domains, 'a@EXAMPLE.com')).toBe('signup');
  for (const other of [
    'a@example.com.evil.example',
    'a@sub.example.com',
    'a@evil.example',
    'example.com',
    'a@b@evil.example',
  ])
    expect(linkFor(domains, other)).toBeNull();
  expect(linkFor({ kind: 'approval' }, 'a@anywhere.example')).toBe('request');
  for (const kind of ['closed', 'invitation'] as const) expect(linkFor({ kind }, 'a@example.com')).toBeNull();
});

test('an address is one that mail can go to, and no list and no header', () => {
  for (const good of ['a@b.example', 'first.last+tag@sub.example.com', "o'neill@example.com"])
    expect(isEmail(good)).toBe(true);
  for (const odd of [
    '',
    'a',
    'a@',
    '@b.example',
    'a@b.example, c@d.example',
    'a@b.example\r\nBcc: x@y.example',
    'a b@c.example',
    '<a@b.example>',
    'a@b@c.example',
    `a@${'b'.repeat(300)}.example`,
  ])
    expect(isEmail(odd)).toBe(false);
});
