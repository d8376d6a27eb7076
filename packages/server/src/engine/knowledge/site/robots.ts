/**
 * robots.txt as RFC 9309 reads it: which paths of an origin we may ask for, and how slowly it wants to be asked.
 *
 * RB1 The rules are those of all groups that name us, or else of all that name everybody (2.2.1). The longest that fits decides;
 *     of two that are as long, the one that allows (2.2.2).
 * RB2 What is read is bounded before it comes here (LARGEST). Whatever is no line of these is passed over, and no rule takes
 *     longer than its pattern and the path are long together, times its stars.
 */

/** Bytes that are read of one; what comes after them does not count (RFC 9309, 2.5). */
export const LARGEST = 512 * 1024;
/** What we are called in it. */
export const AGENT = 'headgate';

export type Robots = {
  /** May this path, with its query, be asked for? */
  readonly allows: (path: string) => boolean;
  /** Seconds between two requests; null: nothing is said. */
  readonly delay: number | null;
};

type Rule = { readonly allow: boolean; readonly pattern: string };
type Group = { readonly agents: string[]; readonly rules: Rule[]; delay: number | null };

/** There is none, so that everything may be asked for; or it cannot be had, so that nothing may. */
export const OPEN: Robots = { allows: () => true, delay: null };
export const CLOSED: Robots = { allows: () => false, delay: null };

const LINE = /^([a-z-]+)\s*:\s*(.*)$/i;

/** Octets that need no escape stand plain, all others as escapes in upper case. */
const spelt = (path: string): string =>
  path
    .replace(/[^\x21-\x7e]/gu, (c) =>
      (c.codePointAt(0) ?? 0) >= 0xd800 && (c.codePointAt(0) ?? 0) <= 0xdfff ? '' : encodeURIComponent(c),
    )
    .replace(/%([0-9a-f]{2})/gi, (_all, hex: string) => {
      const char = String.fromCharCode(Number.parseInt(hex, 16));
      return /[A-Za-z0-9\-._~]/.test(char) ? char : `%${hex.toUpperCase()}`;
    });

/** Does the pattern fit the path from its beginning? `*` stands for anything, `$` at its end for the end of the path. */
const fits = (pattern: string, path: string): boolean => {
  const whole = pattern.endsWith('$');
  const parts = (whole ? pattern.slice(0, -1) : pattern).split('*');
  const first = parts.shift() ?? '';
  if (!path.startsWith(first)) return false;
  const last = parts.pop();
  if (last === undefined) return !whole || path.length === first.length;
  let at = first.length;
  for (const part of parts) {
    const found = path.indexOf(part, at);
    if (found < 0) return false;
    at = found + part.length;
  }
  return whole ? path.length - last.length >= at && path.endsWith(last) : path.includes(last, at);
};

/** What `Crawl-delay` says, which many sites do though no standard has it. */
const seconds = (text: string): number | null => (/^\d{1,6}(\.\d{1,3})?$/.test(text) ? Number(text) : null);

const groupsOf = (text: string): readonly Group[] => {
  const groups: Group[] = [];
  let now: Group | null = null;
  let naming = false;
  for (const raw of text.split(/\r\n|\r|\n/)) {
    const line = LINE.exec(raw.replace(/#.*$/, '').trim());
    if (line === null) continue;
    const name = line[1]?.toLowerCase();
    const value = line[2]?.trim() ?? '';
    if (name === 'user-agent') {
      if (now === null || !naming) groups.push((now = { agents: [], rules: [], delay: null }));
      now.agents.push(/^[a-z_-]+/i.exec(value)?.[0].toLowerCase() ?? value.slice(0, 1));
      naming = true;
    } else if (name === 'allow' || name === 'disallow') {
      naming = false;
      if (value !== '') now?.rules.push({ allow: name === 'allow', pattern: spelt(value) });
    } else if (name === 'crawl-delay') {
      naming = false;
      if (now !== null) now.delay ??= seconds(value);
    }
  }
  return groups;
};

/** Reads a robots.txt for a crawler of this name. */
export const readRobots = (text: string, agent: string = AGENT): Robots => {
  const groups = groupsOf(text.startsWith('\uFEFF') ? text.slice(1) : text);
  const named = groups.filter(({ agents }) => agents.includes(agent));
  const mine = named.length > 0 ? named : groups.filter(({ agents }) => agents.includes('*'));
  const rules = mine
    .flatMap((group) => group.rules)
    .toSorted((a, b) => b.pattern.length - a.pattern.length || Number(b.allow) - Number(a.allow));
  return {
    delay: mine.find(({ delay }) => delay !== null)?.delay ?? null,
    allows: (path) => {
      if (path === '/robots.txt') return true;
      const asked = spelt(path);
      return rules.find(({ pattern }) => fits(pattern, asked))?.allow ?? true;
    },
  };
};
