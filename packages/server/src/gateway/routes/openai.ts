/** The addresses that clients of OpenAI ask. What they ask for is our own chat; here it is put into their words. */

import type { FastifyRequest } from 'fastify';
import { type ChatTurn, type Principal, problem } from '@headgate/core';
import { contentPictures, contentText, offersTools, ROUTES } from '@headgate/core/api';
import { asking, byOf } from '../chats/asking.ts';
import { picturesIn } from '../chats/pictures.ts';
import type { KnownChats } from '../chats/known.ts';
import { completion, completionTelling, responseOf, responseTelling } from '../chats/openai.ts';
import { implement, type Call, type Route } from '../implement.ts';
import type { Lodge } from '../lodge.ts';
import { give, MISSING, refuse, type Refused } from '../outcome.ts';

type Said = {
  readonly role: 'system' | 'developer' | 'user' | 'assistant';
  readonly content: Parameters<typeof contentText>[0];
};

/**
 * What was said before, and what is said now. What a caller puts into the mouth of the system has no more weight here than
 * what he says himself: the flow has its own system, and its author wrote it.
 */
const split = (
  all: readonly Said[],
): { readonly message: string; readonly pictures: readonly string[]; readonly history: readonly ChatTurn[] } | null => {
  const last = all.at(-1);
  const message = last === undefined || last.role !== 'user' ? '' : contentText(last.content);
  if (message === '') return null;
  const history = all.slice(0, -1).map(
    ({ role, content }): ChatTurn => ({
      role: role === 'assistant' ? 'assistant' : 'user',
      content: contentText(content),
    }),
  );
  const pictures = last === undefined ? [] : contentPictures(last.content);
  return { message, pictures, history: history.filter(({ content }) => content !== '') };
};

/** A tool that a caller brings would be called by a model that he does not ask: the flow asks it, with tools of its own. */
const NO_TOOLS: Refused = {
  refused: problem(
    'chat.tools',
    'This model is a flow: it uses the tools that its author gave it, and none of a caller',
    {
      at: { field: 'tools' },
      fix: 'Leave `tools` and `tool_choice` out, or make the tool a step of the flow.',
    },
  ),
};

const LAST = refuse('field.wrong', 'The last message has to be the user’s, and a text');

const numbersIn = (text: string | null): readonly number[] | null => {
  try {
    const value: unknown = JSON.parse(text ?? '');
    return Array.isArray(value) && value.length > 0 && value.every((one) => typeof one === 'number') ? value : null;
  } catch {
    return null;
  }
};

const base64 = (numbers: readonly number[]): string => Buffer.from(new Float32Array(numbers).buffer).toString('base64');

export const openaiRoutes = (lodge: Lodge, known: KnownChats): readonly Route[] => {
  const { gate } = lodge;
  const { whole, stream } = asking(lodge);
  const seconds = (): number => Math.floor(gate.clock() / 1000);

  const complete = async ({ who, body, request }: Call<typeof ROUTES.completeChat>) => {
    const found = await known.find(who, body.model);
    if (found === null) return MISSING;
    if (offersTools(body)) return NO_TOOLS;
    const said = split(body.messages);
    if (said === null) return LAST;
    const pictures = picturesIn(said.pictures);
    if ('refused' in pictures) return pictures;
    const about = { model: body.model, created: seconds() };
    const ask = { message: said.message, history: said.history, ...pictures, keep: false };
    const counted = body.stream_options?.include_usage === true;
    if (body.stream === true)
      return stream(who, found.flow, ask, request, (sent) => completionTelling(sent, about, counted));
    const sent = await whole(who, found.flow, ask, request);
    return 'refused' in sent ? sent : give(200, completion(sent, about));
  };

  /** The session that is gone on with: by an earlier response, or by its own name, as Langflow's clients do. */
  const sessionFor = async (who: Principal, flow: string, previous: string): Promise<string | null> => {
    if (!previous.startsWith('resp_')) return previous;
    return gate.engine.chat.sessionOf(byOf(who, flow), previous.slice(5));
  };

  const respond = async ({ who, body, request }: Call<typeof ROUTES.respondChat>) => {
    const found = await known.find(who, body.model);
    if (found === null) return MISSING;
    if (offersTools(body)) return NO_TOOLS;
    const { input, previous_response_id: previous = null, instructions = null } = body;
    const given: readonly Said[] = typeof input === 'string' ? [{ role: 'user', content: input }] : input;
    const first: readonly Said[] = instructions === null ? [] : [{ role: 'system', content: instructions }];
    const said = split([...first, ...given]);
    if (said === null) return LAST;
    const session = previous === null ? undefined : await sessionFor(who, found.flow, previous);
    if (session === null) return refuse('missing', 'There is no such response of yours to go on from');
    const pictures = picturesIn(said.pictures);
    if ('refused' in pictures) return pictures;
    const kept = body.store !== false;
    const asked = { ...{ model: body.model, created: seconds(), previous, instructions, kept } };
    const alone = said.history.length === 0;
    const ask = {
      ...{ message: said.message, ...pictures, keep: kept },
      ...(alone ? {} : { history: said.history }),
      ...(session === undefined ? {} : { session }),
    };
    if (body.stream === true) return stream(who, found.flow, ask, request, (sent) => responseTelling(sent, asked));
    const sent = await whole(who, found.flow, ask, request);
    return 'refused' in sent ? sent : give(200, responseOf(sent, asked, sent.reply.text ?? '', null, sent.use));
  };

  const embedOne = async (who: Principal, flow: string, message: string, request: FastifyRequest) => {
    const sent = await whole(who, flow, { message, keep: false }, request);
    if ('refused' in sent) return sent;
    const vector = numbersIn(sent.reply.text);
    return vector === null ? refuse('chat.vector') : { vector, read: sent.use.read };
  };

  const embed = async ({ who, body, request }: Call<typeof ROUTES.embedTexts>) => {
    const found = await known.find(who, body.model);
    if (found === null) return MISSING;
    const vectors: (readonly number[])[] = [];
    let read = 0;
    for (const text of typeof body.input === 'string' ? [body.input] : body.input) {
      // Who left wants no more runs.
      if (request.raw.socket.destroyed) return refuse('chat.vector');
      const one = await embedOne(who, found.flow, text, request);
      if ('refused' in one) return one;
      vectors.push(one.vector);
      read += one.read;
    }
    const data = vectors.map((vector, index) => ({
      ...{ object: 'embedding' as const, index },
      embedding: body.encoding_format === 'base64' ? base64(vector) : [...vector],
    }));
    return give(200, {
      object: 'list' as const,
      model: body.model,
      data,
      usage: { prompt_tokens: read, total_tokens: read },
    });
  };

  return [
    implement(ROUTES.completeChat, complete),
    implement(ROUTES.completeChatHere, complete),
    implement(ROUTES.respondChat, respond),
    implement(ROUTES.respondChatHere, respond),
    implement(ROUTES.langflowRespond, respond),
    implement(ROUTES.embedTexts, embed),
    implement(ROUTES.embedTextsHere, embed),
    implement(ROUTES.listOpenModels, async ({ who }) => {
      const all = await known.of(who);
      const data = all.flatMap(({ model }) =>
        model === null ? [] : [{ id: model, object: 'model' as const, created: 0, owned_by: 'headgate' }],
      );
      return give(200, { object: 'list' as const, data });
    }),
  ];
};
