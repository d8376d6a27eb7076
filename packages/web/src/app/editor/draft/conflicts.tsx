/**
 * What two people changed at once: what stood there, mine, theirs, field by field, beside the flow. It stands in nobody's way: typing
 * goes on, and everything that does not clash is joined already.
 */

import { Button, Code, Group, Paper, Stack, Text, Title } from '@mantine/core';
import { type Conflict, type Json, sentenceOf } from '@headgate/core';
import { useTranslation } from 'react-i18next';
import { notify } from '../../ui/notices.tsx';
import { useDraftState, useEditor } from '../editor-context.ts';
import classes from './conflicts.module.css';

const fieldText = ({ of, path }: Conflict, whole: string): string => {
  const owner = of === null ? '' : 'step' in of ? of.step : of.trigger;
  const field = path.length === 0 ? whole : path.join('.');
  return owner === '' ? field : `${owner} → ${field}`;
};

export const Conflicts = () => {
  const { t } = useTranslation();
  const { draft } = useEditor();
  const { conflicts } = useDraftState();
  if (conflicts.length === 0) return null;
  const shown = (value: Json | undefined): string =>
    value === undefined ? t('graph.absent') : typeof value === 'string' ? value : JSON.stringify(value, null, 2);
  const settle = (conflict: Conflict, mine: boolean): boolean => {
    const made = draft.settle(conflict, mine);
    if (!made.ok) notify({ problem: made.problem });
    return made.ok;
  };
  const all = (mine: boolean): void => {
    for (let next = draft.state().conflicts[0]; next !== undefined; next = draft.state().conflicts[0])
      if (!settle(next, mine)) return;
  };
  return (
    <section className={classes.view} aria-label={t('graph.conflictTitle', { count: conflicts.length })}>
      <Stack gap="sm" p="sm">
        <Title order={2} size="h5">
          {t('graph.conflictTitle', { count: conflicts.length })}
        </Title>
        <Text size="sm">{t('graph.conflictText')}</Text>
        {conflicts.length > 1 && (
          <Group gap="xs">
            <Button size="compact-sm" variant="default" onClick={() => all(true)}>
              {t('graph.allMine')}
            </Button>
            <Button size="compact-sm" variant="default" onClick={() => all(false)}>
              {t('graph.allTheirs')}
            </Button>
          </Group>
        )}
        {conflicts.map((conflict) => {
          const field = fieldText(conflict, t('graph.wholeStep'));
          return (
            <Paper key={`${field} ${sentenceOf(conflict.edit)}`} withBorder p="sm" role="group" aria-label={field}>
              <Stack gap="xs">
                <Text size="sm" fw={600}>
                  {field}
                </Text>
                <div className={classes.values}>
                  {(['was', 'mine', 'theirs'] as const).map((which) => (
                    <div key={which}>
                      <Text size="xs" c="dimmed">
                        {t(`graph.${which}`)}
                      </Text>
                      <Code block>{shown(conflict[which === 'was' ? 'base' : which])}</Code>
                    </div>
                  ))}
                </div>
                <Group gap="xs">
                  <Button size="compact-sm" variant="light" onClick={() => void settle(conflict, true)}>
                    {t('graph.keepMine')}
                  </Button>
                  <Button size="compact-sm" variant="default" onClick={() => void settle(conflict, false)}>
                    {t('graph.takeTheirs')}
                  </Button>
                </Group>
              </Stack>
            </Paper>
          );
        })}
      </Stack>
    </section>
  );
};
