/** Where the documents of a base come from: folders and files of the project, tables, and sites of the web. */

import { Button, Group, NativeSelect, Stack, Text, TextInput, Title } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useId, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useOff } from '../access/may.ts';
import { useEngine } from '../engine.tsx';
import { FailureView } from '../problem/problem-view.tsx';
import { tell } from '../problem/tell.ts';
import type { Given } from '../transport/client.ts';
import { RowAct } from '../ui/row-act.tsx';
import { Cell, Row, Table } from '../ui/table.tsx';
import type { BaseShown } from './base-page.tsx';
import { NO_SITE, siteGiven, SiteFields } from './site-fields.tsx';
import { SiteState } from './site-state.tsx';

type Props = { readonly base: BaseShown; readonly project: string };
type Spec = NonNullable<Given<'addKnowledgeSource'>['body']>;

const KINDS = ['files', 'table', 'url'] as const;

const textOf = (spec: Spec): string =>
  spec.kind === 'files' ? spec.path : spec.kind === 'url' ? spec.url : `${spec.table}: ${spec.columns.join(', ')}`;

export const Sources = ({ base, project }: Props) => {
  const { t, i18n } = useTranslation();
  const engine = useEngine();
  const queries = useQueryClient();
  const off = useOff('knowledge.write');
  const title = useId();
  const [kind, setKind] = useState<(typeof KINDS)[number]>('files');
  const [site, setSite] = useState(NO_SITE);
  const [path, setPath] = useState('');
  const [columns, setColumns] = useState('');
  const fresh = () => queries.invalidateQueries({ queryKey: ['knowledge', project] });
  const add = useMutation({
    mutationFn: (body: Spec) =>
      engine.call('addKnowledgeSource', { params: { id: base.id }, query: { project }, body }),
    onSuccess: async () => {
      setPath('');
      setColumns('');
      setSite(NO_SITE);
      await fresh();
    },
  });
  const remove = useMutation({
    mutationFn: (source: string) =>
      engine.call('deleteKnowledgeSource', { params: { id: base.id }, query: { project, source } }),
    onSuccess: fresh,
    onError: tell,
  });
  const number = new Intl.NumberFormat(i18n.language);
  const given: Spec =
    kind === 'url'
      ? siteGiven(site)
      : kind === 'files'
        ? { kind, path: path.trim() }
        : {
            kind,
            table: path.trim(),
            columns: columns
              .split(',')
              .map((one) => one.trim())
              .filter((one) => one !== ''),
          };
  const named = kind === 'url' ? site.url : path;
  const complete = named.trim() !== '' && (given.kind !== 'table' || given.columns.length > 0);
  // A site is lent to the base, as a host is to a step.
  const mayLend = useOff('grant.give');
  const offHere = off ?? (kind === 'url' ? mayLend : undefined);
  return (
    <section aria-labelledby={title}>
      <Stack gap="xs">
        <Title order={2} size="h4" id={title}>
          {t('knowledge.sources')}
        </Title>
        {base.sources.length === 0 ? (
          <Text size="sm">{t('knowledge.noSources')}</Text>
        ) : (
          <Table
            label={t('knowledge.sources')}
            heads={[
              t('knowledge.source'),
              t('knowledge.state'),
              { number: t('knowledge.documents') },
              { acts: t('common.acts') },
            ]}
          >
            {base.sources.map((one) => (
              <Row key={one.id}>
                <Cell>
                  {t(`knowledge.kinds.${one.spec.kind}`)} <code>{textOf(one.spec)}</code>
                </Cell>
                <Cell>
                  {t(`knowledge.sourceStates.${one.state}`)}
                  {one.problem !== null && (
                    <Text size="xs" c="var(--hg-failed)">
                      {one.problem.text} {one.problem.fix}
                    </Text>
                  )}
                  {one.spec.kind === 'files' && one.state === 'ready' && one.documents === 0 && (
                    <Text size="xs">
                      {t(one.spec.path.endsWith('/') ? 'knowledge.emptyFolder' : 'knowledge.noFile', {
                        path: one.spec.path,
                      })}
                    </Text>
                  )}
                  {one.reading !== null && <SiteState reading={one.reading} url={textOf(one.spec)} />}
                </Cell>
                <Cell ta="right" className="hg-number">
                  {number.format(one.documents)}
                </Cell>
                <Cell>
                  <Group justify="end">
                    <RowAct
                      of={t('knowledge.removeOf', { name: textOf(one.spec) })}
                      off={off}
                      run={() => remove.mutate(one.id)}
                    >
                      {t('knowledge.remove')}
                    </RowAct>
                  </Group>
                </Cell>
              </Row>
            ))}
          </Table>
        )}
        <form
          aria-label={t('knowledge.addSource')}
          onSubmit={(event) => {
            event.preventDefault();
            if (complete && offHere === undefined) add.mutate(given);
          }}
        >
          <Group align="end" gap="xs">
            <NativeSelect
              label={t('knowledge.from')}
              data={KINDS.map((value) => ({ value, label: t(`knowledge.kinds.${value}`) }))}
              value={kind}
              onChange={(event) => setKind(KINDS.find((one) => one === event.currentTarget.value) ?? 'files')}
            />
            {kind === 'url' ? (
              <SiteFields draft={site} change={setSite} />
            ) : (
              <TextInput
                label={t(kind === 'files' ? 'knowledge.path' : 'knowledge.table')}
                placeholder={kind === 'files' ? 'handbook/' : 'customers'}
                value={path}
                autoComplete="off"
                onChange={(event) => setPath(event.currentTarget.value)}
              />
            )}
            {kind === 'table' && (
              <TextInput
                label={t('knowledge.columns')}
                value={columns}
                autoComplete="off"
                onChange={(event) => setColumns(event.currentTarget.value)}
              />
            )}
            <Button type="submit" loading={add.isPending} disabled={offHere !== undefined || !complete} title={offHere}>
              {t('knowledge.addSource')}
            </Button>
          </Group>
        </form>
        {add.error !== null && <FailureView error={add.error} />}
      </Stack>
    </section>
  );
};
