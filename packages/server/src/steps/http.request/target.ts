/**
 * Where a request goes, read from the settings as written: the powers to ask for before anything is evaluated.
 *
 * T1 A host counts as literal only if the text `http(s)://host[:port]` stands at the very beginning and is ended, before
 *    the first expression, by `/`, `?`, `#` or the end of the text: what comes after can then no longer change the host.
 * T2 Whatever is not plainly literal is computed: a wider question is asked, never a narrower one.
 */

import { type Need, normaliseHost, normalisePath } from '@headgate/core/step';

export type Target = { readonly host: string; readonly port: number; readonly origin: string };

// No @, %, backslash, blank or control character: URL parsers read those in more than one way.
const LITERAL = /^(https?):\/\/([\p{L}\p{M}\p{N}.\-_]+|\[[0-9a-f:.]+\])(?::(\d{1,5}))?(?=[/?#]|$)/iu;

/** Host (ASCII, lower case, no trailing dot; IPv6 in brackets), port and origin of a literal URL; undefined if computed. */
export const targetOf = (url: unknown): Target | undefined => {
  if (typeof url !== 'string') return undefined;
  const match = LITERAL.exec(url);
  if (match === null || !URL.canParse(match[0])) return undefined;
  const parsed = new URL(match[0]);
  const host = normaliseHost(match[2] ?? '');
  const port = parsed.port === '' ? (parsed.protocol === 'https:' ? 443 : 80) : Number(parsed.port);
  if (host === undefined || port === 0) return undefined;
  return { host, port, origin: `${parsed.protocol}//${host}${parsed.port === '' ? '' : `:${parsed.port}`}` };
};

/**
 * The path that every address made of this text lies at or below, as far as it stands plainly there: `/a/b` of
 * `/a/b?x={{ y }}`, `/a/` of `/a/b{{ y }}`. Undefined for all of the host. What the expressions make of it is judged again
 * when the call is made.
 */
const pathOf = (url: string): string | undefined => {
  const rest = url.replace(/^https?:\/\/[^/?#]*/i, '');
  const end = rest.search(/[?#]|\{\{/);
  const plain = end < 0 ? rest : rest.slice(0, end);
  const open = end >= 0 && rest.startsWith('{{', end);
  const path = normalisePath(open ? plain.slice(0, plain.lastIndexOf('/') + 1) : plain);
  return path === undefined || path === '' ? undefined : path;
};

const DOES: Readonly<Record<string, string>> = {
  GET: 'Read from',
  HEAD: 'Read from',
  OPTIONS: 'Ask what is possible at',
  POST: 'Send data to',
  PUT: 'Change data at',
  PATCH: 'Change data at',
  DELETE: 'Delete data at',
};

const literalName = (name: unknown): string | undefined =>
  typeof name === 'string' && name !== '' && !name.includes('{{') ? name : undefined;

/** The powers that these settings need. */
export const needsOf = (raw: Record<string, unknown>): readonly Need[] => {
  const target = targetOf(raw['url']);
  const method = typeof raw['method'] === 'string' && Object.hasOwn(DOES, raw['method']) ? raw['method'] : undefined;
  const path = target === undefined ? undefined : pathOf(String(raw['url']));
  const computed = target === undefined || method === undefined;
  const does = method === undefined ? 'Read, send, change or delete data at' : `${DOES[method]}`;
  const where =
    target === undefined
      ? 'any address: which one is only known when the flow runs'
      : `${target.origin}${method === undefined ? ' (which of these is only known when the flow runs)' : ''}`;
  const net: Need = {
    power: 'net',
    scope: `${method ?? '*'} ${target === undefined ? '*:*' : `${target.host}:${target.port}`}`,
    ...(computed ? { computed: true } : {}),
    ...(path === undefined ? {} : { least: `${method ?? '*'} ${target?.host}:${target?.port}${path}` }),
    sentence: `${does} ${where}.`,
  };
  if (raw['secret'] === undefined) return [net];
  const name = literalName(raw['secret']);
  const secret: Need = {
    power: 'secret',
    scope: `use ${name ?? '*'} for ${target?.origin ?? '*'}`,
    ...(name === undefined || target === undefined ? { computed: true } : {}),
    sentence: `${name === undefined ? 'Use a secret, chosen only when the flow runs,' : `Use the secret “${name}”`} ${
      target === undefined ? 'at any address' : `at ${target.origin}`
    }, without the flow seeing it.`,
  };
  return [net, secret];
};
