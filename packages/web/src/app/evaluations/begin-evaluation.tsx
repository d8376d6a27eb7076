/** Begins an evaluation: which version, over which dataset, by which scores. It begins as the latest one was, so that the two can be compared. */

import { Button, Group, Modal, NativeSelect, NumberInput, Skeleton, Stack } from '@mantine/core';
import { EVAL_AT_ONCE, EVAL_LIMITS } from '@headgate/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useOff } from '../access/may.ts';
import { useEngine } from '../engine.tsx';
import { FailureView } from '../problem/problem-view.tsx';
import type { Answer } from '../transport/client.ts';
import { ScoreFields } from './score-fields.tsx';
import { draftOfScore, newScore, readScore, type ScoreDraft } from './scores.ts';

type Props = {
  readonly flow: string;
  readonly project: string;
  /** Undefined: they are not known yet. */
  readonly datasets: Answer<'listDatasets'>['datasets'] | undefined;
  /** Is given the id of what was begun. */
  readonly close: (made: string | null) => void;
};

type Last = Answer<'listEvaluations'>['evaluations'][number] | undefined;

export const BeginEvaluation = ({ datasets, ...props }: Props) => {
  const { t } = useTranslation();
  const engine = useEngine();
  const last = useQuery({
    queryKey: ['evaluations', props.flow],
    queryFn: ({ signal }) => engine.call('listEvaluations', { params: { id: props.flow } }, signal),
  });
  const versions = useQuery({
    queryKey: ['versions', props.flow, 'to evaluate'],
    queryFn: ({ signal }) => engine.call('listVersions', { params: { id: props.flow } }, signal),
  });
  const failed = last.error ?? versions.error;
  return (
    <Modal
      opened
      size="lg"
      onClose={() => props.close(null)}
      title={t('evaluations.begin.open')}
      closeButtonProps={{ 'aria-label': t('common.close') }}
    >
      {failed !== null ? (
        <FailureView error={failed} />
      ) : datasets === undefined || last.data === undefined || versions.data === undefined ? (
        <Skeleton h={240} aria-busy aria-label={t('common.loading')} />
      ) : (
        <Form
          {...{ ...props, datasets }}
          last={last.data.evaluations[0]}
          versions={versions.data.versions.map((one) => one.version)}
        />
      )}
    </Modal>
  );
};

const DRAFT = 'draft';

type FormProps = Props & {
  readonly datasets: Answer<'listDatasets'>['datasets'];
  readonly last: Last;
  readonly versions: readonly number[];
};

const Form = ({ flow, project, datasets, close, last, versions }: FormProps) => {
  const { t } = useTranslation();
  const engine = useEngine();
  const queries = useQueryClient();
  const offDraft = useOff('flow.write');
  const [dataset, setDataset] = useState(
    () => (datasets.find(({ id }) => id === last?.dataset.id) ?? datasets[0])?.id ?? '',
  );
  const [version, setVersion] = useState(() => String(versions[0] ?? DRAFT));
  const [environment, setEnvironment] = useState(last?.environment ?? 'default');
  const [scores, setScores] = useState<readonly ScoreDraft[]>(() =>
    last === undefined ? [newScore()] : last.scores.map(draftOfScore),
  );
  const [atOnce, setAtOnce] = useState(last?.atOnce ?? EVAL_AT_ONCE);
  const [tried, setTried] = useState(false);
  const environments = useQuery({
    queryKey: ['environments', project],
    queryFn: ({ signal }) => engine.call('listEnvironments', { params: { project } }, signal),
  });
  const flows = useQuery({
    queryKey: ['flows', 'of', project],
    queryFn: ({ signal }) => engine.call('listFlows', { query: { project, limit: '200' } }, signal),
  });
  const judges = (flows.data?.flows ?? []).filter((one) => one.version !== null && one.id !== flow);
  const read = scores.map(readScore);
  const begin = useMutation({
    mutationFn: () =>
      engine.call('beginEvaluation', {
        params: { id: flow },
        body: {
          dataset,
          scores: read.flatMap((one) => (one.ok ? [one.value] : [])),
          atOnce,
          ...(version === DRAFT ? { draft: true as const } : { version: Number(version) }),
          ...(environment === 'default' ? {} : { environment }),
        },
      }),
    onSuccess: async ({ id }) => {
      close(id);
      await queries.invalidateQueries({ queryKey: ['evaluations', flow] });
    },
  });
  const rooms = environments.data?.environments ?? [];
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        setTried(true);
        if (read.every(({ ok }) => ok) && dataset !== '') begin.mutate();
      }}
    >
      <Stack>
        <NativeSelect
          label={t('evaluations.begin.dataset')}
          data-autofocus
          value={dataset}
          data={datasets.map(({ id, name, size }) => ({
            value: id,
            label: t('evaluations.begin.datasetOf', { name, count: size }),
          }))}
          onChange={(event) => setDataset(event.currentTarget.value)}
        />
        <Group grow align="start">
          <NativeSelect
            label={t('evaluations.begin.version')}
            value={version}
            data={[
              ...versions.map((one) => ({ value: String(one), label: t('evaluations.version', { version: one }) })),
              { value: DRAFT, label: t('evaluations.draft'), disabled: offDraft !== undefined },
            ]}
            onChange={(event) => setVersion(event.currentTarget.value)}
          />
          {rooms.length > 1 && (
            <NativeSelect
              label={t('evaluations.begin.environment')}
              value={environment}
              data={rooms.map(({ name }) => name)}
              onChange={(event) => setEnvironment(event.currentTarget.value)}
            />
          )}
          <NumberInput
            label={t('evaluations.begin.atOnce')}
            min={1}
            max={EVAL_LIMITS.atOnce}
            clampBehavior="strict"
            value={atOnce}
            onChange={(value) => setAtOnce(Number(value) || 1)}
          />
        </Group>
        {scores.map((one, at) => {
          const result = read[at];
          return (
            <ScoreFields
              key={one.key}
              draft={one}
              number={at + 1}
              fault={tried && result?.ok === false ? result.fault : undefined}
              judges={judges}
              change={(part) =>
                setScores((was) => was.map((other) => (other.key === one.key ? { ...other, ...part } : other)))
              }
              remove={
                scores.length < 2 ? undefined : () => setScores((was) => was.filter((other) => other.key !== one.key))
              }
            />
          );
        })}
        <Group>
          <Button
            size="compact-sm"
            variant="default"
            disabled={scores.length >= EVAL_LIMITS.scores}
            onClick={() => setScores((was) => [...was, newScore(was.length === 0 ? 'exact' : 'similarity')])}
          >
            {t('evaluations.score.add')}
          </Button>
        </Group>
        {begin.error !== null && <FailureView error={begin.error} />}
        <Group justify="end">
          <Button variant="default" onClick={() => close(null)}>
            {t('common.cancel')}
          </Button>
          <Button type="submit" loading={begin.isPending}>
            {t('evaluations.begin.go')}
          </Button>
        </Group>
      </Stack>
    </form>
  );
};
