/**
 * mcp.call: one call of a tool of an MCP server elsewhere. The tool is pinned: the flow holds what the server said of it when
 * its author looked, and a tool that is described otherwise now is not called.
 *
 * MC1 The tool and its definition are written plainly: what is called, and with which words, is known before it runs.
 * MC2 Arguments are judged by the pinned schema, as far as it is one that can be kept, before anything is sent.
 * MC3 A program (stdio) cannot be named: an address is all there is to name, or the name under which the administrator of the
 *     machine registered a server (MCP-10).
 */

import {
  compileInput,
  DURATION,
  defineStep,
  done,
  failed,
  isObject,
  milliseconds,
  problem,
  SECRET_NAME,
  SECRET_NAME_IS,
  LISTING,
  type Need,
  toBase64,
  toolServerOf,
  z,
} from '@headgate/core/step';
import { needsOf, targetOf } from '../http.request/target.ts';
import { type Definition, definition, differences, listTools, TOOL_NAME, withoutNotes } from './definition.ts';
import { beginWith } from './speak.ts';

export const server = {
  url: z
    .string()
    .min(1)
    .max(2_000)
    .refine(
      (url) => !url.includes('{{') && (targetOf(url) !== undefined || toolServerOf(url) !== undefined),
      'an address written plainly, as https://host/path or mcp:name',
    )
    .describe(
      'The address of the MCP server, written plainly, e.g. https://mcp.example.com/mcp; or mcp:NAME, a server that whoever administers this machine registered.',
    ),
  secret: z
    .string()
    .regex(SECRET_NAME, SECRET_NAME_IS)
    .optional()
    .describe('Name of the secret or connection that says who calls; the flow never sees it.'),
  timeout: z
    .string()
    .regex(DURATION, 'a duration as <int>(ms|s|m|h|d), e.g. 30s')
    .optional()
    .describe('The longest time for each request to the server, e.g. 2m. Left out: one minute.'),
};

/** What a server is reached with: the network, or the power over a tool of one that is registered here. */
export const serverNeeds = (raw: Record<string, unknown>, tool: unknown): readonly Need[] => {
  const { url, secret } = raw;
  const name = typeof url === 'string' ? toolServerOf(url) : undefined;
  if (name === undefined) return needsOf({ method: 'POST', url, secret });
  // Before one is chosen, there is only a look at what there is to choose from.
  if (tool === LISTING || tool === undefined || tool === '')
    return [{ power: 'mcp', scope: `${name}/${LISTING}`, sentence: `See the tools of the tool server “${name}”` }];
  const one = typeof tool === 'string' && POWER_TOOL.test(tool);
  return [
    one
      ? { power: 'mcp', scope: `${name}/${tool}`, sentence: `Use the tool “${tool}” of the tool server “${name}”` }
      : { power: 'mcp', scope: `${name}/*`, sentence: `Use any tool of the tool server “${name}”` },
  ];
};

/** What can stand as a tool in a power. */
const POWER_TOOL = /^[A-Za-z0-9_][A-Za-z0-9_./-]{0,127}$/;

// In the form of the step, how long it may take stands after what is called.
const { url, secret, ...seldom } = server;
const input = z.strictObject({
  url,
  secret,
  tool: z.string().regex(TOOL_NAME, 'the name of a tool').describe('The tool, by its name there, written plainly.'),
  pinned: definition
    .optional()
    .describe('What the server said of the tool when it was taken into the flow: its entry in what mcp.tools gives.'),
  arguments: z.record(z.string(), z.unknown()).optional().describe('What the tool is given.'),
  repeat: z
    .boolean()
    .optional()
    .describe(
      'The tool may be called again after a crash in the middle of a call. Only for tools that do the same thing only once.',
    ),
  ...seldom,
});

const contentOf = (result: Record<string, unknown>): readonly Record<string, unknown>[] =>
  Array.isArray(result['content']) ? result['content'].filter(isObject) : [];

const textOf = (content: readonly Record<string, unknown>[]): string =>
  content.flatMap(({ type, text }) => (type === 'text' && typeof text === 'string' ? [text] : [])).join('\n');

const changed = (tool: string, was: Definition, is: Definition) =>
  problem(
    'mcp.changed',
    `The server describes the tool ${tool} otherwise than when it was taken into the flow: ${differences(was, is).join(', ')}`,
    {
      at: { field: 'with.pinned' },
      retry: 'no',
      fix: 'Look at what it says now (See its tools, or mcp.tools); if it is still the tool you meant, put that in `pinned`.',
    },
  );

/**
 * Arguments that the schema says go along as headers (`x-mcp-header`, 2026-07-28): those at the top of it. A text that a
 * header cannot hold as it is goes as base64 between marks.
 */
const headersFor = (schema: Record<string, unknown>, given: Record<string, unknown>): Record<string, string> => {
  const headers: Record<string, string> = {};
  const properties = isObject(schema['properties']) ? schema['properties'] : {};
  for (const [field, one] of Object.entries(properties)) {
    const name = isObject(one) ? one['x-mcp-header'] : undefined;
    const value = Object.hasOwn(given, field) ? given[field] : undefined;
    if (typeof name !== 'string' || !/^[A-Za-z0-9-]{1,100}$/.test(name)) continue;
    if (typeof value !== 'string' && typeof value !== 'number' && typeof value !== 'boolean') continue;
    headers[`mcp-param-${name.toLowerCase()}`] = asHeader(String(value));
  }
  return headers;
};

const asHeader = (text: string): string =>
  /^[\t\x20-\x7e]+$/.test(text) && text === text.trim() && !text.startsWith('=?base64?')
    ? text
    : `=?base64?${toBase64(new TextEncoder().encode(text))}?=`;

export const step = defineStep({
  kind: 'mcp.call',
  version: 1,
  title: 'Call an MCP tool',
  group: 'net',
  summary:
    'Calls a tool of an MCP server elsewhere and gives what it answers. The tool is pinned to what its server said of it when it was taken into the flow; when that changes, it is not called. Take tools in with mcp.tools.',
  input,
  output: z
    .strictObject({
      text: z.string().describe('The texts of the answer, one after the other.'),
      content: z
        .array(z.record(z.string(), z.unknown()))
        .describe('All parts of the answer, as the protocol has them.'),
      structured: z.unknown().describe('The answer as a value, where the tool gives one; else null.'),
    })
    .describe('What the tool answered.'),
  plain: ['url', 'tool', 'pinned'],
  needs: (raw) => serverNeeds(raw, raw['tool']),
  repeatable: ({ repeat }) => repeat === true,
  run: async (given, can) => {
    const { tool, pinned } = given;
    if (pinned === undefined)
      return failed(
        problem('mcp.unpinned', `The tool ${tool} is not pinned`, {
          at: { field: 'with.pinned' },
          retry: 'no',
          fix: 'Run a step mcp.tools with this address, look at what the tool says of itself, and put that entry in `pinned`.',
        }),
        'no',
      );
    const values = given.arguments ?? {};
    const judge = compileInput(withoutNotes(pinned.inputSchema));
    const judged = judge.ok ? judge.validate(values) : undefined;
    if (judged?.ok === false) {
      const [first] = judged.problems;
      const fields = judged.problems.map(({ text }) => text).join(' ');
      const at = { field: String(first?.at?.field ?? 'input').replace(/^input/, 'with.arguments') };
      return failed(
        problem('mcp.arguments', `The arguments do not fit the tool ${tool}: ${fields}`, { at, retry: 'no' }),
        'no',
      );
    }
    const timeout = given.timeout === undefined ? undefined : milliseconds(given.timeout);
    const session = await beginWith(can, { url: given.url, secret: given.secret, timeout }, tool);
    if ('problem' in session) return failed(session.problem, 'no');
    const listed = await listTools(session);
    if ('problem' in listed) return failed(listed.problem, 'no');
    const now = listed.tools.find(({ name }) => name === tool);
    if (now === undefined)
      return failed(
        problem('mcp.unknown_tool', `The server has no tool ${tool}`, { at: { field: 'with.tool' }, retry: 'no' }),
        'no',
      );
    if (differences(pinned, now.definition).length > 0) return failed(changed(tool, pinned, now.definition), 'no');
    const headers = { 'mcp-name': tool, ...headersFor(pinned.inputSchema, values) };
    const heard = await session.ask('tools/call', { name: tool, arguments: values }, headers);
    if ('problem' in heard) return failed(heard.problem, heard.sent);
    const { result } = heard;
    const content = contentOf(result);
    if (result['resultType'] === 'input_required')
      return failed(
        problem('mcp.asks', `The tool ${tool} wants to ask somebody before it goes on`, {
          retry: 'no',
          fix: 'Give it in `arguments` what it would ask for, or put an ask@1 step before it.',
        }),
      );
    if (result['isError'] === true)
      return failed(
        problem('mcp.failed', `The tool ${tool} failed: ${textOf(content).slice(0, 2_000)}`, { retry: 'no' }),
      );
    return done({ text: textOf(content), content: [...content], structured: result['structuredContent'] ?? null });
  },
});
