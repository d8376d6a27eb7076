/** What is wrong with the cell that is meant, and what to do: write it otherwise, write it all the same, or leave it. */

import { Button, Group, Text } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import type { ColumnShown } from './conditions.ts';
import type { Trouble } from './edits.ts';

type Props = {
  readonly column: ColumnShown;
  readonly trouble: Trouble;
  readonly again: () => void;
  readonly forget: () => void;
};

export const CellNote = ({ column, trouble: { problem, text, theirs }, again, forget }: Props) => {
  const { t } = useTranslation();
  return (
    <Group gap="xs" role="alert">
      <Text size="sm" c="var(--hg-failed)">
        <span aria-hidden>✕ </span>
        {theirs === undefined
          ? [problem.text, problem.fix].filter((one) => one !== undefined).join('. ')
          : t('tables.stale.text', { column: column.name, theirs: theirs === '' ? '–' : theirs, text })}
      </Text>
      {theirs !== undefined && (
        <Button size="compact-xs" variant="default" onClick={again}>
          {t('tables.stale.mine')}
        </Button>
      )}
      <Button size="compact-xs" variant="default" onClick={forget}>
        {t(theirs === undefined ? 'tables.giveUp' : 'tables.stale.theirs')}
      </Button>
    </Group>
  );
};
