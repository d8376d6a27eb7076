/**
 * The program that says of a page of the web what is not its text: its title, what it calls its own address, whether it
 * wants to be listed and its links followed, and where they lead.
 *
 * PP1 Addresses are told as they are written, beside the base that the page names: what they mean is judged outside.
 */

import type { AnyNode, Element } from 'domhandler';
import { program, Source } from './bytes.ts';
import { childrenOf, hasText, htmlOf, isElement } from './dom.ts';

/** `links`: how many are told at most. */
type Input = { readonly size: number; readonly links: number };

const LONGEST = 2_000;
const TITLE = 300;

const textOf = (node: AnyNode): string => (hasText(node) ? node.data : childrenOf(node).map(textOf).join(''));

/** All elements, in the order in which they stand; what a template holds is not of the page. */
function* elementsOf(node: AnyNode): Generator<Element> {
  const left: AnyNode[] = [node];
  for (let one = left.pop(); one !== undefined; one = left.pop()) {
    if (isElement(one)) {
      yield one;
      if (one.name === 'template') continue;
    }
    const children = childrenOf(one);
    for (let at = children.length - 1; at >= 0; at -= 1) {
      const child = children[at];
      if (child !== undefined) left.push(child);
    }
  }
}

const words = (text: string | undefined): readonly string[] => (text ?? '').toLowerCase().split(/[\s,]+/);

// oxlint-disable-next-line import/no-default-export -- it is what a runner calls
export default program<Input>(async ({ size, links: most }, host) => {
  const document = await htmlOf(new Source(host, 0, size));
  let base: string | null = null;
  let title = '';
  let canonical: string | null = null;
  let listed = true;
  let followed = true;
  const written: string[] = [];
  for (const one of elementsOf(document)) {
    const { name, attribs } = one;
    const href = attribs['href']?.trim();
    if (name === 'base' && base === null && href !== undefined) base = href.slice(0, LONGEST);
    else if (name === 'title' && title === '') title = textOf(one).replace(/\s+/g, ' ').trim().slice(0, TITLE);
    else if (name === 'link' && canonical === null && href !== undefined && words(attribs['rel']).includes('canonical'))
      canonical = href;
    else if (name === 'meta' && /^(robots|headgate)$/i.test(attribs['name']?.trim() ?? '')) {
      const said = words(attribs['content']);
      if (said.includes('noindex') || said.includes('none')) listed = false;
      if (said.includes('nofollow') || said.includes('none')) followed = false;
    } else if ((name === 'a' || name === 'area') && href !== undefined && !words(attribs['rel']).includes('nofollow'))
      written.push(href);
  }
  // Nobody needs one twice.
  const links = followed ? [...new Set(written.filter((href) => href.length <= LONGEST))].slice(0, most) : [];
  return { title, base, canonical: canonical?.slice(0, LONGEST) ?? null, listed, links };
});
