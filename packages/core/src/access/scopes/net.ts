/**
 * `net: GET api.github.com:443/repos/acme/`: methods, a host, a port and, if need be, what lies below a path of it. Mail is
 * sent and read by words of its own (mail.ts).
 * `net: TCP db.example.com:5432`: a database or a broker of messages, which is spoken to in its own way and not by HTTP.
 *
 * NE1 TCP stands alone, has a port, and no path. `*` is any method of HTTP and lends no TCP: who lent it was asked about calls of
 *     the web alone. Who denies it denies TCP there, too (policy.ts).
 */

import { hostCovers, normalisePattern } from '../host.ts';
import { named } from '../../flow/text/shown.ts';
import { isMailMethod, mailScopeCovers, mailSentence, parseMail, printMail } from './mail.ts';
import { normalisePath, pathCovers } from './path.ts';
import { type Read, type Scope, texts, wordsCover, wrong } from './scope.ts';

/**
 * `method` is `*`, `TCP`, or methods in upper case, sorted, joined by commas. `host`: lower-case ASCII without trailing dot, IPv6
 * in brackets, `*.example.com` or `*`. `path` in the one spelling of path.ts; absent means every path.
 */
export type NetScope = {
  readonly method: string;
  readonly host: string;
  readonly port: number | '*';
  readonly path?: string;
  /** For `SMTP` alone: addresses or patterns, sorted, joined by commas; absent means everybody. */
  readonly from?: string;
  readonly to?: string;
};

export const METHODS = ['GET', 'HEAD', 'OPTIONS', 'POST', 'PUT', 'PATCH', 'DELETE'] as const;
/** How databases and brokers of messages are spoken to. */
export const RAW = 'TCP';
const TARGET = /^(?:(https?):\/\/)?(\[[^\]]*\]|[^:/]*)(?::(\d{1,5}|\*))?(\/.*)?$/;

const parse = (text: string): Read<NetScope> => {
  const parts = text.split(/\s+/);
  const [methods, target] = parts;
  const word = methods?.toUpperCase() ?? '';
  if (isMailMethod(word)) return parseMail(word, parts.slice(1));
  if (parts.length !== 2 || methods === undefined || target === undefined) return wrong('expected methods and a host');
  const method = parseMethods(methods);
  if (method === undefined)
    return wrong(`expected methods of ${METHODS.join(', ')}, TCP alone or *, got ${named(methods)}`);
  const cut = TARGET.exec(target);
  const host = cut?.[2] === undefined ? undefined : normalisePattern(cut[2]);
  if (cut === null || host === undefined) return wrong(`expected a host, *.host or *, got ${named(target)}`);
  if (method === RAW && (cut[1] !== undefined || cut[3] === undefined || cut[4] !== undefined))
    return wrong(`expected a host and a port, as ${RAW} db.example.com:5432, got ${named(target)}`);
  const port = parsePort(cut[3]) ?? (cut[1] === 'http' ? 80 : cut[1] === 'https' || host !== '*' ? 443 : '*');
  if (port !== '*' && (port < 1 || port > 65_535)) return wrong('expected a port from 1 to 65535 or *');
  const path = cut[4] === undefined ? '' : normalisePath(cut[4]);
  if (path === undefined)
    return wrong(`expected a plain path (everything below it when it ends in /), got ${named(cut[4] ?? '')}`);
  return { scope: { method, host, port, ...(path === '' ? {} : { path }) } };
};

const parsePort = (port: string | undefined): number | '*' | undefined =>
  port === undefined || port === '*' ? port : Number(port);

const parseMethods = (text: string): string | undefined => {
  if (text === '*') return '*';
  if (text.toUpperCase() === RAW) return RAW;
  const methods = [...new Set(text.toUpperCase().split(','))].toSorted();
  return methods.every((method) => METHODS.some((known) => known === method)) ? methods.join(',') : undefined;
};

const READS: ReadonlySet<string> = new Set(['GET', 'HEAD', 'OPTIONS']);
const VERBS: readonly (readonly [string, string])[] = [
  ['POST', 'send data to'],
  ['PUT', 'change data at'],
  ['PATCH', 'change data at'],
  ['DELETE', 'delete data at'],
];

const doing = (method: string): string => {
  if (method === '*') return 'Read, send, change or delete data at';
  const methods = method.split(',');
  const verbs = [
    ...(methods.some((m) => READS.has(m)) ? ['read from'] : []),
    ...VERBS.filter(([m]) => methods.includes(m)).map(([, verb]) => verb),
  ];
  const text = [...new Set(verbs)].join(' and ');
  return text.charAt(0).toUpperCase() + text.slice(1);
};

const where = (pattern: string): string => {
  if (pattern === '*') return 'any address on the internet';
  return pattern.startsWith('*.') ? `every address that ends in ${pattern.slice(1)}` : pattern;
};

const below = (path: string | undefined): string =>
  path === undefined ? '' : path.endsWith('/') ? `, only below ${path}` : `, only ${path}`;

const port = (number: number | '*'): string =>
  number === '*' ? 'any port' : number === 80 ? 'port 80, not encrypted' : `port ${number}`;

export const net: Scope<NetScope> = {
  form: 'net: GET api.example.com:443',
  parse,
  print: (scope) =>
    isMailMethod(scope.method)
      ? `${scope.method} ${printMail(scope)}`
      : `${scope.method} ${scope.host}:${scope.port}${scope.path ?? ''}`,
  is: (value) =>
    texts(value, 'method', 'host') &&
    (value['port'] === '*' || Number.isInteger(value['port'])) &&
    ['path', 'from', 'to'].every((name) => value[name] === undefined || typeof value[name] === 'string'),
  covers: (grant, request) => {
    if (isMailMethod(grant.method) || isMailMethod(request.method)) return mailScopeCovers(grant, request);
    return (
      (grant.method === '*' && request.method !== RAW
        ? true
        : request.method !== '*' && wordsCover(grant.method, request.method)) &&
      (grant.port === '*' || grant.port === request.port) &&
      hostCovers(grant.host, request.host) &&
      pathCovers(grant.path, request.path)
    );
  },
  sentence: (scope) => {
    if (isMailMethod(scope.method)) return mailSentence(scope);
    const { method, host, port: number, path } = scope;
    if (method === RAW)
      return `Talk with the database or message server at ${where(host)} (${number === '*' ? 'any port' : `port ${number}`})`;
    return `${doing(method)} ${where(host)} (${method === '*' ? 'any method' : method.replaceAll(',', ', ')}, ${port(number)}${below(path)})`;
  },
  byTyping: ({ method, host, port: number }) => !isMailMethod(method) && !host.startsWith('*') && number !== '*',
};
