/** The shape of a value: what its fields are, and how long its lists, without what stands in them. */

import { Skeleton } from '@mantine/core';
import type { ValueShape } from '@headgate/core';
import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { useEngine } from '../engine.tsx';
import { FailureView } from '../problem/problem-view.tsx';
import classes from './data.module.css';
import { keyOf, type Source } from './source.ts';

type Props = { readonly source: Source; readonly path: string; readonly label: string };

export const ShapeOf = ({ source, path, label }: Props) => {
  const { t } = useTranslation();
  const client = useEngine();
  const shape = useQuery({
    queryKey: ['value shape', keyOf(source), path],
    queryFn: () => client.call('shapeValue', { params: { id: source.run }, query: { ...source.which, path } }),
    staleTime: Infinity,
  });
  if (shape.error !== null) return <FailureView error={shape.error} again={() => void shape.refetch()} />;
  if (shape.data === undefined) return <Skeleton h={160} />;
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls is reached by key
    <section className={classes.scroll} aria-label={label} tabIndex={0}>
      <ul className={classes.shape}>
        {/* The engine is held to its contracts by tests of its own. */}
        <Part name={t('data.all')} shape={shape.data.shape as ValueShape} of={1} />
      </ul>
    </section>
  );
};

const Part = ({ name, shape, of }: { readonly name: string; readonly shape: ValueShape; readonly of: number }) => {
  const { t } = useTranslation();
  const { is, seen, fields, items, lengths, part } = shape;
  const kinds = is.map((one) => t(`data.kind.${one}`)).join(` ${t('data.or')} `);
  const [least = 0, most = 0] = lengths ?? [];
  return (
    <li>
      <span className={classes.name}>{name}</span> <span>{kinds}</span>{' '}
      <span className={classes.quiet}>
        {[
          ...(lengths === undefined
            ? []
            : [least === most ? t('data.items', { count: most }) : t('data.between', { least, most })]),
          ...(seen < of ? [t('data.inSome', { seen, of })] : []),
          ...(part === true ? [t('data.firstOnes')] : []),
        ].join(', ')}
      </span>
      {(fields !== undefined || items !== undefined) && (
        <ul className={classes.shape}>
          {items !== undefined && <Part name={t('data.each')} shape={items} of={items.seen} />}
          {fields?.map((one) => (
            <Part key={one.name} name={one.name} shape={one.shape} of={is.length > 1 ? one.shape.seen : seen} />
          ))}
        </ul>
      )}
    </li>
  );
};
