/** Reads along while an answer is written. */

import { useEffect, useRef, useState } from 'react';
import { useEditor } from '../editor-context.ts';
import type { Message } from './use-talk.ts';

type Told = { readonly type: string; readonly text?: string; readonly at?: number };

/** What is said so far. `settled`: the answer is there, or will not come. */
export const useAnswer = (message: Message, settled: (message: Message) => void): string => {
  const { client, draft } = useEditor();
  const [text, setText] = useState('');
  const tell = useRef(settled);
  tell.current = settled;
  const { id } = message;
  const pending = message.state === 'pending';
  const flow = draft.id;
  useEffect(() => {
    if (!pending) return undefined;
    const end = new AbortController();
    const params = { id: flow, message: id };
    const query = { draft: 'true' } as const;
    let whole = '';
    let drawn: ReturnType<typeof setTimeout> | undefined;
    const settle = (): void => {
      end.abort();
      client.call('getMessage', { params, query }).then(
        (made) => tell.current(made),
        // It is found when the conversation is read again.
        () => undefined,
      );
    };
    void client.transport.follow({
      path: client.path('followMessage', { params, query }),
      signal: end.signal,
      on: ({ data }) => {
        const told = data as Told;
        if (told.type !== 'said') return settle();
        whole = whole.slice(0, told.at ?? 0) + (told.text ?? '');
        // Many pieces come at once: they are drawn together.
        drawn ??= setTimeout(() => {
          drawn = undefined;
          setText(whole);
        }, 30);
      },
    });
    return () => {
      end.abort();
      clearTimeout(drawn);
    };
  }, [client, flow, id, pending]);
  return text;
};
