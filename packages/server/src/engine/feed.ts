/**
 * What a feed says: RSS 2.0 and 1.0, Atom (RFC 4287) and JSON Feed, as entries of one form. It parses no XML (that happens
 * in the jail) and starts nothing.
 *
 * FD1 What comes is somebody else's text: nothing of it is believed but that it is a text; addresses are http or https.
 * FD2 An entry is known by what the feed calls it: its id, else its address, else what it says.
 */

import { codeHash, isObject } from '@headgate/core';

export type Entry = {
  /** Of one length, whatever the feed makes of ids. */
  readonly mark: string;
  readonly value: Readonly<Record<string, unknown>>;
};

/** Elements that are always a list, however many there are. */
export const FEED_LISTS = ['item', 'entry', 'link', 'category', 'enclosure', 'author', 'atom:link'] as const;

const MOST_ENTRIES = 2_000;
const LONGEST = 500_000;
const MOST_PARTS = 100;

type Fields = Readonly<Record<string, unknown>>;

const fieldsOf = (value: unknown): Fields => (isObject(value) ? value : {});
const listOf = (value: unknown): readonly unknown[] =>
  Array.isArray(value) ? value : value === undefined ? [] : [value];

/** The text of an element, or of what a JSON Feed holds. */
const textOf = (value: unknown): string | null => {
  const one: unknown = Array.isArray(value) ? value[0] : value;
  const text = isObject(one) ? one['#text'] : one;
  if (typeof text !== 'string' && typeof text !== 'number') return null;
  const trimmed = String(text).trim();
  return trimmed === '' ? null : trimmed.slice(0, LONGEST);
};

const firstOf = (fields: Fields, ...names: readonly string[]): string | null => {
  for (const name of names) {
    const text = textOf(fields[name]);
    if (text !== null) return text;
  }
  return null;
};

const timeOf = (text: string | null): string | null => {
  const at = text === null ? Number.NaN : Date.parse(text);
  return Number.isNaN(at) ? null : new Date(at).toISOString();
};

const addressOf = (text: string | null, base: string): string | null => {
  if (text === null || !URL.canParse(text, base)) return null;
  const url = new URL(text, base);
  return /^https?:$/.test(url.protocol) ? url.href : null;
};

/** Links of Atom by what they are for; of RSS its text. */
const linkOf = (links: unknown, base: string): string | null => {
  for (const one of listOf(links)) {
    const rel = textOf(fieldsOf(one)['@rel']) ?? 'alternate';
    const href = isObject(one) && '@href' in one ? textOf(one['@href']) : textOf(one);
    const address = rel === 'alternate' ? addressOf(href, base) : null;
    if (address !== null) return address;
  }
  return null;
};

type File = { readonly url: string; readonly type: string | null; readonly size: number | null };

const fileOf = (url: string | null, type: string | null, size: string | null, base: string): File | null => {
  const address = addressOf(url, base);
  return address === null ? null : { url: address, type, size: /^\d{1,15}$/.test(size ?? '') ? Number(size) : null };
};

const filesOf = (fields: Fields, base: string): readonly File[] => {
  const rss = listOf(fields['enclosure']).map((one) => {
    const of = fieldsOf(one);
    return fileOf(textOf(of['@url']), textOf(of['@type']), textOf(of['@length']), base);
  });
  const atom = listOf(fields['link']).flatMap((one) => {
    const of = fieldsOf(one);
    if (textOf(of['@rel']) !== 'enclosure') return [];
    return [fileOf(textOf(of['@href']), textOf(of['@type']), textOf(of['@length']), base)];
  });
  const json = listOf(fields['attachments']).map((one) => {
    const of = fieldsOf(one);
    return fileOf(textOf(of['url']), textOf(of['mime_type']), textOf(of['size_in_bytes']), base);
  });
  return [...rss, ...atom, ...json].filter((file) => file !== null).slice(0, MOST_PARTS);
};

const categoriesOf = (fields: Fields): readonly string[] =>
  [...listOf(fields['category']), ...listOf(fields['tags'])]
    .flatMap((one) => (isObject(one) && '@term' in one ? textOf(one['@term']) : textOf(one)) ?? [])
    .slice(0, MOST_PARTS);

const authorOf = (fields: Fields): string | null => {
  const [first] = [...listOf(fields['author']), ...listOf(fields['authors'])];
  return (isObject(first) ? textOf(first['name']) : null) ?? textOf(first) ?? firstOf(fields, 'dc:creator');
};

const entryOf = (raw: unknown, base: string, feed: Fields): Entry => {
  const fields = fieldsOf(raw);
  const link = linkOf(fields['link'], base) ?? addressOf(firstOf(fields, 'url', 'external_url'), base);
  const id = firstOf(fields, 'guid', 'id', '@rdf:about') ?? link;
  const title = firstOf(fields, 'title');
  const summary = firstOf(fields, 'description', 'summary');
  const content = firstOf(fields, 'content:encoded', 'content', 'content_html', 'content_text');
  const published = timeOf(firstOf(fields, 'pubDate', 'published', 'date_published', 'dc:date'));
  const said = JSON.stringify(id === null ? [title, summary, content, published] : [id]);
  return {
    mark: codeHash('feed', said).slice(0, 20),
    value: {
      ...{ id, title, link, author: authorOf(fields), published },
      updated: timeOf(firstOf(fields, 'updated', 'date_modified')),
      ...{ summary, content, categories: categoriesOf(fields), files: filesOf(fields, base), feed },
    },
  };
};

/** The oldest first: by when they were published where all say it, else the last of the document first. */
const inOrder = (entries: readonly Entry[]): readonly Entry[] => {
  const reversed = entries.toReversed();
  const at = ({ value }: Entry): unknown => value['published'] ?? value['updated'];
  if (reversed.some((one) => typeof at(one) !== 'string')) return reversed;
  return reversed.toSorted((a, b) => (String(at(a)) < String(at(b)) ? -1 : String(at(a)) > String(at(b)) ? 1 : 0));
};

/** The entries of a feed that was read from `base`, in order; null: it is no feed. */
export const entriesOf = (value: unknown, base: string): readonly Entry[] | null => {
  const root = fieldsOf(value);
  const rdf = fieldsOf(root['rdf:RDF']);
  const rss = fieldsOf(fieldsOf(root['rss'])['channel']);
  const [about, items] = isObject(root['feed'])
    ? [root['feed'], root['feed']['entry']]
    : root['rss'] !== undefined
      ? [rss, rss['item']]
      : root['rdf:RDF'] !== undefined
        ? [fieldsOf(rdf['channel']), rdf['item']]
        : [root, root['items']];
  const isJson = typeof root['version'] === 'string' && root['version'].startsWith('https://jsonfeed.org/');
  if (about === root && !(isJson && Array.isArray(items))) return null;
  const link = linkOf(about['link'], base) ?? addressOf(firstOf(about, 'home_page_url'), base);
  const feed = { title: firstOf(about, 'title'), link };
  const entries = listOf(items)
    .slice(0, MOST_ENTRIES)
    .map((one) => entryOf(one, base, feed));
  return inOrder(entries);
};
