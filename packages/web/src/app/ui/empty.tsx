/** Where there is nothing yet: what would be here, and the one act that makes the first. */

import { Code, Paper, Stack, Text } from '@mantine/core';
import type { ReactNode } from 'react';

type Props = { readonly text: string; readonly act?: ReactNode; readonly example?: string };

export const Empty = ({ text, act, example }: Props) => (
  <Paper withBorder p="lg">
    <Stack align="start" gap="sm">
      <Text size="sm">{text}</Text>
      {act}
      {example !== undefined && (
        <Code block maw="100%" tabIndex={0}>
          {example}
        </Code>
      )}
    </Stack>
  </Paper>
);
