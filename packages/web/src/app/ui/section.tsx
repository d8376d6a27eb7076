/** A part of a page under a heading of its own. */

import { Group, Stack, Text, Title } from '@mantine/core';
import { type ReactNode, useId } from 'react';

type Props = {
  readonly title: string;
  readonly lead?: string | undefined;
  readonly acts?: ReactNode;
  /** Within a dialog or a page part: one level deeper. */
  readonly order?: 2 | 3;
  readonly children: ReactNode;
};

export const Section = ({ title, lead, acts, order = 2, children }: Props) => {
  const id = useId();
  return (
    <Stack component="section" gap="xs" aria-labelledby={id}>
      <Group justify="space-between" align="end">
        <div>
          <Title order={order} size="h5" id={id}>
            {title}
          </Title>
          {lead !== undefined && (
            <Text c="var(--hg-quiet)" size="sm" maw={680}>
              {lead}
            </Text>
          )}
        </div>
        {acts !== undefined && <Group gap="xs">{acts}</Group>}
      </Group>
      {children}
    </Stack>
  );
};
