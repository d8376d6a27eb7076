/**
 * What a page part shows of a query: a skeleton of it while it comes, the part itself, or why not. A part that the person
 * may not see says which permission is missing and who gives it: it is off, not broken.
 */

import { Alert, Skeleton, Stack, Text } from '@mantine/core';
import type { UseQueryResult } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { Refusal } from '../transport/client.ts';
import { FailureView } from './problem-view.tsx';

/** The permission that a refusal names; null: it is about something else. */
export const missingPermission = (error: unknown): string | null => {
  if (!(error instanceof Refusal) || error.problem.code !== 'permission.missing') return null;
  return /the permission ([a-z]+(?:\.[a-z]+)?)/.exec(error.problem.text)?.[1] ?? '';
};

type Props<T> = {
  readonly query: Pick<UseQueryResult<T>, 'data' | 'error' | 'isPending' | 'refetch'>;
  readonly rows?: number;
  readonly children: (data: T) => ReactNode;
};

export const Loaded = <T,>({ query, rows = 3, children }: Props<T>) => {
  const { t } = useTranslation();
  if (query.data !== undefined) return <>{children(query.data)}</>;
  if (query.error !== null) {
    const permission = missingPermission(query.error);
    if (permission !== null) return <NotPermitted permission={permission} />;
    return <FailureView error={query.error} again={() => void query.refetch()} />;
  }
  return (
    <Stack gap="xs" aria-busy aria-label={t('common.loading')} role="status">
      {Array.from({ length: rows }, (_, i) => (
        <Skeleton key={i} h={32} />
      ))}
    </Stack>
  );
};

export const NotPermitted = ({ permission }: { readonly permission: string }) => {
  const { t } = useTranslation();
  return (
    <Alert color="gray" variant="outline" title={t('common.notPermitted.title')}>
      <Text size="sm">
        {permission === '' ? t('common.notPermitted.some') : t('common.notPermitted.text', { permission })}
      </Text>
    </Alert>
  );
};
