/**
 * Another address for a webhook: what becomes of the present one is chosen first. It cannot be taken back, since nobody may
 * choose an address; an overlap leaves time to tell who sends.
 */

import { Button, Group, Modal, NativeSelect, Stack, Text } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { FailureView } from '../../problem/problem-view.tsx';
import { announce } from '../../ui/announce.ts';
import { useEditor } from '../editor-context.ts';
import { type Address, DEFAULT } from './addresses.ts';

/** Seconds that the present address stays good. */
const SECONDS = { day: 86_400, hour: 3600, week: 604_800, now: 0 } as const;
const ENDS = ['day', 'hour', 'week', 'now'] as const;

type Props = { readonly trigger: string; readonly environment: string; readonly close: () => void };

export const NewAddress = ({ trigger, environment, close }: Props) => {
  const { t } = useTranslation();
  const { client, draft } = useEditor();
  const queries = useQueryClient();
  const [ends, setEnds] = useState<(typeof ENDS)[number]>('day');
  const { id } = draft;
  const replace = useMutation({
    mutationFn: () =>
      client.call('rotateWebhook', {
        params: { id, trigger },
        body: { ...(environment === DEFAULT ? {} : { environment }), overlap: SECONDS[ends] },
      }),
    onSuccess: async (made) => {
      queries.setQueryData<{ webhooks: readonly Address[] }>(['webhooks', id, environment], (was) =>
        was === undefined
          ? was
          : { webhooks: was.webhooks.map((one) => (one.trigger === trigger ? { ...one, ...made } : one)) },
      );
      close();
      announce(t('address.done', { trigger }));
      await queries.invalidateQueries({ queryKey: ['webhooks', id] });
    },
  });
  return (
    <Modal
      opened
      onClose={close}
      title={t('address.replaceOf', { trigger })}
      closeButtonProps={{ 'aria-label': t('common.close') }}
    >
      <form
        onSubmit={(event) => {
          event.preventDefault();
          // Within a panel or a drawer, whose own forms are not meant.
          event.stopPropagation();
          replace.mutate();
        }}
      >
        <Stack>
          <Text size="sm">{t('address.lead')}</Text>
          <NativeSelect
            data-autofocus
            label={t('address.old')}
            description={ends === 'now' ? t('address.atOnce') : t('address.overlap')}
            inputWrapperOrder={['label', 'input', 'description']}
            value={ends}
            data={ENDS.map((value) => ({ value, label: t(`address.ends.${value}`) }))}
            onChange={({ currentTarget }) => setEnds(ENDS.find((one) => one === currentTarget.value) ?? 'day')}
          />
          {replace.error !== null && <FailureView error={replace.error} />}
          <Group justify="end">
            <Button variant="default" onClick={close}>
              {t('common.cancel')}
            </Button>
            <Button type="submit" loading={replace.isPending} color={ends === 'now' ? 'red' : undefined}>
              {t('address.replace')}
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
};
