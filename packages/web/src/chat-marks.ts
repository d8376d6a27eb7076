/**
 * What a model says, as parts of a page: a small part of Markdown, in a script for browsers. It is text of somebody else's, so
 * nothing of it is ever markup.
 *
 * CM1 Elements are made one by one and filled with text: what looks like HTML stands there as it was said (LLM-05).
 * CM2 Nothing loads by itself. A picture is a link to it; a link shows its host, is followed by a click alone, and tells the other
 *     side nothing of this page.
 */

export const chatMarks = String.raw`
  const el = (name, className, text) => {
    const made = document.createElement(name);
    if (className) made.className = className;
    if (text !== undefined) made.textContent = text;
    return made;
  };

  const link = (label, address) => {
    const url = URL.canParse(address) ? new URL(address) : null;
    if (url === null || (url.protocol !== 'https:' && url.protocol !== 'http:') || url.username !== '')
      return document.createTextNode(label);
    const made = el('a', '', label === address ? url.href : label + ' (' + url.host + ')');
    made.href = url.href;
    made.target = '_blank';
    made.rel = 'noopener noreferrer nofollow';
    made.referrerPolicy = 'no-referrer';
    return made;
  };

  const INLINE = /\u0060([^\u0060\n]+)\u0060|\*\*([^*\n]+)\*\*|\*([^*\s][^*\n]*)\*|(!?)\[([^\]\n]*)\]\(([^)\s]+)[^)\n]*\)|(https?:\/\/[^\s<>()\[\]"']+)/g;

  const inline = (into, text) => {
    let at = 0;
    for (const found of text.matchAll(INLINE)) {
      into.append(text.slice(at, found.index));
      const [whole, code, strong, soft, picture, label, address, bare] = found;
      if (code !== undefined) into.append(el('code', '', code));
      else if (strong !== undefined) into.append(el('strong', '', strong));
      else if (soft !== undefined) into.append(el('em', '', soft));
      else if (bare !== undefined) into.append(link(bare, bare));
      else into.append(link((picture === '!' ? '\u{1F5BC} ' : '') + (label || address), address));
      at = found.index + whole.length;
    }
    into.append(text.slice(at));
    return into;
  };

  const FENCE = /^\s*\u0060{3}/;
  const ITEM = /^\s*(?:[-*+]|(\d{1,3})[.)])\s+(.*)$/;
  const HEAD = /^#{1,6}\s+(.*)$/;

  const marks = (into, text) => {
    const made = [];
    let list = null;
    let lines = [];
    const paragraph = () => {
      if (lines.length > 0) made.push(inline(el('p'), lines.join('\n')));
      lines = [];
    };
    const rest = text.split('\n');
    for (let i = 0; i < rest.length; i += 1) {
      const line = rest[i];
      if (FENCE.test(line)) {
        paragraph();
        list = null;
        const inside = [];
        for (i += 1; i < rest.length && !FENCE.test(rest[i]); i += 1) inside.push(rest[i]);
        const block = el('pre');
        block.tabIndex = 0;
        block.append(el('code', '', inside.join('\n')));
        made.push(block);
        continue;
      }
      const item = ITEM.exec(line);
      if (item !== null) {
        paragraph();
        const name = item[1] === undefined ? 'UL' : 'OL';
        if (list === null || list.tagName !== name) {
          list = el(name.toLowerCase());
          if (item[1] !== undefined) list.start = Number(item[1]);
          made.push(list);
        }
        list.append(inline(el('li'), item[2]));
        continue;
      }
      const head = HEAD.exec(line);
      if (head !== null || line.trim() === '') {
        paragraph();
        list = null;
        if (head !== null) made.push(inline(el('p', 'head'), head[1]));
        continue;
      }
      list = null;
      lines.push(line);
    }
    paragraph();
    into.replaceChildren(...made);
  };
`;
