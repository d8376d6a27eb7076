/** Beginning a flow: from nothing, from a starter, or from a file. What a starter asks for is told before it is used. */

import {
  Badge,
  Button,
  Card,
  FileButton,
  Group,
  List,
  SimpleGrid,
  Skeleton,
  Stack,
  Text,
  TextInput,
  Title,
} from '@mantine/core';
import { everyStep, type Flow } from '@headgate/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useEngine } from '../engine.tsx';
import { FailureView } from '../problem/problem-view.tsx';
import { type Answer, Refusal } from '../transport/client.ts';
import { PageTitle } from '../ui/page-title.tsx';

type Template = Answer<'listTemplates'>['templates'][number];

/** A flow file whose text is no JSON is told by the browser; what is wrong in it, by the engine. */
const readFile = async (file: File): Promise<unknown> => JSON.parse(await file.text());

const TAKEN: readonly string[] = ['table.taken', 'knowledge.taken'];
const unlessTaken = async (made: Promise<unknown>): Promise<void> => {
  try {
    await made;
  } catch (error) {
    if (!(error instanceof Refusal && TAKEN.includes(error.problem.code))) throw error;
  }
};

export const NewPage = () => {
  const { t } = useTranslation();
  const engine = useEngine();
  const navigate = useNavigate();
  const queries = useQueryClient();
  const [search, setSearch] = useState('');
  const [unread, setUnread] = useState(false);
  const templates = useQuery({
    queryKey: ['templates'],
    queryFn: ({ signal }) => engine.call('listTemplates', {}, signal),
    staleTime: Infinity,
  });
  const create = useMutation({
    mutationFn: async ({ draft, starter }: { readonly draft: unknown; readonly starter?: Template }) => {
      const along = starter?.with ?? [];
      // What it names has to be there; what is there of that name stays as it is.
      for (const body of starter?.tables ?? [])
        await unlessTaken(engine.call('createTable', { body: { ...body, columns: [...body.columns] } }));
      for (const name of starter?.knowledge ?? [])
        await unlessTaken(engine.call('createKnowledge', { body: { name } }));
      // Those that it names first: it is complete from the moment it is there.
      for (const other of along) await engine.call('createFlow', { body: { draft: other, from: 'file' } });
      return engine.call('createFlow', { body: { draft, from: 'file' } });
    },
    onSuccess: async ({ id }) => {
      await queries.invalidateQueries({ queryKey: ['flows'] });
      await navigate({ to: '/flows/$flow', params: { flow: id } });
    },
  });
  const bring = (file: File | null): void => {
    setUnread(false);
    if (file === null) return;
    readFile(file).then(
      (draft) => create.mutate({ draft }),
      () => setUnread(true),
    );
  };
  const low = search.toLowerCase();
  const shown = (templates.data?.templates ?? []).filter(({ title, summary }) =>
    `${title} ${summary}`.toLowerCase().includes(low),
  );

  return (
    <Stack p="md" maw={1100} mx="auto">
      <PageTitle text={t('templates.title')} />
      <Group>
        <Button
          loading={create.isPending}
          onClick={() => create.mutate({ draft: { headgate: 1, name: t('flows.newName'), steps: [] } })}
        >
          {t('templates.blank')}
        </Button>
        <FileButton accept="application/json" onChange={bring}>
          {(props) => (
            <Button variant="default" {...props}>
              {t('templates.file')}
            </Button>
          )}
        </FileButton>
      </Group>
      {unread && (
        <Text c="red" role="alert" size="sm">
          {t('templates.unread')}
        </Text>
      )}
      {create.error !== null && <FailureView error={create.error} />}
      {templates.error !== null && <FailureView error={templates.error} again={() => void templates.refetch()} />}
      <Title order={2} size="h4" mt="md">
        {t('templates.starters')}
      </Title>
      <Text c="dimmed">{t('templates.lead')}</Text>
      <TextInput
        aria-label={t('templates.find')}
        placeholder={t('templates.find')}
        value={search}
        onChange={(event) => setSearch(event.currentTarget.value)}
      />
      {templates.isPending && <Skeleton h={320} aria-hidden />}
      <SimpleGrid cols={{ base: 1, sm: 2, md: 3 }} component="ul" p={0} m={0} style={{ listStyle: 'none' }}>
        {shown.map((one) => (
          <Starter key={one.id} template={one} use={() => create.mutate({ draft: one.flow, starter: one })} />
        ))}
      </SimpleGrid>
      {templates.isSuccess && shown.length === 0 && <Text>{t('common.nothingFound')}</Text>}
    </Stack>
  );
};

const Starter = ({ template, use }: { readonly template: Template; readonly use: () => void }) => {
  const { t } = useTranslation();
  const steps = [...everyStep(template.flow as Flow)].map(({ name, id }) => name ?? id);
  const brought = [
    ...template.tables.map(({ name }) => t('templates.table', { name })),
    ...template.knowledge.map((name) => t('templates.knowledge', { name })),
  ];
  return (
    <Card withBorder component="li" padding="md">
      <Stack h="100%" gap="xs">
        <Group justify="space-between" wrap="nowrap" align="start">
          <Title order={3} size="h5">
            {template.title}
          </Title>
          <Badge variant="default">{t(`templates.groups.${template.group}`)}</Badge>
        </Group>
        <Text size="sm">{template.summary}</Text>
        <Text size="xs" c="dimmed">
          {steps.join(' → ')}
        </Text>
        {brought.length > 0 && (
          <Text size="xs">
            {t('templates.brings')}: {brought.join(', ')}
          </Text>
        )}
        {template.asks.length > 0 && (
          <div>
            <Text size="xs" fw={600}>
              {t('templates.asks')}
            </Text>
            <List size="xs">
              {template.asks.map((sentence) => (
                <List.Item key={sentence}>{sentence}</List.Item>
              ))}
            </List>
          </div>
        )}
        <Button mt="auto" variant="light" onClick={use} aria-label={t('templates.useNamed', { name: template.title })}>
          {t('templates.use')}
        </Button>
      </Stack>
    </Card>
  );
};
