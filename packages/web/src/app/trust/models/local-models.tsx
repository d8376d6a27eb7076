/** Models that lie on the server itself, for who manages it: what is there, what is on its way, and ways to add and remove. */

import { Alert, Button, Code, Group, Progress, Stack, Text } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useEffect, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useMayIn } from '../../access/may.ts';
import { useEngine } from '../../engine.tsx';
import { sizeText } from '../../files/size.ts';
import { Loaded } from '../../problem/loaded.tsx';
import { FailureView } from '../../problem/problem-view.tsx';
import { tell } from '../../problem/tell.ts';
import { ConfirmName } from '../../ui/confirm-name.tsx';
import { notify } from '../../ui/notices.tsx';
import { RowAct } from '../../ui/row-act.tsx';
import { Section } from '../../ui/section.tsx';
import { Cell, Row, Table } from '../../ui/table.tsx';
import { When } from '../../ui/when.tsx';
import { LocalModelForm } from './local-model-form.tsx';

/** Milliseconds between two looks while one is on its way. */
const LOOK = 1_000;
/** The same at the command line. */
const INSTALL = './headgate models install';

type Coming = {
  readonly name: string;
  readonly bytes: number;
  readonly total: number | null;
  readonly problem: { readonly text: string; readonly fix: string | null } | null;
};

export const LocalModels = () => {
  const { t, i18n } = useTranslation();
  const engine = useEngine();
  const queries = useQueryClient();
  const may = useMayIn()('instance.manage');
  const [adding, setAdding] = useState(false);
  const [removing, setRemoving] = useState<string | null>(null);
  const list = useQuery({
    queryKey: ['local-models'],
    queryFn: ({ signal }) => engine.call('listLocalModels', {}, signal),
    enabled: may !== false,
    retry: false,
    refetchInterval: ({ state }) => (state.data?.coming.some(({ problem }) => problem === null) ? LOOK : false),
  });
  const { data } = list;
  const before = useRef<readonly string[]>([]);
  useEffect(() => {
    if (data === undefined) return;
    const arrived = data.models.filter(({ name }) => before.current.includes(name));
    before.current = data.coming.map(({ name }) => name);
    for (const { name } of arrived) notify({ text: t('models.here.arrived', { name }) });
    if (arrived.length > 0) void queries.invalidateQueries({ queryKey: ['models'] });
  }, [data, queries, t]);
  const changed = () =>
    Promise.all(['local-models', 'models'].map((key) => queries.invalidateQueries({ queryKey: [key] })));
  const drop = useMutation({
    mutationFn: (name: string) => engine.call('deleteLocalModel', { params: { model: name } }),
    onSettled: changed,
  });
  // Who is not known to manage the server, and is refused, is shown nothing of it.
  if (may === false || (may === null && data === undefined)) return null;
  const add = <Button onClick={() => setAdding(true)}>{t('models.here.add')}</Button>;
  const put = (name: string): void => drop.mutate(name, { onError: tell });
  return (
    <Section title={t('models.here.title')} lead={t('models.here.lead')} acts={add}>
      <Loaded query={list}>
        {({ installed, models, coming }) => (
          <Stack>
            {!installed && (
              <Alert color="yellow" variant="light">
                {t('models.here.addon')} <Code>{INSTALL}</Code>
              </Alert>
            )}
            {coming.length > 0 && (
              <Stack gap={6} role="group" aria-label={t('models.here.coming')}>
                {coming.map((one) => (
                  <OnItsWay key={one.name} one={one} drop={() => put(one.name)} busy={drop.isPending} />
                ))}
              </Stack>
            )}
            {models.length === 0 && coming.length === 0 && <Text size="sm">{t('models.here.empty')}</Text>}
            {models.length > 0 && (
              <Table
                label={t('models.here.title')}
                heads={[
                  t('models.name'),
                  { number: t('models.here.size') },
                  t('models.here.sum'),
                  t('models.here.added'),
                  { acts: t('common.acts') },
                ]}
              >
                {models.map(({ name, size, sha256, added }) => (
                  <Row key={name}>
                    <Cell fw={600}>{`local/${name}`}</Cell>
                    <Cell ta="right">{sizeText(size, i18n.language)}</Cell>
                    <Cell>
                      <Code style={{ overflowWrap: 'anywhere' }}>{sha256}</Code>
                    </Cell>
                    <Cell>
                      <When iso={added} />
                    </Cell>
                    <Cell>
                      <Group justify="end">
                        <RowAct of={t('models.here.removeOf', { name })} run={() => setRemoving(name)}>
                          {t('models.here.remove')}
                        </RowAct>
                      </Group>
                    </Cell>
                  </Row>
                ))}
              </Table>
            )}
          </Stack>
        )}
      </Loaded>
      {adding && (
        <LocalModelForm
          close={() => setAdding(false)}
          done={() => {
            setAdding(false);
            void changed();
          }}
          arrived={(name) => notify({ text: t('models.here.arrived', { name }) })}
        />
      )}
      <ConfirmName
        opened={removing !== null}
        close={() => setRemoving(null)}
        title={t('models.here.removeOf', { name: removing ?? '' })}
        name={removing ?? ''}
        text={t('models.here.removeText')}
        act={t('models.here.remove')}
        busy={drop.isPending}
        run={() =>
          removing !== null &&
          drop.mutate(removing, {
            onSuccess: () => {
              setRemoving(null);
              notify({ text: t('models.here.removed', { name: removing }) });
            },
          })
        }
      >
        {removing !== null && drop.error !== null && <FailureView error={drop.error} />}
      </ConfirmName>
    </Section>
  );
};

type WayProps = { readonly one: Coming; readonly drop: () => void; readonly busy: boolean };

const OnItsWay = ({ one: { name, bytes, total, problem }, drop, busy }: WayProps) => {
  const { t, i18n } = useTranslation();
  const sent = sizeText(bytes, i18n.language);
  return (
    <div>
      <Group justify="space-between" wrap="nowrap" gap="xs">
        <Text size="sm" style={{ overflowWrap: 'anywhere' }}>
          {`local/${name}`}
        </Text>
        <Group gap={6} wrap="nowrap">
          {problem === null && (
            <Text size="xs" c="var(--hg-quiet)" style={{ whiteSpace: 'nowrap' }}>
              {total === null ? sent : t('models.here.sent', { sent, size: sizeText(total, i18n.language) })}
            </Text>
          )}
          <RowAct
            of={t(problem === null ? 'models.here.stopOf' : 'models.here.forgetOf', { name })}
            disabled={busy}
            run={drop}
          >
            {t(problem === null ? 'models.here.stop' : 'models.here.forget')}
          </RowAct>
        </Group>
      </Group>
      {problem === null ? (
        <Progress
          value={total === null ? 100 : (100 * bytes) / Math.max(1, total)}
          animated={total === null}
          size="sm"
          aria-label={t('models.here.progressOf', { name })}
        />
      ) : (
        <Text size="xs" c="var(--hg-failed)" role="alert">
          {[problem.text, problem.fix].filter((part) => part !== null).join('. ')}
        </Text>
      )}
    </div>
  );
};
