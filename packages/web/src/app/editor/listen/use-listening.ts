/** One address of the webhook that is open, from asking for it to leaving the page; and the runs that its deliveries made. */

import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useEffect, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Answer } from '../../transport/client.ts';
import { Refusal } from '../../transport/client.ts';
import { announce } from '../../ui/announce.ts';
import { notify } from '../../ui/notices.tsx';
import { useEditor } from '../editor-context.ts';

export type Listens = Answer<'listenWebhook'>;

export const deliveriesKey = (flow: string, trigger: string): readonly string[] => ['deliveries', flow, trigger];

export const useListening = (trigger: string, came: (run: string) => void) => {
  const { t } = useTranslation();
  const { client, draft, room } = useEditor();
  const queries = useQueryClient();
  const [listens, setListens] = useState<Listens | null>(null);
  const held = useRef<Listens | null>(null);
  const heard = useRef(came);
  heard.current = came;

  const end = (): void => {
    const one = held.current;
    held.current = null;
    setListens(null);
    // It ends by itself before long, whatever becomes of this.
    if (one !== null)
      void client.call('unlistenWebhook', { params: { id: draft.id, listening: one.id } }).catch(() => undefined);
  };
  const leave = useRef(end);
  leave.current = end;
  useEffect(() => {
    const away = (): void => leave.current();
    window.addEventListener('pagehide', away);
    return () => {
      window.removeEventListener('pagehide', away);
      leave.current();
    };
  }, []);

  const begin = useMutation({
    mutationFn: async () => {
      await draft.flush();
      return client.call('listenWebhook', { params: { id: draft.id }, body: { trigger } });
    },
    onSuccess: (made) => {
      held.current = made;
      setListens(made);
      announce(t('listen.begun'));
    },
    onError: (error) =>
      notify(error instanceof Refusal ? { problem: error.problem } : { text: t('common.unreached.title') }),
  });

  const until = listens?.until;
  useEffect(() => {
    if (until === undefined) return undefined;
    const timer = setTimeout(() => leave.current(), Math.max(0, Date.parse(until) - Date.now()));
    return () => clearTimeout(timer);
  }, [until]);

  useEffect(() => {
    const seen = new Set<string>();
    return room.onRun(({ run, trigger: by }) => {
      if (by.id !== trigger || seen.has(run)) return;
      seen.add(run);
      void (async () => {
        const { version } = await client.call('getRun', { params: { id: run }, query: { large: 'apart' } });
        await queries.invalidateQueries({ queryKey: deliveriesKey(draft.id, trigger) });
        if (held.current === null || version !== null) return;
        announce(t('listen.came'));
        heard.current(run);
      })().catch(() => undefined);
    });
  }, [room, client, queries, draft, trigger, t]);

  return { listens, begin: () => begin.mutate(), busy: begin.isPending, end };
};
