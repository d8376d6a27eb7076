/** Back to an older version for everybody, in one act: its document is published again, as the next version. The draft stays as it is. */

import { Button, Checkbox, Code, Group, Modal, Stack, Text, TextInput } from '@mantine/core';
import type { FlowDiff } from '@headgate/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { FailureView } from '../../problem/problem-view.tsx';
import { Loaded } from '../../problem/loaded.tsx';
import { tell } from '../../problem/tell.ts';
import { Refusal } from '../../transport/client.ts';
import { notify } from '../../ui/notices.tsx';
import { useEditor } from '../editor-context.ts';
import { DiffView } from '../publish/diff-view.tsx';

type Lent = { readonly step: string; readonly power: string };
type Props = { readonly version: number; readonly latest: number; readonly close: () => void };

/** What a refusal says is not lent. */
const missingIn = (error: unknown): readonly Lent[] =>
  error instanceof Refusal && error.problem.code === 'grant.missing' ? (error.more.missing as readonly Lent[]) : [];

export const RollBack = ({ version, latest, close }: Props) => {
  const { t } = useTranslation();
  const { client, draft } = useEditor();
  const queries = useQueryClient();
  const [note, setNote] = useState<string>(() => t('publish.back.noteOf', { version }));
  const [lend, setLend] = useState(false);
  const id = draft.id;
  const change = useQuery({
    queryKey: ['diff', id, latest, version],
    queryFn: ({ signal }) =>
      client.call('diffFlow', { params: { id }, query: { from: String(latest), to: String(version) } }, signal),
  });
  const publish = (again: number, why: string, grant: readonly Lent[]) =>
    client.call('publishFlow', {
      params: { id },
      body: { version: again, note: why, ...(grant.length === 0 ? {} : { grant: [...grant] }) },
    });
  const refresh = async (): Promise<void> => {
    await Promise.all(['versions', 'publish', 'flows'].map((key) => queries.invalidateQueries({ queryKey: [key] })));
  };
  const roll = useMutation({
    mutationFn: (grant: readonly Lent[]) => publish(version, note, grant),
    onSuccess: async (made) => {
      close();
      notify({
        text: t('publish.back.done', { version, next: made.version }),
        act: {
          title: t('common.undo'),
          // What ended with the version that was left is lent to it again.
          run: () =>
            void publish(latest, t('publish.back.noteOf', { version: latest }), made.ended ?? []).then(refresh, tell),
        },
      });
      await refresh();
    },
  });
  const missing = missingIn(roll.error);
  const off = missing.length > 0 && !lend;
  return (
    <Modal
      opened
      onClose={close}
      size="xl"
      title={t('publish.back.title', { version })}
      closeButtonProps={{ 'aria-label': t('common.close') }}
    >
      <Stack>
        <Text size="sm">{t('publish.back.text', { version, next: latest + 1 })}</Text>
        <Loaded query={change}>{({ diff }) => <DiffView diff={diff as FlowDiff} />}</Loaded>
        {roll.error !== null && <FailureView error={roll.error} />}
        {missing.length > 0 && (
          <Checkbox
            checked={lend}
            onChange={(event) => setLend(event.currentTarget.checked)}
            label={
              <>
                {t('publish.back.lend')} <Code>{missing.map(({ step, power }) => `${step} ${power}`).join(', ')}</Code>
              </>
            }
          />
        )}
        <TextInput
          label={t('publish.note')}
          value={note}
          maxLength={200}
          onChange={(event) => setNote(event.currentTarget.value)}
        />
        <Group justify="end">
          <Button variant="default" onClick={close}>
            {t('common.cancel')}
          </Button>
          <Button
            loading={roll.isPending}
            disabled={off}
            title={off ? t('publish.off.missing', { count: missing.length }) : undefined}
            onClick={() => roll.mutate(lend ? missing : [])}
          >
            {t('publish.back.act', { version })}
          </Button>
        </Group>
      </Stack>
    </Modal>
  );
};
