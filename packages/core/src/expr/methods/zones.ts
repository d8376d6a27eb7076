/**
 * Time zones that expressions know: `utc`, `UTC+2`, and names such as Europe/Paris. The zone of the
 * machine is not among them: a flow gives the same wherever it runs. The list is closed, because the
 * date library keeps data for every name it is ever asked for.
 */
import { fail } from '../fault.ts';
import type { Use } from './method.ts';

/** Names in use beside the ones that the platform lists. */
const ALIASES =
  'UTC GMT Etc/UTC Etc/GMT Asia/Kolkata Asia/Kathmandu Asia/Yangon Asia/Ho_Chi_Minh Europe/Kyiv America/Argentina/Buenos_Aires America/Nuuk America/Indiana/Indianapolis Atlantic/Faroe Africa/Asmara Pacific/Chuuk Pacific/Pohnpei Pacific/Kanton US/Eastern US/Central US/Mountain US/Pacific US/Alaska US/Hawaii';

let names: ReadonlySet<string> | undefined;

/** Is this the name of a time zone that flows may use? Those of offsets (`UTC+2`) are not among them. */
export const isZone = (name: string): boolean => {
  names ??= new Set([...Intl.supportedValuesOf('timeZone'), ...ALIASES.split(' ')]);
  return names.has(name);
};

/** What meeting a named zone for the first time costs, at worst. */
const FIRST = 5000;

const OFFSET = /^utc[+-]\d{1,2}(?::[0-5]\d)?$/i;

/** The zone of that name as luxon takes it, paid for; a Problem if there is none. */
export const zoneOf = (use: Use, name: string): string => {
  if (name.toLowerCase() === 'utc') return 'utc';
  if (name.length <= 9 && OFFSET.test(name)) return name;
  if (name.length > 50 || !isZone(name)) {
    return fail(
      use.site,
      'expr.value',
      'There is no such time zone',
      "Write one such as 'Europe/Paris', 'America/New_York', 'utc' or 'UTC+2'.",
    );
  }
  use.budget.once(`zone ${name}`, FIRST, 0);
  return name;
};
