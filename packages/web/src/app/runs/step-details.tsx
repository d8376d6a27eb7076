/** What became of one step of a run. */

import { Anchor, Code, Group, ScrollArea, Stack, Text, Title } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import type { StepView } from '../editor/run/fold.ts';
import { ProblemView } from '../problem/problem-view.tsx';
import { paths } from '../router/paths.ts';
import { CopyButton } from '../ui/copy-button.tsx';

type Props = { readonly flow: string; readonly run: string; readonly step: string; readonly view: StepView };

/** A long value is cut: all of it is in the editor's panel. */
const SHOWN = 20_000;

export const StepDetails = ({ flow, run, step, view }: Props) => {
  const { t } = useTranslation();
  const text = view.out !== null && 'value' in view.out ? JSON.stringify(view.out.value, null, 2) : null;
  return (
    <Stack gap="xs">
      <Title order={2} size="h5">
        {t('runs.details', { name: step })}
      </Title>
      <Text size="sm">
        {[
          t(`editor.state.${view.state}`),
          ...(view.attempts > 1 ? [t('runs.attempts', { count: view.attempts })] : []),
          ...(view.reused === null ? [] : [t('runs.reused')]),
          ...(view.pinned ? [t('runs.pinned')] : []),
          ...(view.waitsFor === null ? [] : [view.waitsFor]),
        ].join(' · ')}
      </Text>
      <Anchor component={Link} to={paths.flow(flow, { step, run, tab: 'output' })} size="sm">
        {t('runs.openStep')}
      </Anchor>
      {view.problem !== null && <ProblemView problem={view.problem} />}
      {view.out !== null && (
        <>
          <Group justify="space-between">
            <Text size="sm" fw={600}>
              {t('runs.output')}
            </Text>
            {text !== null && <CopyButton value={text} />}
          </Group>
          {text === null && 'size' in view.out ? (
            <Text size="sm">{t('runs.large', { size: view.out.size })}</Text>
          ) : (
            <ScrollArea.Autosize mah={400}>
              <Code block>{(text ?? '').slice(0, SHOWN)}</Code>
            </ScrollArea.Autosize>
          )}
        </>
      )}
    </Stack>
  );
};
