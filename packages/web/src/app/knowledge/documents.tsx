/** The documents of a base, with what became of each; why one could not be read stands beside its name. */

import { Button, NativeSelect, Stack, Text, Title } from '@mantine/core';
import { useInfiniteQuery } from '@tanstack/react-query';
import { useId, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useEngine } from '../engine.tsx';
import { Loaded } from '../problem/loaded.tsx';
import { Cell, Row, Table } from '../ui/table.tsx';
import { When } from '../ui/when.tsx';
import type { BaseShown } from './base-page.tsx';

type Props = { readonly base: BaseShown; readonly project: string };

const STATES = ['waiting', 'ready', 'failed'] as const;
type State = (typeof STATES)[number];

export const Documents = ({ base, project }: Props) => {
  const { t, i18n } = useTranslation();
  const engine = useEngine();
  const title = useId();
  const [state, setState] = useState<State | null>(null);
  const { waiting, ready, failed } = base.documents;
  const list = useInfiniteQuery({
    // How many there are of each stands in the key: it changes, and the list is asked for anew.
    queryKey: ['knowledge-docs', project, base.id, state, waiting, ready, failed, base.updated, base.pieces],
    queryFn: ({ pageParam, signal }) =>
      engine.call(
        'listKnowledgeDocuments',
        {
          params: { id: base.id },
          query: {
            project,
            ...(state === null ? {} : { state }),
            ...(pageParam === '' ? {} : { cursor: pageParam }),
          },
        },
        signal,
      ),
    initialPageParam: '',
    getNextPageParam: ({ next }) => next,
    placeholderData: (was) => was,
  });
  const number = new Intl.NumberFormat(i18n.language);
  return (
    <section aria-labelledby={title}>
      <Stack gap="xs">
        <Title order={2} size="h4" id={title}>
          {t('knowledge.documents')}
        </Title>
        <NativeSelect
          label={t('knowledge.shown')}
          w={260}
          value={state ?? ''}
          onChange={(event) => setState(STATES.find((one) => one === event.currentTarget.value) ?? null)}
          data={[
            { value: '', label: t('knowledge.all') },
            ...STATES.map((value) => ({
              value,
              label: `${t(`knowledge.states.${value}`)} (${number.format(base.documents[value])})`,
            })),
          ]}
        />
        <Loaded query={list}>
          {({ pages }) => {
            const documents = pages.flatMap((page) => page.documents);
            return documents.length === 0 ? (
              <Text size="sm">{t('knowledge.noDocuments')}</Text>
            ) : (
              <Table
                label={t('knowledge.documents')}
                heads={[
                  t('knowledge.document'),
                  t('knowledge.state'),
                  { number: t('knowledge.pieces') },
                  t('knowledge.changed'),
                ]}
              >
                {documents.map((one) => (
                  <Row key={one.id}>
                    <Cell>
                      {one.name}
                      {one.path !== one.name && (
                        <Text size="xs" c="var(--hg-quiet)">
                          {one.path}
                        </Text>
                      )}
                    </Cell>
                    <Cell>
                      {t(`knowledge.states.${one.state}`)}
                      {one.problem !== null && (
                        <Text size="xs" c="var(--hg-failed)">
                          {one.problem.text} {one.problem.fix}
                        </Text>
                      )}
                    </Cell>
                    <Cell ta="right" className="hg-number">
                      {number.format(one.pieces)}
                    </Cell>
                    <Cell>
                      <When iso={one.updated} />
                    </Cell>
                  </Row>
                ))}
              </Table>
            );
          }}
        </Loaded>
        {list.hasNextPage && (
          <Button
            variant="default"
            style={{ alignSelf: 'start' }}
            loading={list.isFetchingNextPage}
            onClick={() => void list.fetchNextPage()}
          >
            {t('knowledge.more')}
          </Button>
        )}
      </Stack>
    </section>
  );
};
