import { expect, test } from 'vitest';
import { entriesOf } from './feed.ts';

const BASE = 'https://example.com/blog/feed.xml';
const values = (value: unknown) => entriesOf(value, BASE)?.map((one) => one.value);

test('RSS 2.0: the last of the document first, addresses made whole, and nothing but http', () => {
  const item = (n: number, more: object = {}) => ({ title: `T${n}`, link: [`/post/${n}`], ...more });
  const found = values({
    rss: {
      '@version': '2.0',
      channel: {
        title: 'Blog',
        link: ['https://example.com/', { '@href': 'feed.xml', '@rel': 'self' }],
        item: [
          item(2, {
            guid: { '@isPermaLink': 'false', '#text': 'g2' },
            description: '<p>x</p>',
            'content:encoded': '<p>all</p>',
            'dc:creator': 'Ada',
            category: ['a', { '@domain': 'd', '#text': 'b' }],
            enclosure: [{ '@url': 'a.mp3', '@type': 'audio/mpeg', '@length': '12' }],
          }),
          item(1, { link: ['javascript:alert(1)'], pubDate: 'Fri, 27 Nov 2026 10:00:00 +0100' }),
        ],
      },
    },
  });
  expect(found).toEqual([
    {
      ...{ id: null, title: 'T1', link: null, author: null, published: '2026-11-27T09:00:00.000Z', updated: null },
      ...{ summary: null, content: null, categories: [], files: [] },
      feed: { title: 'Blog', link: 'https://example.com/' },
    },
    {
      ...{ id: 'g2', title: 'T2', link: 'https://example.com/post/2', author: 'Ada', published: null, updated: null },
      ...{ summary: '<p>x</p>', content: '<p>all</p>', categories: ['a', 'b'] },
      files: [{ url: 'https://example.com/blog/a.mp3', type: 'audio/mpeg', size: 12 }],
      feed: { title: 'Blog', link: 'https://example.com/' },
    },
  ]);
});

test('Atom: by time where all say one, links by what they are for', () => {
  const entry = (id: string, published: string) => ({
    ...{ id, title: { '@type': 'html', '#text': 'A' }, published, updated: '2026-11-28T00:00:00Z' },
    link: [{ '@rel': 'self', '@href': 'https://a.example/self' }, { '@href': `https://a.example/${id}` }],
    author: [{ name: 'Ada' }],
    category: [{ '@term': 'news' }],
  });
  const found = values({
    feed: { title: 'F', entry: [entry('b', '2026-11-27T12:00:00+02:00'), entry('a', '2026-11-27T11:00:00Z')] },
  });
  expect(found?.map(({ id, link, author, categories }) => [id, link, author, categories])).toEqual([
    ['b', 'https://a.example/b', 'Ada', ['news']],
    ['a', 'https://a.example/a', 'Ada', ['news']],
  ]);
});

test('RSS 1.0 and JSON Feed; what is none of them is no feed', () => {
  expect(
    values({ 'rdf:RDF': { channel: { title: 'R' }, item: [{ '@rdf:about': 'u', title: 'x', link: ['u'] }] } }),
  ).toMatchObject([{ id: 'u', title: 'x', feed: { title: 'R' } }]);
  const json = {
    ...{ version: 'https://jsonfeed.org/version/1.1', title: 'J', home_page_url: 'https://j.example' },
    items: [{ id: 7, url: 'https://j.example/7', content_text: 'c', authors: [{ name: 'A' }], tags: ['t'] }],
  };
  expect(values(json)).toMatchObject([{ id: '7', content: 'c', author: 'A', categories: ['t'] }]);
  for (const none of [{}, { html: {} }, { items: [] }, null, [], 'x', { version: 1, items: [] }])
    expect(values(none)).toBeUndefined();
  expect(values({ rss: '' })).toEqual([]);
});

test('an entry is known by its id, else by its address, else by what it says; names such as __proto__ are names', () => {
  const marks = (items: unknown[]) => entriesOf({ rss: { channel: { item: items } } }, BASE)?.map(({ mark }) => mark);
  const [a, b, c, d] = [{ guid: 'g', title: 'x' }, { guid: 'g', title: 'changed' }, { title: 'x' }, { title: 'y' }].map(
    (one) => marks([one])?.[0],
  );
  expect([a === b, a === c, c === d]).toEqual([true, false, false]);
  expect(marks([JSON.parse('{"__proto__": {"title": "z"}, "guid": "p"}')])).toHaveLength(1);
});
