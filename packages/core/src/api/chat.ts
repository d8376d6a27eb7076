/**
 * Chats: flows with a chat trigger answer messages. Each caller has sessions of his own; the name of one, given by another, is
 * another session.
 *
 * CA1 No answer tells of anybody else's session: what is not the caller's own is answered as what never existed (AZ-01).
 */

import { z } from 'zod';
import { empty, media, route } from './route.ts';
import { byId, count, id, json, problem, time } from './shapes.ts';

const tags = ['chat'] as const;

/** What an owner calls a session by. */
export const sessionName = z
  .string()
  .min(1)
  .max(200)
  .regex(/^[^\p{C}]+$/u, 'a name without control characters');
export const messageText = z.string().min(1).max(100_000);

export const chatFile = z.strictObject({ path: z.string(), name: z.string(), size: z.int(), type: z.string() });

export const messageFiles = z
  .array(z.string().max(500))
  .max(10)
  .optional()
  .describe('Paths, as sending files gave them');

/** A file of a message. Sent: by its path. Of an answer: by its place in the list. */
const messageFile = chatFile.extend({ path: z.string().optional().describe('Of a file that was sent') });

export const chatLook = z.strictObject({
  title: z.string(),
  greeting: z.string().nullable(),
  suggestions: z.array(z.string()).readonly(),
  files: z
    .strictObject({ kinds: z.array(z.string()).readonly(), size: z.int().describe('Bytes of one') })
    .nullable()
    .describe('The files that may be sent; null: none'),
});

export const chatMessage = z
  .strictObject({
    id,
    role: z.enum(['user', 'assistant']),
    text: z.string().nullable().describe('null: there is no answer, or not yet'),
    state: z.enum(['done', 'pending', 'failed']),
    files: z
      .array(messageFile)
      .readonly()
      .describe('Sent with it; or of the answer, each to be read by its place, from 0 on'),
    problem: problem.nullable().describe('Why there is no answer'),
    vote: z.union([z.literal(-1), z.literal(0), z.literal(1)]),
    words: z.string().nullable().describe('What was said beside the vote'),
    created: time,
  })
  .meta({ id: 'ChatMessage' });

export const chatSession = z.strictObject({
  session: z.string().describe('What its owner calls it by'),
  title: z.string(),
  created: time,
  updated: time,
});

export const vote = z.strictObject({
  vote: z.union([z.literal(-1), z.literal(0), z.literal(1)]),
  words: z.string().max(2_000).optional(),
});

export const sent = z.strictObject({
  session: z.string(),
  asked: chatMessage,
  reply: chatMessage.describe('Its state is `pending` while the answer is not there'),
  run: id.optional().describe('The run that answers; not for visitors'),
});

const draft = z.literal('true').optional().describe('What was said to the draft');
const bySession = z.strictObject({ id, session: sessionName });
const byMessage = z.strictObject({ id, message: id });
const problems = ['missing', 'chat.none', 'flow.unpublished', 'flow.disabled'] as const;

/** Longest time an answer is waited for, in seconds. */
export const MAX_CHAT_WAIT = 60;

export const getChat = route({
  method: 'GET',
  path: '/api/v1/chat/{id}',
  needs: 'run',
  on: 'flow',
  params: byId,
  query: z.strictObject({ draft }),
  answers: { 200: chatLook },
  problems,
  summary: 'What a chat looks like: its title, greeting, and the files it takes',
  tags,
});

export const sendMessage = route({
  method: 'POST',
  path: '/api/v1/chat/{id}/messages',
  needs: 'run',
  on: 'flow',
  params: byId,
  body: z.strictObject({
    message: messageText,
    session: sessionName
      .optional()
      .describe(
        'A session of the caller’s own; made when there is none of this name. Left out: a new one, of a random name',
      ),
    files: messageFiles,
    input: z.record(z.string(), json).optional().describe('Further fields that the flow’s `input` declares'),
    draft: z.literal(true).optional().describe('Asks the draft; needs flow.write too'),
    wait: z.number().min(0).max(MAX_CHAT_WAIT).optional().describe('Seconds to wait for the answer; 0 when left out'),
  }),
  answers: { 200: sent, 202: sent },
  problems: [...problems, 'chat.full', 'chat.file', 'requests.limit', 'permission.missing'],
  summary: 'Send a message. 200 with the answer when it came in time, else 202; its events tell it while it is written',
  tags,
});

export const followMessage = route({
  method: 'GET',
  path: '/api/v1/chat/{id}/messages/{message}/events',
  needs: 'run',
  on: 'flow',
  params: byMessage,
  query: z.strictObject({ draft, after: count(999_999).optional().describe('Events after this one') }),
  answers: {
    200: media(
      'text/event-stream',
      'Events `said` {text, at}: from the character `at` on the answer reads so; then `reply` {text, files} or `failed` {problem}, and the end. `id` is `seq`; resumes by Last-Event-ID',
    ),
  },
  problems: ['missing', 'field.wrong', 'streams.limit'],
  summary: 'Follow the answer to a message (the message of the role `assistant`) while it is written',
  tags,
});

export const getMessage = route({
  method: 'GET',
  path: '/api/v1/chat/{id}/messages/{message}',
  needs: 'run',
  on: 'flow',
  params: byMessage,
  query: z.strictObject({ draft }),
  answers: { 200: chatMessage },
  problems: ['missing'],
  summary: 'One message',
  tags,
});

/** The place of a file among those of its answer. */
export const byAnswerFile = z.strictObject({ id, message: id, n: z.string().regex(/^[0-9]$/, 'a place from 0 to 9') });

export const getMessageFile = route({
  method: 'GET',
  path: '/api/v1/chat/{id}/messages/{message}/files/{n}',
  needs: 'run',
  on: 'flow',
  params: byAnswerFile,
  query: z.strictObject({ draft }),
  answers: { 200: media('application/octet-stream', 'The bytes, without the secrets and keys that the guard finds') },
  problems: ['missing', 'requests.limit'],
  summary: 'A file of an answer to the caller’s own message, as long as its run is kept',
  tags,
});

export const cancelMessage = route({
  method: 'POST',
  path: '/api/v1/chat/{id}/messages/{message}/cancel',
  needs: 'run',
  on: 'flow',
  params: byMessage,
  query: z.strictObject({ draft }),
  answers: { 200: chatMessage },
  problems: ['missing', 'run.over'],
  summary: 'Cancel the run that is answering the caller’s own message',
  tags,
});

export const voteMessage = route({
  method: 'PUT',
  path: '/api/v1/chat/{id}/messages/{message}/vote',
  needs: 'run',
  on: 'flow',
  params: byMessage,
  query: z.strictObject({ draft }),
  body: vote,
  answers: { 204: empty('It is kept') },
  problems: ['missing'],
  summary: 'Say whether an answer was good (1), bad (-1) or neither (0), and why',
  tags,
});

export const sendChatFile = route({
  method: 'POST',
  path: '/api/v1/chat/{id}/files',
  needs: 'run',
  on: 'flow',
  params: byId,
  query: z.strictObject({ name: z.string().min(1).max(200), draft }),
  bodyKind: 'raw',
  answers: { 201: chatFile },
  problems: [...problems, 'body.size', 'body.busy', 'chat.kind', 'chat.size'],
  summary: 'Send a file for a message: its bytes as the body, its kind as content-type. Its path goes with the message',
  tags,
});

export const listChatSessions = route({
  method: 'GET',
  path: '/api/v1/chat/{id}/sessions',
  needs: 'run',
  on: 'flow',
  params: byId,
  query: z.strictObject({ draft, limit: count(200).optional() }),
  answers: { 200: z.strictObject({ sessions: z.array(chatSession) }) },
  problems,
  summary: 'The caller’s own sessions in this chat, the latest first',
  tags,
});

export const listChatMessages = route({
  method: 'GET',
  path: '/api/v1/chat/{id}/sessions/{session}/messages',
  needs: 'run',
  on: 'flow',
  params: bySession,
  query: z.strictObject({ draft, limit: count(500).optional() }),
  answers: { 200: z.strictObject({ messages: z.array(chatMessage) }) },
  problems: ['missing'],
  summary: 'What was said in a session, the oldest first: its last 100 messages, or `limit`',
  tags,
});

export const renameChatSession = route({
  method: 'PATCH',
  path: '/api/v1/chat/{id}/sessions/{session}',
  needs: 'run',
  on: 'flow',
  params: bySession,
  query: z.strictObject({ draft }),
  body: z.strictObject({ title: z.string().min(1).max(200) }),
  answers: { 200: chatSession },
  problems: ['missing'],
  summary: 'Give a session another title',
  tags,
});

export const deleteChatSession = route({
  method: 'DELETE',
  path: '/api/v1/chat/{id}/sessions/{session}',
  needs: 'run',
  on: 'flow',
  params: bySession,
  query: z.strictObject({ draft }),
  answers: { 204: empty('It is gone, with all that was said in it') },
  problems: ['missing'],
  summary: 'Delete a session',
  tags,
});
