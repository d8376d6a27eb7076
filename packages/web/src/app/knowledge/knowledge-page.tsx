/** The knowledge bases of a project: what is in each, and how far its documents are. */

import { Anchor, Badge, Button, Group, Stack } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Link, useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useOff } from '../access/may.ts';
import { useEngine } from '../engine.tsx';
import { Loaded } from '../problem/loaded.tsx';
import { paths } from '../router/paths.ts';
import { knowledgeRoute } from '../router/router.tsx';
import { ProjectChoice, useProject } from '../trust/project-choice.tsx';
import type { Answer } from '../transport/client.ts';
import { Empty } from '../ui/empty.tsx';
import { Page } from '../ui/page.tsx';
import { RowAct } from '../ui/row-act.tsx';
import { Cell, Row, Table } from '../ui/table.tsx';
import { BaseForm } from './base-form.tsx';
import { DeleteBase } from './delete-base.tsx';
import { BaseState } from './base-state.tsx';

type Listed = Answer<'listKnowledge'>['bases'][number];

/** While documents are read, how far they are is asked for so often. */
const WHILE = 1_500;

export const KnowledgePage = () => {
  const { t, i18n } = useTranslation();
  const engine = useEngine();
  const navigate = useNavigate();
  const project = useProject();
  const search = knowledgeRoute.useSearch();
  const off = useOff('knowledge.write');
  const [making, setMaking] = useState(false);
  const [deleting, setDeleting] = useState<Listed | null>(null);
  const list = useQuery({
    queryKey: ['knowledge', project],
    queryFn: ({ signal }) => engine.call('listKnowledge', { query: { project } }, signal),
    refetchInterval: ({ state }) =>
      state.data?.bases.some((one) => one.working || (one.documents.waiting > 0 && !one.paused)) === true
        ? WHILE
        : false,
  });
  const number = new Intl.NumberFormat(i18n.language);
  const create = (
    <Button disabled={off !== undefined} title={off} onClick={() => setMaking(true)}>
      {t('knowledge.create')}
    </Button>
  );
  return (
    <Stack p="md">
      <Page title={t('knowledge.title')} lead={t('knowledge.lead')} acts={create}>
        <ProjectChoice />
        <Loaded query={list}>
          {({ bases }) =>
            bases.length === 0 ? (
              <Empty text={t('knowledge.none')} act={create} />
            ) : (
              <Table
                label={t('knowledge.title')}
                heads={[
                  t('knowledge.name'),
                  t('knowledge.state'),
                  { number: t('knowledge.documents') },
                  { number: t('knowledge.pieces') },
                  { acts: t('common.acts') },
                ]}
              >
                {bases.map((one) => (
                  <Row key={one.id}>
                    <Cell fw={600}>
                      {one.mine ? (
                        <Anchor
                          component={Link}
                          to={paths.base(one.id, search.project)}
                          size="sm"
                          c="inherit"
                          underline="always"
                        >
                          {one.name}
                        </Anchor>
                      ) : (
                        one.name
                      )}{' '}
                      {one.readers !== null && <Badge variant="default">{t('knowledge.some')}</Badge>}
                    </Cell>
                    <Cell>
                      <BaseState base={one} />
                    </Cell>
                    <Cell ta="right" className="hg-number">
                      {number.format(one.documents.ready + one.documents.waiting + one.documents.failed)}
                    </Cell>
                    <Cell ta="right" className="hg-number">
                      {number.format(one.pieces)}
                    </Cell>
                    <Cell>
                      <Group gap={4} justify="end" wrap="nowrap">
                        <RowAct of={t('knowledge.deleteOf', { name: one.name })} off={off} run={() => setDeleting(one)}>
                          {t('common.delete')}
                        </RowAct>
                      </Group>
                    </Cell>
                  </Row>
                ))}
              </Table>
            )
          }
        </Loaded>
      </Page>
      {making && (
        <BaseForm
          project={project}
          close={(made) => {
            setMaking(false);
            if (made !== null)
              void navigate({
                to: '/knowledge/$base',
                params: { base: made.id },
                search: { project: search.project },
              });
          }}
        />
      )}
      {deleting !== null && <DeleteBase base={deleting} project={project} close={() => setDeleting(null)} />}
    </Stack>
  );
};
