/** Filters of the list of runs. They stand in the address, so that what is seen can be sent. */

import { Button, Group, NativeSelect, TextInput } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { useEngine } from '../engine.tsx';
import { type RunsSearch, STATES } from './search.ts';

type Props = { readonly search: RunsSearch; readonly set: (part: RunsSearch) => void };

export const Filters = ({ search, set }: Props) => {
  const { t } = useTranslation();
  const engine = useEngine();
  const flows = useQuery({
    queryKey: ['flows', 'names'],
    queryFn: ({ signal }) => engine.call('listFlows', { query: { limit: '200' } }, signal),
  });
  const given = (value: string): string | undefined => (value === '' ? undefined : value);
  const known = flows.data?.flows ?? [];
  const chosen = search.flow !== undefined && !known.some(({ id }) => id === search.flow) ? [search.flow] : [];
  return (
    <Group component="search" aria-label={t('runs.filters')} gap="xs" align="end">
      <TextInput
        key={`text ${search.text ?? ''}`}
        size="xs"
        w={180}
        type="search"
        label={t('runs.text')}
        placeholder={t('runs.textHint')}
        defaultValue={search.text ?? ''}
        onBlur={({ currentTarget }) => set({ text: given(currentTarget.value) })}
        onKeyDown={({ key, currentTarget }) => {
          if (key === 'Enter') set({ text: given(currentTarget.value) });
        }}
      />
      <NativeSelect
        size="xs"
        label={t('runs.state')}
        value={search.state ?? ''}
        onChange={({ currentTarget }) => set({ state: STATES.find((one) => one === currentTarget.value) })}
        data={[
          { value: '', label: t('runs.any') },
          ...STATES.map((one) => ({ value: one, label: t(`runs.states.${one}`) })),
        ]}
      />
      <NativeSelect
        size="xs"
        label={t('runs.flow')}
        value={search.flow ?? ''}
        onChange={({ currentTarget }) => set({ flow: given(currentTarget.value) })}
        data={[
          { value: '', label: t('runs.any') },
          ...chosen.map((id) => ({ value: id, label: id })),
          ...known.map(({ id, name }) => ({ value: id, label: name })),
        ]}
      />
      {(['trigger', 'environment'] as const).map((one) => (
        <TextInput
          key={`${one} ${search[one] ?? ''}`}
          size="xs"
          w={130}
          label={t(`runs.${one}`)}
          defaultValue={search[one] ?? ''}
          onBlur={({ currentTarget }) => set({ [one]: given(currentTarget.value) })}
          onKeyDown={({ key, currentTarget }) => {
            if (key === 'Enter') set({ [one]: given(currentTarget.value) });
          }}
        />
      ))}
      {(['from', 'to'] as const).map((one) => (
        <TextInput
          key={one}
          size="xs"
          type="date"
          label={t(`runs.${one}`)}
          value={search[one] ?? ''}
          onChange={({ currentTarget }) => set({ [one]: given(currentTarget.value) })}
        />
      ))}
      <Button
        size="xs"
        variant="default"
        onClick={() =>
          set({
            text: undefined,
            state: undefined,
            flow: undefined,
            trigger: undefined,
            environment: undefined,
            from: undefined,
            to: undefined,
          })
        }
      >
        {t('runs.clear')}
      </Button>
    </Group>
  );
};
