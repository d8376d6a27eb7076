/**
 * The map of powers of the workspace: which flow and step may touch what, lent by whom, used when. What nobody used can be
 * taken back, and what is wider than its use can be made as narrow as that. What is looked at stands in the address.
 */

import { Anchor, Badge, Code, Group, SegmentedControl, Stack, Text, TextInput } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { Link, useNavigate } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import { useOff } from '../../access/may.ts';
import { Who } from '../../access/who.tsx';
import { useEngine } from '../../engine.tsx';
import { Loaded } from '../../problem/loaded.tsx';
import { tell } from '../../problem/tell.ts';
import { paths } from '../../router/paths.ts';
import { type TrustSearch, trustRoute } from '../../router/router.tsx';
import { Empty } from '../../ui/empty.tsx';
import { notify } from '../../ui/notices.tsx';
import { Page } from '../../ui/page.tsx';
import { Section } from '../../ui/section.tsx';
import { Cell, Row, Table } from '../../ui/table.tsx';
import { When } from '../../ui/when.tsx';
import { aboutOf, isShown, type LentPower, narrowerOf, SHOWS, WORDS } from './lent.ts';
import { RowAct } from '../../ui/row-act.tsx';

export const MapPage = () => {
  const { t } = useTranslation();
  const engine = useEngine();
  const queries = useQueryClient();
  const navigate = useNavigate();
  const { about = '', show: asked } = trustRoute.useSearch();
  const off = useOff('grant.give');
  const set = (part: TrustSearch): void =>
    void navigate({ to: '.', search: (was: TrustSearch) => ({ ...was, ...part }), replace: true });
  const map = useQuery({ queryKey: ['powers', 'map'], queryFn: ({ signal }) => engine.call('listPowers', {}, signal) });
  const refresh = (): Promise<void> => queries.invalidateQueries({ queryKey: ['powers'] });
  const lend = ({ flow, step, environment, asCaller }: LentPower, powers: readonly string[]) =>
    engine.call('giveGrants', {
      params: { id: flow },
      body: { grants: powers.map((power) => ({ step, power })), environment, asCaller },
    });
  const back = useMutation({
    mutationFn: (one: LentPower) => lend(one, [one.power]),
    onSuccess: refresh,
    onError: tell,
  });
  const take = useMutation({
    mutationFn: ({ flow, id }: LentPower) => engine.call('takeGrant', { params: { id: flow, grant: id } }),
    onSuccess: async (_, one) => {
      await refresh();
      notify({
        text: t('oversight.map.taken', { power: one.power }),
        act: { title: t('common.undo'), run: () => back.mutate(one) },
      });
    },
    onError: tell,
  });
  const narrow = useMutation({
    // First the less, then the more away: a run under way never stands without either.
    mutationFn: async (one: LentPower) => {
      await lend(one, narrowerOf(one) ?? []);
      await engine.call('takeGrant', { params: { id: one.flow, grant: one.id } });
    },
    onSuccess: async () => {
      await refresh();
      notify({ text: t('oversight.map.narrowed') });
    },
    onError: tell,
  });
  const show = SHOWS.find((one) => one === asked) ?? 'all';
  const low = about.toLowerCase();
  return (
    <Page title={t('trust.pages.powers')} lead={t('oversight.map.lead')}>
      <Group align="end" role="search" aria-label={t('oversight.map.search')}>
        <TextInput
          label={t('oversight.map.about')}
          placeholder={t('oversight.map.aboutPlaceholder')}
          value={about}
          onChange={({ currentTarget }) => set({ about: currentTarget.value || undefined })}
          w={260}
        />
        <SegmentedControl
          aria-label={t('oversight.map.show')}
          value={show}
          onChange={(value) => set({ show: value === 'all' ? undefined : value })}
          data={SHOWS.map((one) => ({ value: one, label: t(`oversight.map.shows.${one}`) }))}
        />
      </Group>
      <Loaded query={map} rows={6}>
        {({ powers, more, since }) => {
          if (powers.length === 0) return <Empty text={t('oversight.map.none')} />;
          const unused = powers.filter((one) => one.used === null).length;
          const fits = powers.filter(
            (one) =>
              isShown(one, show) &&
              `${one.power} ${one.flowName} ${one.step} ${one.sentence}`.toLowerCase().includes(low),
          );
          return (
            <Stack gap="xl">
              <Text size="sm">
                {since !== null && unused > 0 && (
                  <>
                    {t('oversight.map.unused', { count: unused })} <When iso={since} />.
                  </>
                )}{' '}
                {more && t('oversight.map.more')}
              </Text>
              {fits.length === 0 && <Text size="sm">{t('oversight.map.nothing')}</Text>}
              {WORDS.map((word) => {
                const rows = fits.filter((one) => aboutOf(one.power).word === word);
                if (rows.length === 0) return null;
                const ordered = rows.toSorted((a, b) => aboutOf(a.power).about.localeCompare(aboutOf(b.power).about));
                return (
                  <Section key={word} title={t(`oversight.map.words.${word}`)}>
                    <Table
                      label={t(`oversight.map.words.${word}`)}
                      heads={[
                        t('oversight.map.what'),
                        t('oversight.map.flow'),
                        t('oversight.map.by'),
                        t('oversight.map.used'),
                        { acts: t('common.acts') },
                      ]}
                    >
                      {ordered.map((one) => (
                        <Lent
                          key={one.id}
                          one={one}
                          off={off}
                          busy={take.isPending || narrow.isPending}
                          take={() => take.mutate(one)}
                          narrow={() => narrow.mutate(one)}
                        />
                      ))}
                    </Table>
                  </Section>
                );
              })}
            </Stack>
          );
        }}
      </Loaded>
    </Page>
  );
};

type Props = {
  readonly one: LentPower;
  readonly off: string | undefined;
  readonly busy: boolean;
  readonly take: () => void;
  readonly narrow: () => void;
};

const Lent = ({ one, off, busy, take, narrow }: Props) => {
  const { t } = useTranslation();
  const less = narrowerOf(one);
  const of = { power: one.power, flow: one.flowName };
  return (
    <Row>
      <Cell>
        <Text size="sm" fw={600} style={{ overflowWrap: 'anywhere' }}>
          {aboutOf(one.power).about}
        </Text>
        <Text size="xs" c="var(--hg-quiet)">
          {one.sentence}
        </Text>
        <Group gap={4}>
          <Code style={{ overflowWrap: 'anywhere' }}>{one.power}</Code>
          {one.void && <Mark text={t('oversight.map.void')} color="red" />}
          {one.asCaller && <Mark text={t('oversight.map.asCaller')} />}
          {one.typed && <Mark text={t('oversight.map.typed')} />}
          {!one.enabled && <Mark text={t('oversight.map.off')} />}
        </Group>
        {less !== null && (
          <Text size="xs">
            {t('oversight.map.usedFor')} <Code>{less.join(', ')}</Code>
          </Text>
        )}
      </Cell>
      <Cell>
        <Anchor component={Link} to={paths.flow(one.flow, { page: 'powers' })} size="sm">
          {one.flowName}
        </Anchor>
        <Text size="xs" c="var(--hg-quiet)">
          {one.step === '*' ? t('oversight.map.whole') : one.step}
          {one.environment !== '*' && ` · ${one.environment}`}
        </Text>
      </Cell>
      <Cell>
        <Who id={one.grantor} />
        <Text size="xs" c="var(--hg-quiet)">
          <When iso={one.created} />
        </Text>
      </Cell>
      <Cell>{one.used === null ? t('oversight.map.never') : <When iso={one.used} />}</Cell>
      <Cell>
        <Group gap={4} justify="end" wrap="nowrap">
          {less !== null && (
            <RowAct of={t('oversight.map.narrowOf', of)} off={off} disabled={busy} run={narrow}>
              {t('oversight.map.narrow')}
            </RowAct>
          )}
          <RowAct of={t('oversight.map.takeOf', of)} off={off} disabled={busy} run={take}>
            {t('oversight.map.take')}
          </RowAct>
        </Group>
      </Cell>
    </Row>
  );
};

const Mark = ({ text, color = 'gray' }: { readonly text: string; readonly color?: string }) => (
  <Badge variant="outline" color={color} size="sm">
    {text}
  </Badge>
);
