/** Which item of a step that ran for several is looked at, or the step as a whole. */

import { ActionIcon, Button, Group, Text } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import type { Instances } from './instances.ts';

type Props = {
  readonly instances: Instances;
  readonly item: string | undefined;
  readonly choose: (item: string | undefined) => void;
};

export const ItemChoice = ({ instances: { items, whole }, item, choose }: Props) => {
  const { t } = useTranslation();
  const at = items.findIndex((one) => one.item === item);
  const go = (to: number): void => choose(items[Math.max(0, Math.min(items.length - 1, to))]?.item);
  return (
    <Group gap={6} mb={8}>
      <ActionIcon
        size={26}
        variant="default"
        aria-label={t('data.itemBefore')}
        disabled={at <= 0}
        onClick={() => go(at - 1)}
      >
        <span aria-hidden>‹</span>
      </ActionIcon>
      <Text size="xs" className="hg-number" role="status">
        {at < 0
          ? t('data.itemsAll', { count: items.length })
          : t('data.itemAt', { item: item ?? '', at: at + 1, of: items.length })}
      </Text>
      <ActionIcon
        size={26}
        variant="default"
        aria-label={t('data.itemAfter')}
        disabled={at >= items.length - 1}
        onClick={() => go(at + 1)}
      >
        <span aria-hidden>›</span>
      </ActionIcon>
      {at >= 0 && whole !== null && (
        <Button size="compact-xs" variant="subtle" onClick={() => choose(undefined)}>
          {t('data.wholeStep')}
        </Button>
      )}
    </Group>
  );
};
