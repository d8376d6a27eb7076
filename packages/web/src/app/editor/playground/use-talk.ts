/** A conversation of the author with the draft: what was said, sending, stopping, judging, and earlier conversations. */

import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import type { Answer } from '../../transport/client.ts';
import { tell } from '../../problem/tell.ts';
import { useEditor } from '../editor-context.ts';
import { keepTalk, keptTalk } from './kept-talk.ts';

export type Message = Answer<'listChatMessages'>['messages'][number];
export type SentFile = Answer<'sendChatFile'>;

/** What is said to a draft is apart from what is said to the flow. */
const query = { draft: 'true' } as const;
const NOTHING: readonly Message[] = [];

/** `began`: a message was taken, and this run answers it. */
export const useTalk = (began: (run: string) => void) => {
  const { client, draft } = useEditor();
  const queries = useQueryClient();
  const { id } = draft;
  const [kept, setKept] = useState(() => keptTalk(id));
  const { session, runs } = kept;
  const keep = (more: Partial<typeof kept>): void => {
    const made = { ...kept, ...more };
    setKept(made);
    keepTalk(id, made);
  };
  const said = ['chat', id, 'said', session] as const;
  const messages = useQuery({
    queryKey: said,
    queryFn: async ({ signal }) => {
      if (session === null) return NOTHING;
      return (await client.call('listChatMessages', { params: { id, session }, query }, signal)).messages;
    },
    retry: false,
    refetchOnWindowFocus: false,
  });
  const sessions = useQuery({
    queryKey: ['chat', id, 'sessions'],
    queryFn: async ({ signal }) => (await client.call('listChatSessions', { params: { id }, query }, signal)).sessions,
    retry: false,
  });
  const put = (to: string | null, change: (was: readonly Message[]) => readonly Message[]): void => {
    queries.setQueryData<readonly Message[]>(['chat', id, 'said', to], (was) => change(was ?? NOTHING));
  };

  const send = useMutation({
    mutationFn: async ({ text, files = [] }: { readonly text: string; readonly files?: readonly SentFile[] }) => {
      // What is talked to is what is on the screen.
      await draft.flush();
      return client.call('sendMessage', {
        params: { id },
        body: {
          ...{ message: text, draft: true },
          ...(session === null ? {} : { session }),
          ...(files.length === 0 ? {} : { files: files.map(({ path }) => path) }),
        },
      });
    },
    onSuccess: (sent) => {
      put(sent.session, (was) => [...was, sent.asked, sent.reply]);
      keep({
        session: sent.session,
        runs: sent.run === undefined ? runs : { ...runs, [sent.reply.id]: sent.run },
      });
      if (sent.run !== undefined) began(sent.run);
      if (session === null) void queries.invalidateQueries({ queryKey: ['chat', id, 'sessions'] });
    },
  });
  const renewed = (): Promise<void> => queries.invalidateQueries({ queryKey: ['chat', id, 'sessions'] });

  return {
    id,
    messages,
    sessions,
    session,
    send,
    runOf: (reply: string): string | null => runs[reply] ?? null,
    /** An answer is there, or will not come. */
    settled: (message: Message): void =>
      put(session, (was) => was.map((one) => (one.id === message.id ? message : one))),
    go: (to: string | null): void => {
      send.reset();
      keep({ session: to });
    },
    stop: (message: string): void => {
      client.call('cancelMessage', { params: { id, message }, query }).catch(tell);
    },
    vote: (message: string, vote: -1 | 0 | 1, words?: string): void => {
      const body = { vote, ...(words === undefined || words === '' ? {} : { words }) };
      client
        .call('voteMessage', { params: { id, message }, query, body })
        .then(() => put(session, (was) => was.map((one) => (one.id === message ? { ...one, vote } : one))))
        .catch(tell);
    },
    rename: async (of: string, title: string): Promise<void> => {
      await client.call('renameChatSession', { params: { id, session: of }, query, body: { title } });
      await renewed();
    },
    remove: async (of: string): Promise<void> => {
      await client.call('deleteChatSession', { params: { id, session: of }, query });
      keep({ session: null });
      await renewed();
    },
  };
};

export type Talk = ReturnType<typeof useTalk>;
