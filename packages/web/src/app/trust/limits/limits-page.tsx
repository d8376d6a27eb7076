/** What the runs of the workspace used of what they may, and what steps may reach at all: its policy, and the instance's. */

import { Button, Code, Group, Stack, Text, Textarea } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useId, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useOff, useWorkspaces } from '../../access/may.ts';
import { Who } from '../../access/who.tsx';
import { useEngine } from '../../engine.tsx';
import { Loaded } from '../../problem/loaded.tsx';
import { FailureView } from '../../problem/problem-view.tsx';
import type { Answer } from '../../transport/client.ts';
import { notify } from '../../ui/notices.tsx';
import { Page } from '../../ui/page.tsx';
import { Section } from '../../ui/section.tsx';
import { Cell, Row, Table } from '../../ui/table.tsx';
import { When } from '../../ui/when.tsx';
import { growing } from '../../ui/growing.ts';

const EXAMPLE = 'net: * *.internal.example.com:*';

type Usage = Answer<'getUsage'>;
type Policy = Answer<'getPolicy'>;

export const LimitsPage = () => {
  const { t } = useTranslation();
  const engine = useEngine();
  const { data } = useWorkspaces();
  const id = (data?.workspaces.find(({ chosen }) => chosen) ?? data?.workspaces[0])?.id;
  const enabled = id !== undefined;
  const params = { id: id ?? '' };
  const usage = useQuery({
    queryKey: ['usage', id],
    queryFn: ({ signal }) => engine.call('getUsage', { params }, signal),
    enabled,
  });
  const bounds = useQuery({
    queryKey: ['bounds', id],
    queryFn: ({ signal }) => engine.call('getBounds', { params }, signal),
    enabled,
  });
  const policy = useQuery({ queryKey: ['policy'], queryFn: ({ signal }) => engine.call('getPolicy', {}, signal) });
  return (
    <Page title={t('trust.pages.limits')} lead={t('oversight.limits.lead')}>
      <Stack gap="xl">
        <Section title={t('oversight.limits.used')} lead={t('oversight.limits.usedLead')}>
          <Loaded query={usage}>{(told) => <Used usage={told} />}</Loaded>
        </Section>
        <Section title={t('oversight.limits.policy')} lead={t('oversight.limits.policyLead')}>
          <Loaded query={policy}>{(told) => <PolicyForm key={told.updated} policy={told} />}</Loaded>
        </Section>
        <Section title={t('oversight.limits.bounds')} lead={t('oversight.limits.boundsLead')}>
          <Loaded query={bounds} rows={1}>
            {({ only, denied }) => (
              <Stack gap={4}>
                {only === undefined && denied.length === 0 && <Text size="sm">{t('oversight.limits.unbounded')}</Text>}
                {only !== undefined && <Listed title={t('oversight.limits.only')} powers={only} />}
                {denied.length > 0 && <Listed title={t('oversight.limits.denied')} powers={denied} />}
              </Stack>
            )}
          </Loaded>
        </Section>
      </Stack>
    </Page>
  );
};

const Listed = ({ title, powers }: { readonly title: string; readonly powers: readonly string[] }) => (
  <div>
    <Text size="sm" fw={600}>
      {title}
    </Text>
    {powers.map((one) => (
      <Code key={one} block>
        {one}
      </Code>
    ))}
  </div>
);

/** Money is told in the unit of the instance's currency; bytes in binary units. */
const Used = ({ usage }: { readonly usage: Usage }) => {
  const { t, i18n } = useTranslation();
  const plain = new Intl.NumberFormat(i18n.language);
  const money = (n: number): string =>
    new Intl.NumberFormat(i18n.language, { minimumFractionDigits: 2 }).format(n / 1_000_000);
  const bytes = (n: number): string =>
    `${new Intl.NumberFormat(i18n.language, { maximumFractionDigits: 1 }).format(n / 1_048_576)} MiB`;
  const { quota, day, month } = usage;
  const rows = [
    ...(['runs', 'tokens', 'money'] as const).flatMap((what) =>
      (['day', 'month'] as const).map((period) => ({
        key: `${what} ${period}`,
        title: t(`oversight.limits.what.${what}`, { period: t(`oversight.limits.${period}`) }),
        used: (period === 'day' ? day : month)[what],
        most: quota[what]?.[period],
        resets: (period === 'day' ? day : month).resets,
        say: what === 'money' ? money : plain.format,
      })),
    ),
    {
      key: 'concurrent',
      title: t('oversight.limits.what.concurrent'),
      used: usage.concurrent,
      most: quota.concurrent,
      resets: null,
      say: plain.format,
    },
    {
      key: 'bytes',
      title: t('oversight.limits.what.bytes'),
      used: usage.bytes,
      most: quota.bytes,
      resets: null,
      say: bytes,
    },
  ];
  return (
    <Table
      label={t('oversight.limits.used')}
      heads={[
        t('oversight.limits.of'),
        { number: t('oversight.limits.now') },
        { number: t('oversight.limits.most') },
        t('oversight.limits.share'),
        t('oversight.limits.resets'),
      ]}
    >
      {rows.map(({ key, title, used, most, resets, say }) => (
        <Row key={key}>
          <Cell>{title}</Cell>
          <Cell ta="right" className="hg-number">
            {say(used)}
          </Cell>
          <Cell ta="right" className="hg-number">
            {most === undefined ? t('oversight.limits.none') : say(most)}
          </Cell>
          <Cell>
            {most !== undefined && (
              <meter aria-label={title} min={0} max={Math.max(1, most)} high={0.8 * most} value={used} />
            )}
          </Cell>
          <Cell>{resets === null ? '' : <When iso={resets} />}</Cell>
        </Row>
      ))}
    </Table>
  );
};

const lines = (text: string): string[] =>
  text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '');

const PolicyForm = ({ policy }: { readonly policy: Policy }) => {
  const { t } = useTranslation();
  const engine = useEngine();
  const queries = useQueryClient();
  const off = useOff('workspace.manage');
  const help = useId();
  const [only, setOnly] = useState((policy.only ?? []).join('\n'));
  const [denied, setDenied] = useState(policy.denied.join('\n'));
  const save = useMutation({
    mutationFn: () => {
      const listed = lines(only);
      return engine.call('setPolicy', {
        body: { ...(listed.length === 0 ? {} : { only: listed }), denied: lines(denied) },
      });
    },
    onSuccess: async () => {
      notify({ text: t('oversight.limits.saved') });
      await queries.invalidateQueries({ queryKey: ['policy'] });
    },
  });
  const same = only === (policy.only ?? []).join('\n') && denied === policy.denied.join('\n');
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        save.mutate();
      }}
    >
      <Stack gap="xs" maw={680}>
        <Textarea
          label={t('oversight.limits.denied')}
          description={t('oversight.limits.deniedHelp')}
          placeholder={EXAMPLE}
          {...growing(2)}
          className="hg-code"
          disabled={off !== undefined}
          value={denied}
          onChange={({ currentTarget }) => setDenied(currentTarget.value)}
        />
        <Textarea
          label={t('oversight.limits.only')}
          description={t('oversight.limits.onlyHelp')}
          {...growing(2)}
          className="hg-code"
          disabled={off !== undefined}
          value={only}
          onChange={({ currentTarget }) => setOnly(currentTarget.value)}
        />
        {save.error !== null && <FailureView error={save.error} />}
        <Group>
          <Button
            type="submit"
            variant="default"
            loading={save.isPending}
            disabled={off !== undefined || same}
            title={off}
            aria-describedby={help}
          >
            {t('common.save')}
          </Button>
          <Text size="xs" c="var(--hg-quiet)" id={help}>
            {off ??
              (policy.updated === null ? (
                t('oversight.limits.never')
              ) : (
                <>
                  {t('oversight.limits.set')} <Who id={policy.by} /> · <When iso={policy.updated} />
                </>
              ))}
          </Text>
        </Group>
      </Stack>
    </form>
  );
};
