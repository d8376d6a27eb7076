/** Services that flows can call: those that the workspace described, and those that come with the server; what each can do. */

import { Button, Group, Text } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useOff } from '../../access/may.ts';
import { useEngine } from '../../engine.tsx';
import { Loaded } from '../../problem/loaded.tsx';
import type { Answer } from '../../transport/client.ts';
import { ConfirmName } from '../../ui/confirm-name.tsx';
import { Empty } from '../../ui/empty.tsx';
import { notify } from '../../ui/notices.tsx';
import { Page } from '../../ui/page.tsx';
import { RowAct } from '../../ui/row-act.tsx';
import { Section } from '../../ui/section.tsx';
import { ServiceTile } from '../../ui/service-tile.tsx';
import { Cell, Row, Table } from '../../ui/table.tsx';
import { ImportForm } from './import-form.tsx';
import { Operations } from './operations.tsx';
import { WhyNot } from './why-not.tsx';

type Listed = Answer<'listServices'>['services'][number];

export const ServicesPage = () => {
  const { t } = useTranslation();
  const engine = useEngine();
  const queries = useQueryClient();
  const off = useOff('flow.write');
  const [importing, setImporting] = useState(false);
  const [opened, setOpened] = useState<Listed | null>(null);
  const [deleting, setDeleting] = useState<Listed | null>(null);
  const list = useQuery({
    queryKey: ['services'],
    queryFn: ({ signal }) => engine.call('listServices', {}, signal),
  });
  const renewed = async (): Promise<void> => {
    await queries.invalidateQueries({ queryKey: ['services'] });
    await queries.invalidateQueries({ queryKey: ['service'] });
  };
  const remove = useMutation({
    mutationFn: ({ name }: Listed) => engine.call('deleteService', { params: { service: name } }),
    onSuccess: async (_, { title }) => {
      setDeleting(null);
      notify({ text: t('ownServices.deleted', { title }) });
      await renewed();
    },
  });
  const begin = (
    <Button disabled={off !== undefined} title={off} onClick={() => setImporting(true)}>
      {t('ownServices.import')}
    </Button>
  );
  return (
    <Page title={t('trust.pages.services')} lead={t('ownServices.lead')} acts={begin}>
      <Loaded query={list} rows={8}>
        {({ services }) => (
          <>
            <Section title={t('ownServices.own')}>
              {services.some(({ own }) => own) ? (
                <Listing
                  label={t('ownServices.own')}
                  services={services.filter(({ own }) => own)}
                  open={setOpened}
                  remove={(one) => {
                    remove.reset();
                    setDeleting(one);
                  }}
                  off={off}
                />
              ) : (
                <Empty
                  text={t('ownServices.none')}
                  act={begin}
                  example="./headgate service import openapi.yaml --key-file key.txt"
                />
              )}
            </Section>
            <Section title={t('ownServices.shipped')} lead={t('ownServices.shippedLead')}>
              <Listing
                label={t('ownServices.shipped')}
                services={services.filter(({ own }) => !own)}
                open={setOpened}
              />
            </Section>
          </>
        )}
      </Loaded>
      {importing && (
        <ImportForm
          known={(list.data?.services ?? []).filter(({ own }) => own).map(({ name }) => name)}
          close={(made) => {
            setImporting(false);
            if (made === null) return;
            notify({ text: t('ownServices.made', { title: made.title, count: made.operations.length }) });
            void renewed();
          }}
        />
      )}
      {opened !== null && <Operations service={opened} close={() => setOpened(null)} />}
      <ConfirmName
        opened={deleting !== null}
        close={() => setDeleting(null)}
        title={t('ownServices.deleteOf', { title: deleting?.title ?? '' })}
        name={deleting?.name ?? ''}
        text={t('ownServices.deleteText')}
        act={t('common.delete')}
        busy={remove.isPending}
        run={() => deleting !== null && remove.mutate(deleting)}
      >
        {remove.error !== null && <WhyNot error={remove.error} />}
      </ConfirmName>
    </Page>
  );
};

type ListingProps = {
  readonly label: string;
  readonly services: readonly Listed[];
  readonly open: (service: Listed) => void;
  readonly remove?: (service: Listed) => void;
  readonly off?: string | undefined;
};

const Listing = ({ label, services, open, remove, off }: ListingProps) => {
  const { t } = useTranslation();
  return (
    <Table
      label={label}
      heads={[
        t('ownServices.name'),
        t('ownServices.about'),
        { number: t('ownServices.operations') },
        { number: t('ownServices.triggers') },
        { acts: t('common.acts') },
      ]}
    >
      {services.map((one) => (
        <Row key={one.name}>
          <Cell>
            <Group gap="xs" wrap="nowrap">
              <ServiceTile name={one.name} title={one.title} />
              <div>
                <Text size="sm" fw={600}>
                  {one.title}
                </Text>
                <Text size="xs" c="var(--hg-quiet)" ff="monospace">
                  {one.name}
                </Text>
              </div>
            </Group>
          </Cell>
          <Cell>
            <Text size="sm" lineClamp={2}>
              {one.summary}
            </Text>
            <Text size="xs" c="var(--hg-quiet)">
              {t(`ownServices.auth.${one.auth}`)}
            </Text>
          </Cell>
          <Cell ta="right" className="hg-number">
            {one.operations.length}
          </Cell>
          <Cell ta="right" className="hg-number">
            {one.triggers.length}
          </Cell>
          <Cell>
            <Group gap={4} justify="end" wrap="nowrap">
              <RowAct of={t('ownServices.showOf', { title: one.title })} run={() => open(one)}>
                {t('ownServices.show')}
              </RowAct>
              {remove !== undefined && (
                <RowAct of={t('ownServices.deleteOf', { title: one.title })} off={off} run={() => remove(one)}>
                  {t('common.delete')}
                </RowAct>
              )}
            </Group>
          </Cell>
        </Row>
      ))}
    </Table>
  );
};
