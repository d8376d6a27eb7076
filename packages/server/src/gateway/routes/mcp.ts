/**
 * The MCP endpoints. Who calls is judged like at every other route, before a byte of the message is read (MCP-02); that the
 * request comes from no page of another site, and names a host of ours, too (MCP-01).
 */

import { Readable } from 'node:stream';
import type { FastifyRequest } from 'fastify';
import type { Principal, ShapeKind } from '@headgate/core';
import { type Contract, PROBLEMS, ROUTES } from '@headgate/core/api';
import { type Call, implement, type Route } from '../implement.ts';
import type { Lodge } from '../lodge.ts';
import { buildDesk } from '../mcp/build-desk.ts';
import type { Desk } from '../mcp/desk.ts';
import { flowDesk, Offers } from '../mcp/flow-desk.ts';
import type { Spoken } from '../mcp/exchange.ts';
import { insideFor } from '../mcp/inside.ts';
import { Leaving } from '../mcp/leaving.ts';
import type { Asked, Speak } from '../mcp/server.ts';
import { type AnyOutcome, MISSING, nothing, type Outcome, refuse, type Refused } from '../outcome.ts';
import { seesProject } from '../places.ts';

type Contracts = typeof ROUTES.speakMcp.answers;
type Answered = Outcome<Contracts>;

/** Headers that mean something to the protocol, and nothing of them who calls. */
const OF_PROTOCOL = /^(accept|content-type|mcp-[a-z-]{1,80})$/;
const LONGEST = 8_192;

/** `routeOf`: the route of a contract, once all are made. */
export const mcpRoutes = (lodge: Lodge, routeOf: (contract: Contract) => Route): readonly Route[] => {
  const { gate } = lodge;
  const offers = new Offers(gate);
  /** What the flows of the workspace, or of one of its projects, offer to this caller. */
  const flows = (who: Principal, request: FastifyRequest, project?: string): Desk =>
    flowDesk(lodge, offers, insideFor(lodge, routeOf, who, request), { workspace: who.workspace }, project);
  const address = `${gate.publicUrl}${ROUTES.speakMcp.path}`;
  let speaking: Promise<Speak> | undefined;
  /** The protocol is loaded when somebody first speaks it. */
  const speak = (): Promise<Speak> =>
    (speaking ??= import('../mcp/server.ts').then(({ openMcp }) =>
      openMcp({ version: gate.version, address, legacy: gate.mcpLegacy !== false }),
    ));

  const answer = async (who: Principal, request: FastifyRequest, message: unknown, desk: Desk): Promise<Answered> => {
    const shapes: ShapeKind[] = [];
    const leaving = new Leaving(request.raw.socket);
    const asked: Asked = {
      who,
      still: async () => (await request.passage?.again()) === true,
      reveal: (some) => shapes.push(...some),
      message,
      headers: headersOf(request),
      gone: leaving.signal,
      desk,
    };
    let spoken: Spoken;
    try {
      spoken = await (await speak())(asked);
    } catch (fault) {
      leaving.over();
      throw fault;
    }
    if ('stream' in spoken)
      return {
        status: 200,
        type: 'text/event-stream; charset=utf-8',
        text: framesOf(spoken.stream, () => {
          leaving.over();
          leaving.left();
        }),
        headers: { 'x-accel-buffering': 'no' },
      };
    leaving.over();
    if (!('body' in spoken)) return nothing(spoken.status);
    // The statuses are those of the contract: a test holds every one against it.
    return { ...spoken, reveal: shapes } as AnyOutcome as Answered;
  };

  const whole = ({ who, body, request }: Call<typeof ROUTES.speakMcp>) =>
    answer(who, request, body, flows(who, request));
  const isThere = async (who: Principal, project: string): Promise<boolean> =>
    seesProject(who, project) && (await gate.store.in(who.workspace).projects.get(project)) !== null;
  const ofProject = async ({ who, body, request, params: { project } }: Call<typeof ROUTES.speakProjectMcp>) =>
    (await isThere(who, project)) ? answer(who, request, body, flows(who, request, project)) : MISSING;
  const begun = (path: string): Refused =>
    refuse(
      'mcp.sse',
      PROBLEMS['mcp.sse'].when,
      `Point the client at ${gate.publicUrl}${path}, as a server of the type “streamable HTTP”.`,
    );

  return [
    implement(ROUTES.speakMcp, whole),
    implement(ROUTES.speakMcpSlashed, whole),
    implement(ROUTES.speakMcpSse, whole),
    implement(ROUTES.speakMcpMounted, whole),
    implement(ROUTES.speakMcpMountedSse, whole),
    implement(ROUTES.speakMcpBelow, whole),
    implement(ROUTES.speakBuildMcp, ({ who, body, request }) =>
      answer(who, request, body, buildDesk(lodge, routeOf, who, request)),
    ),
    implement(ROUTES.speakProjectMcp, ofProject),
    implement(ROUTES.speakProjectMcpSse, ofProject),
    implement(ROUTES.speakProjectMcpBelow, ofProject),
    implement(ROUTES.openMcpSse, () => begun(ROUTES.speakMcp.path)),
    implement(ROUTES.openMcpMountedSse, () => begun(ROUTES.speakMcp.path)),
    implement(ROUTES.openProjectMcpSse, async ({ who, params: { project } }) =>
      (await isThere(who, project)) ? begun(ROUTES.speakProjectMcp.path.replace('{project}', project)) : MISSING,
    ),
  ];
};

const headersOf = (request: FastifyRequest): Record<string, string> => {
  const kept: Record<string, string> = {};
  for (const [name, value] of Object.entries(request.headers))
    if (OF_PROTOCOL.test(name) && typeof value === 'string' && value.length <= LONGEST) kept[name] = value;
  return kept;
};

/** The stream a frame at a time, which is what the guard looks at; it ends with its reader. */
const framesOf = (body: ReadableStream<Uint8Array>, closed: () => void): Readable => {
  const frames = async function* (): AsyncGenerator<string> {
    const decoder = new TextDecoder();
    let rest = '';
    for await (const piece of body) {
      const parts = (rest + decoder.decode(piece, { stream: true })).split('\n\n');
      rest = parts.pop() ?? '';
      for (const part of parts) yield `${part}\n\n`;
    }
    if (rest !== '') yield rest;
  };
  const stream = Readable.from(frames(), { highWaterMark: 1 });
  stream.once('close', closed);
  return stream;
};
