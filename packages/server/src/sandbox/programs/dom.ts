/**
 * HTML as a tree, by parse5: the way browsers read it, whatever is wrong with it. Nothing is run or fetched.
 *
 * DO1 A tree that is nested deeper than any page is refused: what walks it does so by recursion.
 */

import type { AnyNode, Document, Element } from 'domhandler';
import { parse } from 'parse5';
import { adapter } from 'parse5-htmlparser2-tree-adapter';
import { fault, type Source, textOf } from './bytes.ts';

const LARGEST = 16 * 1024 * 1024;
const DEEPEST = 400;

export const isElement = (node: AnyNode): node is Element => 'name' in node && 'attribs' in node;
export const childrenOf = (node: AnyNode): readonly AnyNode[] => ('children' in node ? node.children : []);
export const hasText = (node: AnyNode): node is AnyNode & { readonly data: string } =>
  node.type === 'text' && 'data' in node;

const shallow = (document: Document): void => {
  let level: readonly AnyNode[] = [document];
  for (let depth = 0; level.length > 0; depth += 1) {
    if (depth > DEEPEST) throw fault('html.deep', `Its elements are nested deeper than ${DEEPEST}`);
    const next: AnyNode[] = [];
    for (const node of level) for (const child of childrenOf(node)) next.push(child);
    level = next;
  }
};

export const htmlOf = async (source: Source): Promise<Document> => {
  const bytes = await source.whole(LARGEST, () => fault('html.large', 'It is larger than 16 MB'));
  const text = textOf(bytes);
  if (text === undefined) throw fault('html.encoding', 'It is no text in UTF-8', { fix: 'Convert it to UTF-8 first.' });
  const document = parse(text, { treeAdapter: adapter });
  shallow(document);
  return document;
};

/** Elements whose content nobody reads. */
export const UNREAD: ReadonlySet<string> = new Set([
  'script',
  'style',
  'template',
  'noscript',
  'head',
  'iframe',
  'object',
]);
