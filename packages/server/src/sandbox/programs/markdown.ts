/**
 * The program between Markdown and HTML: Markdown to HTML that is safe to show (markdown-it, without HTML in it), and HTML
 * to Markdown.
 *
 * MD1 HTML in Markdown is text. A link leads to the web, to a letter, to a number, or within the page; a picture to the web:
 *     no script, no data, no file. The other way the same links count, and what is no content is left out.
 */

import type { AnyNode, Element } from 'domhandler';
import MarkdownIt from 'markdown-it';
import { fault, program, Source, textOf } from './bytes.ts';
import { childrenOf, hasText, htmlOf, isElement, UNREAD } from './dom.ts';

type Input = { readonly size: number; readonly to: 'html' | 'markdown' };

const LARGEST = 4 * 1024 * 1024;
/** An address with a scheme, whatever stands around it; browsers leave out white space and control characters in it. */
const SCHEME = /^([a-z][a-z0-9+.-]*):/i;
const SAFE = new Set(['http', 'https', 'mailto', 'tel']);

const isSafe = (address: string): boolean => {
  // oxlint-disable-next-line no-control-regex -- that is what is left out
  const plain = address.replace(/[\u0000-\u0020\u007f-\u009f]+/g, '');
  const scheme = SCHEME.exec(plain)?.[1]?.toLowerCase();
  return scheme === undefined ? !plain.startsWith('//') && !plain.startsWith('\\') : SAFE.has(scheme);
};

const toHtml = (text: string): string => {
  const md = new MarkdownIt({ html: false, linkify: false, typographer: false });
  md.validateLink = isSafe;
  const plain = md.renderer.rules['link_open'];
  md.renderer.rules['link_open'] = (tokens, i, options, env, self) => {
    tokens[i]?.attrSet('rel', 'noopener noreferrer nofollow');
    return plain === undefined ? self.renderToken(tokens, i, options) : plain(tokens, i, options, env, self);
  };
  return md.render(text);
};

const escaped = (text: string): string =>
  text
    .replace(/[\\`*_[\]<>#|~]/g, '\\$&')
    .replace(/^(\s*\d+)([.)])/gm, '$1\\$2')
    .replace(/^(\s*)([-+])(?=\s)/gm, '$1\\$2');
const addressOf = (node: Element, name: string): string | null => {
  const address = node.attribs[name];
  return address === undefined || !isSafe(address)
    ? null
    : `<${address.replace(/[<>\s]/g, (c) => encodeURIComponent(c))}>`;
};
const rawText = (node: AnyNode): string => (hasText(node) ? node.data : childrenOf(node).map(rawText).join(''));
/** Ticks that do not stand in it. */
const fence = (text: string, least: number): string =>
  '`'.repeat(Math.max(least, 1 + Math.max(0, ...(text.match(/`+/g) ?? []).map((ticks) => ticks.length))));

const MARKS: Readonly<Record<string, string>> = { strong: '**', b: '**', em: '*', i: '*', del: '~~', s: '~~' };

/** What stands in a line. */
const inline = (node: AnyNode): string => {
  if (hasText(node)) return escaped(node.data.replace(/\s+/g, ' '));
  if (!isElement(node) || UNREAD.has(node.name)) return '';
  const inner = (): string => childrenOf(node).map(inline).join('');
  const mark = MARKS[node.name];
  if (mark !== undefined) {
    const text = inner();
    const plain = text.trim();
    return plain === '' ? text : text.replace(plain, () => `${mark}${plain}${mark}`);
  }
  switch (node.name) {
    case 'br':
      return '\\\n';
    case 'code': {
      const text = rawText(node).replace(/\s+/g, ' ');
      const ticks = fence(text, 1);
      return text === '' ? '' : `${ticks}${text.startsWith('`') || text.endsWith('`') ? ` ${text} ` : text}${ticks}`;
    }
    case 'a': {
      const address = addressOf(node, 'href');
      const text = inner().trim();
      return address === null ? text : `[${text === '' ? address.slice(1, -1) : text}](${address})`;
    }
    case 'img': {
      const address = addressOf(node, 'src');
      return address === null
        ? escaped(node.attribs['alt'] ?? '')
        : `![${escaped(node.attribs['alt'] ?? '')}](${address})`;
    }
    default:
      return inner();
  }
};

const INLINE = new Set(
  'a abbr b bdi bdo br cite code data del dfn em i img ins kbd label mark q s samp small span strong sub sup time u var'.split(
    ' ',
  ),
);
const isInline = (node: AnyNode): boolean => hasText(node) || (isElement(node) && INLINE.has(node.name));
const indented = (text: string, by: string): string => text.replaceAll('\n', `\n${by}`);

const rowsOf = (node: AnyNode): Element[] =>
  childrenOf(node).flatMap((child) =>
    !isElement(child) ? [] : child.name === 'tr' ? [child] : child.name === 'table' ? [] : rowsOf(child),
  );

const tableOf = (node: Element): string => {
  const rows = rowsOf(node).map((row) =>
    childrenOf(row)
      .filter((cell): cell is Element => isElement(cell) && (cell.name === 'td' || cell.name === 'th'))
      .map((cell) => inline(cell).replaceAll('\\\n', ' ').replaceAll('\n', ' ').trim()),
  );
  const width = Math.max(0, ...rows.map((row) => row.length));
  if (width === 0) return '';
  const line = (cells: readonly string[]): string =>
    `| ${Array.from({ length: width }, (_, i) => cells[i] ?? '').join(' | ')} |`;
  const [head = [], ...rest] = rows;
  return [line(head), line(Array.from({ length: width }, () => '---')), ...rest.map(line)].join('\n');
};

/** Blocks, with an empty line between them. */
const blocks = (nodes: readonly AnyNode[]): string => {
  const made: string[] = [];
  let line = '';
  const flush = (): void => {
    if (line.trim() !== '') made.push(line.trim());
    line = '';
  };
  for (const node of nodes) {
    if (isInline(node)) line += inline(node);
    else if (isElement(node) && !UNREAD.has(node.name)) {
      flush();
      const text = block(node);
      if (text !== '') made.push(text);
    } else if (!isElement(node)) {
      flush();
      const text = blocks(childrenOf(node));
      if (text !== '') made.push(text);
    }
  }
  flush();
  return made.join('\n\n');
};

const block = (node: Element): string => {
  const heading = /^h([1-6])$/.exec(node.name);
  if (heading !== null) {
    const text = childrenOf(node).map(inline).join('').replaceAll('\\\n', ' ').trim();
    return text === '' ? '' : `${'#'.repeat(Number(heading[1]))} ${text}`;
  }
  switch (node.name) {
    case 'hr':
      return '---';
    case 'pre': {
      const text = rawText(node).replace(/\n$/, '');
      const ticks = fence(text, 3);
      return `${ticks}\n${text}\n${ticks}`;
    }
    case 'blockquote': {
      const text = blocks(childrenOf(node));
      return text === '' ? '' : `> ${indented(text, '> ')}`;
    }
    case 'ul':
    case 'ol': {
      let number = 0;
      return childrenOf(node)
        .filter((item): item is Element => isElement(item) && item.name === 'li')
        .map((item) => {
          number += 1;
          const sign = node.name === 'ul' ? '- ' : `${number}. `;
          return `${sign}${indented(blocks(childrenOf(item)), ' '.repeat(sign.length))}`;
        })
        .join('\n');
    }
    case 'table':
      return tableOf(node);
    default:
      return blocks(childrenOf(node));
  }
};

// oxlint-disable-next-line import/no-default-export -- it is what a runner calls
export default program<Input>(async ({ size, to }, host) => {
  const source = new Source(host, 0, size);
  if (to === 'markdown') {
    const text = blocks([await htmlOf(source)]);
    return text === '' ? '' : `${text}\n`;
  }
  const bytes = await source.whole(LARGEST, () => fault('markdown.large', 'It is larger than 4 MB'));
  const text = textOf(bytes);
  if (text === undefined)
    throw fault('markdown.encoding', 'It is no text in UTF-8', { fix: 'Convert it to UTF-8 first.' });
  return toHtml(text);
});
