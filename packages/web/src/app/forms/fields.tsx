/** Fields of a form by the flow's input schema: a field for what one can hold, JSON for the rest. Labels, hints, problems at each. */

import { Checkbox, JsonInput, NativeSelect, Stack, Textarea, TextInput } from '@mantine/core';
import { isObject } from '@headgate/core';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import classes from './fields.module.css';
import { labelOf } from '../editor/panel/form/model.ts';
import { growing } from '../ui/growing.ts';

type Schema = Readonly<Record<string, unknown>>;
type Problems = ReadonlyMap<string, string>;

type FieldsProps = {
  readonly schema: Schema;
  readonly path: string;
  readonly value: Readonly<Record<string, unknown>>;
  readonly problems: Problems;
  readonly set: (value: Readonly<Record<string, unknown>>) => void;
};

const KINDS: Readonly<Record<string, string>> = {
  date: 'date',
  time: 'time',
  'date-time': 'datetime-local',
  email: 'email',
  uri: 'url',
};
const LONG = 200;
const LISTED = new Set(['string', 'number', 'integer']);

const text = (schema: Schema, key: string): string | undefined =>
  typeof schema[key] === 'string' ? schema[key] : undefined;
const number = (schema: Schema, key: string): number | undefined =>
  typeof schema[key] === 'number' ? schema[key] : undefined;

/** Has the schema fields at all? */
export const propertiesOf = (schema: unknown): Schema | null =>
  isObject(schema) && isObject(schema['properties']) ? schema['properties'] : null;

/** What is filled in before anybody typed. */
export const begun = (schema: unknown): Readonly<Record<string, unknown>> =>
  Object.fromEntries(
    Object.entries(propertiesOf(schema) ?? {}).flatMap(([name, part]) => {
      if (!isObject(part)) return [];
      if (part['default'] !== undefined) return [[name, part['default']]];
      if (propertiesOf(part) !== null) return [[name, begun(part)]];
      return part['type'] === 'boolean' ? [[name, false]] : [];
    }),
  );

/** The paths of all fields that are shown. */
export const pathsOf = (schema: unknown, path = ''): readonly string[] =>
  Object.entries(propertiesOf(schema) ?? {}).flatMap(([name, part]) => [
    path + name,
    ...pathsOf(part, `${path}${name}.`),
  ]);

export const Fields = ({ schema, path, value, problems, set }: FieldsProps) => {
  const needed: readonly unknown[] = Array.isArray(schema['required']) ? schema['required'] : [];
  const put = (name: string, to: unknown): void => {
    const { [name]: _was, ...rest } = value;
    set(to === undefined ? rest : { ...rest, [name]: to });
  };
  return (
    <Stack gap="md">
      {Object.entries(propertiesOf(schema) ?? {}).map(([name, part]) => (
        <OneField
          key={name}
          name={name}
          path={path + name}
          schema={isObject(part) ? part : {}}
          needed={needed.includes(name)}
          value={value[name]}
          problems={problems}
          set={(to) => put(name, to)}
        />
      ))}
    </Stack>
  );
};

type Props = {
  readonly name: string;
  readonly path: string;
  readonly schema: Schema;
  readonly needed: boolean;
  readonly value: unknown;
  readonly problems: Problems;
  readonly set: (value: unknown) => void;
};

const OneField = (props: Props) => {
  const { name, path, schema, needed, value, problems, set } = props;
  const type = schema['type'];
  const description = text(schema, 'description');
  const error = problems.get(path);
  const common = {
    name: path,
    label: text(schema, 'title') ?? labelOf(name),
    required: needed,
    ...(description === undefined ? {} : { description }),
    ...(error === undefined ? {} : { error }),
  };
  const choices = schema['enum'];
  if (Array.isArray(choices) && choices.every((one) => LISTED.has(typeof one)))
    return (
      <NativeSelect
        {...common}
        value={value === undefined ? '' : String(value)}
        data={['', ...choices.map(String)]}
        onChange={({ currentTarget }) => set(choices.find((one) => String(one) === currentTarget.value))}
      />
    );
  if (type === 'boolean')
    return (
      <Checkbox
        {...common}
        required={false}
        checked={value === true}
        onChange={({ currentTarget }) => set(currentTarget.checked)}
      />
    );
  if (type === 'string') return <Text_ {...props} common={common} />;
  if (type === 'number' || type === 'integer')
    return (
      <TextInput
        {...common}
        type="number"
        step={type === 'integer' ? 1 : 'any'}
        min={number(schema, 'minimum')}
        max={number(schema, 'maximum')}
        value={typeof value === 'number' ? String(value) : ''}
        onChange={({ currentTarget }) => set(currentTarget.value === '' ? undefined : Number(currentTarget.value))}
      />
    );
  if (propertiesOf(schema) !== null)
    return (
      <fieldset className={classes.group}>
        <legend>{common.label}</legend>
        <Fields schema={schema} path={`${path}.`} value={isObject(value) ? value : {}} problems={problems} set={set} />
      </fieldset>
    );
  if (type === 'array' && isObject(schema['items']) && schema['items']['type'] === 'string')
    return <Lines {...props} common={common} />;
  return <Json {...props} common={common} />;
};

type Common = { readonly common: { readonly label: string; readonly required: boolean } };

const Text_ = ({ schema, value, set, needed, common }: Props & Common) => {
  const given = {
    ...common,
    maxLength: number(schema, 'maxLength'),
    minLength: number(schema, 'minLength'),
    value: typeof value === 'string' ? value : '',
    onChange: ({ currentTarget }: { readonly currentTarget: { readonly value: string } }) =>
      set(currentTarget.value === '' && !needed ? undefined : currentTarget.value),
  };
  const kind = KINDS[text(schema, 'format') ?? ''];
  if (kind === undefined && (number(schema, 'maxLength') ?? 0) > LONG)
    return <Textarea {...given} {...growing(3, 12)} />;
  return <TextInput {...given} type={kind ?? 'text'} />;
};

/** A list of texts: one a line. */
const Lines = ({ value, set, common }: Props & Common) => {
  const { t } = useTranslation();
  const [typed, setTyped] = useState(() => (Array.isArray(value) ? value.join('\n') : ''));
  return (
    <Textarea
      description={t('forms.lines')}
      {...common}
      {...growing(2, 12)}
      value={typed}
      onChange={({ currentTarget }) => {
        setTyped(currentTarget.value);
        const lines = currentTarget.value.split('\n').filter((line) => line.trim() !== '');
        set(lines.length === 0 ? undefined : lines);
      }}
    />
  );
};

/** What no field can hold; it counts once it is JSON. */
const Json = ({ value, set, common }: Props & Common) => {
  const { t } = useTranslation();
  const [typed, setTyped] = useState(() => (value === undefined ? '' : JSON.stringify(value, null, 2)));
  return (
    <JsonInput
      description={t('forms.json')}
      {...common}
      {...growing(3, 14)}
      validationError={t('running.notJson')}
      value={typed}
      onChange={(next) => {
        setTyped(next);
        try {
          set(next.trim() === '' ? undefined : JSON.parse(next));
        } catch {
          // The field says that it is not JSON yet.
        }
      }}
    />
  );
};
