/**
 * `secret: use github for https://api.github.com` puts a secret into calls to that origin, without the flow seeing it.
 * An origin is `https://…`, `http://…`, or that of a database or broker, as `postgres://db.example.com:5432`.
 * `secret: read github for code HASH` shows its value to the code of a step; it names one secret and one text of the code
 * and nothing wider, so that it is a decision of its own each time. Without the code it is only a bound (of a narrowing, of a
 * policy): it lends nothing.
 */

import { hostCovers, normalisePattern } from '../host.ts';
import { named } from '../../flow/text/shown.ts';
import { SECRET_NAME } from '../secret-name.ts';
import { type Read, type Scope, texts, wrong } from './scope.ts';

/** `origin` is `*` or a URL origin whose host may be a pattern. */
export type SecretScope =
  | { readonly name: string; readonly origin: string; readonly read?: undefined; readonly code?: undefined }
  /** `code`: hash of the one text that sees it (access/code-hash.ts). */
  | { readonly name: string; readonly read: true; readonly code?: string; readonly origin?: undefined };

const HASH = /^[0-9a-f]{64}$/;

const ORIGIN = /^(https?|smtp|imap|postgres|mysql|redis|mqtt):\/\/(\[[^\]]*\]|[^:/]*)(?::(\d{1,5}))?$/;

const originCovers = (grant: string, request: string): boolean => {
  if (grant === '*' || grant === request) return true;
  const outer = ORIGIN.exec(grant);
  const inner = ORIGIN.exec(request);
  if (outer === null || inner === null) return false;
  const host = (inner[2] ?? '').replace(/\.$/, '');
  return outer[1] === inner[1] && portIn(outer) === portIn(inner) && hostCovers(outer[2] ?? '', host);
};

/** Where a scheme listens unless the origin says so. */
const USUAL: Readonly<Record<string, number>> = {
  ...{ https: 443, http: 80, smtp: 587, imap: 993 },
  ...{ postgres: 5432, mysql: 3306, redis: 6379, mqtt: 8883 },
};

const portIn = (origin: RegExpExecArray): number =>
  origin[3] === undefined ? (USUAL[origin[1] ?? ''] ?? 0) : Number(origin[3]);

/** The one spelling of an origin whose host may be a pattern, or undefined. */
const parseOrigin = (text: string): string | undefined => {
  if (text === '*') return '*';
  const cut = ORIGIN.exec(text.replace(/\/$/, ''));
  const host = cut?.[2] === undefined ? undefined : normalisePattern(cut[2]);
  if (cut === null || host === undefined) return undefined;
  const port = portIn(cut);
  if (port < 1 || port > 65_535) return undefined;
  const usual = cut[1]?.startsWith('http') === true && port === USUAL[cut[1]];
  return `${cut[1]}://${host}${usual ? '' : `:${port}`}`;
};

/** Is this the one spelling of the origin of one server, which a secret may be for? */
export const isOrigin = (text: string): boolean =>
  text !== '*' && !text.includes('*') && text.length <= 300 && parseOrigin(text) === text;

const parse = (text: string): Read<SecretScope> => {
  const [, seen, code] = /^read\s+(\S+)(?:\s+for\s+code\s+(\S+))?$/.exec(text) ?? [];
  if (seen !== undefined) {
    if (!SECRET_NAME.test(seen)) return wrong(`expected the name of one secret, got ${named(seen)}`);
    if (code === undefined) return { scope: { name: seen, read: true } };
    return HASH.test(code)
      ? { scope: { name: seen, read: true, code } }
      : wrong(`expected the SHA-256 of code in lower-case hex, got ${named(code)}`);
  }
  const [, name, written] = /^use\s+(\S+)\s+for\s+(\S+)$/.exec(text) ?? [];
  if (name === undefined || written === undefined) return wrong('expected use NAME for ORIGIN or read NAME');
  if (name !== '*' && !SECRET_NAME.test(name)) return wrong(`expected the name of a secret, got ${named(name)}`);
  const origin = parseOrigin(written);
  if (origin === undefined) return wrong(`expected an origin without path, got ${named(written)}`);
  return { scope: { name, origin } };
};

export const secret: Scope<SecretScope> = {
  form: 'secret: use NAME for https://api.example.com',
  parse,
  print: (scope) =>
    scope.read === true
      ? `read ${scope.name}${scope.code === undefined ? '' : ` for code ${scope.code}`}`
      : `use ${scope.name} for ${scope.origin}`,
  is: (value) =>
    value['read'] === undefined
      ? texts(value, 'name', 'origin')
      : value['read'] === true && texts(value, 'name') && (value['code'] === undefined || texts(value, 'code')),
  covers: (grant, request) => {
    // To read is more than to use, and is lent by its own grant alone; nobody who may use may read, and the reverse.
    if (grant.read === true || request.read === true)
      return (
        grant.read === request.read && grant.name === request.name && grant.name !== '*' && grant.code === request.code
      );
    return (grant.name === '*' || grant.name === request.name) && originCovers(grant.origin, request.origin);
  },
  sentence: (scope) =>
    scope.read === true
      ? `See the secret “${scope.name}” itself: the code of the step${scope.code === undefined ? '' : ', as it is now,'} can do with it whatever it likes`
      : `Use ${scope.name === '*' ? 'any secret' : `the secret “${scope.name}”`} at ${scope.origin === '*' ? 'any address the secret is meant for' : scope.origin}, without the flow seeing it`,
  byTyping: () => false,
};
