/** Files on their way: how far each is, a way to stop it, and what was wrong with it, with what to do. */

import { Button, Group, Paper, Progress, Stack, Text } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { sizeText } from './size.ts';
import { type Upload, uploads, useUploads } from './uploads.ts';

export const UploadList = () => {
  const { t } = useTranslation();
  const list = useUploads();
  if (list.length === 0) return null;
  const over = list.filter(({ state }) => state !== 'waiting' && state !== 'sending').length;
  return (
    <Paper withBorder p="sm" role="region" aria-label={t('files.uploads')}>
      <Stack gap={6}>
        <Group justify="space-between">
          <Text size="sm" fw={600} role="status">
            {t('files.arrived', { done: list.filter(({ state }) => state === 'done').length, all: list.length })}
          </Text>
          <Group gap="xs">
            {over < list.length && (
              <Button size="compact-xs" variant="default" onClick={() => list.forEach(({ id }) => uploads.stop(id))}>
                {t('files.stopAll')}
              </Button>
            )}
            {over > 0 && (
              <Button size="compact-xs" variant="default" onClick={() => uploads.clear()}>
                {t('files.clear')}
              </Button>
            )}
          </Group>
        </Group>
        <Stack gap={6} mah={260} style={{ overflowY: 'auto' }} tabIndex={0} role="group" aria-label={t('files.each')}>
          {list.map((one) => (
            <Line key={one.id} one={one} />
          ))}
        </Stack>
      </Stack>
    </Paper>
  );
};

const Line = ({ one }: { readonly one: Upload }) => {
  const { t, i18n } = useTranslation();
  const { id, path, size, sent, state, problem } = one;
  const failed = state === 'failed';
  return (
    <div>
      <Group justify="space-between" wrap="nowrap" gap="xs">
        <Text size="sm" style={{ overflowWrap: 'anywhere' }}>
          {path}
        </Text>
        <Group gap={6} wrap="nowrap">
          <Text size="xs" c={failed ? 'var(--hg-failed)' : 'var(--hg-quiet)'} style={{ whiteSpace: 'nowrap' }}>
            {state === 'sending' && sent < size
              ? t('files.sent', { sent: sizeText(sent, i18n.language), size: sizeText(size, i18n.language) })
              : t(`files.states.${state}`)}
          </Text>
          {(state === 'waiting' || state === 'sending') && (
            <Button
              size="compact-xs"
              variant="default"
              aria-label={t('files.stopOf', { path })}
              onClick={() => uploads.stop(id)}
            >
              {t('files.stop')}
            </Button>
          )}
          {(state === 'stopped' || failed) && (
            <Button
              size="compact-xs"
              variant="default"
              aria-label={t(problem?.code === 'file.taken' ? 'files.replaceOf' : 'files.againOf', { path })}
              onClick={() => uploads.again(id)}
            >
              {t(problem?.code === 'file.taken' ? 'files.replace' : 'common.again')}
            </Button>
          )}
        </Group>
      </Group>
      {state === 'sending' && (
        <Progress value={(100 * sent) / Math.max(1, size)} size="sm" aria-label={t('files.progressOf', { path })} />
      )}
      {failed && (
        <Text size="xs" c="var(--hg-failed)" role="alert">
          {problem === null
            ? t('common.unreached.title')
            : problem.code === 'file.taken'
              ? t('files.taken')
              : [problem.text, problem.fix].filter((part) => part !== undefined).join('. ')}
        </Text>
      )}
    </div>
  );
};
