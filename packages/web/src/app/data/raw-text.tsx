/** A long text, or the JSON of a value, as it is: fetched piece by piece as one scrolls. */

import { Text } from '@mantine/core';
import { useInfiniteQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { useEngine } from '../engine.tsx';
import { FailureView } from '../problem/problem-view.tsx';
import classes from './data.module.css';
import { keyOf, pagesOf, type Source } from './source.ts';

/** Pixels above the end where the next piece is asked for. */
const AHEAD = 600;

type Props = { readonly source: Source; readonly path: string; readonly label: string; readonly whole?: boolean };

export const RawText = ({ source, path, label, whole = false }: Props) => {
  const { t } = useTranslation();
  const client = useEngine();
  const pages = useInfiniteQuery({
    queryKey: ['value', keyOf(source), path, whole],
    queryFn: ({ pageParam }) => pagesOf(client, source)(path, pageParam, whole ? { whole: 'true' } : {}),
    initialPageParam: 0,
    getNextPageParam: (page) => page.next,
    staleTime: Infinity,
    gcTime: 30_000,
  });
  if (pages.error !== null) return <FailureView error={pages.error} again={() => void pages.refetch()} />;
  const [first] = pages.data?.pages ?? [];
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls is reached by key
    <section
      className={whole ? classes.scroll : classes.whole}
      aria-label={label}
      tabIndex={0}
      onScroll={({ currentTarget: { scrollTop, clientHeight, scrollHeight } }) => {
        if (scrollTop + clientHeight > scrollHeight - AHEAD && pages.hasNextPage && !pages.isFetchingNextPage)
          void pages.fetchNextPage();
      }}
    >
      {(pages.data?.pages ?? []).map(({ offset, value }) => (
        <pre key={offset} className={classes.text}>
          {typeof value === 'string' ? value : JSON.stringify(value)}
        </pre>
      ))}
      {first !== undefined && pages.hasNextPage && (
        <Text size="xs" c="dimmed" p={8}>
          {t('data.ofLength', { count: first.length ?? 0 })}
        </Text>
      )}
    </section>
  );
};
