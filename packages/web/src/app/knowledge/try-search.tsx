/** Tries what a question finds: the pieces, where they stand, and how each came to its place. The question stands in the address. */

import { Button, Card, Group, NativeSelect, NumberInput, Stack, Text, TextInput, Title } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { useId, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useEngine } from '../engine.tsx';
import { Loaded } from '../problem/loaded.tsx';
import { baseRoute } from '../router/router.tsx';
import type { Answer } from '../transport/client.ts';
import type { BaseShown } from './base-page.tsx';

type Props = { readonly base: BaseShown; readonly project: string };
type Hit = Answer<'searchKnowledge'>['hits'][number];

const MODES = ['hybrid', 'vector', 'text'] as const;

export const TrySearch = ({ base, project }: Props) => {
  const { t } = useTranslation();
  const engine = useEngine();
  const navigate = useNavigate();
  const search = baseRoute.useSearch();
  const title = useId();
  const [typed, setTyped] = useState(search.question ?? '');
  const [mode, setMode] = useState<(typeof MODES)[number]>('hybrid');
  const [top, setTop] = useState(5);
  const [path, setPath] = useState('');
  const asked = search.question ?? '';
  const [about, setAbout] = useState('');
  const found = useQuery({
    queryKey: ['knowledge-search', project, base.id, asked, mode, top, about, base.pieces],
    enabled: asked !== '',
    queryFn: ({ signal }) =>
      engine.call(
        'searchKnowledge',
        {
          params: { id: base.id },
          query: { project },
          body: {
            question: asked,
            mode,
            top,
            ...(about === '' ? {} : { where: [{ field: 'path', is: 'starts', value: about }] }),
          },
        },
        signal,
      ),
    placeholderData: (was) => was,
  });
  return (
    <section aria-labelledby={title}>
      <Stack gap="xs">
        <Title order={2} size="h4" id={title}>
          {t('knowledge.try')}
        </Title>
        <form
          aria-label={t('knowledge.try')}
          onSubmit={(event) => {
            event.preventDefault();
            setAbout(path.trim());
            void navigate({
              to: '/knowledge/$base',
              params: { base: base.id },
              search: { ...search, question: typed.trim() === '' ? undefined : typed.trim() },
              replace: true,
            });
          }}
        >
          <Group align="end" gap="xs">
            <TextInput
              label={t('knowledge.question')}
              value={typed}
              style={{ flex: 1, minWidth: 240 }}
              autoComplete="off"
              onChange={(event) => setTyped(event.currentTarget.value)}
            />
            <NativeSelect
              label={t('knowledge.mode')}
              data={MODES.map((value) => ({ value, label: t(`knowledge.modes.${value}`) }))}
              value={mode}
              onChange={(event) => setMode(MODES.find((one) => one === event.currentTarget.value) ?? 'hybrid')}
            />
            <NumberInput
              label={t('knowledge.top')}
              w={90}
              min={1}
              max={100}
              value={top}
              onChange={(value) => setTop(Math.min(100, Math.max(1, Number(value) || 5)))}
            />
            <TextInput
              label={t('knowledge.pathFilter')}
              value={path}
              autoComplete="off"
              onChange={(event) => setPath(event.currentTarget.value)}
            />
            <Button type="submit" loading={found.isFetching} disabled={typed.trim() === ''}>
              {t('knowledge.ask')}
            </Button>
          </Group>
        </form>
        {asked !== '' && (
          <Loaded query={found}>
            {({ hits }) => (
              <Stack gap="xs">
                <Text size="sm" role="status">
                  {t('knowledge.found', { count: hits.length })}
                </Text>
                <Stack
                  component="ol"
                  gap="xs"
                  m={0}
                  p={0}
                  style={{ listStyle: 'none' }}
                  aria-label={t('knowledge.hits')}
                >
                  {hits.map((hit) => (
                    <Found key={`${hit.citation.path} ${hit.citation.page} ${hit.citation.start}`} hit={hit} />
                  ))}
                </Stack>
              </Stack>
            )}
          </Loaded>
        )}
      </Stack>
    </section>
  );
};

const Found = ({ hit }: { readonly hit: Hit }) => {
  const { t, i18n } = useTranslation();
  const { document, path, page, heading, row, start, end } = hit.citation;
  const number = new Intl.NumberFormat(i18n.language, { maximumFractionDigits: 3 });
  const none = t('knowledge.noRank');
  const place = [
    ...(path === document ? [] : [path]),
    ...(page === null ? [] : [t('knowledge.page', { page })]),
    ...(heading === null ? [] : [heading]),
    ...(row === null ? [] : [t('knowledge.row', { row })]),
    t('knowledge.range', { start, end }),
  ].join(' · ');
  return (
    <Card component="li" withBorder padding="sm">
      <Text fw={600} size="sm">
        {document}
      </Text>
      <Text size="xs" c="var(--hg-quiet)">
        {place}
      </Text>
      <Text size="sm" my="xs" style={{ whiteSpace: 'pre-wrap', overflowWrap: 'anywhere' }}>
        {hit.text}
      </Text>
      <Text size="xs" c="var(--hg-quiet)">
        {t('knowledge.scores', {
          score: number.format(hit.score),
          vector: hit.ranks.vector ?? none,
          similarity: hit.similarity === null ? none : number.format(hit.similarity),
          text: hit.ranks.text ?? none,
        })}
      </Text>
    </Card>
  );
};
