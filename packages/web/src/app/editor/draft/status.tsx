/** One honest word: where the last edit is. */

import { Text } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { useDraftState } from '../editor-context.ts';

const COLOR = {
  saved: 'var(--hg-quiet)',
  saving: 'var(--hg-quiet)',
  offline: 'var(--hg-waiting)',
  conflict: 'var(--hg-failed)',
} as const;

export const Status = () => {
  const { t } = useTranslation();
  const { word, revision, refused } = useDraftState();
  return (
    <Text size="sm" c={COLOR[word]} title={refused?.text} data-testid="status" className="hg-number">
      {word === 'saved' ? t('editor.saved', { revision }) : t(`editor.${word}`)}
    </Text>
  );
};
