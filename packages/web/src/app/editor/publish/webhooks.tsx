/** The addresses of webhooks, each with Copy and a curl that is ready to be pasted. */

import { Code, Group, Stack, Text } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { CopyButton } from '../../ui/copy-button.tsx';

type Props = { readonly list: readonly { readonly trigger: string; readonly url: string }[] };

/** A JSON body that any webhook takes; what the flow expects in it is the flow's. */
export const curlOf = (url: string): string =>
  `curl -sS '${url}' \\\n  -H 'content-type: application/json' \\\n  -d '{}'`;

export const Webhooks = ({ list }: Props) => {
  const { t } = useTranslation();
  return (
    <Stack gap="xs">
      {list.map(({ trigger, url }) => (
        <Stack key={trigger} gap={4}>
          <Group gap="xs">
            <Text size="sm" fw={600}>
              {trigger}
            </Text>
            <CopyButton value={url} label={t('publish.copyUrl')} />
            <CopyButton value={curlOf(url)} label={t('publish.copyCurl')} />
          </Group>
          <Code block>{curlOf(url)}</Code>
        </Stack>
      ))}
    </Stack>
  );
};
