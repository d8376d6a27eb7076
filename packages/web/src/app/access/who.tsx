/** Whoever did something, by name where the workspace knows it: an account, a key, or the engine itself. */

import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { useEngine } from '../engine.tsx';

export const useMembers = () => {
  const engine = useEngine();
  return useQuery({
    queryKey: ['members'],
    queryFn: ({ signal }) => engine.call('listMembers', {}, signal),
    staleTime: 60_000,
  });
};

/** A name for an id; the id itself where there is none. */
export const useNames = (): ((id: string) => string) => {
  const { data } = useMembers();
  return (id) => data?.members.find(({ user }) => user === id)?.name ?? id;
};

export const Who = ({ id }: { readonly id: string | null }) => {
  const { t } = useTranslation();
  const name = useNames();
  if (id === null) return <>{t('common.nobody')}</>;
  return <span title={id}>{name(id)}</span>;
};
