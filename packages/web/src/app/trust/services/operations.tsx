/** What a service can do: its operations with where they go, and what it starts flows by. */

import { Anchor, Code, Modal, Stack, Text, TextInput } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useEngine } from '../../engine.tsx';
import { Loaded } from '../../problem/loaded.tsx';
import { Cell, Row, Table } from '../../ui/table.tsx';

type Props = { readonly service: { readonly name: string; readonly title: string }; readonly close: () => void };

/** From here on a list is searched rather than read. */
const MANY = 12;

export const Operations = ({ service, close }: Props) => {
  const { t } = useTranslation();
  const engine = useEngine();
  const [search, setSearch] = useState('');
  const query = useQuery({
    queryKey: ['service', service.name],
    queryFn: ({ signal }) => engine.call('getService', { params: { service: service.name } }, signal),
  });
  const low = search.trim().toLowerCase();
  const fits = (one: { readonly title: string; readonly id: string }): boolean =>
    `${one.title} ${one.id}`.toLowerCase().includes(low);
  return (
    <Modal
      opened
      onClose={close}
      size={880}
      title={t('ownServices.showOf', { title: service.title })}
      closeButtonProps={{ 'aria-label': t('common.close') }}
    >
      <Loaded query={query} rows={6}>
        {({ summary, docs, secret, operations, triggers }) => (
          <Stack gap="sm">
            <Text size="sm">{summary}</Text>
            {secret !== null && <Text size="sm">{secret}</Text>}
            {docs !== null && (
              <Anchor href={docs} target="_blank" rel="noreferrer" size="sm">
                {t('services.docs', { service: service.title })}
              </Anchor>
            )}
            {operations.length > MANY && (
              <TextInput
                size="sm"
                aria-label={t('common.search')}
                placeholder={t('common.search')}
                value={search}
                onChange={(event) => setSearch(event.currentTarget.value)}
              />
            )}
            <Table
              label={t('ownServices.operations')}
              heads={[t('ownServices.does'), t('ownServices.goes'), t('ownServices.takes')]}
            >
              {operations.filter(fits).map((one) => (
                <Row key={one.id}>
                  <Cell>
                    <Text size="sm" fw={600}>
                      {one.title}
                    </Text>
                    <Text size="xs" c="var(--hg-quiet)">
                      {one.summary}
                    </Text>
                  </Cell>
                  <Cell>
                    <Code style={{ overflowWrap: 'anywhere' }}>{`${one.method} ${one.path}`}</Code>
                  </Cell>
                  <Cell>
                    <Text size="xs" style={{ overflowWrap: 'anywhere' }}>
                      {Object.keys(Object(Object(one.input).properties)).join(', ')}
                    </Text>
                  </Cell>
                </Row>
              ))}
            </Table>
            {triggers.length > 0 && (
              <Table label={t('ownServices.triggers')} heads={[t('ownServices.starts'), t('ownServices.how')]}>
                {triggers.map((one) => (
                  <Row key={one.id}>
                    <Cell>{one.title}</Cell>
                    <Cell>{t(`ownServices.kinds.${one.kind}`)}</Cell>
                  </Row>
                ))}
              </Table>
            )}
          </Stack>
        )}
      </Loaded>
    </Modal>
  );
};
