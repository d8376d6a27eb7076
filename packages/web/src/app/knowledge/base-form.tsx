/** A new knowledge base: its name, how documents are cut, and whom it lets in. */

import { Button, Group, Modal, NativeSelect, NumberInput, Select, Stack, TextInput } from '@mantine/core';
import { DEFAULT_CHUNKER } from '@headgate/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useEngine } from '../engine.tsx';
import { FailureView } from '../problem/problem-view.tsx';
import { useSignedIn } from '../shell/signed-in.ts';
import type { Answer } from '../transport/client.ts';

type Props = {
  readonly project: string;
  readonly close: (made: Answer<'createKnowledge'> | null) => void;
};

const NAME = /^[A-Za-z][A-Za-z0-9_-]{0,99}$/;
const CUTS = ['headings', 'sentences', 'characters'] as const;

export const BaseForm = ({ project, close }: Props) => {
  const { t } = useTranslation();
  const engine = useEngine();
  const queries = useQueryClient();
  const account = useSignedIn();
  const [name, setName] = useState('');
  const [cut, setCut] = useState<(typeof CUTS)[number]>(DEFAULT_CHUNKER.cut);
  const [size, setSize] = useState<number>(DEFAULT_CHUNKER.size);
  const [overlap, setOverlap] = useState<number>(DEFAULT_CHUNKER.overlap);
  const [letsIn, setLetsIn] = useState<'all' | 'me'>('all');
  const me = account !== null && account !== 'token' ? account.id : null;
  const save = useMutation({
    mutationFn: () =>
      engine.call('createKnowledge', {
        body: {
          project,
          name,
          chunker: { cut, size, overlap },
          readers: letsIn === 'me' && me !== null ? [me] : null,
        },
      }),
    onSuccess: async (made) => {
      close(made);
      await queries.invalidateQueries({ queryKey: ['knowledge', project] });
    },
  });
  const nameOk = NAME.test(name);
  const overlapOk = overlap <= size / 2;
  return (
    <Modal
      opened
      onClose={() => close(null)}
      title={t('knowledge.create')}
      closeButtonProps={{ 'aria-label': t('common.close') }}
    >
      <form
        onSubmit={(event) => {
          event.preventDefault();
          if (nameOk && overlapOk) save.mutate();
        }}
      >
        <Stack>
          <TextInput
            label={t('knowledge.name')}
            description={t('knowledge.nameHint')}
            value={name}
            required
            data-autofocus
            autoComplete="off"
            error={name !== '' && !nameOk ? t('tables.nameWrong') : undefined}
            onChange={(event) => setName(event.currentTarget.value)}
          />
          <Select
            label={t('knowledge.cut')}
            data={CUTS.map((value) => ({ value, label: t(`knowledge.cuts.${value}`) }))}
            value={cut}
            allowDeselect={false}
            onChange={(value) => setCut(CUTS.find((one) => one === value) ?? 'headings')}
          />
          <Group grow align="start">
            <NumberInput
              label={t('knowledge.size')}
              min={200}
              max={8_000}
              value={size}
              onChange={(value) => setSize(Number(value))}
            />
            <NumberInput
              label={t('knowledge.overlap')}
              min={0}
              max={2_000}
              value={overlap}
              error={overlapOk ? undefined : t('knowledge.overlapWrong')}
              onChange={(value) => setOverlap(Number(value))}
            />
          </Group>
          {me !== null && (
            <NativeSelect
              label={t('knowledge.letsIn')}
              value={letsIn}
              data={[
                { value: 'all', label: t('knowledge.letsInAll') },
                { value: 'me', label: t('knowledge.letsInMe') },
              ]}
              onChange={(event) => setLetsIn(event.currentTarget.value === 'me' ? 'me' : 'all')}
            />
          )}
          {save.error !== null && <FailureView error={save.error} />}
          <Group justify="end">
            <Button variant="default" onClick={() => close(null)}>
              {t('common.cancel')}
            </Button>
            <Button type="submit" loading={save.isPending} disabled={!nameOk || !overlapOk}>
              {t('knowledge.create')}
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
};
