/** Who can touch what: every power that the steps of the flow ask for or were lent, by whom, and what is missing. */

import { Badge, Button, Code, Group, Stack, Text } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { useOff } from '../../access/may.ts';
import { Who } from '../../access/who.tsx';
import { Loaded } from '../../problem/loaded.tsx';
import { type Answer, Refusal } from '../../transport/client.ts';
import { notify } from '../../ui/notices.tsx';
import { Section } from '../../ui/section.tsx';
import { Cell, Row, Table } from '../../ui/table.tsx';
import { When } from '../../ui/when.tsx';
import { useEditor, useFlow } from '../editor-context.ts';
import { namesOf } from '../names.ts';
import { RowAct } from '../../ui/row-act.tsx';

type Grant = Answer<'flowPowers'>['granted'][number];
type Lent = Answer<'flowPowers'>['missing'][number];

export const PowersPage = () => {
  const { t } = useTranslation();
  const { client, draft } = useEditor();
  const flow = useFlow();
  const queries = useQueryClient();
  const off = useOff('grant.give');
  const id = draft.id;
  const { revision } = draft.state();
  const powers = useQuery({
    queryKey: ['powers', id, revision],
    queryFn: ({ signal }) => client.call('flowPowers', { params: { id }, query: {} }, signal),
  });
  const refresh = (): Promise<void> => queries.invalidateQueries({ queryKey: ['powers'] });
  const refused = (error: unknown): void => {
    if (error instanceof Refusal) notify({ problem: error.problem });
    void refresh();
  };
  const give = useMutation({
    mutationFn: ({
      grants,
      environment,
      asCaller,
    }: {
      readonly grants: readonly Lent[];
      readonly environment?: string;
      readonly asCaller?: boolean;
    }) =>
      client.call('giveGrants', {
        params: { id },
        body: {
          grants: [...grants],
          ...(environment === undefined ? {} : { environment }),
          ...(asCaller === undefined ? {} : { asCaller }),
        },
      }),
    onSuccess: refresh,
    onError: refused,
  });
  const take = useMutation({
    mutationFn: (grant: Grant) => client.call('takeGrant', { params: { id, grant: grant.id } }),
    onSuccess: async (_, { step, power, environment, asCaller }) => {
      await refresh();
      notify({
        text: t('publish.powers.taken', { power }),
        act: {
          title: t('common.undo'),
          run: () => give.mutate({ grants: [{ step, power }], environment, asCaller }),
        },
      });
    },
    onError: refused,
  });
  const names = namesOf(flow);
  const nameOf = (step: string): string => (step === '*' ? t('publish.powers.whole') : (names.get(step) ?? step));

  return (
    <Loaded query={powers}>
      {({ granted, missing, needs }) => (
        <Stack>
          <Text size="sm">{t('publish.powers.lead')}</Text>
          {missing.length > 0 && (
            <Section title={t('publish.missing.title')} lead={off ?? t('publish.missing.lead')}>
              {missing.map((one) => (
                <Group key={`${one.step} ${one.power}`} justify="space-between" wrap="nowrap">
                  <Text size="sm">
                    {needs.find(({ step, power }) => step === one.step && power === one.power)?.sentence ?? ''}{' '}
                    <Code>{one.power}</Code> {t('publish.diff.forStep', { step: nameOf(one.step) })}
                  </Text>
                  <Button
                    size="compact-xs"
                    variant="default"
                    disabled={off !== undefined}
                    title={off}
                    onClick={() => give.mutate({ grants: [one] })}
                  >
                    {t('publish.powers.lend')}
                  </Button>
                </Group>
              ))}
            </Section>
          )}
          <Section title={t('publish.powers.lent')}>
            {granted.length === 0 ? (
              <Text size="sm">{needs.length === 0 ? t('publish.noPowers') : t('publish.powers.none')}</Text>
            ) : (
              <Table
                label={t('publish.powers.lent')}
                heads={[
                  t('publish.powers.step'),
                  t('publish.powers.means'),
                  t('publish.powers.environment'),
                  t('publish.powers.by'),
                  { acts: t('common.acts') },
                ]}
              >
                {granted.map((one) => (
                  <Row key={one.id}>
                    <Cell>{nameOf(one.step)}</Cell>
                    <Cell>
                      <Text size="sm">{one.sentence}</Text>
                      <Group gap={4}>
                        <Code>{one.power}</Code>
                        {one.typed && <Mark text={t('publish.powers.typed')} />}
                        {one.asCaller && <Mark text={t('publish.powers.asCaller')} />}
                        {one.void && <Mark text={t('publish.powers.void')} color="red" />}
                      </Group>
                    </Cell>
                    <Cell>{one.environment === '*' ? t('publish.powers.every') : one.environment}</Cell>
                    <Cell>
                      <Who id={one.grantor} />
                      <Text size="xs" c="var(--hg-quiet)">
                        <When iso={one.created} />
                      </Text>
                    </Cell>
                    <Cell ta="right">
                      <RowAct
                        of={t('publish.powers.takeOf', { power: one.power, step: nameOf(one.step) })}
                        off={off}
                        run={() => take.mutate(one)}
                      >
                        {t('publish.powers.take')}
                      </RowAct>
                    </Cell>
                  </Row>
                ))}
              </Table>
            )}
          </Section>
        </Stack>
      )}
    </Loaded>
  );
};

const Mark = ({ text, color = 'gray' }: { readonly text: string; readonly color?: string }) => (
  <Badge variant="outline" color={color} size="sm">
    {text}
  </Badge>
);
