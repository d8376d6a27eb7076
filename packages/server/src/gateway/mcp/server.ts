/**
 * The MCP server: both eras of the protocol (2026-07-28, and 2025-11-25 where it is not switched off) on one address, spoken by
 * the SDK, decided here. Loaded when somebody first asks for it.
 *
 * MS1 Each request has a server object of its own: nothing of one caller is in reach of another (MCP-08).
 * MS2 Both eras ask the same desk (desk.ts) for what may be listed and called.
 * MS3 Nothing is taken from the request but its JSON-RPC message and the headers of the protocol: who asks is what the
 *     gateway found, and the credential goes no further (MCP-03).
 */

import {
  CLIENT_CAPABILITIES_META_KEY,
  createMcpHandler,
  inputRequired,
  type InputRequiredResult,
  inputResponse,
  ProtocolError,
  ProtocolErrorCode,
  type Server,
  type ServerContext,
} from '@modelcontextprotocol/server';
import { isObject } from '@headgate/core';
import type { Caller } from './call.ts';
import type { Client, Desk, Prompts, Question, Resources } from './desk.ts';
import { Exchange, requestWith, type Spoken, spokenOf } from './exchange.ts';
import { type Signals, UnderWay } from './under-way.ts';

export type Asked = Omit<Caller, 'signal' | 'progress'> & {
  readonly message: unknown;
  readonly headers: Readonly<Record<string, string>>;
  /** Ended when the client leaves. */
  readonly gone: Signals;
  readonly desk: Desk;
};

export type Speak = (asked: Asked) => Promise<Spoken>;

export const openMcp = (o: { readonly version: string; readonly address: string; readonly legacy: boolean }): Speak => {
  const underWay = new UnderWay();
  const serverFor = (asked: Asked): Exchange => {
    const { desk, who } = asked;
    const server = new Exchange(
      { name: 'headgate', title: 'Headgate', version: o.version },
      {
        capabilities: {
          tools: {},
          ...(desk.prompts === undefined ? {} : { prompts: {} }),
          ...(desk.resources === undefined ? {} : { resources: {} }),
        },
        instructions: desk.instructions,
      },
    );
    server.setRequestHandler('tools/list', async () => ({ tools: [...(await desk.list(who))] }));
    server.setRequestHandler('tools/call', async ({ params }, ctx) => {
      const { caller, end } = begun(asked, ctx);
      const called = await desk.call(params.name, params.arguments ?? {}, caller, clientOf(ctx)).finally(end);
      if (called === null) return none(`Unknown tool: ${params.name}`);
      return 'question' in called ? asking(called.question) : called;
    });
    if (desk.prompts !== undefined) servePrompts(server, desk.prompts, (ctx) => begun(asked, ctx));
    if (desk.resources !== undefined) serveResources(server, desk.resources);
    return server;
  };
  /** What is known of a call, and what to do when it is over. */
  const begun = (asked: Asked, { mcpReq }: ServerContext): Begun => {
    const token = mcpReq._meta?.progressToken;
    const { signal, end } = underWay.begin(asked.who.id, mcpReq.id, [() => mcpReq.signal, asked.gone]);
    const progress = (done: number, message: string): Promise<void> =>
      mcpReq.notify({
        method: 'notifications/progress',
        params: { progressToken: token ?? '', progress: done, message },
      });
    return { caller: { ...asked, signal, ...(token === undefined ? {} : { progress }) }, end };
  };
  const open = new Map<object, Under>();
  // Nothing is announced that could be listened to: a stream that never ends would outlive its key, and be counted by nobody.
  const settings = { legacy: o.legacy ? 'stateless' : 'reject', maxSubscriptions: 0 } as const;
  const handler = createMcpHandler(({ authInfo }) => {
    const one = authInfo?.extra === undefined ? undefined : open.get(authInfo.extra);
    if (one === undefined) throw new Error('a request over MCP that nobody asked');
    const server = serverFor(one.asked);
    server.onresult = (body) => one.give({ status: 200, body });
    return server;
  }, settings);
  return async (asked) => {
    const backed = takenBackBy(asked.message);
    if (backed !== undefined) underWay.takeBack(asked.who.id, backed);
    // Which of the requests under way this is; the SDK looks at none of it.
    const extra = {};
    const authInfo = { token: '', clientId: '', scopes: [], extra };
    try {
      return await new Promise<Spoken>((give, fail) => {
        open.set(extra, { asked, give });
        const request = requestWith(o.address, asked.headers);
        handler.fetch(request, { parsedBody: asked.message, authInfo }).then(spokenOf).then(give, fail);
      });
    } finally {
      open.delete(extra);
    }
  };
};

/** A request under way, and where its answer goes. */
type Under = { readonly asked: Asked; readonly give: (spoken: Spoken) => void };

type Begun = { readonly caller: Caller; readonly end: () => void };

/** The key of the one question in a call. */
const KEY = 'answer';

const asking = ({ message, schema, state }: Question): InputRequiredResult =>
  inputRequired({
    inputRequests: { [KEY]: inputRequired.elicit({ message, requestedSchema: schema }) },
    requestState: state,
  });

/** What the client says of itself in each request, and what it answers (era of 2026-07-28). */
const clientOf = ({ mcpReq }: ServerContext): Client => {
  const envelope: Readonly<Record<string, unknown>> = mcpReq.envelope ?? {};
  const capabilities = envelope[CLIENT_CAPABILITIES_META_KEY];
  const state = mcpReq.requestState<string>();
  const said = inputResponse(mcpReq.inputResponses, KEY);
  return {
    takesQuestions: isObject(capabilities) && capabilities['elicitation'] !== undefined,
    ...(typeof state === 'string' ? { state } : {}),
    ...(said.kind === 'elicit' ? { said } : {}),
  };
};

const none = (text: string): never => {
  throw new ProtocolError(ProtocolErrorCode.InvalidParams, text);
};

const servePrompts = (server: Server, prompts: Prompts, begun: (ctx: ServerContext) => Begun): void => {
  server.setRequestHandler('prompts/list', async (_, ctx) => {
    const { caller, end } = begun(ctx);
    end();
    return { prompts: [...(await prompts.list(caller.who))] };
  });
  server.setRequestHandler('prompts/get', async ({ params }, ctx) => {
    const { caller, end } = begun(ctx);
    const got = await prompts.get(params.name, params.arguments ?? {}, caller).finally(end);
    if (got === null) return none(`Unknown prompt: ${params.name}`);
    if (typeof got === 'string') throw new ProtocolError(ProtocolErrorCode.InternalError, got);
    const { description, messages } = got;
    return {
      ...(description === undefined ? {} : { description }),
      messages: messages.map(({ role, text }) => ({ role, content: { type: 'text' as const, text } })),
    };
  });
};

const serveResources = (server: Server, resources: Resources): void => {
  server.setRequestHandler('resources/list', async ({ params }) => {
    const { resources: list, next } = await resources.list(params?.cursor);
    return { resources: [...list], ...(next === undefined ? {} : { nextCursor: next }) };
  });
  server.setRequestHandler('resources/templates/list', () => ({ resourceTemplates: [] }));
  server.setRequestHandler('resources/read', async ({ params }) => {
    const got = await resources.read(params.uri);
    if (got === null) return none(`Unknown resource: ${params.uri.slice(0, 500)}`);
    if (typeof got === 'string') return none(got);
    return { contents: [got] };
  });
};

/** The id of the request that a notification takes back. */
const takenBackBy = (message: unknown): string | number | undefined => {
  if (!isObject(message) || message['method'] !== 'notifications/cancelled' || !isObject(message['params'])) return;
  const { requestId } = message['params'];
  return typeof requestId === 'string' || typeof requestId === 'number' ? requestId : undefined;
};
