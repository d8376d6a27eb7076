/** What agents of this flow remember outside of chats: one's own to be read and deleted; that of others is there, and not what it says. */

import { Button, Group, Stack, Text } from '@mantine/core';
import { useInfiniteQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Who } from '../../access/who.tsx';
import { sizeText } from '../../files/size.ts';
import { Loaded } from '../../problem/loaded.tsx';
import type { Answer } from '../../transport/client.ts';
import { RowAct } from '../../ui/row-act.tsx';
import { Cell, Row, Table } from '../../ui/table.tsx';
import { When } from '../../ui/when.tsx';
import { useEditor } from '../editor-context.ts';
import { DeleteMemory } from './delete-memory.tsx';
import { ShowMemory } from './show-memory.tsx';

export type Memory = Answer<'listMemories'>['memories'][number];

export const MemoryPage = () => {
  const { t, i18n } = useTranslation();
  const { client, draft } = useEditor();
  const { id } = draft;
  const [shown, show] = useState<Memory | null>(null);
  const [going, setGoing] = useState<Memory | null>(null);
  const list = useInfiniteQuery({
    queryKey: ['memories', id],
    queryFn: ({ pageParam, signal }) => {
      const query = pageParam === '' ? {} : { cursor: pageParam };
      return client.call('listMemories', { params: { id }, query }, signal);
    },
    initialPageParam: '',
    getNextPageParam: ({ next }) => next,
  });
  const number = new Intl.NumberFormat(i18n.language);
  return (
    <Stack>
      <Text size="sm">{t('memory.lead')}</Text>
      <Loaded query={list}>
        {({ pages }) => {
          const memories = pages.flatMap((page) => page.memories);
          return (
            <>
              {pages[0]?.all === true && <Text size="sm">{t('memory.all')}</Text>}
              {memories.length === 0 ? (
                <Text size="sm">{t('memory.none')}</Text>
              ) : (
                <Table
                  label={t('memory.title')}
                  heads={[
                    t('memory.of'),
                    t('memory.step'),
                    t('memory.session'),
                    { number: t('memory.turns') },
                    { number: t('memory.size') },
                    t('memory.updated'),
                    { acts: t('common.acts') },
                  ]}
                >
                  {memories.map((one) => (
                    <Row key={one.id}>
                      <Cell fw={600}>
                        {one.mine ? t('memory.you') : one.of === null ? t('memory.visitor') : <Who id={one.of} />}
                      </Cell>
                      <Cell>
                        <code>{one.step}</code>
                        {one.draft && ` ${t('memory.draft')}`}
                        {one.environment !== 'default' && ` ${one.environment}`}
                      </Cell>
                      <Cell style={{ overflowWrap: 'anywhere' }}>{one.session ?? t('memory.theirs')}</Cell>
                      <Cell ta="right" className="hg-number">
                        {number.format(one.turns)}
                      </Cell>
                      <Cell ta="right" className="hg-number">
                        {sizeText(one.size, i18n.language)}
                      </Cell>
                      <Cell>
                        <When iso={one.updated} />
                      </Cell>
                      <Cell>
                        <Group justify="end" gap={6} wrap="nowrap">
                          <RowAct
                            of={t('memory.showOf', { name: one.session ?? one.id })}
                            off={one.mine ? undefined : t('memory.ownersAlone')}
                            run={() => show(one)}
                          >
                            {t('memory.show')}
                          </RowAct>
                          <RowAct of={t('memory.deleteOf', { name: one.session ?? one.id })} run={() => setGoing(one)}>
                            {t('common.delete')}
                          </RowAct>
                        </Group>
                      </Cell>
                    </Row>
                  ))}
                </Table>
              )}
              {list.hasNextPage && (
                <Group>
                  <Button
                    size="compact-sm"
                    variant="default"
                    loading={list.isFetchingNextPage}
                    onClick={() => void list.fetchNextPage()}
                  >
                    {t('common.more')}
                  </Button>
                </Group>
              )}
            </>
          );
        }}
      </Loaded>
      {shown !== null && <ShowMemory memory={shown} close={() => show(null)} />}
      {going !== null && <DeleteMemory memory={going} close={() => setGoing(null)} />}
    </Stack>
  );
};
