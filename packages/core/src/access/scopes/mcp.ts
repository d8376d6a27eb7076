/** `mcp: github/create_issue`: a tool of a tool server that the workspace knows by name. */

import { named } from '../../flow/text/shown.ts';
import { type Read, type Scope, texts, wrong } from './scope.ts';

/** To see what tools a server has is as a tool of this name; whoever may use one of them sees it among the others. */
export const LISTING = 'tools/list';

/** `server` is a name, or `*` together with the tool `*`; `tool` is a name or `*`. */
export type McpScope = { readonly server: string; readonly tool: string };

const SERVER = /^[A-Za-z0-9][A-Za-z0-9_.-]{0,99}$/;
const TOOL = /^(\*|[A-Za-z0-9_][A-Za-z0-9_./-]{0,127})$/;

const parse = (text: string): Read<McpScope> => {
  if (text === '*' || text === '*/*') return { scope: { server: '*', tool: '*' } };
  const slash = text.indexOf('/');
  const [server, tool] = slash < 0 ? [text, ''] : [text.slice(0, slash), text.slice(slash + 1)];
  return SERVER.test(server) && TOOL.test(tool)
    ? { scope: { server, tool } }
    : wrong(`expected server/tool, server/* or *, got ${named(text)}`);
};

export const mcp: Scope<McpScope> = {
  form: 'mcp: server/tool',
  parse,
  print: ({ server, tool }) => (server === '*' ? '*' : `${server}/${tool}`),
  is: (value) => texts(value, 'server', 'tool') && (value['server'] !== '*' || value['tool'] === '*'),
  covers: (grant, request) =>
    grant.server === '*' ||
    (grant.server === request.server &&
      (grant.tool === '*' || grant.tool === request.tool || request.tool === LISTING)),
  sentence: ({ server, tool }) =>
    server === '*'
      ? 'Use any tool of any tool server'
      : tool === LISTING
        ? `See the tools of the tool server “${server}”`
        : `Use ${tool === '*' ? 'any tool' : `the tool “${tool}”`} of the tool server “${server}”`,
  byTyping: () => false,
};
