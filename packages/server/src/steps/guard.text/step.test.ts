import fc from 'fast-check';
import { trial } from '@headgate/core/step';
import { describe, expect, test } from 'vitest';
import { findIn, KINDS, wordsIn } from './find.ts';
import { luhn, mod97 } from './numbers.ts';
import { step } from './step.ts';

const look = async (text: string, more: object = {}) => (await trial(step, { text, ...more })).outcome;
const kindsIn = (text: string): string[] =>
  findIn(text, KINDS, []).map(({ kind, start, end }) => `${kind} ${text.slice(start, end)}`);

describe('what is found, and what only looks like it', () => {
  test.each([
    ['Write to ada.lovelace+x@mail.example.co.uk, or call.', ['email ada.lovelace+x@mail.example.co.uk']],
    ['jürgen@müller.example', ['email jürgen@müller.example']],
    ['@handle and a@b, user@localhost', []],
    ['Pay with 4111 1111 1111 1111 today', ['card 4111 1111 1111 1111']],
    ['5555-5555-5555-4444 and 378282246310005', ['card 5555-5555-5555-4444', 'card 378282246310005']],
    ['order 77 4111111111111111', ['card 4111111111111111']],
    ['4111 1111 1111 1112 has a wrong checksum', []],
    ['1764316800000 is a time, 41111111111111110000 a long number', []],
    ['IBAN DE89 3704 0044 0532 0130 00.', ['iban DE89 3704 0044 0532 0130 00']],
    ['gb29nwbk60161331926819', ['iban gb29nwbk60161331926819']],
    ['DE88370400440532013000 is mistyped, and DE89 3704 too short', []],
    ['Ring +49 (0) 30 1234567 or 0049 30 1234567', ['phone +49 (0) 30 1234567', 'phone 0049 30 1234567']],
    ['030 / 12345678, (212) 555-0123', ['phone 030 / 12345678', 'phone (212) 555-0123']],
    ['On 01/02/2026 version 1.2.3 cost 1,234,567.89 at 10:30', []],
    [`key ghp_${'a1B2'.repeat(9)}`, [`secret ghp_${'a1B2'.repeat(9)}`]],
  ])('%s', (text, found) => {
    expect(kindsIn(text)).toEqual(found);
  });

  test('words of a list are found whole, in any case, over what stands between them', () => {
    const text = 'The PROJECT\n Falcon flies. Falconry, Straße, ﬁre.';
    const found = findIn(text, [], ['project falcon', 'falcon', 'straße', 'fire']);
    expect(found.map(({ start, end }) => text.slice(start, end))).toEqual(['PROJECT\n Falcon', 'Straße', 'ﬁre']);
  });
});

const checked = fc.stringMatching(/^4\d{14}$/).map((body) => {
  const digit = [...'0123456789'].find((one) => luhn(body + one)) ?? '';
  return body + digit;
});

test('a card with a right checksum is found wherever it stands, and one with a wrong digit is none', () => {
  fc.assert(
    fc.property(
      checked,
      fc.stringMatching(/^[a-z ,.]{0,20}$/),
      fc.nat(15),
      fc.integer({ min: 1, max: 9 }),
      (card, around, at, by) => {
        expect(kindsIn(`${around} ${card} ${around}`)).toContain(`card ${card}`);
        const wrong = [...card].map((digit, i) => (i === at ? String((Number(digit) + by) % 10) : digit)).join('');
        expect(luhn(wrong)).toBe(false);
      },
    ),
  );
});

test('an account with one character changed has a wrong checksum', () => {
  const right = 'GB29NWBK60161331926819';
  expect(mod97(right)).toBe(true);
  for (let i = 4; i < right.length; i += 1)
    for (const other of '0123456789')
      if (other !== right[i]) expect(mod97(right.slice(0, i) + other + right.slice(i + 1))).toBe(other === right[i]);
});

const TEXT = 'Ada <ada@example.com>, card 4111111111111111, project Falcon';

test('what was found is told by kind and place, masked, or a Problem; its text is in neither', async () => {
  const found = [
    { kind: 'email', start: 5, end: 20 },
    { kind: 'card', start: 28, end: 44 },
    { kind: 'word', start: 46, end: 60 },
  ];
  const words = ['project falcon'];
  expect(await look(TEXT, { words })).toEqual({
    kind: 'done',
    value: { ok: false, text: TEXT, found, counts: { email: 1, card: 1, word: 1 }, value: null, why: null },
  });
  expect(await look(TEXT, { words, then: 'mask' })).toMatchObject({
    kind: 'done',
    value: { ok: false, text: 'Ada <[email]>, card [card], [word]', found },
  });
  const stopped = await look(TEXT, { words, then: 'stop' });
  expect(stopped).toMatchObject({ kind: 'problem', problem: { code: 'guard.text' } });
  for (const secret of ['ada@', '4111', 'alcon']) expect(JSON.stringify(stopped)).not.toContain(secret);
});

test('only what is named is looked for; a text without any of it goes through as it is', async () => {
  expect(await look(TEXT, { find: ['iban'], then: 'stop' })).toMatchObject({
    kind: 'done',
    value: { ok: true, text: TEXT },
  });
  expect(await look('Nothing here.', { then: 'stop' })).toMatchObject({ kind: 'done', value: { ok: true, found: [] } });
});

test('with a schema the text is JSON that fits, and its value is given; else it says why', async () => {
  const schema = { type: 'object', properties: { paid: { type: 'boolean' } }, required: ['paid'] };
  expect(await look('{"paid": true}', { schema, then: 'stop' })).toMatchObject({
    kind: 'done',
    value: { ok: true, value: { paid: true } },
  });
  expect(await look('{"paid": 1}', { schema })).toMatchObject({ kind: 'done', value: { ok: false, value: null } });
  for (const text of ['Yes.', '{"paid": 1}', '{"paid": true, "more": 1}'])
    for (const then of ['mask', 'stop'])
      expect(await look(text, { schema, then })).toMatchObject({ kind: 'problem', problem: { code: 'guard.schema' } });
});

test('places are in order and apart, and no card is left by masking', async () => {
  const piece = fc.constantFrom(
    'a@b.example ',
    '4111 1111 1111 1111',
    ' +49 30 1234567',
    'x',
    ' ',
    '@',
    '0',
    'DE89 3704 0044 0532 0130 00 ',
    '-',
  );
  await fc.assert(
    fc.asyncProperty(fc.array(piece, { maxLength: 30 }), async (pieces) => {
      const text = pieces.join('\n');
      const found = findIn(text, KINDS, []);
      found.forEach(({ start, end }, i) => {
        expect(start).toBeGreaterThanOrEqual(found[i - 1]?.end ?? 0);
        expect(end).toBeGreaterThan(start);
      });
      const outcome = await look(text, { then: 'mask' });
      expect(outcome).toMatchObject({ kind: 'done' });
      expect(JSON.stringify(outcome)).not.toContain('4111 1111 1111 1111');
    }),
  );
});

test('DOS-06 lists and texts that are written to be compared for ever are gone through once', () => {
  const text = 'a '.repeat(100_000);
  const same = Array.from({ length: 1_000 }, () => 'a');
  expect(wordsIn(text, same)).toHaveLength(100_000);
  // Each nearly stands at each place.
  const near = Array.from({ length: 1_000 }, (_, i) => `${'a '.repeat(90)}b${i}`);
  expect(wordsIn(text, near)).toEqual([]);
  expect(wordsIn(`${text}b7`, near)).toHaveLength(1);
  expect(findIn(text, [], ['a'])).toHaveLength(100_000);
}, 10_000);

test('of phrases that overlap each is found, whichever of them begins another', () => {
  const text = 'The quick brown fox, the brown dog';
  const of = (list: readonly string[]): string[] => wordsIn(text, list).map(({ start, end }) => text.slice(start, end));
  expect(of(['quick brown cat', 'brown fox', 'BROWN DOG'])).toEqual(['brown fox', 'brown dog']);
  expect(of(['quick', 'the quick', 'quick brown'])).toEqual(['The quick', 'quick brown']);
  expect(of(['fox the'])).toEqual(['fox, the']);
  const word = fc.constantFrom('a', 'b', 'c');
  fc.assert(
    fc.property(
      fc.array(word, { maxLength: 12 }),
      fc.array(fc.array(word, { minLength: 1, maxLength: 4 }), { maxLength: 5 }),
      (words, phrases) => {
        const ends = new Set(
          words.flatMap((_, end) => {
            const ending = phrases.filter((phrase) =>
              phrase.every((one, i) => words[end - phrase.length + 1 + i] === one),
            );
            return ending.length === 0
              ? []
              : [`${(end + 1 - Math.max(...ending.map((one) => one.length))) * 2}-${end * 2 + 1}`];
          }),
        );
        const found = wordsIn(
          words.join(' '),
          phrases.map((phrase) => phrase.join(' ')),
        );
        expect(found.map(({ start, end }) => `${start}-${end}`)).toEqual([...ends]);
      },
    ),
  );
});
