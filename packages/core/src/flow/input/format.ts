/** Text formats an input schema may ask for. Each is judged in one pass; none uses a pattern that can backtrack. */

const DATE_TIME = /^(\d{4})-(\d{2})-(\d{2})[Tt](\d{2}):(\d{2}):(\d{2})(?:\.\d{1,9})?(?:[Zz]|[+-](\d{2}):(\d{2}))$/;
const DATE = /^(\d{4})-(\d{2})-(\d{2})$/;
const UUID = /^[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}$/;
const SCHEME = /^[a-zA-Z][a-zA-Z0-9+.-]*:/;
const LABEL = /^[\p{L}\p{N}](?:[\p{L}\p{N}-]{0,61}[\p{L}\p{N}])?$/u;

const daysIn = (year: number, month: number): number =>
  month === 2
    ? year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0)
      ? 29
      : 28
    : [4, 6, 9, 11].includes(month)
      ? 30
      : 31;

const isDay = (year: string | undefined, month: string | undefined, day: string | undefined): boolean =>
  Number(month) >= 1 && Number(month) <= 12 && Number(day) >= 1 && Number(day) <= daysIn(Number(year), Number(month));

/** RFC 3339, section 5.6; a leap second is taken where one can be. */
const isDateTime = (text: string): boolean => {
  const m = DATE_TIME.exec(text);
  if (m === null || !isDay(m[1], m[2], m[3])) return false;
  const second = Number(m[6]);
  return (
    Number(m[4]) < 24 &&
    Number(m[5]) < 60 &&
    (second < 60 || (second === 60 && m[5] === '59')) &&
    Number(m[7] ?? 0) < 24 &&
    Number(m[8] ?? 0) < 60
  );
};

const isDate = (text: string): boolean => {
  const m = DATE.exec(text);
  return m !== null && isDay(m[1], m[2], m[3]);
};

/** What mail servers take in practice: one `@`, a local part without blanks, a host of at least two labels. */
const isEmail = (text: string): boolean => {
  const at = text.lastIndexOf('@');
  const local = text.slice(0, at);
  const labels = text.slice(at + 1).split('.');
  return (
    at > 0 &&
    at <= 64 &&
    text.length <= 254 &&
    !/[\s@,;<>]/.test(local) &&
    labels.length > 1 &&
    labels.every((label) => LABEL.test(label))
  );
};

/** An absolute URI without blanks. */
const isUri = (text: string): boolean =>
  text.length <= 8192 && SCHEME.test(text) && !/\s/.test(text) && URL.canParse(text);

/** Format name → test and how it is told. */
export const FORMATS: ReadonlyMap<string, { readonly test: (text: string) => boolean; readonly told: string }> =
  new Map([
    ['date-time', { test: isDateTime, told: 'a date and time like 2026-01-31T12:00:00Z' }],
    ['date', { test: isDate, told: 'a date like 2026-01-31' }],
    ['email', { test: isEmail, told: 'an e-mail address' }],
    ['uri', { test: isUri, told: 'an absolute address like https://example.com/x' }],
    ['uuid', { test: (text) => UUID.test(text), told: 'a UUID' }],
  ]);
