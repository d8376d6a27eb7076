/**
 * That results are pinned: they are kept in this browser beside the draft and are no part of what is published, so a version
 * runs steps that trying it out may never have run.
 */

import { Alert, Button, Code, Group, Stack, Text } from '@mantine/core';
import { everyStep, type Flow } from '@headgate/core';
import { useTranslation } from 'react-i18next';
import { useBeside, useKept } from '../run/use-beside.ts';

export const PinsLeft = ({ flow }: { readonly flow: Flow }) => {
  const { t } = useTranslation();
  const kept = useKept();
  const { pins } = useBeside();
  // A step that is gone takes nothing's place.
  const pinned = [...everyStep(flow)].filter(({ id }) => Object.hasOwn(pins, id));
  if (pinned.length === 0) return null;
  return (
    <Alert color="yellow" variant="outline" title={t('publish.pins.title', { count: pinned.length })} role="status">
      <Stack gap="xs">
        <Text size="sm">{t('publish.pins.text')}</Text>
        <Group gap="xs">
          {pinned.map(({ id }) => (
            <Code key={id}>{id}</Code>
          ))}
        </Group>
        <Button size="compact-xs" variant="default" onClick={() => kept.unpin(null)} style={{ alignSelf: 'start' }}>
          {t('running.unpinAll')}
        </Button>
      </Stack>
    </Alert>
  );
};
