/** All values of one environment. They are set over the revision they were made from: what somebody else set meanwhile is not lost. */

import { Button, CloseButton, Group, Modal, Stack, Text, TextInput } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useEngine } from '../../engine.tsx';
import { Loaded } from '../../problem/loaded.tsx';
import { FailureView } from '../../problem/problem-view.tsx';
import type { Answer } from '../../transport/client.ts';
import { typedOf, valueOf } from './written.ts';

type Props = { readonly project: string; readonly name: string; readonly close: () => void };
type Line = { readonly key: number; readonly name: string; readonly typed: string };

export const EditValues = ({ project, name, close }: Props) => {
  const { t } = useTranslation();
  const engine = useEngine();
  const vars = useQuery({
    queryKey: ['environments', project, name, 'edit'],
    queryFn: ({ signal }) => engine.call('getVars', { params: { project, environment: name } }, signal),
    // Typed over: another look would take the typing away.
    staleTime: Number.POSITIVE_INFINITY,
    gcTime: 0,
  });
  return (
    <Modal
      opened
      onClose={close}
      size="lg"
      title={t('environments.editOf', { name })}
      closeButtonProps={{ 'aria-label': t('common.close') }}
    >
      <Loaded query={vars}>{(told) => <Lines project={project} name={name} vars={told} close={close} />}</Loaded>
    </Modal>
  );
};

const Lines = ({ project, name, vars, close }: Props & { readonly vars: Answer<'getVars'> }) => {
  const { t } = useTranslation();
  const engine = useEngine();
  const queries = useQueryClient();
  const [lines, setLines] = useState<readonly Line[]>(() =>
    Object.entries(vars.vars).map(([one, value], key) => ({ key, name: one, typed: typedOf(value) })),
  );
  const put = (key: number, part: Partial<Line>): void =>
    setLines(lines.map((line) => (line.key === key ? { ...line, ...part } : line)));
  const save = useMutation({
    mutationFn: () =>
      engine.call('putVars', {
        params: { project, environment: name },
        body: {
          revision: vars.revision,
          vars: Object.fromEntries(
            lines.filter((line) => line.name.trim() !== '').map((line) => [line.name.trim(), valueOf(line.typed)]),
          ),
        },
      }),
    onSuccess: async () => {
      close();
      await queries.invalidateQueries({ queryKey: ['environments'] });
    },
  });
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        save.mutate();
      }}
    >
      <Stack>
        <Text size="sm">{t('environments.typing')}</Text>
        {lines.map((line) => (
          <Group key={line.key} wrap="nowrap" align="end" gap="xs">
            <TextInput
              label={t('environments.value')}
              value={line.name}
              onChange={({ currentTarget }) => put(line.key, { name: currentTarget.value })}
              w={160}
              className="hg-code"
            />
            <TextInput
              label={t('environments.is')}
              value={line.typed}
              onChange={({ currentTarget }) => put(line.key, { typed: currentTarget.value })}
              flex={1}
            />
            <CloseButton
              aria-label={t('environments.removeOf', { name: line.name })}
              onClick={() => setLines(lines.filter(({ key }) => key !== line.key))}
            />
          </Group>
        ))}
        <Button
          variant="default"
          size="compact-sm"
          style={{ alignSelf: 'start' }}
          onClick={() =>
            setLines([...lines, { key: Math.max(-1, ...lines.map(({ key }) => key)) + 1, name: '', typed: '' }])
          }
        >
          {t('environments.add')}
        </Button>
        {save.error !== null && <FailureView error={save.error} />}
        <Group justify="end">
          <Button variant="default" onClick={close}>
            {t('common.cancel')}
          </Button>
          <Button type="submit" loading={save.isPending}>
            {t('common.save')}
          </Button>
        </Group>
      </Stack>
    </form>
  );
};
