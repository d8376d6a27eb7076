/**
 * Makes a connection and has it agreed to, in one window: what the service gave when the application was registered there, then
 * the way to the service.
 *
 * CF1 The client's secret stands in its input alone and is taken from there when it is sent, as that of a secret is.
 */

import { Button, Code, Group, Modal, NativeSelect, PasswordInput, Stack, Text, TextInput } from '@mantine/core';
import { SECRET_NAME } from '@headgate/core';
import { useQuery } from '@tanstack/react-query';
import { useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useEngine } from '../engine.tsx';
import { FailureView } from '../problem/problem-view.tsx';
import { CopyButton } from '../ui/copy-button.tsx';
import { Agree } from './agree.tsx';
import { ScopeChoice, scopesOf } from './scope-choice.tsx';
import { ServiceChoice, useConnect } from './service-choice.tsx';

const GRANTS = ['code', 'device', 'client'] as const;
type Grant = (typeof GRANTS)[number];

/** The addresses of each way to agree; those that may be left out are `maybe`. */
const ADDRESSES: Readonly<
  Record<
    Grant,
    readonly { readonly name: 'authorizeUrl' | 'deviceUrl' | 'tokenUrl' | 'revokeUrl'; readonly maybe?: true }[]
  >
> = {
  code: [{ name: 'authorizeUrl' }, { name: 'tokenUrl' }, { name: 'revokeUrl', maybe: true }],
  device: [{ name: 'deviceUrl' }, { name: 'tokenUrl' }, { name: 'revokeUrl', maybe: true }],
  client: [{ name: 'tokenUrl' }, { name: 'revokeUrl', maybe: true }],
};

/** The texts of an object. */
const textsOf = (extra: unknown): Record<string, string> =>
  typeof extra !== 'object' || extra === null
    ? {}
    : Object.fromEntries(
        Object.entries(extra).flatMap(([name, value]) => (typeof value === 'string' ? [[name, value]] : [])),
      );

type Props = {
  readonly project: string;
  readonly name: string;
  /** The service it is for, where that is known. */
  readonly service?: string;
  /** Where its token is to go, as far as that is known. */
  readonly origin: string;
  /** With the name of the connection, or null when none was made. */
  readonly close: (made: string | null) => void;
};

export const ConnectionForm = ({ project, name: wanted, service: asked = '', origin, close }: Props) => {
  const { t } = useTranslation();
  const engine = useEngine();
  const [name, setName] = useState(wanted);
  const [service, setService] = useState(asked);
  const known = useConnect(service);
  const [grant, setGrant] = useState<Grant>('code');
  const [fields, setFields] = useState<Readonly<Record<string, string>>>(origin === '' ? {} : { origins: origin });
  const [failure, setFailure] = useState<unknown>(null);
  const [sending, setSending] = useState(false);
  const [made, setMade] = useState(false);
  const secret = useRef<HTMLInputElement>(null);
  const list = useQuery({
    queryKey: ['connections', project],
    queryFn: ({ signal }) => engine.call('listConnections', { query: { project } }, signal),
  });
  /** What the person wrote; else what is known of the service. */
  const suggested: Readonly<Record<string, string>> =
    known === undefined
      ? {}
      : {
          authorizeUrl: known.connect.authorizeUrl,
          tokenUrl: known.connect.tokenUrl,
          ...(known.origin === null ? {} : { origins: known.origin }),
        };
  const scopes = scopesOf(known?.connect.scopes);
  const shown = (field: string): string => fields[field] ?? suggested[field] ?? '';
  const given = (field: string): string | undefined => shown(field).trim() || undefined;
  const send = async (): Promise<void> => {
    const field = secret.current;
    if (field === null) return;
    setSending(true);
    setFailure(null);
    const addresses = Object.fromEntries(
      ADDRESSES[grant].flatMap((one) => {
        const url = given(one.name);
        return url === undefined ? [] : [[one.name, url]];
      }),
    );
    const scope = given('scope');
    const sent = engine.call('createConnection', {
      body: {
        name,
        project,
        origins: (given('origins') ?? '').split(/[\s,]+/).filter((one) => one !== ''),
        client: {
          grant,
          tokenUrl: '',
          ...addresses,
          clientId: given('clientId') ?? '',
          ...(field.value === '' ? {} : { clientSecret: field.value }),
          ...(scope === undefined ? {} : { scope }),
          ...(known === undefined || grant !== 'code' ? {} : { parameters: textsOf(known.connect.extra) }),
        },
        ...(known === undefined ? {} : { service }),
      },
    });
    field.value = '';
    try {
      await sent;
      setMade(true);
    } catch (error) {
      setFailure(error);
      field.focus();
    }
    setSending(false);
  };
  const text = (field: string, required: boolean, more: { readonly hint?: string; readonly example?: string } = {}) => (
    <TextInput
      key={field}
      label={t(`connections.fields.${field as 'tokenUrl'}`)}
      {...(more.hint === undefined ? {} : { description: more.hint })}
      {...(more.example === undefined ? {} : { placeholder: more.example })}
      required={required}
      autoComplete="off"
      value={shown(field)}
      onChange={(event) => {
        const { value } = event.currentTarget;
        setFields((was) => ({ ...was, [field]: value }));
      }}
    />
  );
  return (
    <Modal
      opened
      onClose={() => close(made ? name : null)}
      size="lg"
      title={made ? t('connections.connectOf', { name }) : t('connections.create')}
      closeButtonProps={{ 'aria-label': t('common.close') }}
    >
      {made ? (
        <Agree project={project} name={name} environment="*" done={() => close(name)} cancel={() => close(name)} />
      ) : (
        <form
          onSubmit={(event) => {
            event.preventDefault();
            void send();
          }}
        >
          <Stack gap="sm">
            <ServiceChoice
              value={service}
              choose={(next) => {
                setService(next);
                setFields({});
                if (name === '' || name === service) setName(next);
              }}
            />
            <TextInput
              data-autofocus
              required
              label={t('connections.name')}
              description={t('connections.nameHint')}
              error={name !== '' && !SECRET_NAME.test(name) ? t('connections.nameWrong') : undefined}
              autoComplete="off"
              value={name}
              onChange={(event) => setName(event.currentTarget.value)}
            />
            <NativeSelect
              label={t('connections.grant')}
              value={grant}
              data={GRANTS.map((value) => ({ value, label: t(`connections.grants.${value}`) }))}
              onChange={(event) => setGrant(GRANTS.find((one) => one === event.currentTarget.value) ?? 'code')}
            />
            {grant === 'code' && list.data !== undefined && (
              <Stack gap={4}>
                <Text size="sm">{t('connections.callback')}</Text>
                <Group gap="xs" wrap="nowrap">
                  <Code style={{ overflowWrap: 'anywhere' }}>{list.data.callback}</Code>
                  <CopyButton value={list.data.callback} />
                </Group>
              </Stack>
            )}
            {ADDRESSES[grant].map((one) => text(one.name, one.maybe !== true))}
            {text('clientId', true)}
            <PasswordInput
              ref={secret}
              required={grant === 'client'}
              autoComplete="new-password"
              label={t('connections.fields.clientSecret')}
              description={t('connections.secretHint')}
              visibilityToggleButtonProps={{ 'aria-label': t('connections.look') }}
            />
            {scopes.length === 0 ? (
              text('scope', false, { hint: t('connections.scopeHint') })
            ) : (
              <ScopeChoice
                scopes={scopes}
                value={shown('scope')}
                choose={(scope) => setFields((was) => ({ ...was, scope }))}
              />
            )}
            {text('origins', true, { hint: t('connections.originsHint'), example: 'https://api.example.com' })}
            {failure !== null && <FailureView error={failure} />}
            <Group justify="end">
              <Button variant="default" onClick={() => close(null)}>
                {t('common.cancel')}
              </Button>
              <Button
                type="submit"
                loading={sending}
                disabled={!SECRET_NAME.test(name) || (scopes.length > 0 && shown('scope') === '')}
                title={scopes.length > 0 && shown('scope') === '' ? t('connections.scopeNone') : undefined}
              >
                {t('connections.save')}
              </Button>
            </Group>
          </Stack>
        </form>
      )}
    </Modal>
  );
};
