/**
 * Describes a service by its OpenAPI document, pasted or from a file: it is read here, what it comes to is looked at, and only then
 * it is stored. What could not be taken over is told with its place.
 */

import { Alert, Button, FileButton, Group, Modal, Stack, Text, Textarea, TextInput } from '@mantine/core';
import type { Problem, Service } from '@headgate/core';
import { useMutation } from '@tanstack/react-query';
import { useEffect, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useEngine } from '../../engine.tsx';
import { FailureView, placeText } from '../../problem/problem-view.tsx';
import { announce } from '../../ui/announce.ts';
import { ServiceTile } from '../../ui/service-tile.tsx';
import type { Read } from './reading/read.ts';
import { readBeside } from './reading/thread.ts';

type Props = {
  /** Names of the services that the workspace described. */
  readonly known: readonly string[];
  readonly close: (made: Service | null) => void;
};

/** A text this long is not put into a field: it would only slow the page down. */
const LONGEST_SHOWN = 200_000;

export const ImportForm = ({ known, close }: Props) => {
  const { t } = useTranslation();
  const engine = useEngine();
  const [text, setText] = useState('');
  const [file, setFile] = useState<string | null>(null);
  const [name, setName] = useState('');
  const [base, setBase] = useState('');
  const [read, setRead] = useState<Read | null>(null);
  const under = useRef<AbortController | null>(null);
  useEffect(() => () => under.current?.abort(), []);
  const reading = useMutation({
    mutationFn: (given: string) => {
      under.current?.abort();
      under.current = new AbortController();
      return readBeside({ text: given, name: name.trim(), base: base.trim() }, under.current.signal);
    },
    onMutate: () => setRead(null),
    onSuccess: (result) => {
      setRead(result);
      announce(
        result.ok
          ? t('ownServices.found', { count: result.service.operations.length })
          : t('ownServices.refused', { count: result.problems.length }),
      );
    },
  });
  const store = useMutation({
    mutationFn: (service: Service) => engine.call('putService', { body: { manifest: service as never } }),
    onSuccess: (_, service) => close(service),
  });
  const change = (next: string): void => {
    setText(next);
    setRead(null);
    store.reset();
  };
  const bring = (brought: File | null): void => {
    if (brought === null) return;
    setFile(brought.name);
    void brought.text().then((whole) => {
      change(whole);
      reading.mutate(whole);
    });
  };
  const large = text.length > LONGEST_SHOWN;
  return (
    <Modal
      opened
      onClose={() => close(null)}
      size={760}
      title={t('ownServices.import')}
      closeButtonProps={{ 'aria-label': t('common.close') }}
    >
      <form
        onSubmit={(event) => {
          event.preventDefault();
          if (read?.ok === true) store.mutate(read.service);
          else reading.mutate(text);
        }}
      >
        <Stack gap="sm">
          <Text size="sm">{t('ownServices.importLead')}</Text>
          <Group gap="sm">
            <FileButton accept=".json,.yaml,.yml,application/json,application/yaml" onChange={bring}>
              {(props) => (
                <Button variant="default" {...props}>
                  {t('ownServices.file')}
                </Button>
              )}
            </FileButton>
            {file !== null && <Text size="sm">{file}</Text>}
          </Group>
          {large ? (
            <Text size="sm">{t('ownServices.large', { count: Math.round(text.length / 1000) })}</Text>
          ) : (
            <Textarea
              label={t('ownServices.document')}
              description={t('ownServices.documentHint')}
              rows={8}
              styles={{ input: { fontFamily: 'monospace', fontSize: 13 } }}
              value={text}
              onChange={(event) => change(event.currentTarget.value)}
            />
          )}
          <Group gap="sm" grow align="start">
            <TextInput
              label={t('ownServices.nameOf')}
              description={t('ownServices.nameHint')}
              value={name}
              onChange={(event) => {
                setName(event.currentTarget.value);
                setRead(null);
              }}
            />
            <TextInput
              label={t('ownServices.base')}
              description={t('ownServices.baseHint')}
              placeholder={t('ownServices.baseExample')}
              value={base}
              onChange={(event) => {
                setBase(event.currentTarget.value);
                setRead(null);
              }}
            />
          </Group>
          {reading.isPending && (
            <Text size="sm" role="status">
              {t('ownServices.reading')}
            </Text>
          )}
          {reading.error !== null && (
            <Text size="sm" role="alert">
              {t('ownServices.unread')}
            </Text>
          )}
          {read !== null && (read.ok ? <Found read={read} known={known} /> : <Problems problems={read.problems} bad />)}
          {store.error !== null && <FailureView error={store.error} />}
          <Group justify="end">
            {reading.isPending && (
              <Button
                variant="default"
                onClick={() => {
                  under.current?.abort();
                  reading.reset();
                }}
              >
                {t('ownServices.stop')}
              </Button>
            )}
            <Button variant="default" onClick={() => close(null)}>
              {t('common.cancel')}
            </Button>
            <Button
              type="submit"
              disabled={text.trim() === ''}
              title={text.trim() === '' ? t('ownServices.documentHint') : undefined}
              loading={reading.isPending || store.isPending}
            >
              {t(read?.ok === true ? 'ownServices.store' : 'ownServices.read')}
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
};

type FoundProps = { readonly read: Extract<Read, { readonly ok: true }>; readonly known: readonly string[] };

/** What a document comes to, before it is stored. */
const Found = ({ read: { service, notes }, known }: FoundProps) => {
  const { t } = useTranslation();
  return (
    <Stack gap="xs">
      <Group gap="xs" wrap="nowrap">
        <ServiceTile name={service.name} title={service.title} />
        <div>
          <Text size="sm" fw={600}>
            {service.title} ({service.name})
          </Text>
          <Text size="xs" c="var(--hg-quiet)">
            {service.base} · {t(`ownServices.auth.${service.auth.kind}`)}
          </Text>
        </div>
      </Group>
      <Text size="sm">{t('ownServices.found', { count: service.operations.length })}</Text>
      {known.includes(service.name) && <Text size="sm">{t('ownServices.over', { name: service.name })}</Text>}
      {notes.length > 0 && <Problems problems={notes} bad={false} />}
    </Stack>
  );
};

const Problems = ({ problems, bad }: { readonly problems: readonly Problem[]; readonly bad: boolean }) => {
  const { t } = useTranslation();
  return (
    <Alert
      color={bad ? 'red' : 'gray'}
      variant="outline"
      role={bad ? 'alert' : undefined}
      title={t(bad ? 'ownServices.refused' : 'ownServices.left', { count: problems.length })}
    >
      <Stack component="ul" gap={4} m={0} pl="md" mah={220} tabIndex={0} style={{ overflowY: 'auto' }}>
        {problems.map((one, i) => (
          <li key={`${i}`}>
            <Text size="sm" style={{ overflowWrap: 'anywhere' }}>
              {one.at !== undefined && <strong>{placeText(one.at)}: </strong>}
              {one.text} {one.fix ?? ''}
            </Text>
          </li>
        ))}
      </Stack>
    </Alert>
  );
};
