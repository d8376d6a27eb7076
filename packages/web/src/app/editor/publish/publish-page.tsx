/**
 * Publishing: what the next version changes against the latest, the powers it gains and lacks, a note, and afterwards the
 * addresses of its webhooks. What is published is the very revision that was looked at.
 */

import { Alert, Anchor, Button, Checkbox, Code, Group, Stack, Text, TextInput } from '@mantine/core';
import type { FlowDiff } from '@headgate/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useOff } from '../../access/may.ts';
import { FailureView, ProblemView } from '../../problem/problem-view.tsx';
import { Loaded } from '../../problem/loaded.tsx';
import type { Answer } from '../../transport/client.ts';
import { announce } from '../../ui/announce.ts';
import { Section } from '../../ui/section.tsx';
import { useDraftState, useEditor } from '../editor-context.ts';
import { chatAddress } from '../api/share-chat.tsx';
import { namesOf } from '../names.ts';
import { chatOf } from '../playground/chat-of.ts';
import { useAddresses } from './addresses.ts';
import { DiffView } from './diff-view.tsx';
import { PinsLeft } from './pins-left.tsx';
import { Webhooks } from './webhooks.tsx';

type Powers = Answer<'flowPowers'>;
type Looked = {
  readonly latest: number | null;
  readonly diff: FlowDiff;
  readonly powers: Powers;
  readonly check: Answer<'checkFlow'>;
};

const keyOf = ({ step, power }: { readonly step: string; readonly power: string }): string => `${step} ${power}`;

export const PublishPage = () => {
  const { t } = useTranslation();
  const { client, draft } = useEditor();
  const { revision, word, flow } = useDraftState();
  const queries = useQueryClient();
  const [note, setNote] = useState('');
  const [lend, setLend] = useState<ReadonlySet<string>>(new Set());
  const mayPublish = useOff('flow.publish');
  const mayLend = useOff('grant.give');
  useEffect(() => void draft.flush(), [draft]);
  const id = draft.id;

  const look = useQuery({
    queryKey: ['publish', id, revision],
    enabled: word === 'saved',
    queryFn: async ({ signal }): Promise<Looked> => {
      const params = { id };
      const [versions, change, powers, check] = await Promise.all([
        client.call('listVersions', { params }, signal),
        client.call('diffFlow', { params, query: {} }, signal),
        client.call('flowPowers', { params, query: {} }, signal),
        client.call('checkFlow', { body: { draft: flow } }, signal),
      ]);
      return { latest: versions.versions[0]?.version ?? null, diff: change.diff as FlowDiff, powers, check };
    },
  });
  const publish = useMutation({
    mutationFn: async () => {
      const grant = (look.data?.powers.missing ?? []).filter((one) => lend.has(keyOf(one)));
      const body = {
        revision,
        ...(note.trim() === '' ? {} : { note: note.trim() }),
        ...(grant.length === 0 ? {} : { grant }),
      };
      return client.call('publishFlow', { params: { id }, body });
    },
    onSuccess: async ({ version }) => {
      setNote('');
      setLend(new Set());
      announce(t('publish.done', { version }));
      await Promise.all(
        ['publish', 'versions', 'flows', 'powers', 'webhooks'].map((key) =>
          queries.invalidateQueries({ queryKey: [key] }),
        ),
      );
    },
    onError: () => void queries.invalidateQueries({ queryKey: ['publish'] }),
  });

  const made = publish.data;
  const talks = chatOf(flow) !== undefined;
  // What was published told them, too; one may have another address since.
  const addresses = useAddresses();
  const off = look.data === undefined ? t('publish.off.looking') : whyOff(look.data);
  function whyOff({ latest, diff, check, powers }: Looked): string | undefined {
    if (mayPublish !== undefined) return mayPublish;
    if (word !== 'saved') return t('publish.off.unsaved');
    if (check.problems.length > 0) return t('publish.off.problems', { count: check.problems.length });
    if (latest !== null && diff.same) return t('publish.off.same', { version: latest });
    const lacks = powers.missing.filter((one) => !lend.has(keyOf(one)));
    if (lacks.length > 0) return t('publish.off.missing', { count: lacks.length });
    return undefined;
  }

  return (
    <Stack>
      {made !== undefined && look.data?.diff.same !== false && (
        <Alert color="teal" variant="outline" title={t('publish.done', { version: made.version })} role="status">
          <Stack gap="xs">
            {talks && (
              <Anchor
                size="sm"
                href={chatAddress(client.transport.origin, draft.id)}
                target="_blank"
                rel="noreferrer"
                w="fit-content"
              >
                {t('publish.chat.open')}
              </Anchor>
            )}
            {(made.webhooks.length > 0 || !talks) && (
              <Text size="sm">{made.webhooks.length === 0 ? t('publish.noWebhooks') : t('publish.webhooks')}</Text>
            )}
            {made.ended !== undefined && made.ended.length > 0 && (
              <Text size="sm">
                {t('publish.ended')} <Code>{made.ended.map(keyOf).join(', ')}</Code>
              </Text>
            )}
            <Webhooks list={addresses.data?.webhooks ?? made.webhooks} />
          </Stack>
        </Alert>
      )}
      <Loaded query={look} rows={6}>
        {({ latest, diff, powers, check }) => (
          <Stack>
            <Text size="sm">
              {latest === null ? t('publish.first') : t('publish.against', { version: latest, next: latest + 1 })}
            </Text>
            {check.problems.length > 0 && (
              <Section title={t('publish.problems')}>
                {check.problems.slice(0, 5).map((problem) => (
                  <ProblemView key={`${problem.code} ${problem.at?.step} ${problem.at?.field}`} problem={problem} />
                ))}
              </Section>
            )}
            {powers.missing.length > 0 && (
              <Section
                title={t('publish.missing.title')}
                lead={mayLend ?? t('publish.missing.lead')}
                acts={
                  <Button
                    size="compact-xs"
                    variant="default"
                    disabled={mayLend !== undefined}
                    title={mayLend}
                    onClick={() => setLend(new Set(powers.missing.map(keyOf)))}
                  >
                    {t('publish.missing.all')}
                  </Button>
                }
              >
                {powers.missing.map((one) => (
                  <Checkbox
                    key={keyOf(one)}
                    disabled={mayLend !== undefined}
                    checked={lend.has(keyOf(one))}
                    onChange={(event) => {
                      const next = new Set(lend);
                      if (event.currentTarget.checked) next.add(keyOf(one));
                      else next.delete(keyOf(one));
                      setLend(next);
                    }}
                    label={
                      <>
                        {powers.needs.find((need) => keyOf(need) === keyOf(one))?.sentence ?? one.power}{' '}
                        <Code>{one.power}</Code> {t('publish.diff.forStep', { step: one.step })}
                      </>
                    }
                  />
                ))}
              </Section>
            )}
            {latest === null ? <FirstOf powers={powers} /> : <DiffView diff={diff} names={namesOf(flow)} />}
            {check.warnings.length > 0 && (
              <Section title={t('publish.warnings')}>
                <ul>
                  {check.warnings.map(({ code, text, at }) => (
                    <li key={`${code} ${at?.step} ${at?.field}`}>
                      <Text size="sm">
                        {at?.step === undefined ? '' : `${at.step}: `}
                        {text}
                      </Text>
                    </li>
                  ))}
                </ul>
              </Section>
            )}
            <PinsLeft flow={flow} />
            {publish.error !== null && <FailureView error={publish.error} />}
            <form
              onSubmit={(event) => {
                event.preventDefault();
                if (off === undefined) publish.mutate();
              }}
            >
              <Group align="end">
                <TextInput
                  label={t('publish.note')}
                  placeholder={t('publish.notePlaceholder')}
                  value={note}
                  maxLength={200}
                  onChange={(event) => setNote(event.currentTarget.value)}
                  style={{ flex: 1 }}
                />
                <Button
                  type="submit"
                  loading={publish.isPending}
                  disabled={off !== undefined}
                  aria-describedby="publish-off"
                >
                  {t('publish.act', { version: (latest ?? 0) + 1 })}
                </Button>
              </Group>
              <Text id="publish-off" size="sm" mt={4} c="var(--hg-quiet)">
                {off ?? t('publish.ready')}
              </Text>
            </form>
          </Stack>
        )}
      </Loaded>
    </Stack>
  );
};

/** Nothing to compare with: what the first version may touch. */
const FirstOf = ({ powers }: { readonly powers: Powers }) => {
  const { t } = useTranslation();
  if (powers.needs.length === 0) return <Text size="sm">{t('publish.noPowers')}</Text>;
  return (
    <Section title={t('publish.diff.powers')}>
      <ul>
        {powers.needs.map((need) => (
          <li key={keyOf(need)}>
            <Text size="sm">
              {need.sentence} <Code>{need.power}</Code> {t('publish.diff.forStep', { step: need.step })}
            </Text>
          </li>
        ))}
      </ul>
    </Section>
  );
};
