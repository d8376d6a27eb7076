/**
 * Chats of people and keys. All is asked of the engine; here is said who asks.
 *
 * CR1 Whose sessions are meant is the credential's alone: nothing in a request names an owner (CH1 of engine/chats).
 */

import type { FastifyRequest } from 'fastify';
import type { ChatBy, ChatMessage, ChatSent, Principal, Problem } from '@headgate/core';
import { ROUTES } from '@headgate/core/api';
import type { Body } from '../bodies.ts';
import { answerFiles } from '../chats/answer-files.ts';
import { implement, type Route } from '../implement.ts';
import type { Lodge } from '../lodge.ts';
import { give, MISSING, nothing, refuse, type Refused } from '../outcome.ts';
import { isStillIn } from '../passage.ts';
import { streamed } from '../streams.ts';

const SESSIONS = 100;
const MESSAGES = 100;

/** By the credential: an account over all the ways it signs in by, each key and token by itself. */
export const ownerOf = ({ kind, id }: Principal): string => `${kind}:${id}`;

/** A message without what is nobody's but the run's readers'. */
export const messageShown = ({ run: _, files, ...message }: ChatMessage) => ({ ...message, files: [...files] });
export const sentShown = ({ session, asked, reply, run }: ChatSent) => ({
  ...{ session, asked: messageShown(asked), reply: messageShown(reply), run },
});
export const refused = (why: Problem) => ({ refused: why });

/** The seq after which a stream goes on; null: what came is none. */
export const afterOf = (last: string | string[] | undefined, query: number | undefined): number | null => {
  if (last === undefined) return query ?? 0;
  return /^[0-9]{1,12}$/.test(String(last)) ? Number(last) : null;
};

/** The bytes of a file that is sent, held until the answer has left; or why there are none. */
export const bodyOf = (request: FastifyRequest): { readonly bytes: Uint8Array } | Refused => {
  const body = request.body as Body | undefined;
  if (body === undefined) return refuse('body.text', 'The body has to hold the file');
  if ('code' in body) return refuse(body.code);
  if (request.passage !== null) request.passage.release = body.release;
  return body;
};

export const chatRoutes = (lodge: Lodge): readonly Route[] => {
  const { gate, streams, waiting, places } = lodge;
  const { chat } = gate.engine;
  const file = answerFiles(lodge);
  const by = (who: Principal, flow: string, draft: boolean): ChatBy => ({
    ...{ principal: who, owner: ownerOf(who), flow },
    ...(draft ? { draft: true as const } : {}),
  });
  /** Trying a draft is for those who may change it. */
  const tries = (who: Principal, flow: string) => places.judge(who, 'flow.write', 'flow', flow);
  const NOT_TRIED = refuse('permission.missing', 'Talking to the draft needs the permission flow.write too');

  return [
    implement(ROUTES.getChat, async ({ who, params, query }) => {
      const draft = query.draft === 'true';
      if (draft && (await tries(who, params.id)) !== undefined) return NOT_TRIED;
      const found = await chat.look(by(who, params.id, draft));
      if (!found.ok) return refused(found.problem);
      const { title, greeting, suggestions, files } = found.value;
      return give(200, { title, greeting, suggestions, files });
    }),

    implement(ROUTES.sendMessage, async ({ who, params, body, request }) => {
      const { message, session, files, input, draft } = body;
      if (draft === true && (await tries(who, params.id)) !== undefined) return NOT_TRIED;
      const wait = (body.wait ?? 0) * 1000;
      const leave = wait > 0 ? waiting.enter(who.id) : null;
      if (leave === undefined) return refuse('requests.limit');
      const version = gate.store.version();
      const done = await chat
        .send({
          ...by(who, params.id, draft === true),
          ...{ message, wait },
          ...(session === undefined ? {} : { session }),
          ...(files === undefined ? {} : { files }),
          ...(input === undefined ? {} : { input }),
        })
        .finally(() => leave?.());
      // Something changed while it waited: the answer is for who may still have it (AZ-10).
      if (wait > 0 && !(await isStillIn(request, version, gate.store.version())))
        return { ...refuse('auth.invalid'), why: 'auth.over' };
      if (!done.ok) return refused(done.problem);
      const shown = sentShown(done.value);
      return done.value.reply.state === 'pending' ? give(202, shown) : give(200, shown);
    }),

    implement(ROUTES.getMessage, async ({ who, params, query }) => {
      const found = await chat.message(by(who, params.id, query.draft === 'true'), params.message);
      return found === null ? MISSING : give(200, messageShown(found));
    }),

    implement(ROUTES.getMessageFile, ({ who, params, query }) =>
      file(by(who, params.id, query.draft === 'true'), who.id, params.message, Number(params.n)),
    ),

    implement(ROUTES.followMessage, async ({ who, params, query, request }) => {
      const after = afterOf(request.headers['last-event-id'], query.after);
      if (after === null) return refuse('field.wrong', 'expected the seq of an event in Last-Event-ID');
      const whose = by(who, params.id, query.draft === 'true');
      const found = await chat.message(whose, params.message);
      if (found === null || found.role !== 'assistant') return MISSING;
      const still = async (): Promise<boolean> => (await request.passage?.again()) === true;
      const stream = await streams.open(who.id, still, (signal) => chat.follow(whose, found.run, after, signal));
      return streamed(stream, request.raw.socket, gate.limit.stalled);
    }),

    implement(ROUTES.cancelMessage, async ({ who, params, query }) => {
      const done = await chat.cancel(by(who, params.id, query.draft === 'true'), params.message);
      if (done === null) return MISSING;
      return done.ok ? give(200, messageShown(done.value)) : refused(done.problem);
    }),

    implement(ROUTES.voteMessage, async ({ who, params, query, body }) => {
      const whose = by(who, params.id, query.draft === 'true');
      const done = await chat.vote(whose, params.message, body.vote, body.words ?? null);
      return done ? nothing() : MISSING;
    }),

    implement(ROUTES.sendChatFile, async ({ who, params, query, request }) => {
      const body = bodyOf(request);
      const draft = query.draft === 'true';
      const there = await chat.look(by(who, params.id, draft));
      if (!there.ok) return refused(there.problem);
      if ('refused' in body) return body;
      if (draft && (await tries(who, params.id)) !== undefined) return NOT_TRIED;
      const type = request.headers['content-type'] ?? '';
      const done = await chat.keep(by(who, params.id, draft), { name: query.name, type, bytes: body.bytes });
      return done.ok ? give(201, done.value) : refused(done.problem);
    }),

    implement(ROUTES.listChatSessions, async ({ who, params, query }) => {
      const found = await chat.sessions(by(who, params.id, query.draft === 'true'), query.limit ?? SESSIONS);
      return found.ok ? give(200, { sessions: [...found.value] }) : refused(found.problem);
    }),

    implement(ROUTES.listChatMessages, async ({ who, params, query }) => {
      const whose = by(who, params.id, query.draft === 'true');
      const found = await chat.messages(whose, params.session, query.limit ?? MESSAGES);
      return found === null ? MISSING : give(200, { messages: found.map(messageShown) });
    }),

    implement(ROUTES.renameChatSession, async ({ who, params, query, body }) => {
      const done = await chat.rename(by(who, params.id, query.draft === 'true'), params.session, body.title);
      return done === null ? MISSING : give(200, done);
    }),

    implement(ROUTES.deleteChatSession, async ({ who, params, query }) => {
      const done = await chat.remove(by(who, params.id, query.draft === 'true'), params.session);
      return done ? nothing() : MISSING;
    }),
  ];
};
