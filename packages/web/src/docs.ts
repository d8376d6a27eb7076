/** The documentation: its list, its search, and one page of it. No script: a search is an address. */

import type { Doc, DocsView } from '@headgate/core/api';
import { frame } from './frame.ts';
import { html, type Markup } from './html.ts';
import { anchorOf, markdown, titled } from './markdown.ts';

const MOST = 30;

const form = (search: string): Markup => html`<form method="get" action="/docs" role="search" class="fields">
<div><label for="q">Search the documentation</label><input id="q" name="q" value="${search}"></div><button type="submit">Search</button>
</form>`;

export const docsPage = (view: DocsView): string => {
  if ('doc' in view) {
    const { title, body } = titled(view.doc.text);
    return frame({ title, body: html`<p><a href="/docs">All documentation</a></p>${markdown(body, view.doc.name)}` });
  }
  const { all, search } = view;
  const list = (docs: readonly Doc[]): Markup =>
    html`<ul>${docs.map(({ name, text }) => html`<li><a href="/docs/${name}">${titled(text).title}</a></li>`)}</ul>`;
  const within = (folder: string): Markup => list(all.filter(({ name }) => name.startsWith(folder)));
  if (search.trim() === '')
    return frame({
      title: 'Documentation',
      body: html`${form('')}<h2>Guides</h2>${within('guides/')}<h2>Reference</h2>${list(all.filter(({ name }) => !name.includes('/')))}
<p><a href="/api/v1/reference">API reference</a></p><h2>Decisions</h2>${within('decisions/')}`,
    });
  const found = searched(all, search);
  return frame({
    title: 'Documentation',
    body: html`${form(search)}<h2>${found.length === 0 ? 'Nothing found' : `Found: ${found.length}`}</h2>
<ul>${found.map(({ href, title, line }) => html`<li><a href="${href}">${title}</a><br><span class="soft">${line}</span></li>`)}</ul>
<p><a href="/docs">All documentation</a></p>`,
  });
};

type Found = { readonly href: string; readonly title: string; readonly line: string };

/** Sections that hold every word, those with a word in their heading first. */
export const searched = (all: readonly Doc[], search: string): readonly Found[] => {
  const words = search.toLowerCase().split(/\s+/).filter(Boolean);
  const ranked = all.flatMap(({ name, text }) => {
    const { title } = titled(text);
    return text.split(/^(?=#{1,4} )/m).flatMap((section) => {
      const low = section.toLowerCase();
      if (!words.every((word) => low.includes(word))) return [];
      const [, level = '', heading = title] = /^(#{1,4}) (.+)$/m.exec(section) ?? [];
      const rank = words.filter((word) => heading.toLowerCase().includes(word)).length;
      const line = section
        .split('\n')
        .find((one) => one.toLowerCase().includes(words[0] ?? '') && !one.startsWith('#'));
      const href = `/docs/${name}${level.length < 2 ? '' : `#${anchorOf(heading)}`}`;
      const plain = heading.replaceAll('`', '');
      return [{ rank, href, title: plain === title ? title : `${title}: ${plain}`, line: (line ?? '').slice(0, 160) }];
    });
  });
  return ranked.sort((a, b) => b.rank - a.rank).slice(0, MOST);
};
