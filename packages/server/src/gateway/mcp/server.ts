/**
 * The MCP server: both eras of the protocol (2026-07-28, and 2025-11-25 where it is not switched off) on one address, spoken by
 * the SDK, decided here. Loaded when somebody first asks for it.
 *
 * MS1 Each request has a server object of its own: nothing of one caller is in reach of another (MCP-08).
 * MS2 Both eras ask the same desk (desk.ts) for what may be listed and called.
 * MS3 Nothing is taken from the request but its JSON-RPC message and the headers of the protocol: who asks is what the
 *     gateway found, and the credential goes no further (MCP-03).
 */

import { createMcpHandler, ProtocolError, ProtocolErrorCode, Server } from '@modelcontextprotocol/server';
import { isObject } from '@headgate/core';
import type { Caller } from './call.ts';
import type { Desk } from './desk.ts';
import { UnderWay } from './under-way.ts';

export type Asked = Omit<Caller, 'signal' | 'progress'> & {
  readonly message: unknown;
  readonly headers: Readonly<Record<string, string>>;
  /** Ended when the client leaves. */
  readonly gone: AbortSignal;
  readonly desk: Desk;
};

export type Speak = (asked: Asked) => Promise<Response>;

export const openMcp = (o: { readonly version: string; readonly address: string; readonly legacy: boolean }): Speak => {
  const underWay = new UnderWay();
  const serverFor = (asked: Asked): Server => {
    const { desk, who } = asked;
    const server = new Server(
      { name: 'headgate', title: 'Headgate', version: o.version },
      { capabilities: { tools: {} }, instructions: desk.instructions },
    );
    server.setRequestHandler('tools/list', async () => ({ tools: [...(await desk.list(who))] }));
    server.setRequestHandler('tools/call', async ({ params }, { mcpReq }) => {
      const token = mcpReq._meta?.progressToken;
      const { signal: back, end } = underWay.begin(who.id, mcpReq.id);
      const signal = AbortSignal.any([mcpReq.signal, asked.gone, back]);
      const called = await desk
        .call(params.name, params.arguments ?? {}, {
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
        })
        .finally(end);
      if (called === null) throw new ProtocolError(ProtocolErrorCode.InvalidParams, `Unknown tool: ${params.name}`);
      return called;
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
