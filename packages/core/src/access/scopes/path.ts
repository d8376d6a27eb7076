/**
 * Paths of addresses as powers name them. `/repos/acme/` stands for everything below it, `/repos/acme` for just that;
 * no path stands for all of them.
 *
 * PA1 One spelling: what the WHATWG URL parser makes of it, with escapes of plain characters undone and the rest in upper
 *     case.
 * PA2 A path that servers read in more than one way has no spelling, so that no grant with a path covers it: empty
 *     segments, `.` and `..` however escaped or followed by what some servers drop (`..;x`), escaped slashes and
 *     backslashes, control characters, overlong UTF-8.
 * PA3 Segments are compared whole: `/repos/acme/` covers nothing of `/repos/acme-evil/`.
 */

const PLAIN = /[A-Za-z0-9\-._~]/;
/** What ends or splits a path, or would be taken for a wildcard. */
// oxlint-disable-next-line no-control-regex -- they are what has to be found
const NOT_PATH = /[\u0000-\u0020\u007f\\?#*]/;
const ESCAPE = /%([0-9A-Fa-f]{2})/g;
/** Escapes undone this often: what a chain of proxies might do. */
const ROUNDS = 3;

/** The one spelling of a path, or undefined when it has none. `/` alone gives the empty text: every path. */
export const normalisePath = (written: string): string | undefined => {
  if (!written.startsWith('/') || NOT_PATH.test(written)) return undefined;
  if (written === '/') return '';
  const segments = written.slice(1).split('/');
  const folder = segments.at(-1) === '';
  if (folder) segments.pop();
  const clear = segments.map(segment);
  if (clear.some((one) => one === undefined)) return undefined;
  return `/${clear.join('/')}${folder ? '/' : ''}`;
};

const segment = (text: string): string | undefined => {
  if (text === '' || doubtful(text)) return undefined;
  const address = `http://x/${text}`;
  if (!URL.canParse(address)) return undefined;
  return new URL(address).pathname.slice(1).replace(ESCAPE, (_whole, hex: string) => {
    const character = String.fromCharCode(Number.parseInt(hex, 16));
    return PLAIN.test(character) ? character : `%${hex.toUpperCase()}`;
  });
};

const doubtful = (text: string): boolean => {
  let now = text;
  for (let round = 0; round <= ROUNDS; round += 1) {
    if (/%(?![0-9A-Fa-f]{2})/.test(now) && round === 0) return true;
    if (/^\.{1,2}([^\w.~-]|$)/.test(now) || /%c[01]/i.test(now)) return true;
    // oxlint-disable-next-line no-control-regex -- they are what has to be found
    if (/[/\\\u0000-\u001f\u007f]/.test(now)) return true;
    const next = now.replace(ESCAPE, (_whole, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
    if (next === now) return false;
    now = next;
  }
  // Escaped more often than anybody means it.
  return true;
};

/** Does `outer` stand for all that `inner` does? Absent means any path. What has no one spelling is in no narrower one. */
export const pathCovers = (outer: string | undefined, inner: string | undefined): boolean => {
  if (outer === undefined) return true;
  if (inner === undefined || normalisePath(inner) !== inner) return false;
  return outer === inner || (outer.endsWith('/') && inner.startsWith(outer));
};
