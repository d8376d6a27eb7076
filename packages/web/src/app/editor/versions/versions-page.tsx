/** The versions of a flow: who made which, when and why; the difference of any two; back to one, as an edit or for everybody. */

import { Button, Group, Menu, NativeSelect, Stack, Text } from '@mantine/core';
import { type Flow, type FlowDiff, restoreFlow } from '@headgate/core';
import { useMutation, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useOff } from '../../access/may.ts';
import { Who } from '../../access/who.tsx';
import { Loaded } from '../../problem/loaded.tsx';
import { tell } from '../../problem/tell.ts';
import { flowRoute } from '../../router/router.tsx';
import { paths } from '../../router/paths.ts';
import { copyText } from '../../ui/copy-text.ts';
import { Empty } from '../../ui/empty.tsx';
import { notify } from '../../ui/notices.tsx';
import { Section } from '../../ui/section.tsx';
import { Cell, Row, Table } from '../../ui/table.tsx';
import { When } from '../../ui/when.tsx';
import { useEditor, useFlow } from '../editor-context.ts';
import { namesOf } from '../names.ts';
import type { PageProps } from '../pages/flow-pages.tsx';
import { DiffView } from '../publish/diff-view.tsx';
import { RollBack } from './roll-back.tsx';

/** `2..3` compares these, `3` compares it with the draft. */
const sidesOf = (compare: string | undefined, latest: number): readonly [from: string, to: string] => {
  const [from = String(latest), to = 'draft'] = (compare ?? '').split('..').filter((side) => side !== '');
  return [from, to];
};

export const VersionsPage = ({ show }: PageProps) => {
  const { t } = useTranslation();
  const { client, draft, commands } = useEditor();
  const { compare } = flowRoute.useSearch();
  const [back, setBack] = useState<number | null>(null);
  const mayWrite = useOff('flow.write');
  const mayRun = useOff('run');
  const mayPublish = useOff('flow.publish');
  const id = draft.id;
  const versions = useQuery({
    queryKey: ['versions', id],
    queryFn: ({ signal }) => client.call('listVersions', { params: { id } }, signal),
  });
  const restore = useMutation({
    mutationFn: (version: number) => client.call('getVersion', { params: { id, version: String(version) } }),
    onSuccess: ({ doc, version }) => {
      const what = t('publish.versions.restored', { version });
      const edit = restoreFlow(draft.state().flow, doc as Flow, what);
      if (edit.do === 'all' && edit.edits.length === 0) return notify({ text: t('publish.versions.isDraft') });
      if (commands.change(edit)) notify({ text: what, act: { title: t('common.undo'), run: commands.undo } });
    },
    onError: tell,
  });
  const run = useMutation({
    mutationFn: (version: number) => client.call('startRun', { params: { id }, body: { version, input: {} } }),
    onSuccess: ({ id: made }) => show({ page: undefined, run: made }),
    onError: tell,
  });

  return (
    <Stack>
      <Loaded query={versions}>
        {({ versions: list }) =>
          list.length === 0 ? (
            <Empty
              text={t('publish.versions.none')}
              act={<Button onClick={() => show({ page: 'publish' })}>{t('editor.publish')}</Button>}
            />
          ) : (
            <>
              <Table
                label={t('publish.pages.versions')}
                heads={[
                  t('publish.versions.version'),
                  t('publish.versions.when'),
                  t('publish.versions.who'),
                  t('publish.versions.note'),
                  { acts: t('common.acts') },
                ]}
              >
                {list.map((one, i) => (
                  <Row key={one.version}>
                    <Cell className="hg-number">
                      {one.version}{' '}
                      {i === 0 && (
                        <Text span size="xs">
                          {t('publish.versions.latest')}
                        </Text>
                      )}
                    </Cell>
                    <Cell>
                      <When iso={one.created} />
                    </Cell>
                    <Cell>
                      <Who id={one.by} />
                    </Cell>
                    <Cell>{one.note ?? ''}</Cell>
                    <Cell>
                      <Menu position="bottom-end">
                        <Menu.Target>
                          <Button
                            size="compact-xs"
                            variant="default"
                            aria-label={t('publish.versions.actsOf', { version: one.version })}
                          >
                            {t('common.acts')}
                          </Button>
                        </Menu.Target>
                        <Menu.Dropdown>
                          <Menu.Item onClick={() => show({ compare: String(one.version) })}>
                            {t('publish.versions.compareDraft')}
                          </Menu.Item>
                          <Menu.Item
                            disabled={mayWrite !== undefined}
                            title={mayWrite}
                            onClick={() => restore.mutate(one.version)}
                          >
                            {t('publish.versions.restore')}
                          </Menu.Item>
                          <Menu.Item
                            disabled={mayRun !== undefined}
                            title={mayRun}
                            onClick={() => run.mutate(one.version)}
                          >
                            {t('publish.versions.run')}
                          </Menu.Item>
                          <Menu.Item
                            onClick={() =>
                              void copyText(
                                location.origin + paths.flow(id, { page: 'versions', compare: String(one.version) }),
                              )
                            }
                          >
                            {t('publish.versions.copyLink')}
                          </Menu.Item>
                          <Menu.Divider />
                          <Menu.Item
                            disabled={i === 0 || mayPublish !== undefined}
                            title={i === 0 ? t('publish.versions.isLatest') : mayPublish}
                            onClick={() => setBack(one.version)}
                          >
                            {t('publish.versions.rollBack')}
                          </Menu.Item>
                        </Menu.Dropdown>
                      </Menu>
                    </Cell>
                  </Row>
                ))}
              </Table>
              <Compare
                sides={sidesOf(compare, list[0]?.version ?? 1)}
                versions={list.map(({ version }) => version)}
                set={(from, to) => show({ compare: to === 'draft' ? from : `${from}..${to}` })}
              />
              {back !== null && <RollBack version={back} latest={list[0]?.version ?? 1} close={() => setBack(null)} />}
            </>
          )
        }
      </Loaded>
    </Stack>
  );
};

type CompareProps = {
  readonly sides: readonly [from: string, to: string];
  readonly versions: readonly number[];
  readonly set: (from: string, to: string) => void;
};

const Compare = ({ sides: [from, to], versions, set }: CompareProps) => {
  const { t } = useTranslation();
  const { client, draft } = useEditor();
  const flow = useFlow();
  const change = useQuery({
    queryKey: ['diff', draft.id, from, to, draft.state().revision],
    queryFn: ({ signal }) => client.call('diffFlow', { params: { id: draft.id }, query: { from, to } }, signal),
  });
  const choices = [
    { value: 'draft', label: t('publish.versions.draft') },
    ...versions.map((version) => ({ value: String(version), label: t('flows.version', { version }) })),
  ];
  return (
    <Section title={t('publish.versions.difference')}>
      <Group>
        <NativeSelect
          label={t('publish.versions.from')}
          data={choices}
          value={from}
          onChange={(event) => set(event.currentTarget.value, to)}
        />
        <NativeSelect
          label={t('publish.versions.to')}
          data={choices}
          value={to}
          onChange={(event) => set(from, event.currentTarget.value)}
        />
      </Group>
      <Loaded query={change}>{({ diff }) => <DiffView diff={diff as FlowDiff} names={namesOf(flow)} />}</Loaded>
    </Section>
  );
};
