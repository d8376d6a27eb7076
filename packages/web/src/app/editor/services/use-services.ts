/** The services that flows can use, fetched when something asks for them; they change seldom. */

import { useQuery } from '@tanstack/react-query';
import type { Answer } from '../../transport/client.ts';
import { useEditor } from '../editor-context.ts';

export type ServiceListed = Answer<'listServices'>['services'][number];

const FRESH = 300_000;

/** All services; none while they are fetched, or where the engine lists none. */
export const useServices = (): readonly ServiceListed[] => {
  const { client } = useEditor();
  const query = useQuery({
    queryKey: ['services'],
    queryFn: ({ signal }) => client.call('listServices', {}, signal),
    staleTime: FRESH,
  });
  return query.data?.services ?? NONE;
};

const NONE: readonly ServiceListed[] = [];

/** One service, with the schema of what each operation takes. */
export const useService = (name: string) => {
  const { client } = useEditor();
  return useQuery({
    queryKey: ['service', name],
    enabled: name !== '',
    queryFn: ({ signal }) => client.call('getService', { params: { service: name } }, signal),
    staleTime: FRESH,
    retry: false,
  });
};
