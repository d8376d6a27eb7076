/**
 * Running again with another input: that of the old run in a form, changed, as a new run. The old run never changes; each
 * names the other.
 */

import { Button, Group, Modal, Stack, Text } from '@mantine/core';
import { useMediaQuery } from '@mantine/hooks';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { holdsHidden } from '../editor/run/hidden.ts';
import { InputForm, Json } from '../editor/run/input-form.tsx';
import { useEngine } from '../engine.tsx';
import { FailureView } from '../problem/problem-view.tsx';
import classes from './edit-again.module.css';

type Props = {
  readonly run: string;
  /** Run again from this step alone; undefined: all of it. */
  readonly from: string | undefined;
  readonly close: () => void;
  readonly made: (run: string) => void;
};

/** Where a dialog beside the page leaves no room for its fields. */
const NARROW = '(max-width: 560px)';

export const EditAgain = ({ run, from, close, made }: Props) => {
  const { t } = useTranslation();
  const engine = useEngine();
  const queries = useQueryClient();
  const old = useQuery({
    queryKey: ['edit-again', run],
    queryFn: async ({ signal }) => {
      const { flow, version } = await engine.call('getRun', { params: { id: run }, query: { large: 'apart' } }, signal);
      const [{ events }, doc] = await Promise.all([
        engine.call('getJournal', { params: { id: run }, query: { limit: '1' } }, signal),
        version === null
          ? engine.call('getFlow', { params: { id: flow } }, signal).then(({ draft }) => draft)
          : engine
              .call('getVersion', { params: { id: flow, version: String(version) } }, signal)
              .then(({ doc: content }) => content),
      ]);
      const input: unknown = Reflect.get(Object(events[0]?.data), 'input');
      const schema: unknown = Reflect.get(Object(doc), 'input');
      return { input, schema, large: typeof Reflect.get(Object(input), '$blob') === 'string' };
    },
    staleTime: Number.POSITIVE_INFINITY,
  });
  const [changed, setChanged] = useState<{ readonly value: unknown } | null>(null);
  const input = changed === null ? old.data?.input : changed.value;
  const hidden = holdsHidden(JSON.stringify(input) ?? '');
  const again = useMutation({
    mutationFn: () =>
      engine.call('rerunRun', {
        params: { id: run },
        body: { input: input ?? null, ...(from === undefined ? {} : { from }) },
      }),
    onSuccess: async ({ id }) => {
      await queries.invalidateQueries({ queryKey: ['runs'] });
      made(id);
    },
  });
  const narrow = useMediaQuery(NARROW) === true;
  const set = (value: unknown): void => setChanged({ value });
  return (
    <Modal
      opened
      onClose={close}
      title={t('again.title')}
      size="lg"
      fullScreen={narrow}
      closeButtonProps={{ 'aria-label': t('common.close') }}
    >
      <Stack gap="sm">
        <Text size="sm">{from === undefined ? t('again.lead') : t('again.leadFrom', { step: from })}</Text>
        {old.error !== null && <FailureView error={old.error} />}
        {old.data?.large === true ? (
          <Text size="sm">{t('again.large')}</Text>
        ) : (
          old.data !== undefined &&
          (old.data.schema === undefined ? (
            <Json label={t('running.input')} value={input} set={set} />
          ) : (
            <InputForm schema={old.data.schema} value={input} set={set} />
          ))
        )}
        {hidden && (
          <Text size="sm" c="var(--hg-failed)">
            {t('again.hidden')}
          </Text>
        )}
        {again.error !== null && <FailureView error={again.error} />}
        <Group justify="flex-end" gap="xs" className={classes.acts}>
          <Button size="compact-sm" variant="default" onClick={close}>
            {t('common.close')}
          </Button>
          <Button
            size="compact-sm"
            loading={again.isPending}
            disabled={old.data === undefined || old.data.large || hidden}
            title={hidden ? t('again.hidden') : undefined}
            onClick={() => again.mutate()}
          >
            {t('again.run')}
          </Button>
        </Group>
      </Stack>
    </Modal>
  );
};
