/**
 * Where a call goes: base, segment of the secret, path. The same function serves the power that is asked for, with what a
 * flow's file says plainly, and the call itself, with all of it.
 *
 * AD1 A field becomes one segment or a part of one, encoded, and never `.`, `..` or nothing: it cannot leave its place.
 * AD2 A field of the base becomes letters, digits and hyphens of a host's name, or one segment of its path; one that is a
 *     whole server is a host and a port, and nothing besides.
 * AD3 A secret stands in an address as SECRET_MARK until the broker, having judged, puts it there.
 */

import { normaliseHost } from '../access/host.ts';
import { bad, good, problem, type Problem, type Result } from '../problem.ts';
import { fieldsOf } from './form.ts';
import type { Field, Operation, Service } from './manifest.ts';

/** What stands for the secret in the path of an address. */
export const SECRET_MARK = '~secret~';

const NAME = /\{([A-Za-z][A-Za-z0-9_]*)\}/g;
const LABEL = /^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/i;

/** The names that a template waits for. */
export const namesIn = (template: string): readonly string[] =>
  [...template.matchAll(NAME)].map((match) => match[1] ?? '');

const encode = (text: string): string =>
  encodeURIComponent(text).replace(/[!'()*]/g, (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`);

const wrong = (name: string, text: string): Problem =>
  problem('service.input', `\`${name}\` ${text}`, { at: { field: `with.input.${name}` } });

const textOf = (value: unknown): string | undefined =>
  typeof value === 'string'
    ? value
    : typeof value === 'number' || typeof value === 'boolean'
      ? String(value)
      : undefined;

const WELL_FORMED = /[\ud800-\udfff]/u;

const segment = (name: string, value: unknown, many: boolean): Result<string> => {
  const text = textOf(value);
  if (text === undefined || WELL_FORMED.test(text))
    return bad(wrong(name, 'must be a text or a number: it is part of an address.'));
  const parts = many ? text.replace(/^\/+/, '').split('/') : [text];
  if (parts.some((part) => part === '' || part === '.' || part === '..'))
    return bad(wrong(name, 'is empty, or holds `.` or `..` as a segment: it is part of an address.'));
  return good(parts.map(encode).join('/'));
};

const inBase = (base: string, name: string, value: unknown): Result<string> => {
  const host = base.slice(0, base.indexOf('/', 8) < 0 ? base.length : base.indexOf('/', 8)).includes(`{${name}}`);
  if (!host) return segment(name, value, false);
  const text = textOf(value) ?? '';
  return LABEL.test(text)
    ? good(text.toLowerCase())
    : bad(wrong(name, 'must be letters, digits and hyphens: it is part of the name of a host.'));
};

/** The origin that a server of somebody's own is named by. */
const wholeOf = (name: string, value: unknown): Result<string> => {
  const text = (textOf(value) ?? '').replace(/\/$/, '');
  const address = /^https?:\/\//.test(text) ? text : `https://${text}`;
  const host = text.replace(/^https?:\/\//, '').replace(/:\d{1,5}$/, '');
  return normaliseHost(host) !== undefined && URL.canParse(address)
    ? good(new URL(address).origin)
    : bad(wrong(name, 'must be the host of a server, with a port where it needs one: minio.example.com:9000.'));
};

type Fields = Readonly<Record<string, Field>>;
type Input = Readonly<Record<string, unknown>>;

/** The field that goes to a name of a template: by `as`, else by its own name. */
const fieldOf = (fields: Fields, wire: string): readonly [string, Field | undefined] =>
  Object.entries(fields).find(
    ([name, field]) => (field.in === 'path' || field.in === 'base') && (field.as ?? name) === wire,
  ) ?? [wire, undefined];

type Filled = { readonly text: string; readonly problem?: Problem };

/** A template with its names filled in, up to the first that cannot be. */
const fill = (template: string, service: Service, fields: Fields, input: Input): Filled => {
  let text = '';
  let from = 0;
  for (const match of template.matchAll(NAME)) {
    const [name, field] = fieldOf(fields, match[1] ?? '');
    // A whole server says itself how it is spoken to.
    text = field?.whole === true ? '' : text + template.slice(from, match.index);
    const put =
      field?.whole === true
        ? wholeOf(name, input[name])
        : field?.in === 'base'
          ? inBase(service.base, name, input[name])
          : segment(name, input[name], field?.many === true);
    if (!put.ok) return { text, problem: put.problem };
    text += put.value;
    from = match.index + match[0].length;
  }
  return { text: text + template.slice(from) };
};

const baseOf = (service: Service): string => service.base.replace(/\/$/, '');

const keyPart = (service: Service): string =>
  service.auth.kind === 'path' ? `/${service.auth.segment.replace('{secret}', SECRET_MARK)}` : '';

/** The address of a call, without its query. */
export const addressOf = (service: Service, operation: Operation, input: Input): Result<string> => {
  const fields = fieldsOf(service, operation);
  const base = fill(baseOf(service), service, fields, input);
  if (base.problem !== undefined) return bad(base.problem);
  const path = fill(operation.path, service, fields, input);
  return path.problem === undefined ? good(base.text + keyPart(service) + path.text) : bad(path.problem);
};

/** Where all calls with what is known go: `path` is that of each of them, or ends in `/` and is above them all. */
export type Known = { readonly origin: string; readonly host: string; readonly port: number; readonly path: string };

/** The address as far as `plain` says it: what is not in there is only known when the flow runs. Undefined: not even the host. */
export const knownAddress = (service: Service, operation: Operation, plain: Input): Known | undefined => {
  const fields = fieldsOf(service, operation);
  const base = fill(baseOf(service), service, fields, plain);
  let text = base.text;
  if (base.problem === undefined) {
    const path = fill(operation.path, service, fields, plain);
    text += keyPart(service) + (path.problem === undefined ? path.text : above(path.text));
  } else {
    // What breaks off in the name of the host names none.
    if (!text.includes('/', 8)) return undefined;
    text = above(text);
  }
  if (!URL.canParse(text)) return undefined;
  const url = new URL(text);
  const port = url.port === '' ? (url.protocol === 'https:' ? 443 : 80) : Number(url.port);
  return { origin: url.origin, host: url.hostname, port, path: url.pathname };
};

const above = (text: string): string => text.slice(0, text.lastIndexOf('/') + 1);

/** The origin of all calls of a service, for a secret to be stored for; null: the host depends on the input. */
export const knownOrigin = (service: Service): string | null => {
  const [first] = service.operations;
  return first === undefined ? null : (knownAddress(service, first, {})?.origin ?? null);
};
