/**
 * A flow as a form: its input as fields, and what it answers. A page that can be sent to members; of a public flow to
 * anybody, who needs no account. It stands by itself, without the frame of the app.
 */

import { Anchor, Button, Container, Group, Skeleton, Stack, Text } from '@mantine/core';
import { useMutation, useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useMemo, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useEngine } from '../engine.tsx';
import { FailureView, ProblemView } from '../problem/problem-view.tsx';
import { paths } from '../router/paths.ts';
import { formRoute } from '../router/router.tsx';
import { Refusal } from '../transport/client.ts';
import { Notices } from '../ui/notices.tsx';
import { PageTitle } from '../ui/page-title.tsx';
import { atFields, type AtFields } from './at-fields.ts';
import { begun, Fields, pathsOf, propertiesOf } from './fields.tsx';
import { type Opened, openForm } from './opened.ts';
import { Outcome, type Shown } from './outcome.tsx';

export const FormPage = () => {
  const { t } = useTranslation();
  const engine = useEngine();
  const { flow } = formRoute.useParams();
  const form = useQuery({
    queryKey: ['form', flow],
    queryFn: ({ signal }) => openForm(engine, flow, signal),
    staleTime: Number.POSITIVE_INFINITY,
  });
  return (
    <Container size={720} py="xl" component="main" id="main">
      {form.error !== null && <FailureView error={form.error} again={() => void form.refetch()} />}
      {form.isPending && (
        <Stack aria-busy aria-label={t('common.loading')} role="status">
          <Skeleton h={32} w={280} />
          <Skeleton h={60} />
          <Skeleton h={60} />
        </Stack>
      )}
      {form.data !== undefined && <Loaded opened={form.data} flow={flow} />}
      <Notices />
    </Container>
  );
};

const Loaded = ({ opened, flow }: { readonly opened: Opened; readonly flow: string }) => {
  const { t } = useTranslation();
  if (opened.as === 'nobody')
    return (
      <Stack>
        <PageTitle text={t('forms.nothing')} />
        <Text>{opened.signedIn ? t('forms.notYours') : t('forms.signIn')}</Text>
        {!opened.signedIn && <Anchor href={paths.signIn()}>{t('common.signIn')}</Anchor>}
      </Stack>
    );
  if (opened.as === 'unpublished')
    return (
      <Stack>
        <PageTitle text={opened.name} />
        <Text>{t('forms.unpublished')}</Text>
        <Anchor component={Link} to={paths.flow(flow, { page: 'publish' })}>
          {t('forms.toFlow')}
        </Anchor>
      </Stack>
    );
  return <Form {...opened} flow={flow} />;
};

type FormProps = Extract<Opened, { readonly as: 'member' | 'visitor' }> & { readonly flow: string };

const NO_PROBLEMS: AtFields = { fields: new Map(), rest: null };

const Form = ({ as, name, description, input, flow }: FormProps) => {
  const { t } = useTranslation();
  const engine = useEngine();
  const [value, setValue] = useState(() => begun(input));
  const [shown, setShown] = useState<Shown | null>(null);
  const paths_ = useMemo(() => new Set(pathsOf(input)), [input]);
  const run = useMutation({
    mutationFn: async (): Promise<Shown> => {
      if (as === 'member') {
        const made = await engine.call('startRun', { params: { id: flow }, body: { input: value, wait: 0 } });
        return { run: made.id };
      }
      return { told: await engine.call('visit', { params: { id: flow }, body: { input: value } }) };
    },
    onMutate: () => setShown(as === 'visitor' ? { since: Date.now() } : null),
    onSuccess: setShown,
    onError: () => setShown(null),
  });
  const refused = run.error;
  const at = refused instanceof Refusal ? atFields(refused.problem, (path) => paths_.has(path)) : NO_PROBLEMS;
  return (
    <Stack gap="lg">
      <div>
        <PageTitle text={name} />
        {description !== null && (
          <Text c="var(--hg-quiet)" mt={4}>
            {description}
          </Text>
        )}
      </div>
      <form
        noValidate
        onSubmit={(event) => {
          event.preventDefault();
          run.mutate();
        }}
      >
        <Stack gap="lg">
          {propertiesOf(input) === null ? (
            <Text size="sm">{t('forms.noInput')}</Text>
          ) : (
            <Fields
              schema={input as Readonly<Record<string, unknown>>}
              path=""
              value={value}
              problems={at.fields}
              set={setValue}
            />
          )}
          {refused !== null &&
            (refused instanceof Refusal ? (
              at.rest !== null && <ProblemView problem={at.rest} />
            ) : (
              <FailureView error={refused} />
            ))}
          {at.fields.size > 0 && (
            <Text size="sm" role="alert" c="var(--hg-failed)">
              {t('forms.wrong', { count: at.fields.size })}
            </Text>
          )}
          <Group>
            <Button type="submit" loading={run.isPending}>
              {t('forms.run')}
            </Button>
          </Group>
        </Stack>
      </form>
      {shown !== null && <Outcome shown={shown} />}
    </Stack>
  );
};
