/** The addresses of webhooks, each with Copy, a curl that is ready to be pasted, and another address in its place. */

import { Code, Group, Stack, Text } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { CopyButton } from '../../ui/copy-button.tsx';
import { exampleOf } from '../api/snippets.ts';
import { useFlow } from '../editor-context.ts';
import type { Address } from './addresses.ts';
import { Besides, ReplaceAddress } from './replace-address.tsx';

type Props = { readonly list: readonly Address[]; readonly environment?: string };

/** Ready to be pasted into a shell; `body` is what is sent, as JSON. */
export const curlOf = (url: string, body: unknown): string => {
  const data = JSON.stringify(body).replaceAll("'", "'\\''");
  return `curl -sS '${url}' \\\n  -H 'content-type: application/json' \\\n  -d '${data}'`;
};

export const Webhooks = ({ list, environment }: Props) => {
  const { t } = useTranslation();
  const flow = useFlow();
  const body = exampleOf(flow.input ?? { type: 'object' });
  return (
    <Stack gap="xs">
      {list.map(({ trigger, url, until }) => (
        <Stack key={trigger} gap={4}>
          <Group gap="xs">
            <Text size="sm" fw={600}>
              {trigger}
            </Text>
            <CopyButton value={url} label={t('publish.copyUrl')} />
            <CopyButton value={curlOf(url, body)} label={t('publish.copyCurl')} />
            <ReplaceAddress trigger={trigger} {...(environment === undefined ? {} : { environment })} />
          </Group>
          <Code block>{curlOf(url, body)}</Code>
          <Besides until={until} />
        </Stack>
      ))}
    </Stack>
  );
};
