/** What a column is: its name, what its cells hold, and what it asks of them. */

import { Checkbox, Group, NativeSelect, TextInput } from '@mantine/core';
import { COLUMN_TYPES, type ColumnSpec, fromText, judgeColumn } from '@headgate/core';
import { useTranslation } from 'react-i18next';

/** As it is written. */
export type ColumnDraft = {
  readonly key: number;
  readonly name: string;
  readonly type: ColumnSpec['type'];
  readonly required: boolean;
  readonly unique: boolean;
  readonly sealed: boolean;
  readonly choices: string;
  readonly fallback: string;
};

let keys = 0;
export const newColumn = (): ColumnDraft => ({
  key: (keys += 1),
  name: '',
  type: 'text',
  required: false,
  unique: false,
  sealed: false,
  choices: '',
  fallback: '',
});

const choicesOf = (text: string): string[] =>
  text
    .split(',')
    .map((one) => one.trim())
    .filter((one) => one !== '');

/** The column as the API takes it, or what is wrong with it. */
export const specOf = (
  draft: ColumnDraft,
): { readonly ok: true; readonly value: ColumnSpec } | { readonly ok: false; readonly text: string } => {
  const { name, type, required, unique, sealed, choices, fallback } = draft;
  const bare: ColumnSpec = {
    name: name.trim(),
    type,
    ...(required ? { required } : {}),
    ...(unique ? { unique } : {}),
    ...(sealed ? { sealed } : {}),
    ...(type === 'choice' && choicesOf(choices).length > 0 ? { choices: choicesOf(choices) } : {}),
  };
  const read = fromText({ ...bare, id: '' }, fallback);
  if (!read.ok) return { ok: false, text: read.problem.text };
  const spec = read.value === null ? bare : { ...bare, default: read.value };
  const why = judgeColumn(spec);
  return why === null ? { ok: true, value: spec } : { ok: false, text: why.fix ?? why.text };
};

type Props = {
  readonly draft: ColumnDraft;
  readonly number: number;
  readonly error: string | undefined;
  readonly focused?: boolean;
  readonly change: (part: Partial<ColumnDraft>) => void;
};

export const ColumnFields = ({ draft, number, error, focused = false, change }: Props) => {
  const { t } = useTranslation();
  return (
    <Group gap="xs" align="start">
      <TextInput
        size="xs"
        w={150}
        label={t('tables.column.name', { number })}
        value={draft.name}
        error={error}
        autoComplete="off"
        {...(focused ? { 'data-autofocus': true } : {})}
        onChange={({ currentTarget }) => change({ name: currentTarget.value })}
      />
      <NativeSelect
        size="xs"
        label={t('tables.column.type', { number })}
        value={draft.type}
        data={COLUMN_TYPES.map((one) => ({ value: one, label: t(`tables.types.${one}`) }))}
        onChange={({ currentTarget }) =>
          change({ type: COLUMN_TYPES.find((one) => one === currentTarget.value) ?? 'text' })
        }
      />
      {draft.type === 'choice' && (
        <TextInput
          size="xs"
          w={170}
          label={t('tables.column.choices', { number })}
          placeholder={t('tables.column.choicesHint')}
          value={draft.choices}
          onChange={({ currentTarget }) => change({ choices: currentTarget.value })}
        />
      )}
      <TextInput
        size="xs"
        w={110}
        label={t('tables.column.fallback', { number })}
        value={draft.fallback}
        onChange={({ currentTarget }) => change({ fallback: currentTarget.value })}
      />
      <Group gap="xs" pt={24} role="group" aria-label={t('tables.column.asks', { number })}>
        {(['required', 'unique', 'sealed'] as const).map((one) => (
          <Checkbox
            key={one}
            size="xs"
            label={t(`tables.${one}`)}
            title={t(`tables.column.help.${one}`)}
            checked={draft[one]}
            onChange={(event) => change({ [one]: event.currentTarget.checked })}
          />
        ))}
      </Group>
    </Group>
  );
};
