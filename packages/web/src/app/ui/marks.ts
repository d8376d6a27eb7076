/**
 * What a model says, as parts: a small part of Markdown. It is text of somebody else's, so nothing of it is ever markup, and an
 * address is a link only where it is one of the web without a name in it (LLM-05).
 */

export type Mark =
  | { readonly is: 'text' | 'code' | 'strong' | 'soft'; readonly text: string }
  | { readonly is: 'link'; readonly text: string; readonly href: string };

export type Block =
  | { readonly is: 'paragraph' | 'head'; readonly marks: readonly Mark[] }
  | { readonly is: 'code'; readonly text: string }
  | { readonly is: 'list'; readonly first: number | null; readonly items: readonly (readonly Mark[])[] };

// Each is linear in a line, or bounded: what a model says may be written so as to be read for ever (DOS-06).
const INLINE =
  /`([^`\n]+)`|\*\*([^*\n]+)\*\*|\*([^*\s][^*\n]*)\*|(!?)\[([^[\]\n]{0,500})\]\(([^)\s]{1,2000})(?:[ \t][^)\n]{0,500})?\)|(https?:\/\/[^\s<>()[\]"']+)/g;
const FENCE = /^\s*```/;
const ITEM = /^[ \t]*(?:[-*+]|(\d{1,3})[.)])[ \t]+([^ \t][^]*)$/;
const HEAD = /^#{1,6}[ \t]+([^ \t][^]*)$/;

const linked = (label: string, address: string): Mark => {
  const url = URL.canParse(address) ? new URL(address) : null;
  if (url === null || (url.protocol !== 'https:' && url.protocol !== 'http:') || url.username !== '')
    return { is: 'text', text: label };
  return { is: 'link', text: label === address ? url.href : `${label} (${url.host})`, href: url.href };
};

const inline = (text: string): readonly Mark[] => {
  const made: Mark[] = [];
  let at = 0;
  const plain = (to: number): void => {
    if (to > at) made.push({ is: 'text', text: text.slice(at, to) });
  };
  for (const found of text.matchAll(INLINE)) {
    plain(found.index);
    const [whole, code, strong, soft, , label, address = '', bare] = found;
    if (code !== undefined) made.push({ is: 'code', text: code });
    else if (strong !== undefined) made.push({ is: 'strong', text: strong });
    else if (soft !== undefined) made.push({ is: 'soft', text: soft });
    else if (bare !== undefined) made.push(linked(bare, bare));
    else made.push(linked(label === undefined || label === '' ? address : label, address));
    at = found.index + whole.length;
  }
  plain(text.length);
  return made;
};

export const blocksOf = (text: string): readonly Block[] => {
  const made: Block[] = [];
  let lines: string[] = [];
  let list: { readonly first: number | null; readonly items: (readonly Mark[])[] } | null = null;
  const paragraph = (): void => {
    if (lines.length > 0) made.push({ is: 'paragraph', marks: inline(lines.join('\n')) });
    lines = [];
  };
  const rest = text.split('\n');
  for (let i = 0; i < rest.length; i += 1) {
    const line = rest[i] ?? '';
    if (FENCE.test(line)) {
      paragraph();
      list = null;
      const inside: string[] = [];
      for (i += 1; i < rest.length && !FENCE.test(rest[i] ?? ''); i += 1) inside.push(rest[i] ?? '');
      made.push({ is: 'code', text: inside.join('\n') });
      continue;
    }
    const item = ITEM.exec(line);
    if (item !== null) {
      paragraph();
      const first = item[1] === undefined ? null : Number(item[1]);
      if (list === null || (list.first === null) !== (first === null)) {
        list = { first, items: [] };
        made.push({ is: 'list', ...list });
      }
      list.items.push(inline(item[2] ?? ''));
      continue;
    }
    const head = HEAD.exec(line);
    list = null;
    if (head !== null || line.trim() === '') {
      paragraph();
      if (head !== null) made.push({ is: 'head', marks: inline(head[1] ?? '') });
      continue;
    }
    lines.push(line);
  }
  paragraph();
  return made;
};
