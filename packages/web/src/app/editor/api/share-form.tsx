/** The flow as a form: its address to send, and who may use it. */

import { Anchor, Code, Group, NativeSelect } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { useOff } from '../../access/may.ts';
import { tell } from '../../problem/tell.ts';
import { paths } from '../../router/paths.ts';
import { CopyButton } from '../../ui/copy-button.tsx';
import { Section } from '../../ui/section.tsx';
import { useEditor } from '../editor-context.ts';

const VISIBILITIES = ['private', 'project', 'workspace', 'public'] as const;

export const ShareForm = () => {
  const { t } = useTranslation();
  const { client, draft } = useEditor();
  const queries = useQueryClient();
  const off = useOff('flow.share');
  const { id } = draft;
  const flow = useQuery({
    queryKey: ['flow', id],
    queryFn: ({ signal }) => client.call('getFlow', { params: { id } }, signal),
  });
  const share = useMutation({
    mutationFn: (visibility: (typeof VISIBILITIES)[number]) =>
      client.call('patchFlow', { params: { id }, body: { visibility } }),
    onSettled: () => queries.invalidateQueries({ queryKey: ['flow', id] }),
    onError: tell,
  });
  const address = `${client.transport.origin}${paths.form(id)}`;
  return (
    <Section title={t('forms.share.title')} lead={t('forms.share.lead')}>
      <Group gap="xs">
        <Code style={{ overflowWrap: 'anywhere' }}>{address}</Code>
        <CopyButton value={address} />
        <Anchor size="sm" href={paths.form(id)} target="_blank" rel="noreferrer">
          {t('forms.share.open')}
        </Anchor>
      </Group>
      <NativeSelect
        label={t('forms.share.who')}
        w={320}
        value={flow.data?.visibility ?? 'project'}
        disabled={off !== undefined || flow.data === undefined}
        title={off}
        data={VISIBILITIES.map((one) => ({ value: one, label: t(`forms.share.visibilities.${one}`) }))}
        onChange={({ currentTarget }) => {
          const chosen = VISIBILITIES.find((one) => one === currentTarget.value);
          if (chosen !== undefined) share.mutate(chosen);
        }}
      />
    </Section>
  );
};
