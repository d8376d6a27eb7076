/** Where draft runs hold: each breakpoint, to go to and to take away. And the action that sets them on what is selected. */

import { Anchor, Button, CloseButton, Group, Popover, Stack, Text } from '@mantine/core';
import { everyStep } from '@headgate/core';
import { useTranslation } from 'react-i18next';
import { useAction } from '../../actions/use-action.ts';
import { announce } from '../../ui/announce.ts';
import { useEditor, useFlow, useSelected } from '../editor-context.ts';
import { useBeside, useKept } from './use-beside.ts';

/** The breakpoints that the flow still has steps for. */
export const useBreaks = (): readonly string[] => {
  const flow = useFlow();
  const { breaks } = useBeside();
  if (breaks.length === 0) return breaks;
  const there = new Set([...everyStep(flow)].map(({ id }) => id));
  return breaks.filter((id) => there.has(id));
};

export const BreaksButton = () => {
  const { t } = useTranslation();
  const { selection } = useEditor();
  const kept = useKept();
  const breaks = useBreaks();
  const flow = useFlow();
  const selected = useSelected();
  const ids = selected.size === 0 ? [] : [...everyStep(flow)].map(({ id }) => id).filter((id) => selected.has(id));
  useAction(
    'breakpoint',
    () => {
      if (ids.length === 0) return;
      const done = kept.toggleBreaks(ids);
      announce(t(done === 'set' ? 'held.set' : 'held.gone', { steps: ids.join(', ') }));
    },
    ids.length === 0 ? t('held.noStep') : undefined,
  );
  if (breaks.length === 0) return null;
  return (
    <Popover width={320} position="bottom-end" trapFocus>
      <Popover.Target>
        <Button size="compact-sm" variant="light">
          <span aria-hidden style={{ marginInlineEnd: 6, color: 'var(--hg-failed)' }}>
            ◉
          </span>
          {t('held.breakpoints', { count: breaks.length })}
        </Button>
      </Popover.Target>
      <Popover.Dropdown aria-label={t('held.breakpointsTitle')}>
        <Stack gap="xs" mah={480} style={{ overflowY: 'auto' }}>
          <Text size="sm">{t('held.breakpointsLead')}</Text>
          {breaks.map((step) => (
            <Group key={step} justify="space-between" wrap="nowrap">
              <Anchor component="button" type="button" size="sm" onClick={() => selection.set([step])}>
                {step}
              </Anchor>
              <CloseButton size="sm" aria-label={t('held.clear', { step })} onClick={() => kept.toggleBreaks([step])} />
            </Group>
          ))}
          <Button size="compact-sm" variant="default" onClick={() => kept.noBreaks()}>
            {t('held.clearAll')}
          </Button>
        </Stack>
      </Popover.Dropdown>
    </Popover>
  );
};
