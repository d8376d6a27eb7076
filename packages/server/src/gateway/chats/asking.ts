/**
 * A message in the name of a client of OpenAI or Langflow: asked of the engine as our own route asks it (routes/chat.ts), and
 * answered whole or as a stream.
 *
 * AK1 Nothing is done here that the caller could not do by our own routes: the same principal, the same owner of sessions.
 * AK2 What is refused began nothing: the place of an answer is taken before its run begins. Clients ask again after a 429, by themselves.
 * AK3 What failed after it began says so: clients ask again after a failure too, and each time would be another run.
 */

import type { FastifyRequest } from 'fastify';
import type { ChatAsk, ChatBy, ChatSent, Principal } from '@headgate/core';
import type { Lodge } from '../lodge.ts';
import { type Plain, refuse, type Refused } from '../outcome.ts';
import { isStillIn } from '../passage.ts';
import { ownerOf } from '../routes/chat.ts';
import { streamed } from '../streams.ts';
import { AS_EVENTS, AS_LINES, tell, type Telling } from './words.ts';

/** How long an answer is waited for that is wanted whole. */
const PATIENCE = 120_000;

type More = Omit<ChatAsk, keyof ChatBy | 'wait'>;

export const byOf = (who: Principal, flow: string): ChatBy => ({ principal: who, owner: ownerOf(who), flow });

export const asking = ({ gate, waiting, streams }: Pick<Lodge, 'gate' | 'waiting' | 'streams'>) => {
  const { chat } = gate.engine;
  return {
    /** The answer, once it is there. */
    whole: async (who: Principal, flow: string, more: More, request: FastifyRequest): Promise<ChatSent | Refused> => {
      const leave = waiting.enter(who.id);
      if (leave === undefined) return refuse('requests.limit');
      const version = gate.store.version();
      const done = await chat.send({ ...byOf(who, flow), ...more, wait: PATIENCE }).finally(leave);
      // Something changed while it waited: the answer is for who may still have it (AZ-10).
      if (!(await isStillIn(request, version, gate.store.version())))
        return { ...refuse('auth.invalid'), why: 'auth.over' };
      if (!done.ok) return { refused: done.problem };
      const { reply } = done.value;
      if (reply.state === 'pending') return { ...refuse('chat.slow'), begun: true };
      return reply.problem === null ? done.value : { refused: reply.problem, begun: true };
    },

    /** The answer while it is written. */
    stream: async (
      who: Principal,
      flow: string,
      more: More,
      request: FastifyRequest,
      telling: (sent: ChatSent) => Telling,
      form: 'events' | 'lines' = 'events',
    ): Promise<Plain | Refused> => {
      const by = byOf(who, flow);
      const still = async (): Promise<boolean> => (await request.passage?.again()) === true;
      let refused: Refused | null = null;
      // AK2
      const follow = async (signal: AbortSignal) => {
        const done = await chat.send({ ...by, ...more, wait: 0 });
        if (!done.ok) {
          refused = { refused: done.problem };
          return null;
        }
        return tell(await chat.follow(by, done.value.run, 0, signal, true), telling(done.value));
      };
      const stream = await streams.open(who.id, still, follow, form === 'events' ? AS_EVENTS : AS_LINES);
      if (refused !== null) return refused;
      const type = form === 'events' ? undefined : 'application/x-ndjson; charset=utf-8';
      return streamed(stream, request.raw.socket, gate.limit.stalled, type);
    },
  };
};
