/** The input of a draft run: fields by the flow's declared schema, and JSON for what no field can hold. */

import { Checkbox, JsonInput, NativeSelect, Stack, Text, TextInput } from '@mantine/core';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { growing } from '../../ui/growing.ts';

type Props = { readonly schema: unknown; readonly value: unknown; readonly set: (value: unknown) => void };

const get = (of: unknown, key: string): unknown =>
  typeof of === 'object' && of !== null ? Reflect.get(of, key) : undefined;

export const InputForm = ({ schema, value, set }: Props) => {
  const { t } = useTranslation();
  const properties = get(schema, 'properties');
  if (schema === undefined) return <Text size="sm">{t('running.inputNone')}</Text>;
  if (typeof properties !== 'object' || properties === null)
    return <Json label={t('running.input')} value={value} set={set} />;
  const held = typeof value === 'object' && value !== null ? value : {};
  const required = get(schema, 'required');
  const put = (name: string, to: unknown): void => {
    const { [name]: _was, ...rest } = held as Record<string, unknown>;
    set(to === undefined ? rest : { ...rest, [name]: to });
  };
  return (
    <Stack gap="xs">
      {Object.entries(properties).map(([name, property]: [string, unknown]) => (
        <Field
          key={name}
          name={name}
          schema={property}
          needed={Array.isArray(required) && required.includes(name)}
          value={get(held, name)}
          set={(to) => put(name, to)}
        />
      ))}
    </Stack>
  );
};

type FieldProps = Props & { readonly name: string; readonly needed: boolean };

const Field = ({ name, needed, schema, value, set }: FieldProps) => {
  const type = get(schema, 'type');
  const about = get(schema, 'description');
  const common = {
    label: name,
    size: 'xs' as const,
    withAsterisk: needed,
    ...(typeof about === 'string' ? { description: about } : {}),
  };
  const choices = get(schema, 'enum');
  if (Array.isArray(choices) && choices.every((one) => typeof one === 'string'))
    return (
      <NativeSelect
        {...common}
        value={String(value ?? '')}
        data={['', ...choices]}
        onChange={({ currentTarget }) => set(currentTarget.value === '' ? undefined : currentTarget.value)}
      />
    );
  if (type === 'boolean')
    return (
      <Checkbox label={name} checked={value === true} onChange={({ currentTarget }) => set(currentTarget.checked)} />
    );
  if (type === 'string')
    return (
      <TextInput
        {...common}
        value={typeof value === 'string' ? value : ''}
        onChange={({ currentTarget }) => set(currentTarget.value === '' && !needed ? undefined : currentTarget.value)}
      />
    );
  if (type === 'number' || type === 'integer')
    return (
      <TextInput
        {...common}
        type="number"
        value={typeof value === 'number' ? String(value) : ''}
        onChange={({ currentTarget }) => set(currentTarget.value === '' ? undefined : Number(currentTarget.value))}
      />
    );
  return <Json label={name} value={value} set={set} />;
};

/** What is typed counts when it is JSON; until then the field says that it is not. */
export const Json = ({ label, value, set }: Omit<Props, 'schema'> & { readonly label: string }) => {
  const [text, setText] = useState(() => (value === undefined ? '' : JSON.stringify(value, null, 2)));
  const { t } = useTranslation();
  const take = (next: string): void => {
    setText(next);
    try {
      set(next.trim() === '' ? undefined : JSON.parse(next));
    } catch {
      // The field shows it.
    }
  };
  return (
    <JsonInput
      label={label}
      size="xs"
      {...growing(3, 14)}
      value={text}
      onChange={take}
      validationError={t('running.notJson')}
    />
  );
};
