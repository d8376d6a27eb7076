/**
 * Public chats: what a page asks for a visitor, who has no account. The flow is shared with everybody, its trigger says
 * `who: public`, and the page is one of this server or of a website that the trigger names.
 *
 * CX1 A visitor carries a ticket in a header, which is bound to the flow and to the page's origin, and lasts a quarter of an hour. It
 *     is no key and opens nothing else; no page holds a key.
 */

import { z } from 'zod';
import { byAnswerFile, chatFile, chatLook, chatMessage, messageFiles, messageText, sessionName, vote } from './chat.ts';
import { empty, media, route } from './route.ts';
import { byId, count, id, time } from './shapes.ts';

const tags = ['chat'] as const;
const shared = {
  needs: 'none: the chat of a flow that was opened to everybody; visitors carry a ticket of it',
  on: 'nobody',
  tags,
  crossSite: true,
} as const;
const problems = ['missing', 'visits.limit', 'chat.ticket', 'origin.foreign'] as const;

/** The header that carries the ticket. */
export const TICKET_HEADER = 'x-chat-ticket';

const byMessage = z.strictObject({ id, message: id });
const bySession = z.strictObject({ id, session: sessionName });
const visitorSent = z.strictObject({ session: z.string(), asked: chatMessage, reply: chatMessage });

export const visitChat = route({
  ...shared,
  method: 'POST',
  path: '/api/v1/public/{id}/chat',
  params: byId,
  body: z.strictObject({ ticket: z.string().max(1_000).optional().describe('The one before: its visitor goes on') }),
  answers: { 200: z.strictObject({ ticket: z.string(), until: time, look: chatLook }) },
  problems: ['missing', 'visits.limit', 'origin.foreign'],
  summary: 'A ticket for a visitor of a public chat, and what the chat looks like',
});

export const visitorMessage = route({
  ...shared,
  method: 'POST',
  path: '/api/v1/public/{id}/chat/messages',
  params: byId,
  body: z.strictObject({ message: messageText.max(8_000), session: sessionName.optional(), files: messageFiles }),
  answers: { 202: visitorSent },
  problems: [...problems, 'flow.busy', 'chat.full', 'chat.file', 'chat.kind'],
  summary: 'Send a message as a visitor; its events tell the answer',
});

export const visitorFile = route({
  ...shared,
  method: 'POST',
  path: '/api/v1/public/{id}/chat/files',
  params: byId,
  query: z.strictObject({ name: z.string().min(1).max(200) }),
  bodyKind: 'raw',
  answers: { 201: chatFile },
  problems: [...problems, 'flow.busy', 'body.size', 'body.busy', 'chat.kind', 'chat.size'],
  summary: 'Send a file for a message as a visitor, where the trigger says `files.visitors`; counted as a message',
});

export const visitorGetFile = route({
  ...shared,
  method: 'GET',
  path: '/api/v1/public/{id}/chat/messages/{message}/files/{n}',
  params: byAnswerFile,
  answers: { 200: media('application/octet-stream', 'As a file of an answer to a member') },
  problems: [...problems, 'requests.limit'],
  summary: 'A file of an answer to a visitor’s own message',
});

export const visitorFollow = route({
  ...shared,
  method: 'GET',
  path: '/api/v1/public/{id}/chat/messages/{message}/events',
  params: byMessage,
  query: z.strictObject({ after: count(999_999).optional() }),
  answers: { 200: media('text/event-stream', 'As the events of a member’s message') },
  problems: [...problems, 'field.wrong', 'streams.limit'],
  summary: 'Follow the answer to a visitor’s message while it is written',
});

export const visitorCancel = route({
  ...shared,
  method: 'POST',
  path: '/api/v1/public/{id}/chat/messages/{message}/cancel',
  params: byMessage,
  answers: { 200: chatMessage },
  problems: [...problems, 'run.over'],
  summary: 'Cancel what is answering a visitor’s message',
});

export const visitorVote = route({
  ...shared,
  method: 'PUT',
  path: '/api/v1/public/{id}/chat/messages/{message}/vote',
  params: byMessage,
  body: vote,
  answers: { 204: empty('It is kept') },
  problems,
  summary: 'Say as a visitor whether an answer was good',
});

export const visitorMessages = route({
  ...shared,
  method: 'GET',
  path: '/api/v1/public/{id}/chat/sessions/{session}/messages',
  params: bySession,
  answers: { 200: z.strictObject({ messages: z.array(chatMessage) }) },
  problems,
  summary: 'What was said in a visitor’s session',
});

export const visitorForget = route({
  ...shared,
  method: 'DELETE',
  path: '/api/v1/public/{id}/chat/sessions/{session}',
  params: bySession,
  answers: { 204: empty('It is gone') },
  problems,
  summary: 'Delete a visitor’s session',
});

export const chatScript = route({
  method: 'GET',
  path: '/chat/widget.js',
  needs: 'none:the script is the same for everybody and holds no data',
  on: 'nobody',
  answers: { 200: media('text/javascript', 'The element <headgate-chat>') },
  summary: 'The script of the chat, for the page of a chat and for websites that embed one',
  tags,
});

export const chatPage = route({
  method: 'GET',
  path: '/chat/{id}',
  needs: 'none:a public chat is for everybody; the page of any other holds no data, and asks who signed in',
  on: 'nobody',
  params: byId,
  query: z.strictObject({ draft: z.literal('true').optional().describe('Members: what is talked to is the draft') }),
  answers: { 200: media('text/html', 'The chat') },
  problems: ['visits.limit'],
  summary: 'The page of a chat: of a public one for visitors, of any other for who signed in',
  tags,
});
