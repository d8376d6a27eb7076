/** Where a text stands in a value. */

import { Anchor, Skeleton, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { useEngine } from '../engine.tsx';
import { FailureView } from '../problem/problem-view.tsx';
import classes from './data.module.css';
import { keyOf, type Source } from './source.ts';

type Props = { readonly source: Source; readonly text: string; readonly go: (path: string) => void };

export const Found = ({ source, text, go }: Props) => {
  const { t } = useTranslation();
  const client = useEngine();
  const hits = useQuery({
    queryKey: ['value search', keyOf(source), text],
    queryFn: ({ signal }) =>
      client.call('searchValue', { params: { id: source.run }, query: { ...source.which, text } }, signal),
    staleTime: Infinity,
  });
  if (hits.error !== null) return <FailureView error={hits.error} again={() => void hits.refetch()} />;
  if (hits.data === undefined) return <Skeleton h={160} />;
  const { found, more } = hits.data;
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls is reached by key
    <section className={classes.scroll} aria-label={t('data.found')} tabIndex={0}>
      <Text size="xs" p={8} role="status">
        {t('data.count', { count: found.length })}
        {more && ` ${t('data.moreFound')}`}
      </Text>
      <ul className={classes.changes}>
        {found.map((hit) => (
          <li key={`${hit.path} ${hit.in}`}>
            <Anchor component="button" type="button" size="xs" ff="monospace" onClick={() => go(hit.path)}>
              {hit.path}
            </Anchor>
            {hit.in === 'value' && <div>{hit.around}</div>}
          </li>
        ))}
      </ul>
    </section>
  );
};
