/** The pages of the sites of a base: what became of each in the last reading, why, and what to do about it. */

import { Anchor, Button, NativeSelect, Stack, Text, Title } from '@mantine/core';
import { useInfiniteQuery } from '@tanstack/react-query';
import { useId, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useEngine } from '../engine.tsx';
import { Loaded } from '../problem/loaded.tsx';
import { Cell, Row, Table } from '../ui/table.tsx';
import { When } from '../ui/when.tsx';
import type { BaseShown } from './base-page.tsx';

type Props = { readonly base: BaseShown; readonly project: string };

const STATES = ['skipped', 'failed', 'gone', 'read', 'same', 'waiting'] as const;
type State = (typeof STATES)[number];

export const SitePages = ({ base, project }: Props) => {
  const { t, i18n } = useTranslation();
  const engine = useEngine();
  const title = useId();
  const [state, setState] = useState<State | null>(null);
  const readings = base.sources.flatMap(({ reading }) => (reading === null ? [] : [reading]));
  const counts = STATES.map((one) => readings.reduce((sum, reading) => sum + reading[one], 0));
  const list = useInfiniteQuery({
    // How many there are of each stands in the key: it changes, and the list is asked for anew.
    queryKey: ['knowledge-pages', project, base.id, state, ...counts, readings.map(({ ended }) => ended).join()],
    queryFn: ({ pageParam, signal }) =>
      engine.call(
        'listKnowledgePages',
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
          {t('knowledge.site.list')}
        </Title>
        <NativeSelect
          label={t('knowledge.site.shown')}
          w={260}
          value={state ?? ''}
          onChange={(event) => setState(STATES.find((one) => one === event.currentTarget.value) ?? null)}
          data={[
            { value: '', label: t('knowledge.site.allPages') },
            ...STATES.map((value, i) => ({
              value,
              label: `${t(`knowledge.site.states.${value}`)} (${number.format(counts[i] ?? 0)})`,
            })),
          ]}
        />
        <Loaded query={list}>
          {({ pages }) => {
            const all = pages.flatMap((page) => page.pages);
            return all.length === 0 ? (
              <Text size="sm">{t('knowledge.site.none')}</Text>
            ) : (
              <Table
                label={t('knowledge.site.list')}
                heads={[t('knowledge.site.one'), t('knowledge.state'), t('knowledge.site.asked')]}
              >
                {all.map((one) => (
                  <Row key={`${one.source} ${one.url}`}>
                    <Cell>
                      <Anchor href={one.url} target="_blank" rel="noopener noreferrer" size="sm">
                        {one.url}
                      </Anchor>
                    </Cell>
                    <Cell>
                      {t(`knowledge.site.states.${one.state}`)}
                      {one.problem !== null && (
                        <Text size="xs" c={one.state === 'failed' ? 'var(--hg-failed)' : 'var(--hg-quiet)'}>
                          {one.problem.text} {one.problem.fix}
                        </Text>
                      )}
                    </Cell>
                    <Cell>{one.asked === null ? '' : <When iso={one.asked} />}</Cell>
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
