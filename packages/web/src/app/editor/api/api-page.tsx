/** How the flow is used from elsewhere: calls to copy, with a place for the key and never a key, and its webhooks. */

import { isHookKind } from '@headgate/core';
import { Code, Group, Stack, Tabs, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Loaded } from '../../problem/loaded.tsx';
import { CopyButton } from '../../ui/copy-button.tsx';
import { Section } from '../../ui/section.tsx';
import { useEditor, useFlow } from '../editor-context.ts';
import { DEFAULT, useAddresses } from '../publish/addresses.ts';
import { Webhooks } from '../publish/webhooks.tsx';
import { ShareChat } from './share-chat.tsx';
import { ShareForm } from './share-form.tsx';
import { exampleOf, type Snippet, SNIPPETS, snippet } from './snippets.ts';

export const ApiPage = () => {
  const { t } = useTranslation();
  const { client, draft } = useEditor();
  const flow = useFlow();
  const [kind, setKind] = useState<Snippet>('curl');
  const deployments = useQuery({
    queryKey: ['deployments', draft.id],
    queryFn: ({ signal }) => client.call('listDeployments', { params: { id: draft.id } }, signal),
  });
  const elsewhere = (deployments.data?.deployments ?? []).filter(({ environment }) => environment !== DEFAULT);
  const input = exampleOf(flow.input ?? { type: 'object' });
  return (
    <Stack gap="lg">
      <Section title={t('publish.api.call')} lead={t('publish.api.lead')}>
        <Tabs value={kind} onChange={(value) => setKind(SNIPPETS.find((one) => one === value) ?? 'curl')}>
          <Tabs.List>
            {SNIPPETS.map((one) => (
              <Tabs.Tab key={one} value={one}>
                {t(`publish.api.kinds.${one}`)}
              </Tabs.Tab>
            ))}
          </Tabs.List>
          {SNIPPETS.map((one) => (
            <Tabs.Panel key={one} value={one} pt="xs">
              <Group justify="end" mb={4}>
                <CopyButton value={snippet(one, client.transport.origin, draft.id, input)} />
              </Group>
              <Code block tabIndex={0}>
                {snippet(one, client.transport.origin, draft.id, input)}
              </Code>
            </Tabs.Panel>
          ))}
        </Tabs>
      </Section>
      <ShareChat />
      <ShareForm />
      <Section title={t('publish.api.webhooks')}>
        <Addresses />
        {elsewhere.map(({ environment }) => (
          <Section key={environment} order={3} title={t('address.environment', { environment })}>
            <Addresses environment={environment} />
          </Section>
        ))}
      </Section>
    </Stack>
  );
};

const Addresses = ({ environment = DEFAULT }: { readonly environment?: string }) => {
  const { t } = useTranslation();
  const hooks = useAddresses(environment);
  const { triggers = [] } = useFlow();
  const drafted = triggers.some(({ kind }) => isHookKind(kind));
  return (
    <Loaded query={hooks}>
      {({ webhooks }) =>
        webhooks.length === 0 ? (
          <Text size="sm">{t(drafted ? 'address.unpublished' : 'publish.noWebhooks')}</Text>
        ) : (
          <Webhooks list={webhooks} environment={environment} />
        )
      }
    </Loaded>
  );
};
