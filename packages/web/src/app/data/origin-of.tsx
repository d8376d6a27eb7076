/** Where the place that is chosen in a step's output came from, in a sentence, and the way there. */

import { Button, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { useEngine } from '../engine.tsx';
import { expressionOf } from './expression.ts';

type Props = {
  readonly run: string;
  readonly step: string;
  readonly item: string | undefined;
  readonly path: string;
  /** Shows a place in the output of a step: what holds what was chosen; undefined: the whole output. */
  readonly go: (step: string, at: string | undefined) => void;
};

const holderOf = (path: string): string | undefined => {
  const holder = path.slice(0, path.lastIndexOf('/'));
  return holder === '' ? undefined : holder;
};

export const OriginOf = ({ run, step, item, path, go }: Props) => {
  const { t } = useTranslation();
  const client = useEngine();
  const origin = useQuery({
    queryKey: ['value origin', run, step, item, path],
    queryFn: ({ signal }) =>
      client.call(
        'originOfValue',
        { params: { id: run }, query: { step, path, ...(item === undefined ? {} : { item }) } },
        signal,
      ),
    staleTime: Infinity,
    retry: false,
  });
  // What the reader may not know, or a run that cannot be read back any more, has no line here.
  if (origin.data === undefined) return null;
  const { root, step: from, path: place, item: of, exact, reads, why } = origin.data;
  const named = root === null ? '' : expressionOf(root === 'step' ? `steps.${from ?? ''}` : root, place);
  const said =
    root === null ? t(`data.unknown.${why ?? 'made'}`) : t(exact ? 'data.cameFrom' : 'data.madeFrom', { place: named });
  return (
    <div>
      <Text size="xs" span>
        {of !== null && `${t('data.ofItem', { item: of })} `}
        {said} {root === null && reads.length > 0 && t('data.reads', { steps: reads.join(', ') })}
      </Text>{' '}
      {root === 'step' && from !== null && (
        <Button size="compact-xs" variant="subtle" onClick={() => go(from, holderOf(place))}>
          {t('data.goThere')}
        </Button>
      )}
    </div>
  );
};
