/** How many problems the draft has, and the list of them: each leads to its step and field. */

import { Anchor, Badge, Button, Popover, ScrollArea, Stack, Text } from '@mantine/core';
import type { Problem } from '@headgate/core';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useAction } from '../../actions/use-action.ts';
import { placeText } from '../../problem/problem-view.tsx';
import type { EditorSearch } from '../../router/paths.ts';
import { useChecked, useEditor } from '../editor-context.ts';
import { toField } from './to-field.ts';

export const ProblemsButton = ({ show }: { readonly show: (part: EditorSearch) => void }) => {
  const { t } = useTranslation();
  const { selection } = useEditor();
  const { problems, warnings } = useChecked();
  const [opened, setOpened] = useState(false);
  useAction('problems', () => setOpened(true));
  const jump = ({ at }: Problem): void => {
    setOpened(false);
    if (at?.step === undefined) return;
    selection.set([at.step]);
    show({ step: at.step, tab: 'settings' });
    toField(at.field ?? '');
  };
  const line = (problem: Problem, i: number) => (
    <Stack key={i} gap={0}>
      <Anchor component="button" type="button" size="sm" ta="start" onClick={() => jump(problem)} fw={600}>
        {problem.at === undefined ? t('graph.ofFlow') : placeText(problem.at)}
      </Anchor>
      <Text size="sm">{problem.text}</Text>
      {problem.fix !== undefined && (
        <Text size="xs" c="dimmed">
          {problem.fix}
        </Text>
      )}
    </Stack>
  );
  return (
    <Popover
      opened={opened}
      onChange={setOpened}
      width={420}
      position="bottom-end"
      trapFocus
      returnFocus
      transitionProps={{ duration: 0 }}
    >
      <Popover.Target>
        <Button
          size="compact-sm"
          variant="default"
          onClick={() => setOpened(!opened)}
          c={problems.length === 0 ? undefined : 'var(--hg-failed)'}
          leftSection={<span aria-hidden>{problems.length === 0 ? '✓' : '!'}</span>}
        >
          {problems.length === 0 ? t('editor.noProblems') : t('editor.problems', { count: problems.length })}
        </Button>
      </Popover.Target>
      <Popover.Dropdown aria-label={t('graph.problemsTitle')}>
        <ScrollArea.Autosize mah={420} type="auto">
          <Stack gap="sm">
            {problems.length === 0 && <Text size="sm">{t('graph.noProblems')}</Text>}
            {problems.map(line)}
            {warnings.length > 0 && (
              <Badge variant="outline" color="gray">
                {t('graph.warnings')}
              </Badge>
            )}
            {warnings.map(line)}
          </Stack>
        </ScrollArea.Autosize>
      </Popover.Dropdown>
    </Popover>
  );
};
