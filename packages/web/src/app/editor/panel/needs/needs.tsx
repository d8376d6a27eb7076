/** What the open step asks for, as sentences: whether it is lent and by whom, with Allow, Narrow and Deny. */

import { Button, Code, Group, Stack, Text, TextInput } from '@mantine/core';
import { keepPreviousData, useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useOff } from '../../../access/may.ts';
import { Who } from '../../../access/who.tsx';
import { type Answer, Refusal } from '../../../transport/client.ts';
import { notify } from '../../../ui/notices.tsx';
import { When } from '../../../ui/when.tsx';
import { useDraftState, useEditor } from '../../editor-context.ts';
import classes from '../form/form.module.css';
import { lends, narrower } from './narrower.ts';

type Need = Answer<'flowPowers'>['needs'][number];
type Grant = Answer<'flowPowers'>['granted'][number];
/** `give`: null lends nothing. `take`: what is taken back after that. */
type Change = { readonly give: string | null; readonly take: readonly Grant[] };

export const Needs = ({ step }: { readonly step: string }) => {
  const { t } = useTranslation();
  const { client, draft } = useEditor();
  const { revision } = useDraftState();
  const queries = useQueryClient();
  const { id } = draft;
  const powers = useQuery({
    queryKey: ['powers', id, revision],
    queryFn: ({ signal }) => client.call('flowPowers', { params: { id }, query: {} }, signal),
    placeholderData: keepPreviousData,
    retry: false,
  });
  const change = useMutation({
    mutationFn: async ({ give, take }: Change) => {
      if (give !== null) await client.call('giveGrants', { params: { id }, body: { grants: [{ step, power: give }] } });
      for (const grant of take) await client.call('takeGrant', { params: { id, grant: grant.id } });
    },
    onError: (error) => {
      if (error instanceof Refusal) notify({ problem: error.problem });
    },
    onSettled: () => queries.invalidateQueries({ queryKey: ['powers'] }),
  });
  const needs = (powers.data?.needs ?? []).filter((one) => one.step === step);
  if (needs.length === 0) return null;
  return (
    <section aria-label={t('needs.title')} data-needs tabIndex={-1}>
      <h2 className={classes.label} style={{ margin: '0 0 8px' }}>
        {t('needs.title')}
      </h2>
      <Stack gap="sm">
        {needs.map((need) => (
          <One
            key={need.power}
            need={need}
            grants={(powers.data?.granted ?? []).filter(
              (one) => one.step === step && !one.void && lends(one.power, need.power),
            )}
            busy={change.isPending}
            change={(wish) => change.mutate(wish)}
          />
        ))}
      </Stack>
    </section>
  );
};

type OneProps = {
  readonly need: Need;
  readonly grants: readonly Grant[];
  readonly busy: boolean;
  readonly change: (wish: Change) => void;
};

const One = ({ need, grants, busy, change }: OneProps) => {
  const { t } = useTranslation();
  const off = useOff('grant.give');
  const [written, setWritten] = useState<string | null>(null);
  const judged = written === null ? null : narrower(need.power, written);
  const why = judged === null || judged.ok ? null : (judged.problem?.text ?? t('needs.more'));
  const [grant] = grants;
  const state = need.lent ? 'lent' : grants.length > 0 ? 'part' : 'missing';
  const button = { size: 'compact-xs', variant: 'default' } as const;
  const allowOff = off ?? (need.lent ? t('needs.already') : undefined);
  const denyOff = off ?? (grants.length === 0 ? t(need.lent ? 'needs.elsewhere' : 'needs.nothing') : undefined);
  return (
    <div className={classes.item}>
      <Text size="sm">{need.sentence}</Text>
      <Text size="xs" c={state === 'lent' ? 'var(--hg-done)' : 'var(--hg-waiting)'}>
        <span aria-hidden>{state === 'lent' ? '✓ ' : '! '}</span>
        {t(`needs.state.${state}`)}
        {grant !== undefined && (
          <>
            {' · '}
            <Who id={grant.grantor} /> <When iso={grant.created} />
          </>
        )}
      </Text>
      <Code>{grant?.power ?? need.power}</Code>
      {written === null ? (
        <Group gap={6}>
          <Button
            {...button}
            disabled={allowOff !== undefined || busy}
            title={allowOff}
            aria-label={t('needs.allowOf', { power: need.power })}
            onClick={() => change({ give: need.power, take: [] })}
          >
            {t('needs.allow')}
          </Button>
          <Button
            {...button}
            disabled={off !== undefined || busy}
            title={off}
            aria-label={t('needs.narrowOf', { power: need.power })}
            onClick={() => setWritten(grant?.power ?? need.power)}
          >
            {t('needs.narrow')}
          </Button>
          <Button
            {...button}
            disabled={denyOff !== undefined || busy}
            title={denyOff}
            aria-label={t('needs.denyOf', { power: need.power })}
            onClick={() => change({ give: null, take: grants })}
          >
            {t('needs.deny')}
          </Button>
        </Group>
      ) : (
        <form
          onSubmit={(event) => {
            event.preventDefault();
            if (judged?.ok !== true) return;
            setWritten(null);
            change({ give: judged.power, take: grants.filter(({ power }) => power !== judged.power) });
          }}
        >
          <TextInput
            autoFocus
            size="xs"
            className="hg-code"
            label={t('needs.only')}
            value={written}
            error={why}
            description={judged?.ok === true && !judged.all ? t('needs.stops', { power: need.power }) : undefined}
            onChange={(event) => setWritten(event.currentTarget.value)}
          />
          <Group gap={6} mt={6}>
            <Button {...button} type="submit" disabled={judged?.ok !== true} title={why ?? undefined}>
              {t('needs.lend')}
            </Button>
            <Button {...button} onClick={() => setWritten(null)}>
              {t('common.cancel')}
            </Button>
          </Group>
        </form>
      )}
    </div>
  );
};
