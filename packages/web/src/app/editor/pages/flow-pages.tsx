/** What belongs to a flow beside its steps: publishing, input and output, versions, environments, powers, memory, use. A drawer, so that the editor stays as it was. */

import { Drawer, Group, NavLink, Skeleton, Stack } from '@mantine/core';
import { type ComponentType, lazy, type LazyExoticComponent, Suspense } from 'react';
import { useTranslation } from 'react-i18next';
import { type EditorSearch, FLOW_PAGES, type FlowPage } from '../../router/paths.ts';
import { toGraph } from '../to-graph.ts';
import { useEscape } from '../../ui/use-escape.ts';
import classes from './flow-pages.module.css';

type Props = { readonly page: FlowPage; readonly show: (part: EditorSearch) => void };
export type PageProps = { readonly show: (part: EditorSearch) => void };

const PAGES: Readonly<Record<FlowPage, LazyExoticComponent<ComponentType<PageProps>>>> = {
  publish: lazy(() => import('../publish/publish-page.tsx').then(({ PublishPage }) => ({ default: PublishPage }))),
  declared: lazy(() => import('../declared/declared-page.tsx').then(({ DeclaredPage }) => ({ default: DeclaredPage }))),
  versions: lazy(() => import('../versions/versions-page.tsx').then(({ VersionsPage }) => ({ default: VersionsPage }))),
  api: lazy(() => import('../api/api-page.tsx').then(({ ApiPage }) => ({ default: ApiPage }))),
  environments: lazy(() =>
    import('../environments/environments-page.tsx').then(({ EnvironmentsPage }) => ({ default: EnvironmentsPage })),
  ),
  memory: lazy(() => import('../memory/memory-page.tsx').then(({ MemoryPage }) => ({ default: MemoryPage }))),
  powers: lazy(() => import('../powers/powers-page.tsx').then(({ PowersPage }) => ({ default: PowersPage }))),
};

export const FlowPages = ({ page, show }: Props) => {
  const { t } = useTranslation();
  const Shown = PAGES[page];
  const close = (): void => {
    show({ page: undefined });
    toGraph();
  };
  useEscape(close);
  return (
    <Drawer.Root
      opened
      position="right"
      size="min(900px, 96vw)"
      onClose={close}
      closeOnEscape={false}
      transitionProps={{ duration: 100 }}
      lockScroll={false}
    >
      <Drawer.Overlay />
      <Drawer.Content>
        {/* No header element: it would be a second banner of the page. */}
        <Group justify="space-between" px="md" py="sm">
          <Drawer.Title fw={600}>{t(`publish.pages.${page}`)}</Drawer.Title>
          <Drawer.CloseButton aria-label={t('common.close')} />
        </Group>
        <Drawer.Body>
          <nav aria-label={t('publish.pages.label')} className={classes.pages}>
            {FLOW_PAGES.map((one) => (
              <NavLink
                key={one}
                component="button"
                label={t(`publish.pages.${one}`)}
                active={one === page}
                {...(one === page ? { 'aria-current': 'page' as const } : {})}
                onClick={() => show({ page: one })}
                w="auto"
                py={4}
              />
            ))}
          </nav>
          <Suspense
            fallback={
              <Stack>
                <Skeleton h={32} />
                <Skeleton h={200} />
              </Stack>
            }
          >
            <Shown show={show} />
          </Suspense>
        </Drawer.Body>
      </Drawer.Content>
    </Drawer.Root>
  );
};
