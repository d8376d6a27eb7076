/**
 * Markdown of the documentation as markup: headings, paragraphs, lists, tables, code, links, strong. What it does not know
 * stays text.
 *
 * MD1 There is no way for HTML of a text to become markup: everything goes through `html` (GUI-01).
 * MD2 A link leads to http, https, mailto or another page of the documentation; any other stays text (GUI-02).
 * MD3 What can be named has an anchor: a heading by its code or its words, a row of a table by the code it begins with, below
 *     the code of its heading: `problems#flow.invalid`, `steps#each@1.items`.
 */

import { html, type Markup } from './html.ts';

const INLINE = /`([^`]+)`|\*\*([^*]+)\*\*|\[((?:[^[\]]|`[^`]*`)+)\]\(([^()\s]+)\)/;

/** Where a link of the page `from` leads, or null where it may lead nowhere. */
export const target = (href: string, from: string): string | null => {
  if (/^(https?:\/\/|mailto:)/i.test(href)) return href;
  if (/^#[\w.@-]*$/.test(href)) return href;
  const [, path, anchor = ''] = /^([\w./-]+?)\.md(#[\w.@-]+)?$/.exec(href) ?? [];
  if (path === undefined) return null;
  const parts = from.split('/').slice(0, -1);
  for (const part of path.split('/')) {
    if (part === '..') {
      if (parts.pop() === undefined) return null;
    } else if (part !== '.') parts.push(part);
  }
  return `/docs/${parts.join('/')}${anchor}`;
};

const inline = (text: string, from: string): Markup => {
  const found = INLINE.exec(text);
  if (found === null) return html`${text.replaceAll(/\\([\\*|_`<>])/g, '$1')}`;
  const [whole, code, strong, title, href] = found;
  const rest = inline(text.slice(found.index + whole.length), from);
  const before = text.slice(0, found.index).replaceAll(/\\([\\*|_`<>])/g, '$1');
  if (code !== undefined) return html`${before}<code>${code}</code>${rest}`;
  if (strong !== undefined) return html`${before}<strong>${inline(strong, from)}</strong>${rest}`;
  const to = target(href ?? '', from);
  const shown = inline(title ?? '', from);
  return to === null ? html`${before}${shown}${rest}` : html`${before}<a href="${to}">${shown}</a>${rest}`;
};

/** The name that a heading or a row is linked by. */
export const anchorOf = (text: string): string =>
  /^`([^`]+)`/.exec(text)?.[1] ??
  text
    .toLowerCase()
    .replaceAll(/[^\w\s-]/g, '')
    .trim()
    .replaceAll(/\s+/g, '-');

const cells = (line: string): string[] =>
  line
    .trim()
    .replace(/^\||\|$/g, '')
    .split(/(?<!\\)\|/)
    .map((cell) => cell.trim());

/** The text of the first heading of level 1, and the document without it. */
export const titled = (text: string): { readonly title: string; readonly body: string } => {
  const [, title = 'Documentation'] = /^# (.+)$/m.exec(text) ?? [];
  return { title: title.replaceAll('`', ''), body: text.replace(/^# .+\n/m, '') };
};

export const markdown = (text: string, from: string): Markup => {
  const lines = text.split('\n');
  const made: Markup[] = [];
  let under = '';
  let i = 0;
  const take = (is: (line: string) => boolean): string[] => {
    const start = i;
    while (i < lines.length && is(lines[i] ?? '')) i += 1;
    return lines.slice(start, i);
  };
  while (i < lines.length) {
    const line = lines[i] ?? '';
    const heading = /^(#{1,4}) (.+)$/.exec(line);
    if (line.trim() === '') i += 1;
    else if (line.startsWith('```')) {
      i += 1;
      const code = take((one) => !one.startsWith('```'));
      i += 1;
      made.push(html`<pre tabindex="0">${code.join('\n')}</pre>`);
    } else if (heading !== null) {
      i += 1;
      const words = heading[2] ?? '';
      const anchor = anchorOf(words);
      under = words.startsWith('`') ? `${anchor}.` : '';
      made.push(
        (heading[1] ?? '').length <= 2
          ? html`<h2 id="${anchor}">${inline(words, from)}</h2>`
          : html`<h3 id="${anchor}">${inline(words, from)}</h3>`,
      );
    } else if (line.startsWith('|'))
      made.push(
        table(
          take((one) => one.startsWith('|')),
          under,
          from,
        ),
      );
    else if (/^[-*] /.test(line)) made.push(html`<ul>${items(take(inList), /^[-*] /, from)}</ul>`);
    else if (/^\d+\. /.test(line)) made.push(html`<ol>${items(take(inList), /^\d+\. /, from)}</ol>`);
    else {
      const first = i;
      const words = take((one) => one.trim() !== '' && (i === first || !/^(#{1,4} |```|\||[-*] |\d+\. )/.test(one)));
      made.push(html`<p>${inline(words.join(' '), from)}</p>`);
    }
  }
  return html`${made}`;
};

const inList = (line: string): boolean => /^([-*] |\d+\. | {2,}\S)/.test(line);

const items = (lines: readonly string[], mark: RegExp, from: string): readonly Markup[] => {
  const found: string[] = [];
  for (const line of lines) {
    if (mark.test(line)) found.push(line.replace(mark, ''));
    else found[found.length - 1] = `${found.at(-1) ?? ''} ${line.trim()}`;
  }
  return found.map((item) => html`<li>${inline(item, from)}</li>`);
};

const table = (lines: readonly string[], under: string, from: string): Markup => {
  const [head = '', , ...rows] = lines;
  return html`<div class="wide" tabindex="0"><table><thead><tr>${cells(head).map((cell) => html`<th scope="col">${inline(cell, from)}</th>`)}</tr></thead><tbody>${rows.map(
    (row) => {
      const [first = '', ...more] = cells(row);
      const code = /^`([^`]+)`$/.exec(first)?.[1];
      return html`<tr${code !== undefined && html` id="${under}${code}"`}><td>${inline(first, from)}</td>${more.map((cell) => html`<td>${inline(cell, from)}</td>`)}</tr>`;
    },
  )}</tbody></table></div>`;
};
