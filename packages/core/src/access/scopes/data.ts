/** `data: read table customers`: a table, a store of keys and values, or a knowledge base of the project. */

import { named } from '../../flow/text/shown.ts';
import { parseVerbs, type Read, type Scope, texts, wordsCover, wrong } from './scope.ts';

/** `verbs`: `read`, `write` or `read,write`. `kind`: `table`, `keys` or `knowledge`. `name` may be `*`. */
export type DataScope = { readonly verbs: string; readonly kind: string; readonly name: string };

const NAME = /^(\*|[A-Za-z][A-Za-z0-9_-]{0,99})$/;
const KINDS: Readonly<Record<string, readonly [string, string]>> = {
  table: ['the table', 'every table'],
  keys: ['the key-value store', 'every key-value store'],
  knowledge: ['the knowledge base', 'every knowledge base'],
};

const parse = (text: string): Read<DataScope> => {
  const [written, kind, name, more] = text.split(/\s+/);
  const verbs = written === undefined ? undefined : parseVerbs(written);
  if (verbs === undefined || kind === undefined || name === undefined || more !== undefined)
    return wrong('expected read, write or read,write, then table, keys or knowledge, then a name');
  if (!Object.hasOwn(KINDS, kind)) return wrong(`expected table, keys or knowledge, got ${named(kind)}`);
  return NAME.test(name) ? { scope: { verbs, kind, name } } : wrong(`expected a name or *, got ${named(name)}`);
};

const DOES: Readonly<Record<string, string>> = {
  read: 'Read',
  write: 'Change',
  'read,write': 'Read and change',
};

export const data: Scope<DataScope> = {
  form: 'data: read table customers',
  parse,
  print: ({ verbs, kind, name }) => `${verbs} ${kind} ${name}`,
  is: (value) => texts(value, 'verbs', 'kind', 'name'),
  covers: (grant, request) =>
    wordsCover(grant.verbs, request.verbs) &&
    grant.kind === request.kind &&
    (grant.name === '*' || grant.name === request.name),
  sentence: ({ verbs, kind, name }) => {
    const [one, every] = KINDS[kind] ?? ['the store', 'every store'];
    return `${DOES[verbs] ?? 'Use'} ${name === '*' ? `${every} of the project` : `${one} “${name}”`}`;
  },
  byTyping: () => false,
};
