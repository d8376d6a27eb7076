/** Answers in the words of Langflow: messages, runs, and the events of a run. Nothing is asked or judged here. */

import { type ChatMessage, type ChatSent, isObject, type Problem } from '@headgate/core';
import type { LangflowRun } from '@headgate/core/api';
import type { Telling } from './words.ts';

type Of = { readonly flow: string; readonly session: string };

const stamp = (iso: string): string => `${iso.slice(0, 19).replace('T', ' ')} UTC`;

/** `text`: what is said of it by now. */
export const langflowMessage = (
  { id, role, text: whole, files, created, vote, problem }: ChatMessage,
  { flow, session }: Of,
  text = whole ?? '',
) => ({
  ...{ id, flow_id: flow, timestamp: stamp(created), session_id: session, context_id: null },
  ...(role === 'user' ? { sender: 'User', sender_name: 'User' } : { sender: 'Machine', sender_name: 'AI' }),
  text: problem === null ? text : problem.text,
  // Files of an answer have no path: they are read by our own routes.
  files: files.flatMap((one) => ('path' in one ? one.path : [])),
  error: problem !== null,
  edit: false,
  properties: {
    ...{ text_color: '', background_color: '', edited: false, icon: '', allow_markdown: false, targets: [] },
    source: { id: null, display_name: null, source: null },
    positive_feedback: vote === 0 ? null : vote > 0,
    state: text === '' && whole === null ? 'partial' : 'complete',
  },
  category: problem === null ? 'message' : 'error',
  content_blocks: [],
});

/** One answer, as a run has it. */
export const runOf = ({ asked, reply }: ChatSent, of: Of, text: string) => {
  const message = langflowMessage({ ...reply, text, problem: null }, of, text);
  const component = `ChatOutput-${of.flow.slice(-5)}`;
  const plain = { message: text, sender: 'Machine', sender_name: 'AI', files: [] };
  const data = { text_key: 'text', data: message, default_value: '', ...message };
  return {
    session_id: of.session,
    outputs: [
      {
        inputs: { input_value: asked.text ?? '' },
        outputs: [
          {
            results: { message: data },
            artifacts: { ...plain, type: 'object' },
            outputs: { message: { message: text, type: 'text' } },
            logs: { message: [] },
            messages: [
              { ...plain, session_id: of.session, stream_url: null, component_id: component, type: 'message' },
            ],
            ...{ timedelta: null, duration: null, component_display_name: 'Chat Output', component_id: component },
            used_frozen_result: false,
          },
        ],
      },
    ],
  };
};

/** The events of a run, written as lines, or as server-sent events. */
export const langflowTelling = (sent: ChatSent, flow: string, lines: boolean): Telling => {
  const of = { flow, session: sent.session };
  const event = (name: string, data: object): string => {
    const text = JSON.stringify({ event: name, data });
    return lines ? `${text}\n\n` : `data: ${text}\n\n`;
  };
  const { reply } = sent;
  const failed = (problem: Problem) => langflowMessage({ ...reply, problem }, of);
  return {
    begin: () => [
      event('add_message', langflowMessage(sent.asked, of)),
      event('add_message', langflowMessage({ ...reply, text: null }, of, '')),
    ],
    piece: (chunk) => [event('token', { chunk, id: reply.id, timestamp: stamp(reply.created) })],
    end: (text) => [event('end', { result: runOf(sent, of, text) })],
    fail: (problem) => [event('error', failed(problem))],
  };
};

/**
 * Tweaks as fields of the flow's input: bare, or below the name of a component, whatever that is called here. What is no
 * field of the input is refused where the message is taken (CH3 of engine/chats).
 */
export const fromTweaks = (
  tweaks: NonNullable<LangflowRun['tweaks']>,
): { readonly input: Readonly<Record<string, unknown>>; readonly files: readonly string[] } => {
  const input = new Map<string, unknown>();
  const files: string[] = [];
  for (const [name, value] of Object.entries(tweaks)) {
    if (!isObject(value)) {
      input.set(name, value);
      continue;
    }
    for (const [field, one] of Object.entries(value)) {
      const paths = typeof one === 'string' ? [one] : one;
      if (field === 'files' && Array.isArray(paths) && paths.every((path) => typeof path === 'string'))
        files.push(...paths);
      else input.set(field, one);
    }
  }
  return { input: Object.fromEntries(input), files };
};
