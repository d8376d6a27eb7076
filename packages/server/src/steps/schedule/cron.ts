/**
 * Cron expressions, strictly: five fields (minute, hour, day of month, month, day of week) or six (seconds first).
 * A field is `*`, a value, a range `a-b`, a step (a star or a range, then `/n`), or a list of those; months and days of the week have
 * English names of three letters; Sunday is 0 or 7.
 *
 * It judges the text and knows no time. What schedulers read in different ways (`L`, `W`, `#`, `?`, `@daily`, `5/10`,
 * ranges that run backwards) is refused.
 */

/** `span`: how many different values there are, where that is not max - min + 1 (Sunday has two numbers). */
type Field = {
  readonly name: string;
  readonly min: number;
  readonly max: number;
  readonly names?: readonly string[];
  readonly span?: number;
};

const MONTHS = ['JAN', 'FEB', 'MAR', 'APR', 'MAY', 'JUN', 'JUL', 'AUG', 'SEP', 'OCT', 'NOV', 'DEC'];
const DAYS = ['SUN', 'MON', 'TUE', 'WED', 'THU', 'FRI', 'SAT'];

const SECOND: Field = { name: 'second', min: 0, max: 59 };
const FIVE: readonly Field[] = [
  { name: 'minute', min: 0, max: 59 },
  { name: 'hour', min: 0, max: 23 },
  { name: 'day of month', min: 1, max: 31 },
  { name: 'month', min: 1, max: 12, names: MONTHS },
  { name: 'day of week', min: 0, max: 7, names: DAYS, span: 7 },
];

const LONGEST = 200;
const DAYS_IN = [31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

const valueOf = (text: string, field: Field): number | undefined => {
  if (/^\d{1,2}$/.test(text)) return Number(text);
  const at = field.names?.indexOf(text.toUpperCase()) ?? -1;
  return at < 0 ? undefined : at + field.min;
};

/** The values of a field, or what is wrong with it. */
const values = (text: string, field: Field): ReadonlySet<number> | string => {
  const found = new Set<number>();
  for (const part of text.split(',')) {
    const match = /^(?:(\*)|([0-9A-Za-z]{1,3})(?:-([0-9A-Za-z]{1,3}))?)(?:\/(\d{1,2}))?$/.exec(part);
    if (match === null) return `the ${field.name} has a part that is not *, a value, a range or a step`;
    const [, star, first = '', last, step] = match;
    const from = star === undefined ? valueOf(first, field) : field.min;
    const to = star !== undefined ? field.max : last === undefined ? from : valueOf(last, field);
    if (from === undefined || to === undefined || from < field.min || to > field.max) {
      return `the ${field.name} goes from ${field.min} to ${field.max}${field.names === undefined ? '' : `, or ${field.names[0]} to ${field.names[field.names.length - 1]}`}`;
    }
    if (from > to) return `a range of the ${field.name} runs backwards`;
    if (step !== undefined && star === undefined && last === undefined)
      return `a step of the ${field.name} needs a range or * before it`;
    const by = step === undefined ? 1 : Number(step);
    const span = field.span ?? field.max - field.min + 1;
    if (by < 1 || by > span) return `a step of the ${field.name} goes from 1 to ${span}`;
    for (let value = from; value <= to; value += by) found.add(value);
  }
  return found;
};

/** What is wrong with a cron expression, in words; undefined when nothing is. */
export const cronFault = (text: string): string | undefined => {
  if (text.length > LONGEST) return `it is longer than ${LONGEST} characters`;
  const parts = text.split(' ');
  if ((parts.length !== 5 && parts.length !== 6) || parts.includes(''))
    return 'it has five fields (minute, hour, day of month, month, day of week) or six (second first), with one blank between';
  const fields = parts.length === 6 ? [SECOND, ...FIVE] : FIVE;
  const sets: ReadonlySet<number>[] = [];
  for (const [i, field] of fields.entries()) {
    const set = values(parts[i] ?? '', field);
    if (typeof set === 'string') return set;
    sets.push(set);
  }
  const [days, months] = sets.slice(-3);
  // With a day of week as well, either of the two days is enough.
  if (parts[parts.length - 1] !== '*' || days === undefined || months === undefined) return undefined;
  const some = [...months].some((month) => [...days].some((day) => day <= (DAYS_IN[month - 1] ?? 31)));
  return some ? undefined : 'no month it names has that day';
};
