/** The addresses of the webhooks of what is published, as the engine knows them now. */

import { useQuery } from '@tanstack/react-query';
import type { Answer } from '../../transport/client.ts';
import { useEditor } from '../editor-context.ts';

/** What runs where nothing else was said. */
export const DEFAULT = 'default';

export type Address = Answer<'listWebhooks'>['webhooks'][number];

export const useAddresses = (environment = DEFAULT) => {
  const { client, draft } = useEditor();
  const { id } = draft;
  return useQuery({
    queryKey: ['webhooks', id, environment],
    queryFn: ({ signal }) =>
      client.call('listWebhooks', { params: { id }, query: environment === DEFAULT ? {} : { environment } }, signal),
  });
};
