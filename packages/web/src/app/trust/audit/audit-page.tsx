/** What was done and what was refused, newest first. The search stands in the address. */

import { Badge, Button, Group, NativeSelect, Stack, Text, TextInput } from '@mantine/core';
import { useInfiniteQuery } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useMembers, Who } from '../../access/who.tsx';
import { useEngine } from '../../engine.tsx';
import { Loaded } from '../../problem/loaded.tsx';
import { type TrustSearch, trustRoute } from '../../router/router.tsx';
import type { Answer } from '../../transport/client.ts';
import { Page } from '../../ui/page.tsx';
import { Cell, Row, Table } from '../../ui/table.tsx';
import { When } from '../../ui/when.tsx';

type Record_ = Answer<'listAudit'>['records'][number];

const FAMILIES = ['grant.', 'power.', 'secret.', 'flow.', 'run.', 'key.', 'token.', 'member.'] as const;
const DAY = 86_400_000;
const SPANS = ['1', '7', '30'] as const;

/** The query of the API that a search of the address stands for. */
export const asked = ({ actor, action, decision, about, span }: TrustSearch, now: number) => ({
  ...(actor === undefined ? {} : { actor }),
  ...(action === undefined ? {} : { action }),
  ...(decision === 'allow' || decision === 'deny' ? { decision: decision as 'allow' | 'deny' } : {}),
  ...(about === undefined ? {} : { about }),
  ...(span === undefined ? {} : { since: new Date(now - Number(span) * DAY).toISOString() }),
});

export const AuditPage = () => {
  const { t } = useTranslation();
  const engine = useEngine();
  const search = trustRoute.useSearch();
  const navigate = useNavigate();
  const members = useMembers();
  const set = (part: TrustSearch): void =>
    void navigate({ to: '.', search: (was: TrustSearch) => ({ ...was, ...part }), replace: true });
  const { actor, action, decision, about, span } = search;
  const trail = useInfiniteQuery({
    queryKey: ['audit', actor, action, decision, about, span],
    queryFn: ({ pageParam, signal }) =>
      engine.call(
        'listAudit',
        { query: { ...asked(search, Date.now()), limit: '100', ...(pageParam === '' ? {} : { cursor: pageParam }) } },
        signal,
      ),
    initialPageParam: '',
    getNextPageParam: (page) => page.next,
  });
  return (
    <Page title={t('trust.pages.audit')} lead={t('trust.audit.lead')}>
      <Group align="end" role="search" aria-label={t('trust.audit.search')}>
        <About value={about ?? ''} set={(text) => set({ about: text === '' ? undefined : text })} />
        <NativeSelect
          label={t('trust.audit.actor')}
          value={actor ?? ''}
          data={[
            { value: '', label: t('trust.audit.anybody') },
            ...(members.data?.members ?? []).map(({ user, name }) => ({ value: user, label: name })),
            ...(actor === undefined || members.data?.members.some(({ user }) => user === actor) === true
              ? []
              : [{ value: actor, label: actor }]),
          ]}
          onChange={(event) => set({ actor: event.currentTarget.value || undefined })}
        />
        <NativeSelect
          label={t('trust.audit.action')}
          value={action ?? ''}
          data={[
            { value: '', label: t('trust.audit.anything') },
            ...FAMILIES.map((family) => ({ value: family, label: `${family}*` })),
            ...(action === undefined || FAMILIES.some((one) => one === action)
              ? []
              : [{ value: action, label: action }]),
          ]}
          onChange={(event) => set({ action: event.currentTarget.value || undefined })}
        />
        <NativeSelect
          label={t('trust.audit.decision')}
          value={decision ?? ''}
          data={[
            { value: '', label: t('trust.audit.both') },
            { value: 'allow', label: t('trust.audit.allow') },
            { value: 'deny', label: t('trust.audit.deny') },
          ]}
          onChange={(event) => set({ decision: event.currentTarget.value || undefined })}
        />
        <NativeSelect
          label={t('trust.audit.span')}
          value={span ?? ''}
          data={[
            { value: '', label: t('trust.audit.always') },
            ...SPANS.map((count) => ({ value: count, label: t('trust.days', { count: Number(count) }) })),
          ]}
          onChange={(event) => set({ span: event.currentTarget.value || undefined })}
        />
      </Group>
      <Loaded query={trail} rows={8}>
        {({ pages }) => <Records list={pages.flatMap(({ records }) => records)} />}
      </Loaded>
      {trail.hasNextPage && (
        <Button
          variant="default"
          loading={trail.isFetchingNextPage}
          onClick={() => void trail.fetchNextPage()}
          style={{ alignSelf: 'start' }}
        >
          {t('trust.audit.older')}
        </Button>
      )}
    </Page>
  );
};

/** What is typed is looked for a moment after the last key. */
const About = ({ value, set }: { readonly value: string; readonly set: (text: string) => void }) => {
  const { t } = useTranslation();
  const [text, setText] = useState(value);
  useEffect(() => {
    if (text === value) return undefined;
    const timer = setTimeout(() => set(text), 300);
    return () => clearTimeout(timer);
  }, [text, value, set]);
  return (
    <TextInput
      label={t('trust.audit.about')}
      placeholder={t('trust.audit.aboutPlaceholder')}
      type="search"
      value={text}
      onChange={(event) => setText(event.currentTarget.value)}
      w={260}
    />
  );
};

const Records = ({ list }: { readonly list: readonly Record_[] }) => {
  const { t } = useTranslation();
  if (list.length === 0) return <Text size="sm">{t('trust.audit.none')}</Text>;
  return (
    <Table
      label={t('trust.pages.audit')}
      heads={[
        t('trust.audit.when'),
        t('trust.audit.actor'),
        t('trust.audit.action'),
        t('trust.audit.object'),
        t('trust.audit.decision'),
      ]}
    >
      {list.map((one) => (
        <Row key={one.id}>
          {/* As wide as any of its words, so that no row moves while time goes by. */}
          <Cell miw="9.5rem" style={{ whiteSpace: 'nowrap' }}>
            <When iso={one.at} />
          </Cell>
          <Cell>
            <Who id={one.actor} />
          </Cell>
          <Cell ff="monospace" fz="xs">
            {one.action}
          </Cell>
          <Cell fz="xs" style={{ overflowWrap: 'anywhere' }}>
            <Stack gap={2}>
              <span>{one.object}</span>
              {one.run !== null && (
                <Text size="xs" c="var(--hg-quiet)">
                  {t('trust.audit.inRun', { run: one.run, step: one.step ?? '' })}
                </Text>
              )}
              {one.reason !== null && <Text size="xs">{one.reason}</Text>}
            </Stack>
          </Cell>
          <Cell>
            <Badge variant="outline" color={one.decision === 'deny' ? 'red' : 'teal'}>
              {one.decision === 'deny' ? '✕' : '✓'} {t(`trust.audit.${one.decision}`)}
            </Badge>
          </Cell>
        </Row>
      ))}
    </Table>
  );
};
