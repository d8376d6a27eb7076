/**
 * The settings of a step that uses a service: which operation, which secret, and the fields that the operation takes, made
 * of its schema as the fields of every kind are.
 */

import { Anchor, Text } from '@mantine/core';
import { isObject, type Json, type Step, together } from '@headgate/core';
import { useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import { useEditor } from '../editor-context.ts';
import { AnyField } from '../panel/form/any-field.tsx';
import { type Field, fieldsOf } from '../panel/form/model.ts';
import { setEdit } from '../panel/settings/owner.ts';
import { FailureView } from '../../problem/problem-view.tsx';
import { type OperationFound, sentenceFor } from './operations.ts';
import { Picker } from './picker.tsx';
import { useService } from './use-services.ts';

type Props = { readonly thing: Step; readonly fields: readonly Field[] };

const text = (value: Json | undefined): string => (typeof value === 'string' ? value : '');

export const ServiceFields = ({ thing, fields }: Props) => {
  const { t } = useTranslation();
  const { commands } = useEditor();
  const given = thing.with ?? {};
  const name = text(given['service']);
  const service = useService(name);
  const told = service.data;
  const operation = told?.operations.find((one) => one.id === given['operation']);
  const inner = useMemo(() => fieldsOf(operation?.input, 'service.call'), [operation]);
  const input = isObject(given['input']) ? (given['input'] as Readonly<Record<string, Json>>) : {};
  // What another operation was given stays where it is, so that nothing is lost; it is said to be too much, and taken out there.
  const left =
    operation === undefined ? [] : Object.keys(input).filter((key) => !inner.some((one) => one.name === key));
  // A name that the editor gave goes on saying what the step does; one that a person gave stays.
  const named =
    thing.name === undefined || (told !== undefined && thing.name === sentenceFor(told.title, operation?.title ?? ''));
  const shown = fields.filter(({ name: key }) => key === 'secret' || (key === 'most' && operation?.pages === true));
  const secret = shown.find(({ name: key }) => key === 'secret');
  const most = shown.find(({ name: key }) => key === 'most');
  const choose = (one: OperationFound): void => {
    const said = sentenceFor(one.title, one.does);
    const edits = [
      setEdit(thing.id, true, ['with', 'service'], one.service),
      setEdit(thing.id, true, ['with', 'operation'], one.operation),
      // What another service gave is no key to this one.
      ...(one.service === name || given['secret'] === undefined
        ? []
        : [setEdit(thing.id, true, ['with', 'secret'], undefined)]),
      ...(named ? [setEdit(thing.id, true, ['name'], said)] : []),
    ];
    commands.change(together(t('services.chosen', { step: thing.id, what: said }), edits));
  };
  return (
    <>
      <div data-field="with.operation">
        <Picker
          service={name}
          title={told?.title ?? name}
          does={operation?.title ?? text(given['operation'])}
          choose={choose}
        />
      </div>
      {service.error !== null && <FailureView error={service.error} />}
      {operation !== undefined && (
        <Text size="xs" c="var(--hg-quiet)">
          {operation.summary}{' '}
          {told !== undefined && told.docs !== null && (
            <Anchor href={told.docs} target="_blank" rel="noreferrer" size="xs" underline="always">
              {t('services.docs', { service: told.title })}
            </Anchor>
          )}
        </Text>
      )}
      {secret !== undefined && told !== undefined && told.auth !== 'none' && (
        <AnyField {...secret} required path={['with', 'secret']} value={given['secret']} />
      )}
      {inner.map((field) => (
        <AnyField
          key={`${name}/${field.name}`}
          {...field}
          path={['with', 'input', field.name]}
          value={input[field.name]}
        />
      ))}
      {left.map((key) => (
        <AnyField
          key={`left/${key}`}
          label={key}
          hint={t('services.left')}
          required={false}
          form={{ is: 'any', expression: false }}
          path={['with', 'input', key]}
          value={input[key]}
        />
      ))}
      {most !== undefined && <AnyField {...most} path={['with', 'most']} value={given['most']} />}
    </>
  );
};
