/**
 * The author talks to the draft, beside it: what he writes runs the draft as it is on the screen, and its steps are told as they
 * happen. What is said here stays apart from what is said to the published flow.
 */

import { Anchor, Button, CloseButton, Group, NativeSelect, Stack, Text } from '@mantine/core';
import type { Flow } from '@headgate/core';
import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { FailureView } from '../../problem/problem-view.tsx';
import type { EditorSearch } from '../../router/paths.ts';
import { SaidText } from '../../ui/said-text.tsx';
import { useEditor, useFlow } from '../editor-context.ts';
import { Resizer } from '../panel/resizer.tsx';
import { useSize } from '../panel/use-size.ts';
import { chatOf } from './chat-of.ts';
import classes from './playground.module.css';
import { SessionActs } from './session-acts.tsx';
import { Turn } from './turn.tsx';
import { useEnd } from './use-end.ts';
import { type Talk, useTalk } from './use-talk.ts';
import { Write } from './write.tsx';

const BOUNDS = { least: 320, most: 1200, begin: 440 };

type Props = { readonly show: (part: EditorSearch, replace?: boolean) => void };

export const Playground = ({ show }: Props) => {
  const flow = useFlow();
  return chatOf(flow) === undefined ? null : <Open flow={flow} show={show} />;
};

const Open = ({ flow, show }: Props & { readonly flow: Flow }) => {
  const { t } = useTranslation();
  const [width, resize] = useSize('headgate.playground', BOUNDS);
  const talk = useTalk((run) => show({ run }, true));
  const messages = talk.messages.data ?? [];
  const count = messages.length;
  const { log, said, onScroll } = useEnd();
  const { greeting, suggestions } = lookOf(flow);
  return (
    <aside className={classes.panel} style={{ width }} aria-label={t('playground.title')}>
      <Resizer
        label={t('playground.resize')}
        size={width}
        least={BOUNDS.least}
        most={BOUNDS.most}
        grows={-1}
        resize={resize}
      />
      <Top talk={talk} show={show} />
      <div
        ref={log}
        className={classes.log}
        role="log"
        aria-live="off"
        aria-label={t('playground.said')}
        tabIndex={0}
        onScroll={onScroll}
      >
        <div ref={said} className={classes.said}>
          {greeting !== null && <SaidText text={greeting} />}
          {count === 0 && (
            <Stack gap="xs">
              <Text size="sm" c="dimmed">
                {t('playground.lead')}
              </Text>
              <Group gap="xs">
                {suggestions.map((one) => (
                  <Button key={one} size="compact-sm" variant="default" onClick={() => talk.send.mutate({ text: one })}>
                    {one}
                  </Button>
                ))}
              </Group>
            </Stack>
          )}
          {talk.messages.error !== null && (
            <FailureView error={talk.messages.error} again={() => void talk.messages.refetch()} />
          )}
          {messages.map((message, i) => (
            <Turn
              key={message.id}
              message={message}
              talk={talk}
              show={show}
              last={i === count - 1}
              asked={messages[i - 1]?.text ?? null}
            />
          ))}
          {talk.send.error !== null && <FailureView error={talk.send.error} />}
        </div>
      </div>
      <Write talk={talk} trigger={chatOf(flow)} />
    </aside>
  );
};

const lookOf = (flow: Flow): { readonly greeting: string | null; readonly suggestions: readonly string[] } => {
  const { greeting, suggestions } = chatOf(flow)?.with ?? {};
  return {
    greeting: typeof greeting === 'string' ? greeting : null,
    suggestions: Array.isArray(suggestions) ? suggestions.filter((one) => typeof one === 'string') : [],
  };
};

const Top = ({ talk, show }: Props & { readonly talk: Talk }) => {
  const { t } = useTranslation();
  const sessions = talk.sessions.data ?? [];
  return (
    <div className={classes.top}>
      <h2 className={classes.title}>{t('playground.title')}</h2>
      <PageLink show={show} />
      <CloseButton ml="auto" aria-label={t('playground.close')} onClick={() => show({ talk: undefined })} />
      <Group gap={6} w="100%">
        {sessions.length > 0 && (
          <NativeSelect
            size="xs"
            w="100%"
            aria-label={t('playground.earlier')}
            value={talk.session ?? ''}
            data={[
              { value: '', label: t('playground.newOne') },
              ...sessions.map(({ session, title }) => ({ value: session, label: title })),
            ]}
            onChange={({ currentTarget: { value } }) => talk.go(value === '' ? null : value)}
          />
        )}
        <Button size="compact-sm" variant="default" onClick={() => talk.go(null)}>
          {t('playground.new')}
        </Button>
        <SessionActs key={talk.session} talk={talk} />
      </Group>
    </div>
  );
};

/** The way to the page on which others talk to what is published. */
const PageLink = ({ show }: Props) => {
  const { t } = useTranslation();
  const { client, draft } = useEditor();
  const { data: row } = useQuery({
    queryKey: ['flow', draft.id],
    queryFn: ({ signal }) => client.call('getFlow', { params: { id: draft.id } }, signal),
    retry: false,
  });
  if (row === undefined) return null;
  if (row.version !== null)
    return (
      <Anchor size="sm" href={`${client.transport.origin}/chat/${draft.id}`} target="_blank" rel="noopener">
        {t('playground.page')}
      </Anchor>
    );
  return (
    <Button
      size="compact-sm"
      variant="subtle"
      title={t('playground.unpublished')}
      onClick={() => show({ page: 'publish' })}
    >
      {t('playground.publish')}
    </Button>
  );
};
