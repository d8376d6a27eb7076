/** What is pinned: each with its source and date, to change and to clear. */

import { Button, CloseButton, Group, Popover, Stack, Text } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { When } from '../../ui/when.tsx';
import { Json } from './input-form.tsx';
import { useBeside, useKept } from './use-beside.ts';

export const PinsButton = () => {
  const { t } = useTranslation();
  const kept = useKept();
  const pins = Object.entries(useBeside().pins);
  if (pins.length === 0) return null;
  return (
    <Popover width={420} position="bottom-end" trapFocus>
      <Popover.Target>
        <Button size="compact-sm" variant="light">
          <span aria-hidden style={{ marginInlineEnd: 6 }}>
            ⚲
          </span>
          {t('running.pins', { count: pins.length })}
        </Button>
      </Popover.Target>
      <Popover.Dropdown aria-label={t('running.pinsTitle')}>
        <Stack gap="sm" mah={480} style={{ overflowY: 'auto' }}>
          <Text size="sm">{t('running.pinsLead')}</Text>
          {pins.map(([step, pin]) => (
            <Stack key={step} gap={2}>
              <Group justify="space-between">
                <Text size="xs" c="dimmed">
                  {pin.run === null ? t('running.pinByHand') : t('running.pinFromRun', { run: pin.run })},{' '}
                  <When iso={new Date(pin.at).toISOString()} />
                </Text>
                <CloseButton size="sm" aria-label={t('running.unpin', { step })} onClick={() => kept.unpin(step)} />
              </Group>
              <Json
                label={t('running.pinValue', { step })}
                value={pin.value}
                set={(value) => kept.pin(step, { value, at: Date.now(), run: null })}
              />
            </Stack>
          ))}
          <Button size="compact-sm" variant="default" onClick={() => kept.unpin(null)}>
            {t('running.unpinAll')}
          </Button>
        </Stack>
      </Popover.Dropdown>
    </Popover>
  );
};
