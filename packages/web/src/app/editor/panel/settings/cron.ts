/**
 * The next times of a line of cron in a time zone, for people to see what they wrote. The engine's own reading decides what
 * runs (store of kinds, schedule@1); this one knows the same five fields.
 *
 * CR1 A line that it cannot read gives null, never a guess.
 */

const NAMES: readonly (readonly string[] | null)[] = [
  null,
  null,
  null,
  ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'],
  ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'],
];
const BOUNDS = [
  [0, 59],
  [0, 23],
  [1, 31],
  [1, 12],
  [0, 7],
] as const;

const numberOf = (text: string, field: number): number => {
  const named = NAMES[field]?.indexOf(text.toLowerCase()) ?? -1;
  if (named >= 0) return field === 3 ? named + 1 : named;
  return /^\d{1,2}$/.test(text) ? Number(text) : Number.NaN;
};

/** The values of one field; null: it cannot be read. */
const valuesOf = (text: string, field: number): ReadonlySet<number> | null => {
  const [least, most] = BOUNDS[field] ?? [0, 0];
  const found = new Set<number>();
  for (const part of text.split(',')) {
    const [range = '', step = '1', extra] = part.split('/');
    const by = /^\d{1,2}$/.test(step) ? Number(step) : 0;
    if (by < 1 || extra !== undefined) return null;
    const [first = '', last] = range === '*' ? [String(least), String(field === 4 ? 6 : most)] : range.split('-');
    const from = numberOf(first, field);
    const to = last === undefined ? (part.includes('/') ? most : from) : numberOf(last, field);
    if (!(from >= least && to <= most && from <= to)) return null;
    for (let value = from; value <= to; value += by) found.add(field === 4 ? value % 7 : value);
  }
  return found;
};

type Wall = {
  readonly minute: number;
  readonly hour: number;
  readonly day: number;
  readonly month: number;
  readonly week: number;
};

const WEEK = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'];

/** What a clock on the wall of the zone shows; null: there is no such zone. */
const wallIn = (zone: string): ((at: number) => Wall) | null => {
  try {
    const format = new Intl.DateTimeFormat('en-US', {
      timeZone: zone,
      hourCycle: 'h23',
      minute: 'numeric',
      hour: 'numeric',
      day: 'numeric',
      month: 'numeric',
      weekday: 'short',
    });
    return (at) => {
      const part = Object.fromEntries(format.formatToParts(at).map(({ type, value }) => [type, value]));
      return {
        minute: Number(part['minute']),
        hour: Number(part['hour']),
        day: Number(part['day']),
        month: Number(part['month']),
        week: WEEK.indexOf(part['weekday'] ?? ''),
      };
    };
  } catch {
    return null;
  }
};

const MINUTE = 60_000;
const HOUR = 3_600_000;
/** Farther ahead than any day of any month comes again. */
const HORIZON = 5 * 366 * 24 * HOUR;

/** The next `count` times after `now`, in milliseconds since the epoch; empty: it never comes. */
export const nextRuns = (line: string, zone: string, now: number, count: number): readonly number[] | null => {
  const parts = line.trim().split(/\s+/);
  const sets = parts.map(valuesOf);
  const wall = wallIn(zone);
  const [minutes, hours, days, months, weeks] = sets;
  if (parts.length !== 5 || !minutes || !hours || !days || !months || !weeks || wall === null) return null;
  // As cron has it: with both a day of the month and of the week given, either will do.
  const [anyDay, anyWeek] = [parts[2]?.startsWith('*') === true, parts[4]?.startsWith('*') === true];
  const isDay = ({ day, week }: Wall): boolean =>
    anyDay || anyWeek ? days.has(day) && weeks.has(week) : days.has(day) || weeks.has(week);
  const found: number[] = [];
  let at = Math.floor(now / MINUTE) * MINUTE + MINUTE;
  while (found.length < count && at < now + HORIZON) {
    const here = wall(at);
    if (!months.has(here.month) || !isDay(here))
      at += here.hour < 20 && here.minute === 0 ? 4 * HOUR : HOUR - here.minute * MINUTE;
    else if (!hours.has(here.hour)) at += HOUR - here.minute * MINUTE;
    else {
      if (minutes.has(here.minute)) found.push(at);
      at += MINUTE;
    }
  }
  return found;
};
