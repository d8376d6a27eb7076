/**
 * What a page says: its text in parts, what it calls itself, and where it leads within the site.
 *
 * SP1 HTML and whatever else has a format is read in the jail; what comes out of it is judged as what a stranger wrote.
 * SP2 Secrets that the guard knows are taken out before anything is kept (KI3 in indexer.ts).
 */

import { createHash } from 'node:crypto';
import {
  bad,
  type Formats,
  good,
  inSite,
  pageAddress,
  type Part,
  problem,
  type Problem,
  type Result,
  type Site,
} from '@headgate/core';
import { readDocument } from '../read.ts';

/** Links that are followed of one page, and characters that are kept of them. */
const LINKS = 300;
const KEPT = 40_000;
const TITLE = 300;
/** Addresses that end so are no documents, whoever links them. */
const UNREAD =
  /\.(png|jpe?g|gif|webp|avif|svg|ico|bmp|css|m?js|map|woff2?|ttf|mp[34]|m4a|mov|webm|ogg|wav|zip|gz|tgz|bz2|xz|7z|rar|exe|dmg|iso|apk|msi)$/i;

export type Said = {
  readonly title: string;
  /** Null: it says nothing that could be read, and why. */
  readonly parts: Result<readonly Part[]>;
  readonly hash: string | null;
  /** What it says is its own address, where that is another one of the site. */
  readonly canonical: string | null;
  readonly listed: boolean;
  readonly links: readonly string[];
};

type Got = {
  readonly url: string;
  readonly ending: string;
  readonly type: string;
  readonly bytes: Uint8Array;
  readonly tags: string;
};

/** HTML as UTF-8, whatever it is in: as its head says, or as it says itself at its beginning. */
const asUtf8 = (bytes: Uint8Array, type: string): Uint8Array => {
  const said = /charset\s*=\s*["']?([\w-]{1,40})/i;
  const name = said.exec(type)?.[1] ?? said.exec(new TextDecoder('latin1').decode(bytes.subarray(0, 2_048)))?.[1];
  if (name !== undefined && !/^utf-?8$/i.test(name))
    try {
      return new TextEncoder().encode(new TextDecoder(name).decode(bytes));
    } catch {
      // No coding that there is: it is read as what most are.
    }
  return new TextEncoder().encode(new TextDecoder('utf-8').decode(bytes));
};

const isText = (value: unknown): value is string => typeof value === 'string';

/** What the program of the jail says of a page of HTML, judged. */
const headOf = (value: unknown, url: string, site: Site): Omit<Said, 'parts' | 'hash'> | null => {
  if (typeof value !== 'object' || value === null) return null;
  const { title, base, canonical, listed, links } = value as Readonly<Record<string, unknown>>;
  if (!isText(title) || !Array.isArray(links) || !(base === null || isText(base))) return null;
  const root = base !== null && URL.canParse(base, url) ? new URL(base, url).href : url;
  const found = new Set<string>();
  let kept = 0;
  for (const link of links.slice(0, LINKS * 4) as readonly unknown[]) {
    const page = isText(link) ? pageAddress(link, root) : null;
    if (page === null || page === url || found.has(page) || !inSite(site, page)) continue;
    if (UNREAD.test(new URL(page).pathname)) continue;
    kept += page.length + 3;
    if (found.size >= LINKS || kept > KEPT) break;
    found.add(page);
  }
  const own = isText(canonical) ? pageAddress(canonical, root) : null;
  return {
    title: title.slice(0, TITLE),
    canonical: own !== null && own !== url && inSite(site, own) ? own : null,
    listed: listed === true,
    links: [...found],
  };
};

const BROKEN: Problem = problem('format.crashed', 'The program that read this answered what makes no sense');

/** Of `X-Robots-Tag`: what is said to everybody, or to us. */
const tagged = (tags: string, word: string): boolean =>
  tags
    .toLowerCase()
    .split(',')
    .some((tag) => {
      const [first = '', rest] = tag.split(':').map((one) => one.trim());
      return rest === undefined
        ? first === word || first === 'none'
        : first === 'headgate' && (rest === word || rest === 'none');
    });

/** Reads a page. A Problem of the jail or of the format is why nothing is kept of it. */
export const readPage = async (
  { formats, redact }: { readonly formats: Formats; readonly redact: (text: string) => string },
  { url, ending, type, bytes: got, tags }: Got,
  site: Site,
): Promise<Said> => {
  const html = ending === 'html';
  const bytes = html ? asUtf8(got, type) : got;
  const read = (from: number, to: number): Promise<Uint8Array> => Promise.resolve(bytes.subarray(from, to));
  let head: Omit<Said, 'parts' | 'hash'> = { title: '', canonical: null, listed: true, links: [] };
  if (html) {
    const input = { size: bytes.length, links: LINKS * 4 };
    const done = await formats.run({ program: 'page', input, read: (_source, from, to) => read(from, to) });
    const told = 'problem' in done ? null : headOf(done.value, url, site);
    if (told === null) return { ...head, hash: null, parts: bad('problem' in done ? done.problem : BROKEN) };
    head = told;
  }
  if (tagged(tags, 'noindex')) head = { ...head, listed: false };
  if (tagged(tags, 'nofollow')) head = { ...head, links: [] };
  const title = redact(head.title);
  if (!head.listed) return { ...head, title, hash: null, parts: good([]) };
  const said = await readDocument(formats, `page.${ending}`, { size: bytes.length, read });
  if (!said.ok) return { ...head, title, hash: null, parts: said };
  const parts = said.value.map((part) => ({ ...part, text: redact(part.text) }));
  const hash = createHash('sha256').update(JSON.stringify(parts)).digest('base64url');
  return { ...head, title, hash, parts: good(parts) };
};
