/**
 * Public chats, for visitors: a page carries a ticket, and the engine says who it is (engine/chats/visitors.ts).
 *
 * CV1 A visitor has limits by network and by flow, before anything is looked up or begun.
 * CV2 He hears the answer to what he asked, and no id to ask for anything else with.
 */

import type { FastifyRequest } from 'fastify';
import type { ChatBy, ChatLook } from '@headgate/core';
import { ROUTES, TICKET_HEADER } from '@headgate/core/api';
import { networkOf } from '../accounts/throttle.ts';
import { answerFiles } from '../chats/answer-files.ts';
import { pageOf } from '../chats/origins.ts';
import { implement, type Route } from '../implement.ts';
import type { Lodge } from '../lodge.ts';
import { give, MISSING, nothing, refuse, type Refused } from '../outcome.ts';
import { streamed } from '../streams.ts';
import { Windows } from '../windows.ts';
import { afterOf, bodyOf, messageShown } from './chat.ts';

const takesSound = ({ files }: ChatLook): boolean => files?.kinds.some((kind) => kind.startsWith('audio/')) === true;

const MESSAGES = 100;
/** Of one network a minute, for each message that it may send: looks at what was said. */
const LOOKS = 10;

export const publicChatRoutes = (lodge: Lodge): readonly Route[] => {
  const { gate, streams, chatPage } = lodge;
  const { chat } = gate.engine;
  const file = answerFiles(lodge);
  const { visits, flowVisits } = gate.limit;
  const tickets = new Windows(gate.clock);
  const messages = new Windows(gate.clock);
  const flows = new Windows(gate.clock);
  const looks = new Windows(gate.clock);

  /** Where the page is from, of a flow that is shared with everybody. */
  const fromOf = async (flow: string, request: FastifyRequest): Promise<{ origin: string | null } | Refused> => {
    if ((await gate.store.publicFlow(flow)) === null) return MISSING;
    const origin = pageOf(request.headers);
    return origin === undefined ? refuse('origin.foreign', 'Only pages show a chat to visitors') : { origin };
  };

  const visitorOf = async (flow: string, request: FastifyRequest): Promise<ChatBy | Refused> => {
    const from = await fromOf(flow, request);
    if ('refused' in from) return from;
    const ticket = request.headers[TICKET_HEADER];
    const by = typeof ticket === 'string' ? await chat.visitor(flow, from.origin, ticket) : null;
    return by ?? refuse('chat.ticket');
  };

  const looked = async (flow: string, request: FastifyRequest): Promise<ChatBy | Refused> =>
    looks.add(networkOf(request.ip)) > visits * LOOKS ? refuse('visits.limit') : visitorOf(flow, request);

  return [
    implement(ROUTES.visitChat, async ({ params, body, request }) => {
      if (tickets.add(networkOf(request.ip)) > visits) return refuse('visits.limit');
      const from = await fromOf(params.id, request);
      if ('refused' in from) return from;
      const done = await chat.admit(params.id, from.origin, body.ticket ?? null);
      if (!done.ok) return MISSING;
      const { ticket, until, look } = done.value;
      const { title, greeting, suggestions, files } = look;
      const shown = { ticket, until, look: { title, greeting, suggestions, files } };
      return { ...give(200, shown), fresh: ticket };
    }),

    implement(ROUTES.visitorMessage, async ({ params, body, request }) => {
      if (messages.add(networkOf(request.ip)) > visits) return refuse('visits.limit');
      const by = await visitorOf(params.id, request);
      if ('refused' in by) return by;
      // Who has no ticket takes no place of those who have.
      if (flows.add(params.id) > flowVisits) return refuse('visits.limit');
      const { message, session, files } = body;
      const done = await chat.send({
        ...{ ...by, message, wait: 0 },
        ...(session === undefined ? {} : { session }),
        ...(files === undefined ? {} : { files }),
      });
      if (!done.ok) return { refused: done.problem };
      const { asked, reply } = done.value;
      return give(202, { session: done.value.session, asked: messageShown(asked), reply: messageShown(reply) });
    }),

    implement(ROUTES.visitorFile, async ({ params, query, request }) => {
      const body = bodyOf(request);
      if (messages.add(networkOf(request.ip)) > visits) return refuse('visits.limit');
      const by = await visitorOf(params.id, request);
      if ('refused' in by) return by;
      if (flows.add(params.id) > flowVisits) return refuse('visits.limit');
      if ('refused' in body) return body;
      const type = request.headers['content-type'] ?? '';
      const done = await chat.keep(by, { name: query.name, type, bytes: body.bytes });
      return done.ok ? give(201, done.value) : { refused: done.problem };
    }),

    implement(ROUTES.visitorGetFile, async ({ params, request }) => {
      const by = await looked(params.id, request);
      if ('refused' in by) return by;
      return file(by, `visitor ${networkOf(request.ip)}`, params.message, Number(params.n));
    }),

    implement(ROUTES.visitorFollow, async ({ params, query, request }) => {
      const by = await looked(params.id, request);
      if ('refused' in by) return by;
      const after = afterOf(request.headers['last-event-id'], query.after);
      if (after === null) return refuse('field.wrong', 'expected the seq of an event in Last-Event-ID');
      const found = await chat.message(by, params.message);
      if (found === null || found.role !== 'assistant') return MISSING;
      const still = async (): Promise<boolean> => (await chat.message(by, params.message)) !== null;
      const network = `visitor ${networkOf(request.ip)}`;
      const stream = await streams.open(network, still, (signal) => chat.follow(by, found.run, after, signal));
      return streamed(stream, request.raw.socket, gate.limit.stalled);
    }),

    implement(ROUTES.visitorCancel, async ({ params, request }) => {
      const by = await looked(params.id, request);
      if ('refused' in by) return by;
      const done = await chat.cancel(by, params.message);
      if (done === null) return MISSING;
      return done.ok ? give(200, messageShown(done.value)) : { refused: done.problem };
    }),

    implement(ROUTES.visitorVote, async ({ params, body, request }) => {
      const by = await looked(params.id, request);
      if ('refused' in by) return by;
      return (await chat.vote(by, params.message, body.vote, body.words ?? null)) ? nothing() : MISSING;
    }),

    implement(ROUTES.visitorMessages, async ({ params, request }) => {
      const by = await looked(params.id, request);
      if ('refused' in by) return by;
      const found = await chat.messages(by, params.session, MESSAGES);
      return found === null ? MISSING : give(200, { messages: found.map(messageShown) });
    }),

    implement(ROUTES.visitorForget, async ({ params, request }) => {
      const by = await looked(params.id, request);
      if ('refused' in by) return by;
      return (await chat.remove(by, params.session)) ? nothing() : MISSING;
    }),

    // The same for everybody: any page may load it, and what it then may is asked at each call.
    implement(ROUTES.chatScript, () => ({
      status: 200,
      type: 'text/javascript; charset=utf-8',
      text: gate.pages.chatScript,
      fixed: true,
      headers: { 'cross-origin-resource-policy': 'cross-origin', 'cache-control': 'public, max-age=300' },
    })),

    implement(ROUTES.chatPage, async ({ params, query, request }) => {
      if (looks.add(networkOf(request.ip)) > visits * LOOKS) return refuse('visits.limit');
      const flow = params.id;
      const draft = query.draft === 'true';
      const open = !draft && (await gate.store.publicFlow(flow)) !== null ? await chat.admit(flow, null, null) : null;
      // Whether there is a chat that one may write to, the page asks for whoever signed in.
      const member = open?.ok !== true;
      const page = gate.pages.chat({ flow, title: member ? 'Chat' : open.value.look.title, member, draft });
      // The page of any other is the same, whether there is such a chat or not (AZ-01).
      return chatPage(page, member || takesSound(open.value.look));
    }),
  ];
};
