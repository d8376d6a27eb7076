/**
 * A tool as its server describes it, and as an author took it into a flow. What a tool says of itself is read by models and
 * people, so that one which says something else today than on the day it was looked at is not called.
 */

import { canonicalJson, isObject, type Problem, problem, z } from '@headgate/core/step';
import type { Session } from './speak.ts';

export const TOOL_NAME = /^[A-Za-z0-9_./-]{1,128}$/;
const LARGEST = 64 * 1024;
const MOST_TOOLS = 1_000;
const MOST_PAGES = 50;

const schema = z.record(z.string(), z.unknown());

export const definition = z
  .strictObject({
    title: z.string().max(500).optional().describe('Its name for people.'),
    description: z.string().max(20_000).optional().describe('What it does, as a model will read it.'),
    inputSchema: schema.describe('JSON Schema of its arguments.'),
    outputSchema: schema.optional().describe('JSON Schema of what it gives as a value.'),
    annotations: schema.optional().describe('What the server claims of its effects: claims, not promises.'),
  })
  .refine((value) => canonicalJson(value).length <= LARGEST, `at most ${LARGEST} characters of JSON`);

export type Definition = z.output<typeof definition>;
export type Tool = { readonly name: string; readonly definition: Definition };

/** The parts of what a server says of a tool that count; undefined: no tool that can be called from here. */
const toolOf = (value: unknown): Tool | undefined => {
  if (!isObject(value) || typeof value['name'] !== 'string' || !TOOL_NAME.test(value['name'])) return undefined;
  const { title, description, inputSchema, outputSchema, annotations } = value;
  const parts = { title, description, inputSchema, outputSchema, annotations };
  const given = Object.fromEntries(Object.entries(parts).filter(([, part]) => part !== undefined && part !== null));
  const read = definition.safeParse(given);
  return read.success ? { name: value['name'], definition: read.data } : undefined;
};

type Listed = { readonly tools: readonly Tool[]; readonly left: readonly string[] } | { readonly problem: Problem };

/** The tools of a server, all pages of them. `left`: names of those that cannot be called from here. */
export const listTools = async (session: Session): Promise<Listed> => {
  const tools: Tool[] = [];
  const left: string[] = [];
  let cursor: string | undefined;
  for (let page = 0; page < MOST_PAGES; page += 1) {
    const heard = await session.ask('tools/list', cursor === undefined ? {} : { cursor });
    if ('problem' in heard) return heard;
    const { tools: some, nextCursor } = heard.result;
    for (const one of Array.isArray(some) ? some : []) {
      const tool = toolOf(one);
      if (tool !== undefined) tools.push(tool);
      else if (isObject(one)) left.push(String(one['name']).slice(0, 128));
    }
    if (tools.length + left.length > MOST_TOOLS) break;
    if (typeof nextCursor !== 'string' || nextCursor === '') return { tools, left };
    cursor = nextCursor;
  }
  return {
    problem: problem('mcp.answer', `The server lists more than ${MOST_TOOLS} tools, or does not come to an end.`, {
      retry: 'no',
    }),
  };
};

/** A schema without what restricts nothing: words for clients, which schemas kept here do not have. */
export const withoutNotes = (schema: unknown): unknown => {
  if (!isObject(schema)) return schema;
  const kept = Object.entries(schema).filter(([key]) => !/^x-|^\$(?:schema|id|comment)$/.test(key));
  return Object.fromEntries(
    kept.map(([key, part]) => {
      if (key === 'items') return [key, withoutNotes(part)];
      if (key !== 'properties' || !isObject(part)) return [key, part];
      return [key, Object.fromEntries(Object.entries(part).map(([name, one]) => [name, withoutNotes(one)]))];
    }),
  );
};

/** Where two definitions differ, as JSON Pointers (RFC 6901), a few at most. */
export const differences = (was: unknown, is: unknown, at = '', found: string[] = []): readonly string[] => {
  if (found.length >= 10 || canonicalJson(was ?? null) === canonicalJson(is ?? null)) return found;
  if (!isObject(was) || !isObject(is)) {
    found.push(at);
    return found;
  }
  for (const key of new Set([...Object.keys(was), ...Object.keys(is)])) {
    const place = `${at}/${key.replaceAll('~', '~0').replaceAll('/', '~1')}`;
    const [before, now] = [
      Object.hasOwn(was, key) ? was[key] : undefined,
      Object.hasOwn(is, key) ? is[key] : undefined,
    ];
    differences(before, now, place, found);
  }
  return found;
};
