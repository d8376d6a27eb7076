/**
 * Sites that a knowledge base reads: from which address, which pages of it, and how much. Pure: it fetches nothing.
 *
 * ST1 What may be read is said as powers, the same that a step would have to be lent: one `net: GET` for each origin. An
 *     address that they do not cover is not asked for, wherever it was found.
 * ST2 An address has one spelling: without its fragment, without marks of campaigns, and never with a user name.
 */

import { covers, type Power } from '../access/power.ts';
import { normalisePath } from '../access/scopes/path.ts';
import { bad, good, problem, type Result } from '../problem.ts';
import { SITE_LIMITS as LIMITS, type SiteSpec } from './site-spec.ts';

export * from './site-spec.ts';

/** A site as it is read. `lent`: what takes part in every judgement of an address. */
export type Site = {
  readonly start: string;
  readonly lent: readonly Power[];
  readonly pages: number;
  readonly depth: number;
  readonly pageBytes: number;
  readonly bytes: number;
  /** Milliseconds; null: only when somebody says so. */
  readonly every: number | null;
};

const CAMPAIGN = /^(utm_[a-z_]+|gclid|fbclid|msclkid)$/i;

/** The one spelling of an address of a page; null: it is none that is ever asked for. */
export const pageAddress = (written: string, base?: string): string | null => {
  if (written.length > LIMITS.address || !URL.canParse(written, base)) return null;
  const { protocol, username, password, hostname, port, pathname, search } = new URL(written, base);
  if (!/^https?:$/.test(protocol) || username !== '' || password !== '') return null;
  const asked = search
    .slice(1)
    .split('&')
    .filter((one) => one !== '' && !CAMPAIGN.test(one.slice(0, one.indexOf('=') < 0 ? one.length : one.indexOf('='))));
  const host = `${hostname.replace(/\.$/, '')}${port === '' ? '' : `:${port}`}`;
  const page = `${protocol}//${host}${pathname}${asked.length === 0 ? '' : `?${asked.join('&')}`}`;
  return page.length > LIMITS.address ? null : page;
};

type Get = Power<'net'>;

/** Asking for this address, as a power. What has no one spelling has no path: only a whole origin covers it. */
export const getOf = (page: string): Get => {
  const { protocol, hostname, port, pathname } = new URL(page);
  const path = normalisePath(pathname);
  return {
    ...{ power: 'net' as const, method: 'GET', host: hostname.replace(/\.$/, '').toLowerCase() },
    port: port !== '' ? Number(port) : protocol === 'http:' ? 80 : 443,
    ...(path === undefined || path === '' ? {} : { path }),
  };
};

/** The power to read all of an origin, or what lies below a path of it; null: the path is none. */
const below = (origin: string, prefix: string): Get | null => {
  const whole = getOf(`${origin}/`);
  if (prefix === '/') return whole;
  const path = prefix.endsWith('/') ? normalisePath(prefix) : undefined;
  return path === undefined ? null : { ...whole, path };
};

const wrong = (field: string, text: string, fix: string): Result<Site> =>
  bad(problem('knowledge.source', text, { at: { field }, fix }));

/** What a source says, with what it leaves out. The Problem is what a person can mend. */
export const siteOf = (spec: SiteSpec): Result<Site> => {
  const start = pageAddress(spec.url);
  if (start === null)
    return wrong('url', 'This is no address of a page', 'Write it as https://example.com/docs/, without a user name.');
  const { origin } = new URL(start);
  const own = below(origin, spec.prefix ?? '/');
  if (own === null)
    return wrong('prefix', 'This is no path that pages lie below', 'Begin and end it with a slash, as /docs/.');
  const lent: Power[] = [own];
  if (spec.prefix !== undefined) lent.push(getOf(`${origin}/robots.txt`));
  for (const [i, one] of (spec.origins ?? []).entries()) {
    const further = pageAddress(one);
    if (further === null || new URL(further).pathname !== '/')
      return wrong(`origins[${i}]`, 'This is no origin', 'Write it as https://help.example.com, without a path.');
    lent.push(getOf(further));
  }
  if (!covers(own, getOf(start)))
    return wrong(
      'prefix',
      'The address where it begins does not lie below this path',
      `It is ${new URL(start).pathname}.`,
    );
  const { pages, depth, pageBytes, bytes } = LIMITS;
  return good({
    ...{ start, lent, pages: spec.pages ?? pages.usual, depth: spec.depth ?? depth.usual },
    ...{ pageBytes: spec.pageBytes ?? pageBytes.usual, bytes: spec.bytes ?? bytes.usual },
    every: spec.every === undefined ? null : spec.every * 60_000,
  });
};

/** Is this address one of the site? */
export const inSite = ({ lent }: Pick<Site, 'lent'>, page: string): boolean => {
  const asked = getOf(page);
  return lent.some((power) => covers(power, asked));
};
