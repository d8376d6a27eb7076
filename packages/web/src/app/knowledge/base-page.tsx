/** One knowledge base: where its documents come from, what became of each, and what a question finds. */

import { Button, Group, Stack } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { useOff } from '../access/may.ts';
import { useEngine } from '../engine.tsx';
import { Loaded } from '../problem/loaded.tsx';
import { tell } from '../problem/tell.ts';
import { baseRoute } from '../router/router.tsx';
import { useProject } from '../trust/project-choice.tsx';
import type { Answer } from '../transport/client.ts';
import { Page } from '../ui/page.tsx';
import { BaseState } from './base-state.tsx';
import { Documents } from './documents.tsx';
import { SitePages } from './site-pages.tsx';
import { Sources } from './sources.tsx';
import { TrySearch } from './try-search.tsx';

export type BaseShown = Answer<'getKnowledge'>;

const WHILE = 1_000;

/** Is there still something to come? */
const isBusy = ({ working, paused, documents, sources }: BaseShown): boolean =>
  working || (!paused && (documents.waiting > 0 || sources.some(({ state }) => state === 'waiting')));

export const BasePage = () => {
  const { base: id } = baseRoute.useParams();
  const engine = useEngine();
  const project = useProject();
  const base = useQuery({
    queryKey: ['knowledge', project, id],
    queryFn: ({ signal }) => engine.call('getKnowledge', { params: { id }, query: { project } }, signal),
    refetchInterval: ({ state }) => (state.data !== undefined && isBusy(state.data) ? WHILE : false),
  });
  return (
    <Stack p="md">
      <Loaded query={base}>{(one) => <Shown key={one.id} base={one} project={project} />}</Loaded>
    </Stack>
  );
};

const Shown = ({ base, project }: { readonly base: BaseShown; readonly project: string }) => {
  const { t } = useTranslation();
  const engine = useEngine();
  const queries = useQueryClient();
  const off = useOff('knowledge.write');
  const act = useMutation({
    mutationFn: (what: 'look' | 'again' | 'stop' | 'go') =>
      engine.call('indexKnowledge', { params: { id: base.id }, query: { project }, body: { do: what } }),
    onSuccess: () => queries.invalidateQueries({ queryKey: ['knowledge', project] }),
    onError: tell,
  });
  const reads = base.sources.some(({ reading }) => reading !== null && reading.ended === null);
  const stops = !base.paused && (base.working || base.documents.waiting > 0 || reads);
  return (
    <Page
      title={base.name}
      lead={t('knowledge.counted', { count: base.pieces, model: base.model })}
      acts={
        <>
          <Button
            size="compact-sm"
            variant="default"
            disabled={off !== undefined}
            title={off}
            onClick={() => act.mutate('look')}
          >
            {t('knowledge.look')}
          </Button>
          <Button
            size="compact-sm"
            variant="default"
            disabled={off !== undefined}
            title={off}
            onClick={() => act.mutate('again')}
          >
            {t('knowledge.again')}
          </Button>
          {(stops || base.paused) && (
            <Button
              size="compact-sm"
              variant="default"
              disabled={off !== undefined}
              title={off}
              onClick={() => act.mutate(base.paused ? 'go' : 'stop')}
            >
              {t(base.paused ? 'knowledge.go' : 'knowledge.stop')}
            </Button>
          )}
        </>
      }
    >
      <Group>
        <BaseState base={base} />
      </Group>
      <Sources base={base} project={project} />
      <TrySearch base={base} project={project} />
      {base.sources.some(({ reading }) => reading !== null) && <SitePages base={base} project={project} />}
      <Documents base={base} project={project} />
    </Page>
  );
};
