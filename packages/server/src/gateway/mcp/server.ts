/**
 * The MCP server: both eras of the protocol (2026-07-28, and 2025-11-25 where it is not switched off) on one address, spoken by
 * the SDK, decided here. Loaded when somebody first asks for it.
 *
 * MS1 Each request has a server object of its own: nothing of one caller is in reach of another (MCP-08).
 * MS2 Both eras ask the same functions for what may be listed and called.
 * MS3 Nothing is taken from the request but its JSON-RPC message and the headers of the protocol: who asks is what the
 *     gateway found, and the credential goes no further (MCP-03).
 */

import { createMcpHandler, ProtocolError, ProtocolErrorCode, Server } from '@modelcontextprotocol/server';
import { isObject } from '@headgate/core';
import type { Lodge } from '../lodge.ts';
import { callTool, type Caller } from './call.ts';
import type { Tools } from './tools.ts';
import { UnderWay } from './under-way.ts';

export type Asked = Omit<Caller, 'signal' | 'progress'> & {
  readonly message: unknown;
  readonly headers: Readonly<Record<string, string>>;
  /** Ended when the client leaves. */
  readonly gone: AbortSignal;
  readonly project?: string;
};

export type Speak = (asked: Asked) => Promise<Response>;

const INSTRUCTIONS =
  'Each tool is a flow of a Headgate workspace. A call runs it with the powers that its owner lent to it, and answers with its output. A call that fails says why, and what to do next.';

export const openMcp = (
  lodge: Pick<Lodge, 'gate' | 'waiting' | 'places'>,
  tools: Tools,
  o: { readonly address: string; readonly legacy: boolean },
): Speak => {
  const underWay = new UnderWay();
  const serverFor = (asked: Asked): Server => {
    const server = new Server(
      { name: 'headgate', title: 'Headgate', version: lodge.gate.version },
      { capabilities: { tools: {} }, instructions: INSTRUCTIONS },
    );
    const mine = () => tools.of(asked.who, asked.project);
    server.setRequestHandler('tools/list', async () => ({
      tools: [...(await mine()).values()].map(({ at: _, ...tool }) => tool),
    }));
    server.setRequestHandler('tools/call', async ({ params }, { mcpReq }) => {
      const tool = (await mine()).get(params.name);
      if (tool === undefined) throw new ProtocolError(ProtocolErrorCode.InvalidParams, `Unknown tool: ${params.name}`);
      const token = mcpReq._meta?.progressToken;
      const { signal: back, end } = underWay.begin(asked.who.id, mcpReq.id);
      const signal = AbortSignal.any([mcpReq.signal, asked.gone, back]);
      const called = callTool(lodge, tool, params.arguments ?? {}, {
        ...asked,
        signal,
        ...(token === undefined
          ? {}
          : {
              progress: (progress, message) =>
                mcpReq.notify({
                  method: 'notifications/progress',
                  params: { progressToken: token, progress, message },
                }),
            }),
      });
      return called.finally(end);
    });
    return server;
  };
  return async (asked) => {
    const backed = takenBackBy(asked.message);
    if (backed !== undefined) underWay.takeBack(asked.who.id, backed);
    // Nothing is announced that could be listened to: a stream that never ends would outlive its key, and be counted by nobody.
    const settings = { legacy: o.legacy ? 'stateless' : 'reject', maxSubscriptions: 0 } as const;
    const handler = createMcpHandler(() => serverFor(asked), settings);
    const request = new Request(o.address, { method: 'POST', headers: asked.headers, signal: asked.gone });
    return handler.fetch(request, { parsedBody: asked.message });
  };
};

/** The id of the request that a notification takes back. */
const takenBackBy = (message: unknown): string | number | undefined => {
  if (!isObject(message) || message['method'] !== 'notifications/cancelled' || !isObject(message['params'])) return;
  const { requestId } = message['params'];
  return typeof requestId === 'string' || typeof requestId === 'number' ? requestId : undefined;
};
