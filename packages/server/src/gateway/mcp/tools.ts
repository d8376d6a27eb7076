/**
 * The tools, or prompts, that a principal has: published flows with a trigger of that kind that it may run.
 *
 * MT1 Who lists them and who calls one is judged by the same rows: a tool that is not on the list of a principal is, to it, a
 *     tool that does not exist (MCP-06).
 * MT2 What a tool says of itself is what its published version says; nothing of a draft is shown.
 */

import {
  type Catalog,
  compileInput,
  type Flow,
  type InputValidator,
  isObject,
  type Need,
  needsOf,
  parsePower,
  type Principal,
  sightOf,
} from '@headgate/core';
import type { Store } from '../../store/ports.ts';
import type { McpKind, ToolRow } from '../../store/tools.ts';
import type { Described } from './desk.ts';

/** A tool, where a call of it leads, and what an output of it has to fit where it promises something. */
export type Tool = Described & {
  readonly fits?: InputValidator;
  readonly at: { readonly flow: string; readonly project: string; readonly version: number; readonly trigger: string };
};

/** More are not listed: no client can use so many. */
const MOST = 500;
/** Lists that are kept until the store changes. */
const MOST_KEPT = 1_000;

type Needed = { readonly store: Store; readonly catalogIn: (workspace: string) => Promise<Catalog> };

export class Tools {
  readonly #of: Needed;
  readonly #kind: McpKind;
  readonly #kept = new Map<string, Promise<ReadonlyMap<string, Tool>>>();
  #version = -1;

  constructor(of: Needed, kind: McpKind = 'tool') {
    this.#of = of;
    this.#kind = kind;
  }

  /** By name, the oldest flow first; of one project alone where one is named. */
  of(who: Principal, project?: string): Promise<ReadonlyMap<string, Tool>> {
    const version = this.#of.store.version();
    if (version !== this.#version || this.#kept.size >= MOST_KEPT) this.#kept.clear();
    this.#version = version;
    const sight = sightOf(who, 'run');
    const key = JSON.stringify([who.workspace, project ?? null, sight]);
    const known = this.#kept.get(key);
    if (known !== undefined) return known;
    const made = this.#read(who.workspace, {
      kind: this.#kind,
      sight,
      limit: MOST,
      ...(project === undefined ? {} : { project }),
    });
    this.#kept.set(key, made);
    // What could not be read is not kept.
    made.catch(() => this.#kept.delete(key));
    return made;
  }

  async #read(
    workspace: string,
    q: Parameters<ReturnType<Store['in']>['tools']['list']>[0],
  ): Promise<ReadonlyMap<string, Tool>> {
    const catalog = await this.#of.catalogIn(workspace);
    const tools = new Map<string, Tool>();
    for (const row of await this.#of.store.in(workspace).tools.list(q)) {
      const tool = toolOf(row, catalog);
      if (tool === null) continue;
      const name = tools.has(tool.name) ? `${tool.name.slice(0, 56)}_${row.flow.slice(-6).toLowerCase()}` : tool.name;
      tools.set(name, { ...tool, name });
    }
    return tools;
  }
}

type Settings = { readonly name?: string; readonly description?: string; readonly output?: unknown };

const toolOf = (row: ToolRow, catalog: Catalog): Tool | null => {
  if (!isObject(row.doc) || !isObject(row.with)) return null;
  // It was checked when it was published.
  const flow = row.doc as Flow;
  const { name, description = flow.description, output } = row.with as Settings;
  const promised = output === undefined ? null : compileInput(output);
  const needs = needsOf(flow, catalog).map(({ need }) => need);
  return {
    name: name ?? nameOf(flow.name, row.flow),
    title: flow.name,
    ...(description === undefined || description === '' ? {} : { description }),
    inputSchema: schemaOf(flow.input),
    ...(promised?.ok === true ? { outputSchema: schemaOf(output), fits: promised.validate } : {}),
    annotations: { readOnlyHint: needs.every(reads), openWorldHint: needs.some(({ power }) => OPEN.has(power)) },
    at: { flow: row.flow, project: row.project, version: row.version, trigger: row.trigger },
  };
};

const schemaOf = (input: unknown): Tool['inputSchema'] =>
  isObject(input) && input['type'] === 'object' ? { ...input, type: 'object' } : { type: 'object' };

/** A name that every client takes, of a name for people. */
const nameOf = (name: string, flow: string): string => {
  const plain = name
    .normalize('NFKD')
    .replaceAll(/\p{M}/gu, '')
    .toLowerCase()
    .replaceAll('ß', 'ss')
    .replaceAll(/[^a-z0-9]+/g, '_')
    .replaceAll(/^[_0-9]+|_+$/g, '')
    .slice(0, 64);
  return plain === '' ? `flow_${flow.slice(-6).toLowerCase()}` : plain;
};

/** Powers by which something beyond this server is reached. */
const OPEN: ReadonlySet<string> = new Set(['net', 'mcp', 'ask']);

/** Does this power leave everything as it is? A call of another flow, and code, may do anything. */
const reads = ({ power, scope }: Need): boolean => {
  if (power === 'secret' || power === 'model') return true;
  const read = parsePower(`${power}: ${scope}`);
  if (!read.ok) return false;
  return read.value.power === 'net' ? /^(GET|HEAD)\b/.test(scope) : /^read\b/.test(scope);
};
