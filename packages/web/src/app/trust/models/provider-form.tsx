/**
 * Sets up a provider of models, or changes one. A key that is typed becomes a secret for the provider's own address, and the
 * field is empty again afterwards; who has stored one already leaves it empty.
 */

import { Anchor, Button, Group, Modal, NativeSelect, PasswordInput, Stack, TagsInput, TextInput } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useEngine } from '../../engine.tsx';
import { FailureView } from '../../problem/problem-view.tsx';
import type { Answer } from '../../transport/client.ts';

export type Provider = Answer<'listModelProviders'>['providers'][number];

const NAME = /^[a-z0-9][a-z0-9_.-]{0,62}$/;
const PROJECT = 'default';

/** `done`: with the name of what was set up. */
export const ProviderForm = ({
  provider,
  close,
  done,
}: {
  readonly provider: Provider | null;
  readonly close: () => void;
  readonly done: (name: string) => void;
}) => {
  const { t } = useTranslation();
  const engine = useEngine();
  const queries = useQueryClient();
  const kinds = useQuery({
    queryKey: ['model-kinds'],
    queryFn: ({ signal }) => engine.call('listModelKinds', {}, signal),
    staleTime: 300_000,
  });
  const [chosen, setChosen] = useState(provider?.kind ?? '');
  const [typedName, setName] = useState(provider?.name ?? null);
  const [baseUrl, setBaseUrl] = useState(provider?.baseUrl ?? '');
  const [key, setKey] = useState('');
  const [names, setNames] = useState<string[]>((provider?.models ?? []).map(({ id }) => id));
  const offered = (kinds.data?.kinds ?? []).filter(({ adapter }) => adapter !== 'offline' && adapter !== 'local');
  const kind = offered.find(({ name }) => name === chosen) ?? offered[0];
  const name = typedName ?? kind?.name ?? '';
  const address = kind?.baseUrl ?? baseUrl;
  const secret = provider?.secret?.name ?? `models-${name}`;
  const save = useMutation({
    mutationFn: async () => {
      if (kind === undefined) return;
      if (key !== '') {
        const { origin } = new URL(address);
        await engine.call('putSecret', { body: { name: secret, project: PROJECT, origins: [origin], value: key } });
        setKey('');
      }
      const known = new Map((provider?.models ?? []).map((model) => [model.id, model]));
      const kept = provider?.default;
      await engine.call('putModelProvider', {
        body: {
          ...{ name, kind: kind.name },
          ...(kind.baseUrl === null ? { baseUrl } : {}),
          ...(key !== '' || provider?.secret !== undefined ? { secret: provider?.secret ?? { name: secret } } : {}),
          ...(names.length === 0 ? {} : { models: names.map((id) => known.get(id) ?? { id }) }),
          ...(kept !== undefined && (names.length === 0 || names.includes(kept)) ? { default: kept } : {}),
        },
      });
      await queries.invalidateQueries({ queryKey: ['model-providers'] });
      await queries.invalidateQueries({ queryKey: ['models'] });
      await queries.invalidateQueries({ queryKey: ['secrets'] });
    },
    onSuccess: () => done(name),
  });
  const nameOk = NAME.test(name);
  const addressOk = kind !== undefined && (kind.baseUrl !== null || URL.canParse(baseUrl));
  const keyOk = kind?.key !== true || key !== '' || provider?.secret !== undefined;
  const whole = nameOk && addressOk && keyOk;
  return (
    <Modal
      opened
      onClose={close}
      size="lg"
      title={provider === null ? t('models.create') : t('models.changeOf', { name: provider.name })}
      closeButtonProps={{ 'aria-label': t('common.close') }}
    >
      <form
        onSubmit={(event) => {
          event.preventDefault();
          if (whole) save.mutate();
        }}
      >
        <Stack>
          <NativeSelect
            label={t('models.kind')}
            description={kind?.summary}
            data={offered.map((one) => ({ value: one.name, label: one.title }))}
            value={kind?.name ?? ''}
            onChange={(event) => setChosen(event.currentTarget.value)}
          />
          <TextInput
            label={t('models.name')}
            description={t('models.nameHint')}
            value={name}
            required
            readOnly={provider !== null}
            error={name !== '' && !nameOk ? t('models.nameWrong') : undefined}
            onChange={(event) => setName(event.currentTarget.value)}
            autoComplete="off"
          />
          {kind !== undefined && kind.baseUrl === null && (
            <TextInput
              label={t('models.address')}
              description={t('models.addressHint', { example: kind.example ?? 'https://models.example.com/v1' })}
              value={baseUrl}
              required
              onChange={(event) => setBaseUrl(event.currentTarget.value)}
              autoComplete="off"
            />
          )}
          <PasswordInput
            label={t('models.key')}
            description={provider?.secret === undefined ? t('models.keyHint', { name: secret }) : t('models.keyKept')}
            value={key}
            required={kind?.key === true && provider?.secret === undefined}
            autoComplete="new-password"
            visibilityToggleButtonProps={{ 'aria-label': t('models.look') }}
            onChange={(event) => setKey(event.currentTarget.value)}
          />
          {kind !== undefined && kind.docs !== null && (
            <Anchor size="sm" href={kind.docs} target="_blank" rel="noreferrer">
              {t('models.where')}
            </Anchor>
          )}
          <TagsInput
            label={t('models.models')}
            description={t('models.modelsHint')}
            data={(kind?.models ?? []).map(({ id }) => id)}
            value={names}
            onChange={setNames}
            acceptValueOnBlur
          />
          {save.error !== null && <FailureView error={save.error} />}
          <Group justify="end">
            <Button variant="default" onClick={close}>
              {t('common.cancel')}
            </Button>
            <Button type="submit" loading={save.isPending} disabled={!whole}>
              {t('models.save')}
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
};
