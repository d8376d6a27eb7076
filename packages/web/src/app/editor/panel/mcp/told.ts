/**
 * What an MCP server says of a tool, for people: its words with what cannot be seen made visible, its hints, its arguments, and
 * where it differs from what a flow is pinned to.
 *
 * MT1 All of it is text from outside. It is drawn as text, whole, and nothing of it is markup or an address to go to.
 */

import { canonicalJson, isObject, type Json } from '@headgate/core';

/** As `mcp.tools` gives it. */
export type Pinned = {
  readonly title?: string;
  readonly description?: string;
  readonly inputSchema: Readonly<Record<string, unknown>>;
  readonly outputSchema?: Readonly<Record<string, unknown>>;
  readonly annotations?: Readonly<Record<string, unknown>>;
};
export type Tool = { readonly name: string; readonly pinned: Pinned };
export type Listed = { readonly tools: readonly Tool[]; readonly left: readonly string[] };

export type Argument = {
  readonly name: string;
  readonly type: string;
  readonly required: boolean;
  readonly says: string;
};

export type Difference = { readonly at: string; readonly was: string | null; readonly is: string | null };

const isPinned = (value: unknown): value is Pinned => isObject(value) && isObject(value['inputSchema']);

/** The output of `mcp.tools`; null: it is none. */
export const listedOf = (output: unknown): Listed | null => {
  if (!isObject(output) || !Array.isArray(output['tools'])) return null;
  const tools = output['tools'].flatMap((one: unknown): Tool[] =>
    isObject(one) && typeof one['name'] === 'string' && isPinned(one['pinned'])
      ? [{ name: one['name'], pinned: one['pinned'] }]
      : [],
  );
  const left: readonly unknown[] = Array.isArray(output['left']) ? output['left'] : [];
  return { tools, left: left.filter((one) => typeof one === 'string') };
};

export const pinnedIn = (value: Json | undefined): Pinned | null => (isPinned(value) ? value : null);

const HIDDEN =
  /(?<=\p{Extended_Pictographic})\ufe0f|([\p{Cc}\p{Cf}\p{Co}\p{Cn}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}])/gu;

/** Characters that show nothing, or turn the order of others around, by their numbers: what hides must be seen. */
export const seen = (text: string): string =>
  text.replaceAll(HIDDEN, (one, hides: string | undefined) =>
    hides === undefined || one === '\n' || one === '\t'
      ? one
      : `⟨U+${(one.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}⟩`,
  );

const HINTS = ['readOnlyHint', 'destructiveHint', 'idempotentHint', 'openWorldHint'] as const;
export type Hint = (typeof HINTS)[number];

/** The hints that the protocol knows, as far as the server gives them. */
export const hintsOf = ({ annotations = {} }: Pinned): readonly { readonly hint: Hint; readonly is: boolean }[] =>
  HINTS.flatMap((hint) => {
    const is = annotations[hint];
    return typeof is === 'boolean' ? [{ hint, is }] : [];
  });

const typeOf = (schema: unknown): string => {
  if (!isObject(schema)) return '';
  const { type, items } = schema;
  const options: unknown = schema['enum'];
  if (Array.isArray(options)) return options.map((one) => JSON.stringify(one)).join(' | ');
  const named = Array.isArray(type) ? type.join(' | ') : typeof type === 'string' ? type : '';
  const inner = named === 'array' ? typeOf(items) : '';
  return inner === '' ? named : `array of ${inner}`;
};

/** What the tool takes, as far as its schema names it at the top. */
export const argumentsOf = ({ inputSchema }: Pinned): readonly Argument[] => {
  const { properties, required } = inputSchema;
  if (!isObject(properties)) return [];
  const needed: readonly unknown[] = Array.isArray(required) ? required : [];
  return Object.entries(properties).map(([name, one]) => ({
    name,
    type: typeOf(one),
    required: needed.includes(name),
    says: isObject(one) && typeof one['description'] === 'string' ? one['description'] : '',
  }));
};

const written = (value: unknown): string | null =>
  value === undefined ? null : typeof value === 'string' ? value : JSON.stringify(value, null, 2);

/** Where two definitions differ, each place by its JSON Pointer (RFC 6901) with what stands there in both. */
export const differencesOf = (was: unknown, is: unknown, at = ''): readonly Difference[] => {
  if (was !== undefined && is !== undefined && canonicalJson(was) === canonicalJson(is)) return [];
  if (was === undefined && is === undefined) return [];
  if (!isObject(was) || !isObject(is)) return [{ at, was: written(was), is: written(is) }];
  return [...new Set([...Object.keys(was), ...Object.keys(is)])].flatMap((key) =>
    differencesOf(
      Object.hasOwn(was, key) ? was[key] : undefined,
      Object.hasOwn(is, key) ? is[key] : undefined,
      `${at}/${key.replaceAll('~', '~0').replaceAll('/', '~1')}`,
    ),
  );
};
