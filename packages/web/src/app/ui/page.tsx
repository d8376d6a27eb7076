/** A page beside the editor: its title, one line on what it is, what can be done on it, and its parts. */

import { Group, Stack, Text } from '@mantine/core';
import type { ReactNode } from 'react';
import { PageTitle } from './page-title.tsx';

type Props = {
  readonly title: string;
  readonly lead?: string | undefined;
  readonly acts?: ReactNode;
  readonly children: ReactNode;
};

export const Page = ({ title, lead, acts, children }: Props) => (
  <Stack gap="md">
    <Group justify="space-between" align="start">
      <div>
        <PageTitle text={title} key={title} />
        {lead !== undefined && (
          <Text c="var(--hg-quiet)" size="sm" maw={680} mt={4}>
            {lead}
          </Text>
        )}
      </div>
      {acts !== undefined && (
        <Group gap="xs" wrap="nowrap">
          {acts}
        </Group>
      )}
    </Group>
    {children}
  </Stack>
);
