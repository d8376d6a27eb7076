/** The addresses of webhooks, each with Copy and a curl that is ready to be pasted. */

import { Code, Group, Stack, Text } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { CopyButton } from '../../ui/copy-button.tsx';
import { exampleOf } from '../api/snippets.ts';
import { useFlow } from '../editor-context.ts';

type Props = { readonly list: readonly { readonly trigger: string; readonly url: string }[] };

/** Ready to be pasted into a shell; `body` is what is sent, as JSON. */
export const curlOf = (url: string, body: unknown): string => {
  const data = JSON.stringify(body).replaceAll("'", "'\\''");
  return `curl -sS '${url}' \\\n  -H 'content-type: application/json' \\\n  -d '${data}'`;
};

export const Webhooks = ({ list }: Props) => {
  const { t } = useTranslation();
  const flow = useFlow();
  const body = exampleOf(flow.input ?? { type: 'object' });
  return (
    <Stack gap="xs">
      {list.map(({ trigger, url }) => (
        <Stack key={trigger} gap={4}>
          <Group gap="xs">
            <Text size="sm" fw={600}>
              {trigger}
            </Text>
            <CopyButton value={url} label={t('publish.copyUrl')} />
            <CopyButton value={curlOf(url, body)} label={t('publish.copyCurl')} />
          </Group>
          <Code block>{curlOf(url, body)}</Code>
        </Stack>
      ))}
    </Stack>
  );
};
