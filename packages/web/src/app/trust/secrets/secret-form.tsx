/**
 * Stores a secret, or the next version of one. The value goes to the engine and nowhere else: it is in no address, is kept by no
 * browser, and the field is empty again afterwards.
 */

import { Button, Group, Modal, NativeSelect, PasswordInput, Stack, TagsInput, Text, TextInput } from '@mantine/core';
import { SECRET_NAME } from '@headgate/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useEngine } from '../../engine.tsx';
import { FailureView } from '../../problem/problem-view.tsx';
import type { Given } from '../../transport/client.ts';
import { notify } from '../../ui/notices.tsx';
import type { Secret } from './secret.ts';

type Kind = Secret['kind'];

/** The fields of each kind that are filled in here; those that are seen while they are typed are `open`. */
const FIELDS: Readonly<
  Record<Kind, readonly { readonly name: string; readonly open?: true; readonly maybe?: true }[]>
> = {
  plain: [{ name: 'value' }],
  api_key: [{ name: 'value' }, { name: 'header', open: true, maybe: true }],
  basic: [{ name: 'user', open: true }, { name: 'password' }],
  bearer: [{ name: 'token' }],
  oauth2_client: [
    { name: 'tokenUrl', open: true },
    { name: 'clientId', open: true },
    { name: 'clientSecret' },
    { name: 'scope', open: true, maybe: true },
  ],
  oauth2_refresh: [
    { name: 'tokenUrl', open: true },
    { name: 'clientId', open: true },
    { name: 'clientSecret', maybe: true },
    { name: 'refreshToken' },
  ],
  database_url: [{ name: 'url' }],
  custom: [{ name: 'value' }],
};

const KINDS = Object.keys(FIELDS) as Kind[];

export const SecretForm = ({
  secret,
  project,
  close,
}: {
  readonly secret: Secret | null;
  readonly project: string;
  readonly close: () => void;
}) => {
  const { t } = useTranslation();
  const engine = useEngine();
  const queries = useQueryClient();
  const [name, setName] = useState(secret?.name ?? '');
  const [kind, setKind] = useState<Kind>(secret?.kind ?? 'plain');
  const [fields, setFields] = useState<Readonly<Record<string, string>>>({});
  const [origins, setOrigins] = useState<string[]>([...(secret?.origins ?? [])]);
  const [environment, setEnvironment] = useState(secret?.environment ?? '*');
  const environments = useQuery({
    queryKey: ['environments', project],
    queryFn: ({ signal }) => engine.call('listEnvironments', { params: { project } }, signal),
  });
  const save = useMutation({
    mutationFn: () => {
      const given = Object.fromEntries(
        FIELDS[kind].map((field) => [field.name, fields[field.name] ?? '']).filter(([, value]) => value !== ''),
      );
      const body = {
        name,
        project,
        environment,
        origins,
        ...(kind === 'plain' ? { value: given.value ?? '' } : { credential: { kind, ...given } }),
      };
      // The engine judges the credential; the form only gathers it.
      return engine.call('putSecret', { body: body as Given<'putSecret'>['body'] });
    },
    onSuccess: async ({ note, version }) => {
      close();
      notify({ text: note ?? t('trust.secrets.stored', { name, version }) });
      await queries.invalidateQueries({ queryKey: ['secrets'] });
    },
  });
  const nameOk = SECRET_NAME.test(name);
  const whole = nameOk && FIELDS[kind].every((field) => field.maybe === true || (fields[field.name] ?? '') !== '');
  return (
    <Modal
      opened
      onClose={close}
      size="lg"
      title={secret === null ? t('trust.secrets.create') : t('trust.secrets.replaceOf', { name: secret.name })}
      closeButtonProps={{ 'aria-label': t('common.close') }}
    >
      <form
        onSubmit={(event) => {
          event.preventDefault();
          if (whole) save.mutate();
        }}
      >
        <Stack>
          {secret !== null && <Text size="sm">{t('trust.secrets.replaceText')}</Text>}
          <TextInput
            label={t('trust.secrets.name')}
            description={t('trust.secrets.nameHelp')}
            value={name}
            required
            readOnly={secret !== null}
            error={name !== '' && !nameOk ? t('trust.secrets.nameWrong') : undefined}
            onChange={(event) => setName(event.currentTarget.value)}
            autoComplete="off"
          />
          <NativeSelect
            label={t('trust.secrets.kind')}
            data={KINDS.map((one) => ({ value: one, label: t(`trust.secrets.kinds.${one}`) }))}
            value={kind}
            disabled={secret !== null}
            onChange={(event) => setKind(KINDS.find((one) => one === event.currentTarget.value) ?? 'plain')}
          />
          {FIELDS[kind].map((field) => {
            const props = {
              label: t(`trust.secrets.fields.${field.name as 'value'}`),
              value: fields[field.name] ?? '',
              required: field.maybe !== true,
              autoComplete: 'off',
              onChange: (event: { readonly currentTarget: { readonly value: string } }) => {
                const { value } = event.currentTarget;
                setFields((was) => ({ ...was, [field.name]: value }));
              },
            };
            return field.open === true ? (
              <TextInput key={field.name} {...props} />
            ) : (
              <PasswordInput
                key={field.name}
                {...props}
                autoComplete="new-password"
                visibilityToggleButtonProps={{ 'aria-label': t('trust.secrets.show') }}
              />
            );
          })}
          <TagsInput
            label={t('trust.secrets.origins')}
            description={t('trust.secrets.originsHelp')}
            placeholder={origins.length === 0 ? 'https://api.example.com' : ''}
            value={origins}
            onChange={setOrigins}
            acceptValueOnBlur
          />
          <NativeSelect
            label={t('trust.secrets.environment')}
            disabled={secret !== null}
            data={[
              { value: '*', label: t('trust.secrets.every') },
              ...(environments.data?.environments ?? []).map((one) => ({ value: one.name, label: one.title })),
            ]}
            value={environment}
            onChange={(event) => setEnvironment(event.currentTarget.value)}
          />
          {save.error !== null && <FailureView error={save.error} />}
          <Group justify="end">
            <Button variant="default" onClick={close}>
              {t('common.cancel')}
            </Button>
            <Button type="submit" loading={save.isPending} disabled={!whole}>
              {t('common.save')}
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
};
