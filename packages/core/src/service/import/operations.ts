/** The operations of an OpenAPI document: what each is called, where its parameters go, what its body takes. */

import { type At, below, entriesOf, listOf, type OpenApiDocument, own, textOf } from './document.ts';
import { type FieldSchema, schemaOf } from './schemas.ts';

const METHODS = ['get', 'post', 'put', 'patch', 'delete'] as const;
/** What the HTTP layer writes, and what says who calls: no fields of an input. */
const NOT_FIELDS: ReadonlySet<string> = new Set([
  'authorization',
  'content-type',
  'accept',
  'content-length',
  'host',
  'connection',
  'cookie',
  'transfer-encoding',
  'user-agent',
]);
const MOST_FIELDS = 100;

export type MadeField = { in: string; as?: string; required?: true; join?: string; schema: FieldSchema };
export type MadeOperation = {
  id: string;
  title: string;
  summary: string;
  method: string;
  path: string;
  input: Record<string, MadeField>;
  body?: { kind: 'form' };
};

/** A name as an id: `listPets` is list_pets. */
export const idOf = (text: string, most: number): string =>
  text
    .replaceAll(/([a-z0-9])([A-Z])/g, '$1_$2')
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '_')
    .replaceAll(/^[^a-z]+|_+$/g, '')
    .slice(0, most)
    .replace(/_+$/, '');

const fieldName = (wire: string): string => {
  const name = wire
    .replaceAll(/[^A-Za-z0-9_]+/g, '_')
    .replace(/^[^A-Za-z]+/, '')
    .replace(/_+$/, '')
    .slice(0, 64);
  return name === '' ? 'field' : name;
};

const free = (taken: { readonly has: (name: string) => boolean }, wish: string): string => {
  if (!taken.has(wish)) return wish;
  for (let n = 2; ; n += 1) if (!taken.has(`${wish}_${n}`)) return `${wish}_${n}`;
};

/** All of them; what cannot be called by a manifest is left out and noted. */
export const operationsIn = (
  document: OpenApiDocument,
  root: Readonly<Record<string, unknown>>,
  most: number,
): readonly MadeOperation[] => {
  const made: MadeOperation[] = [];
  const ids = new Set<string>();
  for (const [path, item] of entriesOf(own(root, 'paths'))) {
    const at = below('/paths', path);
    const found = document.object(item, at);
    if (found === undefined) continue;
    if (!/^\/[^\s?#]*$/.test(path) || path.length > 500) {
      document.note(at, 'This is no path that can be called.');
      continue;
    }
    for (const method of METHODS) {
      const operation = document.object(own(found.value, method), below(found.at, method));
      if (operation === undefined) continue;
      if (made.length === most) {
        document.note(at, `A service may have ${most} operations; those from here on are left out.`);
        return made;
      }
      const one = operationOf(document, {
        path,
        method,
        shared: own(found.value, 'parameters'),
        at: found.at,
        operation,
      });
      if (one === undefined) continue;
      const id = free(ids, one.id);
      ids.add(id);
      made.push({ ...one, id });
    }
  }
  return made;
};

type Place = {
  readonly path: string;
  readonly method: (typeof METHODS)[number];
  readonly shared: unknown;
  readonly at: At;
  readonly operation: { readonly value: Readonly<Record<string, unknown>>; readonly at: At };
};

const operationOf = (
  document: OpenApiDocument,
  { path, method, shared, at, operation }: Place,
): MadeOperation | undefined => {
  const { value } = operation;
  const id = idOf(textOf(own(value, 'operationId'), 200) ?? `${method} ${path}`, 56) || method;
  const said = textOf(own(value, 'summary'), 80) ?? idOf(id, 56).replaceAll('_', ' ');
  const title = said.slice(0, 1).toLowerCase() + said.slice(1).replace(/\.$/, '');
  const summary =
    textOf(own(value, 'description'), 400) ??
    textOf(own(value, 'summary'), 400) ??
    `${method.toUpperCase()} ${path.slice(0, 300)}.`;
  const input = new Map<string, MadeField>();
  const template = new Map<string, string>();
  for (const [list, where] of [
    [shared, at],
    [own(value, 'parameters'), operation.at],
  ] as const)
    for (const [i, one] of listOf(list).entries())
      parameter(document, one, below(where, 'parameters', i), input, template);
  let called = path;
  for (const [, wire = ''] of path.matchAll(/\{([^{}]*)\}/g)) {
    const name = template.get(wire);
    // A part of the path that nobody declared is a text all the same.
    const used = name ?? free(input, fieldName(wire));
    if (name === undefined)
      input.set(used, {
        in: 'path',
        required: true,
        schema: { type: 'string', description: `The ${wire.slice(0, 60)} in the path.` },
      });
    called = called.replaceAll(`{${wire}}`, `{${used}}`);
  }
  if (/[{}]/.test(called.replaceAll(/\{[A-Za-z][A-Za-z0-9_]*\}/g, ''))) {
    document.note(operation.at, 'Its path cannot be read; it is left out.');
    return undefined;
  }
  for (const [name, field] of input) if (field.in === 'path' && !called.includes(`{${name}}`)) input.delete(name);
  const kind =
    method === 'get' ? null : bodyInto(document, own(value, 'requestBody'), below(operation.at, 'requestBody'), input);
  if (kind === 'unknown') {
    document.note(operation.at, 'Its body is neither JSON nor a form; it is left out.');
    return undefined;
  }
  if (input.size > MOST_FIELDS) {
    document.note(operation.at, `It takes more than ${MOST_FIELDS} fields; it is left out.`);
    return undefined;
  }
  return {
    id,
    title,
    summary,
    method: method.toUpperCase(),
    path: called,
    input: Object.fromEntries(input),
    ...(kind === 'form' ? { body: { kind: 'form' } } : {}),
  };
};

const parameter = (
  document: OpenApiDocument,
  value: unknown,
  at: At,
  input: Map<string, MadeField>,
  template: Map<string, string>,
): void => {
  const found = document.object(value, at);
  const wire = found === undefined ? undefined : own(found.value, 'name');
  const place = found === undefined ? undefined : own(found.value, 'in');
  if (found === undefined || typeof wire !== 'string' || wire.length > 100) return;
  if (place !== 'path' && place !== 'query' && place !== 'header') return;
  if (place === 'header' && (NOT_FIELDS.has(wire.toLowerCase()) || !/^[A-Za-z0-9][A-Za-z0-9-]*$/.test(wire))) return;
  const description = textOf(own(found.value, 'description'), 300);
  const schema = schemaOf(document, own(found.value, 'schema'), below(found.at, 'schema'));
  const said = description === undefined ? schema : { ...schema, description };
  const again = [...input].find(([, field]) => field.in === place && (field.as ?? '') === wire);
  const name = again?.[0] ?? free(input, fieldName(wire));
  const joins =
    place === 'query' && (own(found.value, 'explode') === false || own(found.value, 'style') === 'pipeDelimited');
  if (place === 'path') template.set(wire, name);
  input.set(name, {
    in: place,
    ...(place === 'path' || name === wire ? {} : { as: wire }),
    ...(place === 'path' || own(found.value, 'required') === true ? { required: true as const } : {}),
    ...(joins && schema['type'] === 'array' ? { join: own(found.value, 'style') === 'pipeDelimited' ? '|' : ',' } : {}),
    schema: said,
  });
};

const bodyInto = (
  document: OpenApiDocument,
  value: unknown,
  at: At,
  input: Map<string, MadeField>,
): 'json' | 'form' | 'unknown' | null => {
  const found = document.object(value, at);
  if (found === undefined) return null;
  const content = entriesOf(own(found.value, 'content'));
  const json = content.find(([type]) => /^application\/(?:[a-z0-9.+-]+\+)?json\b/i.test(type));
  const form = content.find(([type]) => /^application\/x-www-form-urlencoded\b/i.test(type));
  const [type, media] = json ?? form ?? [undefined, undefined];
  if (type === undefined) return content.length === 0 ? null : 'unknown';
  const place = below(found.at, 'content', type);
  const inner = document.object(media, place);
  const schema = inner === undefined ? {} : schemaOf(document, own(inner.value, 'schema'), below(inner.at, 'schema'));
  const needed = own(found.value, 'required') === true;
  const properties = entriesOf(schema['properties']);
  if (schema['type'] === 'object' && properties.length > 0 && properties.length <= MOST_FIELDS) {
    const required = new Set(listOf(schema['required']));
    for (const [wire, one] of properties) {
      const name = free(input, fieldName(wire));
      const pointer = `/${wire.replaceAll('~', '~0').replaceAll('/', '~1')}`;
      if (pointer.length > 300) continue;
      input.set(name, {
        in: 'body',
        ...(name === wire ? {} : { as: pointer }),
        ...(needed && required.has(wire) ? { required: true as const } : {}),
        schema: one as FieldSchema,
      });
    }
  } else
    input.set(free(input, 'body'), {
      in: 'body',
      as: '',
      ...(needed ? { required: true as const } : {}),
      schema: { ...schema, description: schema['description'] ?? 'The body.' },
    });
  return json === undefined ? 'form' : 'json';
};
