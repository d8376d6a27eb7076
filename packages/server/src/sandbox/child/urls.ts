/**
 * The host's half of `URL` (web/url.ts): Node's own parser, which is that of the standard. It takes texts and gives a
 * text; it opens nothing and remembers nothing.
 *
 * UR1 What is asked for is one of a fixed list: a name that code could choose would reach whatever an object has.
 */

const change = (url: URL, part: string, value: string): void => {
  switch (part) {
    case 'protocol':
      url.protocol = value;
      return;
    case 'username':
      url.username = value;
      return;
    case 'password':
      url.password = value;
      return;
    case 'host':
      url.host = value;
      return;
    case 'hostname':
      url.hostname = value;
      return;
    case 'port':
      url.port = value;
      return;
    case 'pathname':
      url.pathname = value;
      return;
    case 'search':
      url.search = value;
      return;
    case 'hash':
      url.hash = value;
      return;
    default:
  }
};

/**
 * The parts of an address, one a line (no part holds a line end): `what` empty reads `text`, `base` reads it against
 * `more`, the name of a part gives that part the value `more`. Empty when it is no address.
 */
export const urlParts = (what: string, text: string, more: string): string => {
  const url = what === 'base' ? URL.parse(text, more) : URL.parse(text);
  if (url === null) return '';
  if (what !== '' && what !== 'base') change(url, what, more);
  const { href, origin, protocol, username, password, host, hostname, port, pathname, search, hash } = url;
  return [href, origin, protocol, username, password, host, hostname, port, pathname, search, hash].join('\n');
};
