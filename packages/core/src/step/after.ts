/**
 * The wait a server asks for (Retry-After, RFC 9110 §10.2.3): seconds, or a date. A step has no clock, so a date is
 * measured from the answer's own Date header; without one it says nothing.
 */

/** A server cannot park a flow for longer than this. */
export const LONGEST = 86_400_000;

const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

/** An IMF-fixdate, e.g. `Sun, 06 Nov 1994 08:49:37 GMT`, as milliseconds since the epoch. */
const moment = (text: string | undefined): number | undefined => {
  const match = /^[A-Z][a-z]{2}, (\d{2}) ([A-Z][a-z]{2}) (\d{4}) (\d{2}):(\d{2}):(\d{2}) GMT$/.exec(text ?? '');
  if (match === null) return undefined;
  const month = MONTHS.indexOf(match[2] ?? '');
  if (month < 0) return undefined;
  return Date.UTC(Number(match[3]), month, Number(match[1]), Number(match[4]), Number(match[5]), Number(match[6]));
};

/** Milliseconds to wait, at most LONGEST; undefined when the server did not say. Header names are lower-case. */
export const retryAfter = (headers: Readonly<Record<string, string>>): number | undefined => {
  const said = headers['retry-after']?.trim();
  if (said === undefined) return undefined;
  if (/^\d{1,12}$/.test(said)) return Math.min(Number(said) * 1000, LONGEST);
  const then = moment(said);
  const now = moment(headers['date']);
  return then === undefined || now === undefined ? undefined : Math.min(Math.max(then - now, 0), LONGEST);
};

/** The wait until a second since 1970, measured from the answer's own Date header; undefined without one. */
export const waitUntil = (seconds: number, headers: Readonly<Record<string, string>>): number | undefined => {
  const now = moment(headers['date']);
  return now === undefined ? undefined : Math.min(Math.max(seconds * 1000 - now, 0), LONGEST);
};
