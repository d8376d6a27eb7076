/** The buttons by which the author speaks to the chat. */

import { Button, Text } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import type { Recorder } from './use-recorder.ts';

const clock = (seconds: number): string => `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`;

export const Speak = ({ recorder, off }: { readonly recorder: Recorder; readonly off: string | undefined }) => {
  const { t } = useTranslation();
  const { there, seconds, longest, begin, stop, drop } = recorder;
  if (!there) return null;
  if (seconds === null)
    return (
      <Button size="compact-sm" variant="default" onClick={begin} disabled={off !== undefined} title={off}>
        {t('playground.speak')}
      </Button>
    );
  return (
    <>
      <Text size="sm" role="timer">
        {clock(seconds)} / {clock(longest)}
      </Text>
      <Button size="compact-sm" variant="default" autoFocus onClick={stop}>
        {t('playground.stopSpeaking')}
      </Button>
      <Button size="compact-sm" variant="subtle" color="red" onClick={drop}>
        {t('playground.drop')}
      </Button>
    </>
  );
};
