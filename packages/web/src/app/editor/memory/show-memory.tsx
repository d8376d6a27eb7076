/** What an agent remembers of who looks: each question with its answer, as text. */

import { CloseButton, Group, Stack, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useEffect, useRef } from 'react';
import { useTranslation } from 'react-i18next';
import { Loaded } from '../../problem/loaded.tsx';
import { When } from '../../ui/when.tsx';
import { useEditor } from '../editor-context.ts';
import type { Memory } from './memory-page.tsx';

const TEXT = { whiteSpace: 'pre-wrap', overflowWrap: 'anywhere' } as const;

export const ShowMemory = ({ memory, close }: { readonly memory: Memory; readonly close: () => void }) => {
  const { t } = useTranslation();
  const { client, draft } = useEditor();
  const content = useQuery({
    queryKey: ['memory', draft.id, memory.id],
    queryFn: ({ signal }) => client.call('getMemory', { params: { id: draft.id, memory: memory.id } }, signal),
  });
  const name = t('memory.showOf', { name: memory.session ?? memory.id });
  const section = useRef<HTMLElement>(null);
  useEffect(() => section.current?.focus(), [memory.id]);
  return (
    <section ref={section} tabIndex={-1} aria-label={name}>
      <Group justify="space-between" mb="xs">
        <Text fw={600} style={TEXT}>
          {memory.session}
        </Text>
        <CloseButton aria-label={t('common.close')} onClick={close} />
      </Group>
      <Loaded query={content}>
        {({ summary, said }) => (
          <Stack component="ol" gap="sm" p={0} m={0} style={{ listStyle: 'none' }}>
            {summary !== null && (
              <li>
                <Text size="xs" c="var(--hg-quiet)">
                  {t('memory.summary')}
                </Text>
                <Text size="sm" style={TEXT}>
                  {summary}
                </Text>
              </li>
            )}
            {said.map((turn) => (
              <li key={`${turn.run} ${turn.at}`}>
                <Text size="xs" c="var(--hg-quiet)">
                  <When iso={turn.at} />
                  {turn.outside && ` · ${t('memory.outside')}`}
                </Text>
                <Text size="sm" fw={600} style={TEXT}>
                  {turn.asked}
                </Text>
                <Text size="sm" style={TEXT}>
                  {turn.answered}
                </Text>
              </li>
            ))}
          </Stack>
        )}
      </Loaded>
    </section>
  );
};
