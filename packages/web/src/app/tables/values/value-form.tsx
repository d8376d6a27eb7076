/** The value under a key, as JSON: looked at, written anew, or the first one under a new key. */

import { Button, Group, Modal, Stack, Textarea, TextInput } from '@mantine/core';
import { type Json, milliseconds } from '@headgate/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useEngine } from '../../engine.tsx';
import { Loaded } from '../../problem/loaded.tsx';
import { FailureView } from '../../problem/problem-view.tsx';
import { growing } from '../../ui/growing.ts';
import { notify } from '../../ui/notices.tsx';

type Props = {
  readonly project: string;
  readonly store: string;
  /** Null: a new one. */
  readonly name: string | null;
  readonly off: string | undefined;
  readonly close: () => void;
};

export const ValueForm = (props: Props) => {
  const { project, store, name, close } = props;
  const { t } = useTranslation();
  const engine = useEngine();
  const value = useQuery({
    queryKey: ['kv', project, store, 'value', name],
    enabled: name !== null,
    gcTime: 0,
    queryFn: ({ signal }) => engine.call('getKeyValue', { query: { project, store, name: name ?? '' } }, signal),
  });
  return (
    <Modal
      opened
      onClose={close}
      size="lg"
      title={name === null ? t('tables.values.create') : name}
      closeButtonProps={{ 'aria-label': t('common.close') }}
    >
      {name === null ? (
        <Fields {...props} begun="" />
      ) : (
        <Loaded query={value}>{(one) => <Fields {...props} begun={JSON.stringify(one.value, null, 2)} />}</Loaded>
      )}
    </Modal>
  );
};

const readJson = (text: string): { readonly value: Json } | null => {
  try {
    return { value: JSON.parse(text) as Json };
  } catch {
    return null;
  }
};

const Fields = ({ project, store: begunStore, name, off, close, begun }: Props & { readonly begun: string }) => {
  const { t } = useTranslation();
  const engine = useEngine();
  const queries = useQueryClient();
  const [key, setKey] = useState(name ?? '');
  const [store, setStore] = useState(begunStore);
  const [text, setText] = useState(begun);
  const [ttl, setTtl] = useState('');
  const read = readJson(text);
  const lasts = ttl === '' || milliseconds(ttl) !== undefined;
  const save = useMutation({
    mutationFn: (value: Json) =>
      engine.call('setKeyValue', {
        query: { project, store, name: key },
        body: { value, ...(ttl === '' ? {} : { ttl }), ...(name === null ? { only: 'new' as const } : {}) },
      }),
    onSuccess: async () => {
      close();
      notify({ text: t('tables.values.saved', { name: key }) });
      await queries.invalidateQueries({ queryKey: ['kv', project] });
    },
  });
  const whole = read !== null && lasts && key !== '' && store !== '';
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        if (whole) save.mutate(read.value);
      }}
    >
      <Stack>
        {name === null && (
          <Group grow>
            <TextInput
              label={t('tables.values.key')}
              value={key}
              required
              data-autofocus
              autoComplete="off"
              onChange={(event) => setKey(event.currentTarget.value)}
            />
            <TextInput
              label={t('tables.values.store')}
              value={store}
              required
              autoComplete="off"
              onChange={(event) => setStore(event.currentTarget.value)}
            />
          </Group>
        )}
        <Textarea
          label={t('tables.values.value')}
          description={t('tables.values.valueHint')}
          {...growing(3, 18)}
          className="hg-code"
          readOnly={off !== undefined}
          value={text}
          error={text !== '' && read === null ? t('tables.values.noJson') : undefined}
          onChange={(event) => setText(event.currentTarget.value)}
        />
        <TextInput
          label={t('tables.values.ttl')}
          description={t('tables.values.ttlHint')}
          placeholder="7d"
          readOnly={off !== undefined}
          value={ttl}
          error={lasts ? undefined : t('tables.values.noDuration')}
          onChange={(event) => setTtl(event.currentTarget.value)}
        />
        {save.error !== null && <FailureView error={save.error} />}
        <Group justify="end">
          <Button variant="default" onClick={close}>
            {t('common.cancel')}
          </Button>
          <Button type="submit" loading={save.isPending} disabled={!whole || off !== undefined} title={off}>
            {t('common.save')}
          </Button>
        </Group>
      </Stack>
    </form>
  );
};
