/** Numbers with a checksum, as texts hold them: cards (Luhn, ISO/IEC 7812) and accounts (IBAN, ISO 13616, mod 97). */

export type Span = { readonly start: number; readonly end: number };

/** What cards begin with, and how long they are. */
const CARDS: readonly (readonly [begins: RegExp, lengths: readonly number[]])[] = [
  [/^4/, [13, 16, 19]],
  [/^(?:5[1-5]|2[2-7]|35)/, [16]],
  [/^3[47]/, [15]],
  [/^3[0689]/, [14]],
  [/^6/, [16, 17, 18, 19]],
];
const LONGEST_CARD = 19;

/** ISO/IEC 7812-1, annex B. */
export const luhn = (digits: string): boolean => {
  let sum = 0;
  for (let i = 0; i < digits.length; i += 1) {
    const digit = Number(digits[digits.length - 1 - i]);
    const twice = i % 2 === 1 ? digit * 2 : digit;
    sum += twice > 9 ? twice - 9 : twice;
  }
  return sum % 10 === 0;
};

const isDigit = (char: string | undefined): boolean => char !== undefined && char >= '0' && char <= '9';

/** The longest card that begins here; groups may stand apart by one space or hyphen. */
const cardAt = (text: string, start: number): Span | null => {
  let digits = '';
  let found: Span | null = null;
  for (let at = start; digits.length < LONGEST_CARD; at += 1) {
    const char = text[at];
    if (isDigit(char)) digits += char;
    else if ((char === ' ' || char === '-') && isDigit(text[at - 1]) && isDigit(text[at + 1])) continue;
    else break;
    if (isDigit(text[at + 1])) continue;
    const fits = CARDS.some(([begins, lengths]) => begins.test(digits) && lengths.includes(digits.length));
    if (fits && luhn(digits)) found = { start, end: at + 1 };
  }
  return found;
};

/** A place is looked at once for each number that begins before it: at most 38 times. */
export const cardsIn = (text: string): Span[] => {
  const found: Span[] = [];
  for (const { index } of text.matchAll(/(?<!\d)[2-6]/g)) {
    const card = cardAt(text, index);
    if (card !== null) found.push(card);
  }
  return found;
};

/** Characters of an account, by the country that it begins with: the register of ISO 13616. */
const LENGTHS: ReadonlyMap<string, number> = new Map(
  [
    ['15', 'NO'],
    ['16', 'BE'],
    ['18', 'DK FI FO GL NL'],
    ['19', 'MK SI'],
    ['20', 'AT BA EE KZ LT LU XK'],
    ['21', 'CH HR LI LV'],
    ['22', 'BG BH CR DE GB GE IE ME RS VA'],
    ['23', 'AE GI IL IQ TL'],
    ['24', 'AD CZ ES MD PK RO SA SE SK TN VG'],
    ['25', 'LY PT ST'],
    ['26', 'IS TR'],
    ['27', 'FR GR IT MC MR SM'],
    ['28', 'AL AZ BY CY DO GT HU LB PL SV'],
    ['29', 'BR EG PS QA UA'],
    ['30', 'JO KW MU'],
    ['31', 'MT SC'],
    ['32', 'LC'],
  ].flatMap(([length = '', countries = '']) => countries.split(' ').map((one) => [one, Number(length)] as const)),
);

/** ISO/IEC 7064, mod 97-10: the first four characters behind the others, letters as 10 to 35, leave 1. */
export const mod97 = (account: string): boolean => {
  let left = 0;
  for (const char of account.slice(4) + account.slice(0, 4)) {
    const value = Number.parseInt(char, 36);
    left = (left * (value > 9 ? 100 : 10) + value) % 97;
  }
  return left === 1;
};

export const ibansIn = (text: string): Span[] => {
  const found: Span[] = [];
  for (const { index } of text.matchAll(/(?<![A-Za-z0-9])[A-Za-z]{2}\d{2}/g)) {
    const length = LENGTHS.get(text.slice(index, index + 2).toUpperCase());
    if (length === undefined) continue;
    let account = '';
    let at = index;
    for (; account.length < length; at += 1) {
      const char = text[at] ?? '';
      if (/^[A-Za-z0-9]$/.test(char)) account += char.toUpperCase();
      else if (!(char === ' ' || char === '-') || !/^[A-Za-z0-9]$/.test(text[at + 1] ?? '')) break;
    }
    if (account.length === length && !/^[A-Za-z0-9]$/.test(text[at] ?? '') && mod97(account))
      found.push({ start: index, end: at });
  }
  return found;
};
