/** Puts a run into a dataset: what it was given is the input of a row and, where somebody says so, what it answered is expected. */

import { Button, Checkbox, Group, Modal, NativeSelect, Stack, Text, Textarea, TextInput } from '@mantine/core';
import type { EvalRow } from '@headgate/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useEngine } from '../engine.tsx';
import type { Out } from '../editor/run/fold.ts';
import { Loaded } from '../problem/loaded.tsx';
import { FailureView } from '../problem/problem-view.tsx';
import type { Answer } from '../transport/client.ts';
import { growing } from '../ui/growing.ts';
import { notify } from '../ui/notices.tsx';

type Props = {
  readonly run: string;
  readonly project: string;
  readonly input: unknown;
  /** Null: it gave none, or one that is held apart. */
  readonly output: Out | null;
  readonly close: () => void;
};

export const AddRun = (props: Props) => {
  const { t } = useTranslation();
  const engine = useEngine();
  const list = useQuery({
    queryKey: ['datasets', props.project],
    queryFn: ({ signal }) => engine.call('listDatasets', { query: { project: props.project } }, signal),
  });
  return (
    <Modal
      opened
      onClose={props.close}
      title={t('evaluations.addRun.open')}
      closeButtonProps={{ 'aria-label': t('common.close') }}
    >
      <Loaded query={list}>{({ datasets }) => <Form {...props} datasets={datasets} />}</Loaded>
    </Modal>
  );
};

type FormProps = Props & { readonly datasets: Answer<'listDatasets'>['datasets'] };

const Form = ({ run, project, input, output, close, datasets }: FormProps) => {
  const { t } = useTranslation();
  const engine = useEngine();
  const queries = useQueryClient();
  const [dataset, setDataset] = useState(datasets[0]?.id ?? '');
  const [fresh, setFresh] = useState('');
  const [name, setName] = useState(run);
  const [expects, setExpects] = useState(false);
  const [criteria, setCriteria] = useState('');
  const given = output !== null && 'value' in output ? output : null;
  const add = useMutation({
    mutationFn: async (): Promise<string> => {
      const row: EvalRow = {
        name: name.trim(),
        input,
        ...(expects && given !== null ? { expected: given.value } : {}),
        ...(criteria.trim() === '' ? {} : { criteria: criteria.trim() }),
      };
      if (dataset === '') {
        const made = await engine.call('createDataset', { body: { project, name: fresh.trim(), rows: [row] } });
        return made.name;
      }
      const place = { params: { id: dataset }, query: { project } };
      const was = await engine.call('getDataset', place);
      // Over the version that was read: what somebody wrote meanwhile stays.
      await engine.call('putDataset', {
        ...place,
        body: { name: was.name, rows: [...was.rows, row], version: was.version },
      });
      return was.name;
    },
    onSuccess: async (into) => {
      close();
      notify({ text: t('evaluations.addRun.done', { name: name.trim(), dataset: into }) });
      await queries.invalidateQueries({ queryKey: ['datasets', project] });
    },
  });
  const complete = name.trim() !== '' && (dataset !== '' || fresh.trim() !== '');
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        if (complete) add.mutate();
      }}
    >
      <Stack>
        <Text size="sm">{t('evaluations.addRun.lead')}</Text>
        <NativeSelect
          label={t('evaluations.addRun.dataset')}
          data-autofocus
          value={dataset}
          data={[
            ...datasets.map((one) => ({ value: one.id, label: one.name })),
            { value: '', label: t('evaluations.addRun.fresh') },
          ]}
          onChange={(event) => setDataset(event.currentTarget.value)}
        />
        {dataset === '' && (
          <TextInput
            label={t('evaluations.addRun.freshName')}
            required
            maxLength={200}
            autoComplete="off"
            value={fresh}
            onChange={(event) => setFresh(event.currentTarget.value)}
          />
        )}
        <TextInput
          label={t('evaluations.addRun.name')}
          required
          maxLength={200}
          autoComplete="off"
          value={name}
          onChange={(event) => setName(event.currentTarget.value)}
        />
        {given !== null && (
          <Checkbox
            label={t('evaluations.addRun.expected')}
            checked={expects}
            onChange={(event) => setExpects(event.currentTarget.checked)}
          />
        )}
        <Textarea
          label={t('evaluations.addRun.criteria')}
          {...growing(2, 8)}
          value={criteria}
          onChange={(event) => setCriteria(event.currentTarget.value)}
        />
        {add.error !== null && <FailureView error={add.error} />}
        <Group justify="end">
          <Button variant="default" onClick={close}>
            {t('common.cancel')}
          </Button>
          <Button type="submit" loading={add.isPending} disabled={!complete}>
            {t('evaluations.addRun.go')}
          </Button>
        </Group>
      </Stack>
    </form>
  );
};
