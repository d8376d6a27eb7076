/** A field of a question's form, as an input of the app. The engine judges what is filled in; here is only what it is filled in with. */

import { Checkbox, NativeSelect, Stack, Textarea, TextInput } from '@mantine/core';
import type { FormField } from '@headgate/core';
import { growing } from '../ui/growing.ts';

type Props = {
  readonly field: FormField;
  readonly value: unknown;
  readonly error: string | undefined;
  readonly set: (value: unknown) => void;
};

/** What a form holds before anybody filled it in: a question of yes or no is answered by leaving it, too. */
export const begunValues = (fields: readonly FormField[]): Readonly<Record<string, unknown>> =>
  Object.fromEntries(
    fields.flatMap(({ name, type }): [string, unknown][] =>
      type === 'boolean' ? [[name, false]] : type === 'choices' ? [[name, []]] : [],
    ),
  );

const TYPES: Readonly<Partial<Record<FormField['type'], string>>> = { email: 'email', date: 'date' };

export const FieldInput = ({ field, value, error, set }: Props) => {
  const { name, label, help, type, choices = [] } = field;
  const common = {
    name,
    label,
    required: field.required === true,
    ...(help === undefined ? {} : { description: help }),
    ...(error === undefined ? {} : { error }),
  };
  const text = typeof value === 'string' ? value : '';
  const put = (given: string): void => set(given === '' ? undefined : given);
  switch (type) {
    case 'boolean':
      return <Checkbox {...common} checked={value === true} onChange={(event) => set(event.currentTarget.checked)} />;
    case 'choice':
      return (
        <NativeSelect
          {...common}
          value={text}
          data={['', ...choices]}
          onChange={(event) => put(event.currentTarget.value)}
        />
      );
    case 'choices':
      return (
        <Checkbox.Group
          {...common}
          value={Array.isArray(value) ? value.map(String) : []}
          onChange={(chosen) => set(choices.filter((one) => chosen.includes(one)))}
        >
          <Stack gap={6} mt={6}>
            {choices.map((one) => (
              <Checkbox key={one} value={one} label={one} />
            ))}
          </Stack>
        </Checkbox.Group>
      );
    case 'long':
      return (
        <Textarea {...common} {...growing(3, 14)} value={text} onChange={(event) => put(event.currentTarget.value)} />
      );
    case 'number':
      return (
        <TextInput
          {...common}
          type="number"
          step="any"
          value={typeof value === 'number' ? String(value) : ''}
          onChange={(event) => set(event.currentTarget.value === '' ? undefined : Number(event.currentTarget.value))}
        />
      );
    default:
      return (
        <TextInput
          {...common}
          type={TYPES[type] ?? 'text'}
          value={text}
          onChange={(event) => put(event.currentTarget.value)}
        />
      );
  }
};
