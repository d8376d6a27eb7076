/** The services that a person can connect to here, by name: choosing one fills in what is known of it. */

import { NativeSelect } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { useEngine } from '../engine.tsx';
import { ServiceTile } from '../ui/service-tile.tsx';

const FRESH = 300_000;

/** What is known of one; undefined while it is fetched, where there is none of that name, or it takes no connection. */
export const useConnect = (name: string) => {
  const engine = useEngine();
  const { data } = useQuery({
    queryKey: ['service', name],
    enabled: name !== '',
    queryFn: ({ signal }) => engine.call('getService', { params: { service: name } }, signal),
    staleTime: FRESH,
    retry: false,
  });
  return data === undefined || data.connect === null ? undefined : { ...data, connect: data.connect };
};

type Props = { readonly value: string; readonly choose: (name: string) => void };

export const ServiceChoice = ({ value, choose }: Props) => {
  const { t } = useTranslation();
  const engine = useEngine();
  const { data } = useQuery({
    queryKey: ['services'],
    queryFn: ({ signal }) => engine.call('listServices', {}, signal),
    staleTime: FRESH,
  });
  const connectable = (data?.services ?? []).filter(({ auth }) => auth === 'oauth2');
  const title = connectable.find(({ name }) => name === value)?.title ?? value;
  return (
    <NativeSelect
      leftSection={value === '' ? undefined : <ServiceTile name={value} title={title} />}
      label={t('connections.service')}
      value={value}
      onChange={(event) => choose(event.currentTarget.value)}
      data={[
        { value: '', label: t('connections.another') },
        ...connectable.map(({ name, title }) => ({ value: name, label: title })),
      ]}
    />
  );
};
