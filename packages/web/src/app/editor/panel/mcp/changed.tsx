/** What a server says now of the tool that the flow is pinned to, beside what it said then. It is taken by a press, and never by itself. */

import { Alert, Button, Stack, Text } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import classes from './mcp.module.css';
import { differencesOf, type Pinned, seen, type Tool } from './told.ts';

type Props = { readonly was: Pinned; readonly now: Tool; readonly off: string | undefined; readonly take: () => void };

export const Changed = ({ was, now, off, take }: Props) => {
  const { t } = useTranslation();
  const differences = differencesOf(was, now.pinned);
  if (differences.length === 0)
    return (
      <Text size="sm" role="status">
        <span aria-hidden>✓ </span>
        {t('mcpTools.same')}
      </Text>
    );
  const side = (which: 'was' | 'is', value: string | null) => (
    <div className={classes.side}>
      <p className={classes.quiet}>{t(`mcpTools.${which}`)}</p>
      <pre>{value === null ? t('mcpTools.nothing') : seen(value)}</pre>
    </div>
  );
  return (
    <Alert color="red" variant="outline" role="alert" title={t('mcpTools.changed', { tool: now.name })}>
      <Stack gap="sm">
        <Text size="sm">{t('mcpTools.changedLead')}</Text>
        {differences.map(({ at, was: before, is }) => (
          <div key={at}>
            <code>{seen(at)}</code>
            <div className={classes.sides}>
              {side('was', before)}
              {side('is', is)}
            </div>
          </div>
        ))}
        <div>
          <Button size="compact-sm" variant="default" disabled={off !== undefined} title={off} onClick={take}>
            {t('mcpTools.takeNew')}
          </Button>
        </div>
      </Stack>
    </Alert>
  );
};
