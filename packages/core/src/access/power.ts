/**
 * Powers: what a step may do, with a scope. One grammar for grants, needs, narrowings and effects: `<power>: <scope>`.
 *
 *   net: GET api.github.com:443        methods (`GET`, `GET,POST` or `*`), host (exact, `*.example.com` or `*`), port
 *   net: * https://*.example.com       with a scheme the port is the scheme's; `net: GET example.com` means port 443
 *   net: * *                           a bare `*` means every host and every port
 *   flow: call Greet                   the id or the name of a flow, or `*`
 *   secret: use github for https://api.github.com     a secret's name (or `*`) and an origin (or `*`)
 *
 * PW1 A parsed power has one spelling: `parsePower(printPower(p))` gives `p` again.
 * PW2 `covers` is total: it never throws, and what it does not understand it does not cover.
 * PW3 `covers` is reflexive and transitive, and widening a grant never takes away what it covered.
 */

import { problem, type Result } from '../problem.ts';
import { suggest } from '../flow/suggest.ts';
import { named } from '../flow/text/shown.ts';
import { hostCovers, normalisePattern } from './host.ts';
import { SECRET_NAME } from './secret-name.ts';

/**
 * A parsed power. `method` is `*` or methods in upper case, sorted, joined by commas. Hosts are lower-case ASCII without
 * trailing dot, IPv6 in brackets; `*` stands for any. `origin` is `*` or a URL origin whose host may be a pattern.
 */
export type Power =
  | { readonly power: 'net'; readonly method: string; readonly host: string; readonly port: number | '*' }
  | { readonly power: 'flow'; readonly flow: string }
  | { readonly power: 'secret'; readonly name: string; readonly origin: string };

const WORDS = ['net', 'file', 'secret', 'model', 'data', 'flow', 'mcp', 'code', 'ask'] as const;
const METHODS = ['GET', 'HEAD', 'OPTIONS', 'POST', 'PUT', 'PATCH', 'DELETE'] as const;
const FORMS = {
  net: 'net: GET api.example.com:443',
  flow: 'flow: call NAME',
  secret: 'secret: use NAME for https://api.example.com',
} as const;
const LONGEST = 500;

/** Reads `<power>: <scope>`. Codes: `power.unknown` (no such word), `power.unsupported` (not yet lendable), `power.scope`. */
export const parsePower = (text: string): Result<Power> => {
  if (typeof text !== 'string' || text.length > LONGEST)
    return wrong('power.scope', `expected a power of at most ${LONGEST} characters`);
  const colon = text.indexOf(':');
  const word = (colon < 0 ? text : text.slice(0, colon)).trim();
  const scope = colon < 0 ? '' : text.slice(colon + 1).trim();
  switch (word) {
    case 'net':
      return parseNet(scope);
    case 'flow':
      return parseFlowCall(scope);
    case 'secret':
      return parseSecret(scope);
    default:
      return unknown(word);
  }
};

/** The one spelling of a power, in the grammar that `parsePower` reads and a grant takes. */
export const printPower = (power: Power): string => {
  switch (power.power) {
    case 'net':
      return `net: ${power.method} ${power.host}:${power.port}`;
    case 'flow':
      return `flow: call ${power.flow}`;
    case 'secret':
      return `secret: use ${power.name} for ${power.origin}`;
  }
};

/** Does the grant allow all that the request stands for? Both may be patterns. */
export const covers = (grant: Power, request: Power): boolean => {
  if (!isPower(grant) || !isPower(request)) return false;
  switch (grant.power) {
    case 'net':
      return (
        request.power === 'net' &&
        methodsCover(grant.method, request.method) &&
        (grant.port === '*' || grant.port === request.port) &&
        hostCovers(grant.host, request.host)
      );
    case 'flow':
      return request.power === 'flow' && (grant.flow === '*' || grant.flow === request.flow);
    case 'secret':
      return (
        request.power === 'secret' &&
        (grant.name === '*' || grant.name === request.name) &&
        originCovers(grant.origin, request.origin)
      );
  }
};

/** Powers reach `covers` from stores and from other processes: what is none is covered by nothing and covers nothing. */
const isPower = (power: Power): boolean => {
  const { power: word, ...rest } = (power ?? {}) as Record<string, unknown>;
  const texts = (...names: string[]): boolean =>
    names.every((name) => typeof rest[name] === 'string' && rest[name] !== '');
  if (word === 'net') return texts('method', 'host') && (rest['port'] === '*' || Number.isInteger(rest['port']));
  return word === 'flow' ? texts('flow') : word === 'secret' && texts('name', 'origin');
};

const methodsCover = (grant: string, request: string): boolean => {
  if (grant === '*' || grant === request) return true;
  if (request === '*') return false;
  const held = grant.split(',');
  return request.split(',').every((method) => held.includes(method));
};

const ORIGIN = /^(https?):\/\/(\[[^\]]*\]|[^:/]*)(?::(\d{1,5}))?$/;

const originCovers = (grant: string, request: string): boolean => {
  if (grant === '*' || grant === request) return true;
  const outer = ORIGIN.exec(grant);
  const inner = ORIGIN.exec(request);
  if (outer === null || inner === null) return false;
  const host = (inner[2] ?? '').replace(/\.$/, '');
  return outer[1] === inner[1] && portIn(outer) === portIn(inner) && hostCovers(outer[2] ?? '', host);
};

const portIn = (origin: RegExpExecArray): number =>
  origin[3] === undefined ? (origin[1] === 'https' ? 443 : 80) : Number(origin[3]);

const wrong = (code: string, text: string, fix?: string): Result<Power> => ({
  ok: false,
  problem: problem(code, text, fix === undefined ? {} : { fix }),
});

const unknown = (word: string): Result<Power> => {
  if (WORDS.some((known) => known === word)) {
    return wrong(
      'power.unsupported',
      `the power ${word} cannot be lent by this version`,
      `Powers that can be lent: ${Object.values(FORMS).join(' · ')}`,
    );
  }
  const near = suggest(word, WORDS);
  return wrong(
    'power.unknown',
    `expected a power such as ${FORMS.net}, got ${named(word)}`,
    near === undefined ? `Powers: ${WORDS.join(', ')}.` : `Did you mean ${near}?`,
  );
};

const malformed = (form: keyof typeof FORMS, reason: string): Result<Power> =>
  wrong('power.scope', `${reason} in a ${form} power`, `Write it like ${FORMS[form]}`);

const parseNet = (scope: string): Result<Power> => {
  const parts = scope.split(/\s+/);
  const [methods, target] = parts;
  if (parts.length !== 2 || methods === undefined || target === undefined)
    return malformed('net', 'expected methods and a host');
  const method = parseMethods(methods);
  if (method === undefined)
    return malformed('net', `expected methods of ${METHODS.join(', ')} or *, got ${named(methods)}`);
  const cut = /^(?:(https?):\/\/)?(\[[^\]]*\]|[^:/]*)(?::(\d{1,5}|\*))?$/.exec(target);
  const host = cut?.[2] === undefined ? undefined : normalisePattern(cut[2]);
  if (cut === null || host === undefined) return malformed('net', `expected a host, *.host or *, got ${named(target)}`);
  const port = parsePort(cut[3]) ?? (cut[1] === 'http' ? 80 : cut[1] === 'https' || host !== '*' ? 443 : '*');
  if (port !== '*' && (port < 1 || port > 65_535)) return malformed('net', 'expected a port from 1 to 65535 or *');
  return { ok: true, value: { power: 'net', method, host, port } };
};

const parsePort = (port: string | undefined): number | '*' | undefined =>
  port === undefined || port === '*' ? port : Number(port);

const parseMethods = (text: string): string | undefined => {
  if (text === '*') return '*';
  const methods = [...new Set(text.toUpperCase().split(','))].toSorted();
  return methods.every((method) => METHODS.some((known) => known === method)) ? methods.join(',') : undefined;
};

const parseFlowCall = (scope: string): Result<Power> => {
  const cut = /^call\s+(\S.*)$/.exec(scope);
  const flow = cut?.[1]?.trim();
  // oxlint-disable-next-line no-control-regex -- a name with control characters could print as another power
  if (flow === undefined || flow.length > 200 || /[\u0000-\u001f\u007f]/.test(flow))
    return malformed('flow', 'expected call and the id or name of a flow');
  return { ok: true, value: { power: 'flow', flow } };
};

const parseSecret = (scope: string): Result<Power> => {
  const cut = /^use\s+(\S+)\s+for\s+(\S+)$/.exec(scope);
  const [, name, written] = cut ?? [];
  if (name === undefined || written === undefined) return malformed('secret', 'expected use NAME for ORIGIN');
  if (name !== '*' && !SECRET_NAME.test(name))
    return malformed('secret', `expected the name of a secret, got ${named(name)}`);
  const origin = parseOrigin(written);
  if (origin === undefined) return malformed('secret', `expected an origin without path, got ${named(written)}`);
  return { ok: true, value: { power: 'secret', name, origin } };
};

const parseOrigin = (text: string): string | undefined => {
  if (text === '*') return '*';
  const cut = ORIGIN.exec(text.replace(/\/$/, ''));
  const host = cut?.[2] === undefined ? undefined : normalisePattern(cut[2]);
  if (cut === null || host === undefined) return undefined;
  const port = portIn(cut);
  if (port < 1 || port > 65_535) return undefined;
  const usual = port === (cut[1] === 'https' ? 443 : 80);
  return `${cut[1]}://${host}${usual ? '' : `:${port}`}`;
};
