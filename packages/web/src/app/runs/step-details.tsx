/** What became of one step of a run; its values stand below (values.tsx). */

import { Anchor, Button, Group, Stack, Text, Title } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import type { StepView } from '../editor/run/fold.ts';
import { ProblemView } from '../problem/problem-view.tsx';
import { paths } from '../router/paths.ts';

type Props = {
  readonly flow: string;
  readonly run: string;
  readonly step: string;
  readonly view: StepView;
  /** Back to the run as a whole. */
  readonly close: () => void;
};

export const StepDetails = ({ flow, run, step, view, close }: Props) => {
  const { t } = useTranslation();
  return (
    <Stack gap="xs">
      <Group justify="space-between" wrap="nowrap">
        <Title order={2} size="h5">
          {t('runs.details', { name: step })}
        </Title>
        <Button size="compact-xs" variant="subtle" onClick={close}>
          {t('runs.values.run')}
        </Button>
      </Group>
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
    </Stack>
  );
};
