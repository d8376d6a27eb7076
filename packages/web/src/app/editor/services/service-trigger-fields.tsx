/**
 * The settings of a trigger of a service: which service, what to wait for there, and the fields that it takes, made of its
 * schema as the fields of every kind are. Of a service that calls by itself, where a person enters the address.
 */

import { NativeSelect, Text } from '@mantine/core';
import { isObject, type Json, together, type Trigger } from '@headgate/core';
import { useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import { FailureView } from '../../problem/problem-view.tsx';
import { useEditor } from '../editor-context.ts';
import { AnyField } from '../panel/form/any-field.tsx';
import { type Field, fieldsOf } from '../panel/form/model.ts';
import { setEdit } from '../panel/settings/owner.ts';
import { ServiceTile } from '../../ui/service-tile.tsx';
import { useService, useServices } from './use-services.ts';

type Props = { readonly thing: Trigger; readonly fields: readonly Field[] };

const text = (value: Json | undefined): string => (typeof value === 'string' ? value : '');

/** Fields that stand elsewhere in this form. */
const APART = new Set(['service', 'trigger', 'input']);

export const ServiceTriggerFields = ({ thing, fields }: Props) => {
  const { t } = useTranslation();
  const { commands } = useEditor();
  const given = thing.with ?? {};
  const name = text(given['service']);
  const kind = thing.kind.startsWith('service.webhook@') ? 'webhook' : 'poll';
  const services = useServices().filter(({ triggers }) => triggers.some((one) => one.kind === kind));
  const service = useService(name);
  const told = service.data;
  const triggers = (services.find((one) => one.name === name)?.triggers ?? []).filter((one) => one.kind === kind);
  const trigger = told?.triggers.find((one) => one.id === given['trigger']);
  const inner = useMemo(() => fieldsOf(trigger?.input ?? undefined, 'service.trigger'), [trigger]);
  const input = isObject(given['input']) ? (given['input'] as Readonly<Record<string, Json>>) : {};
  const choose = (to: string, which: string | undefined): void => {
    // What another service, or another of its triggers, was given says nothing to this one.
    const edits = [
      setEdit(thing.id, false, ['with', 'service'], to),
      setEdit(thing.id, false, ['with', 'trigger'], which),
      ...(given['input'] === undefined ? [] : [setEdit(thing.id, false, ['with', 'input'], undefined)]),
      ...(given['events'] === undefined ? [] : [setEdit(thing.id, false, ['with', 'events'], undefined)]),
      ...(to === name || given['secret'] === undefined
        ? []
        : [setEdit(thing.id, false, ['with', 'secret'], undefined)]),
    ];
    commands.change(together(t('services.chosen', { step: thing.id, what: to }), edits));
  };
  const chooseService = (to: string): void => {
    const first = services.find((one) => one.name === to)?.triggers.find((one) => one.kind === kind);
    choose(to, first?.id);
  };
  return (
    <>
      <div data-field="with.service">
        <NativeSelect
          label={t('services.service')}
          leftSection={name === '' ? undefined : <ServiceTile name={name} title={told?.title ?? name} />}
          value={name}
          data={[
            ...(services.some((one) => one.name === name) ? [] : [{ value: name, label: name }]),
            ...services.map((one) => ({ value: one.name, label: one.title })),
          ]}
          onChange={(event) => chooseService(event.currentTarget.value)}
        />
      </div>
      <div data-field="with.trigger">
        <NativeSelect
          label={t('services.trigger')}
          value={text(given['trigger'])}
          data={[
            ...(triggers.some((one) => one.id === given['trigger'])
              ? []
              : [{ value: text(given['trigger']), label: text(given['trigger']) }]),
            ...triggers.map((one) => ({ value: one.id, label: one.title })),
          ]}
          onChange={(event) => choose(name, event.currentTarget.value)}
        />
      </div>
      {service.error !== null && <FailureView error={service.error} />}
      {trigger !== undefined && (
        <Text size="xs" c="var(--hg-quiet)">
          {trigger.summary} {trigger.setUp ?? ''}
        </Text>
      )}
      {inner.map((field) => (
        <AnyField
          key={`${name}/${String(given['trigger'])}/${field.name}`}
          {...field}
          path={['with', 'input', field.name]}
          value={input[field.name]}
        />
      ))}
      {fields
        .filter((one) => !APART.has(one.name) && !(one.name === 'secret' && told?.auth === 'none'))
        .map((field) => (
          <AnyField key={field.name} {...field} path={['with', field.name]} value={given[field.name]} />
        ))}
      {trigger !== undefined && (trigger.events ?? []).length > 0 && (
        <Text size="xs" c="var(--hg-quiet)">
          {t('services.events', { names: (trigger.events ?? []).map((one) => one.name).join(', ') })}
        </Text>
      )}
    </>
  );
};
