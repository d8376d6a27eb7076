/** The flow as a chat: the address of its page, what a website needs to show it, and what clients of OpenAI call it. */

import { Anchor, Code, Group, Text } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { CopyButton } from '../../ui/copy-button.tsx';
import { Section } from '../../ui/section.tsx';
import { useEditor, useFlow } from '../editor-context.ts';
import { chatOf } from '../playground/chat-of.ts';

/** The address of the page of a chat; it is served beside the web app, by the server that runs the flow. */
export const chatAddress = (origin: string, flow: string): string => `${origin}/chat/${encodeURIComponent(flow)}`;

const textOf = (value: unknown, key: string): string => {
  const found: unknown = typeof value === 'object' && value !== null ? Reflect.get(value, key) : undefined;
  return typeof found === 'string' ? found : '';
};

export const ShareChat = () => {
  const { t } = useTranslation();
  const { client, draft } = useEditor();
  const chat = chatOf(useFlow());
  if (chat === undefined) return null;
  const { origin } = client.transport;
  const address = chatAddress(origin, draft.id);
  const widget = `<script src="${origin}/chat/widget.js"></script>\n<headgate-chat flow="${draft.id}"></headgate-chat>`;
  const model = textOf(chat.with, 'model');
  return (
    <Section title={t('publish.chat.title')} lead={t('publish.chat.lead')}>
      <Group gap="xs">
        <Code style={{ overflowWrap: 'anywhere' }}>{address}</Code>
        <CopyButton value={address} />
        <Anchor size="sm" href={address} target="_blank" rel="noreferrer">
          {t('publish.chat.open')}
        </Anchor>
      </Group>
      <Group justify="space-between" align="end" mt="xs">
        <Text size="sm">{t('publish.chat.website')}</Text>
        <CopyButton value={widget} />
      </Group>
      <Code block tabIndex={0}>
        {widget}
      </Code>
      {textOf(chat.with, 'who') !== 'public' && (
        <Text size="sm">{t('publish.chat.notPublic', { trigger: chat.id })}</Text>
      )}
      <Text size="sm">
        {model === ''
          ? t('publish.chat.noModel', { trigger: chat.id })
          : t('publish.chat.model', { model, url: `${origin}/v1` })}
      </Text>
    </Section>
  );
};
