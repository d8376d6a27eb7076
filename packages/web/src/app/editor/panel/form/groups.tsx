/** Fields made of fields: objects, lists of items, and maps of names such as headers. */

import { ActionIcon, Button, Group, TextInput } from '@mantine/core';
import { isObject, type Json } from '@headgate/core';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { type FieldPath, useOwner } from '../settings/owner.ts';
import type { FieldProps, Inner } from './field-props.ts';
import classes from './form.module.css';
import type { Form } from './model.ts';

type Of<K extends Form['is']> = Extract<Form, { readonly is: K }>;
type GroupProps<K extends Form['is']> = {
  readonly form: Of<K>;
  readonly value: Json | undefined;
  readonly path: FieldPath;
  readonly label: string;
} & Inner;

const recordOf = (value: Json | undefined): Readonly<Record<string, Json>> =>
  isObject(value) ? (value as Readonly<Record<string, Json>>) : {};

export const ObjectField = ({
  form,
  value,
  path,
  label,
  hint,
  begin,
  inner: Inside,
}: FieldProps & Inner & { readonly form: Of<'object'> }) => {
  const { t } = useTranslation();
  const owner = useOwner();
  const optional = form.fields.some(({ required }) => required);
  const [open, setOpen] = useState(false);
  const given = recordOf(value);
  // An object whose fields are needed is there as a whole or not at all.
  if (optional && value === undefined && !open)
    return (
      <div className={classes.field}>
        <span className={classes.label}>{label}</span>
        <div>
          <Button
            size="compact-sm"
            variant="default"
            onClick={() => (begin === undefined ? setOpen(true) : owner.set(path, begin))}
          >
            {t('panel.addOne', { field: label })}
          </Button>
        </div>
        {hint !== undefined && <p className={classes.hint}>{hint}</p>}
      </div>
    );
  return (
    <fieldset className={classes.field} style={{ border: 0, margin: 0, padding: 0 }}>
      <legend className={classes.label}>{label}</legend>
      {value !== undefined && (
        <div>
          <Button
            size="compact-xs"
            variant="default"
            onClick={() => {
              setOpen(false);
              owner.set(path, undefined);
            }}
          >
            {t('panel.removeOne', { field: label })}
          </Button>
        </div>
      )}
      <div className={classes.nested}>
        {form.fields.map((field) => (
          <Inside key={field.name} {...field} path={[...path, field.name]} value={given[field.name]} />
        ))}
      </div>
    </fieldset>
  );
};

/** What a new item begins as. */
const blank = (form: Form): Json => {
  switch (form.is) {
    case 'object':
      return {};
    case 'number':
      return form.least ?? 0;
    case 'boolean':
      return false;
    case 'choice':
      return form.options[0] ?? '';
    case 'either':
      return form.options[0] === undefined ? '' : blank(form.options[0]);
    case 'list':
      return [];
    case 'map':
      return {};
    default:
      return '';
  }
};

export const ListField = ({ form, value, path, label, inner: Inside }: GroupProps<'list'>) => {
  const { t } = useTranslation();
  const owner = useOwner();
  const items = Array.isArray(value) ? value : [];
  const full = form.most !== null && items.length >= form.most;
  const swap = (i: number, j: number): void => {
    const [one, other] = [items[i], items[j]];
    if (one === undefined || other === undefined) return;
    owner.set(path, items.with(i, other).with(j, one));
  };
  const fields = form.item.is === 'object' ? form.item.fields : null;
  return (
    <div className={classes.field} role="group" aria-label={label}>
      {items.map((item, i) => (
        <div key={`${i}`} className={classes.item}>
          <div className={classes.itemTop}>
            <span>{t('panel.item', { n: i + 1 })}</span>
            <Small name={t('panel.up', { n: i + 1 })} sign="↑" off={i === 0} act={() => swap(i, i - 1)} />
            <Small
              name={t('panel.down', { n: i + 1 })}
              sign="↓"
              off={i === items.length - 1}
              act={() => swap(i, i + 1)}
            />
            <Small
              name={t('panel.remove', { n: i + 1 })}
              sign="✕"
              off={items.length <= form.least}
              act={() => owner.set(path, items.toSpliced(i, 1))}
            />
          </div>
          {fields === null ? (
            <Inside path={[...path, i]} label={t('panel.item', { n: i + 1 })} form={form.item} value={item} />
          ) : (
            fields.map((field) => (
              <Inside key={field.name} {...field} path={[...path, i, field.name]} value={recordOf(item)[field.name]} />
            ))
          )}
        </div>
      ))}
      <div>
        <Button
          size="compact-sm"
          variant="default"
          disabled={full}
          title={full ? t('panel.full', { count: form.most ?? 0 }) : undefined}
          onClick={() => owner.set(path, [...items, blank(form.item)])}
        >
          {t('panel.addItem')}
        </Button>
      </div>
    </div>
  );
};

export const MapField = ({ form, value, path, label, inner: Inside }: GroupProps<'map'>) => {
  const { t } = useTranslation();
  const owner = useOwner();
  const entries = Object.entries(recordOf(value));
  const [name, setName] = useState('');
  const taken = entries.some(([key]) => key === name.trim());
  const why = name.trim() === '' ? null : taken ? t('panel.taken') : null;
  const add = (): void => {
    if (name.trim() === '' || taken) return;
    owner.set([...path, name.trim()], blank(form.value));
    setName('');
  };
  return (
    <div className={classes.field} role="group" aria-label={label}>
      {entries.map(([key, one]) => (
        <div key={key} className={classes.row}>
          <div className={classes.grow}>
            <Inside path={[...path, key]} label={key} form={form.value} value={one} />
          </div>
          <Small
            name={t('panel.removeOne', { field: key })}
            sign="✕"
            act={() => owner.set(entries.length === 1 ? path : [...path, key], undefined)}
          />
        </div>
      ))}
      <Group gap="xs" align="start" wrap="nowrap">
        <TextInput
          size="xs"
          aria-label={t('panel.newName', { field: label })}
          placeholder={t('panel.name')}
          value={name}
          error={why}
          onChange={(event) => setName(event.currentTarget.value)}
          onKeyDown={(event) => {
            if (event.key === 'Enter' && !event.ctrlKey && !event.metaKey) add();
          }}
        />
        <Button
          size="compact-sm"
          variant="default"
          disabled={name.trim() === '' || taken}
          title={name.trim() === '' ? t('panel.nameFirst') : undefined}
          onClick={add}
        >
          {t('panel.add')}
        </Button>
      </Group>
    </div>
  );
};

type SmallProps = { readonly name: string; readonly sign: string; readonly off?: boolean; readonly act: () => void };

/** A small act with a sign, and its name for who hears it. */
const Small = ({ name, sign, off = false, act }: SmallProps) => (
  <ActionIcon size={26} variant="subtle" color="gray" aria-label={name} title={name} disabled={off} onClick={act}>
    <span aria-hidden>{sign}</span>
  </ActionIcon>
);
