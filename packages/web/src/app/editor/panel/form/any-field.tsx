/** A field of a form: the input that fits it, or an expression in its place. */

import { Checkbox, NativeSelect, Textarea } from '@mantine/core';
import { fieldPath, type Json } from '@headgate/core';
import { lazy, Suspense, useId, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { growing } from '../../../ui/growing.ts';
import { BaseField, ModelInput, SecretField, TableField } from '../../parts.ts';
import { type FieldPath, useOwner } from '../settings/owner.ts';
import type { FieldProps } from './field-props.ts';
import { FieldFrame, type Mode } from './field-frame.tsx';
import { ListField, MapField, ObjectField } from './groups.tsx';
import type { Form } from './model.ts';
import { problemsAt } from './problems.ts';
import { useTyped } from './use-typed.ts';
import { asExpression, asPlain, isComputed, read, shown, writingProblem } from './written.ts';

// The editor of expressions is not needed before one is written.
const Expression = lazy(() =>
  import('../expression/expression.tsx').then((module) => ({ default: module.Expression })),
);
const Cron = lazy(() => import('../settings/cron-field.tsx').then((module) => ({ default: module.CronField })));
const Source = lazy(() => import('../code/code-field.tsx').then((module) => ({ default: module.CodeField })));

/** Carries its path, so that a problem leads to it. */
export const AnyField = (props: FieldProps) => (
  <div data-field={fieldPath(props.path)}>
    <FieldOf {...props} />
  </div>
);

const FieldOf = (props: FieldProps) => {
  const { form, value } = props;
  if (form.is === 'text' && form.writing === 'secret')
    return (
      <Suspense fallback={null}>
        <SecretField {...props} />
      </Suspense>
    );
  if (form.is === 'text' && form.writing === 'table' && !isComputed(value))
    return (
      <Suspense fallback={null}>
        <TableField {...props} />
      </Suspense>
    );
  if (form.is === 'text' && form.writing === 'knowledge' && !isComputed(value))
    return (
      <Suspense fallback={null}>
        <BaseField {...props} />
      </Suspense>
    );
  if (form.is === 'text' && form.writing === 'cron')
    return (
      <Suspense fallback={null}>
        <Cron {...props} />
      </Suspense>
    );
  if (form.is === 'text' && form.writing === 'code')
    return (
      <Suspense fallback={null}>
        <Source {...props} />
      </Suspense>
    );
  if (!isComputed(value)) {
    if (form.is === 'object') return <ObjectField {...props} form={form} inner={AnyField} />;
    if (form.is === 'either') return <EitherField {...props} form={form} />;
  }
  return <PlainField {...props} />;
};

/** The form of several that the value has, or the first. */
const optionOf = (options: readonly Form[], value: Json | undefined): number => {
  const fits = (form: Form): boolean => {
    if (Array.isArray(value)) return form.is === 'list';
    if (typeof value === 'object' && value !== null) return form.is === 'map' || form.is === 'object';
    if (value === undefined) return true;
    return form.is !== 'list' && form.is !== 'map' && form.is !== 'object' && read(form, shown(form, value)).ok;
  };
  return Math.max(0, options.findIndex(fits));
};

const EitherField = ({ form, ...props }: FieldProps & { readonly form: Extract<Form, { readonly is: 'either' }> }) => {
  const { t } = useTranslation();
  const owner = useOwner();
  const [chosen, setChosen] = useState<number | null>(null);
  const at = props.value === undefined ? (chosen ?? 0) : optionOf(form.options, props.value);
  const option = form.options[at] ?? { is: 'any', expression: false };
  return (
    <div>
      <NativeSelect
        size="xs"
        w={120}
        mb={4}
        aria-label={t('panel.kindOf', { field: props.label })}
        value={String(at)}
        onChange={(event) => {
          setChosen(Number(event.currentTarget.value));
          owner.set(props.path, undefined);
        }}
        data={form.options.map((one, i) => ({ value: String(i), label: t(`panel.form.${one.is}`) }))}
      />
      <AnyField key={at} {...props} form={option} />
    </div>
  );
};

const isGroup = (form: Form): boolean => form.is === 'list' || form.is === 'map';

const beginsComputed = (form: Form): boolean =>
  (form.is === 'any' && form.expression) || (form.is === 'text' && form.writing === 'expression');

const PlainField = ({ path, label, hint, required = false, form, value }: FieldProps) => {
  const { t } = useTranslation();
  const owner = useOwner();
  const id = useId();
  const [chosen, setChosen] = useState<Mode | null>(null);
  const [before, setBefore] = useState<Json | undefined>(undefined);
  const [tookOver, setTookOver] = useState(false);
  const always = form.is === 'text' && form.writing === 'expression';
  const mode: Mode =
    always || isComputed(value) || (isGroup(form) && typeof value === 'string')
      ? 'expression'
      : (chosen ?? (value === undefined && beginsComputed(form) ? 'expression' : 'value'));
  const made = (text: string) => (mode === 'expression' ? writtenRead(text) : read(form, text));
  const typed = useTyped(shown(form, value), (text) => {
    const result = made(text);
    if (!result.ok) return false;
    owner.set(path, result.value);
    return true;
  });
  const result = made(typed.text);
  const syntax = mode === 'expression' ? writingProblem(typed.text) : null;
  // What is no text is given by an expression alone; without braces it would be one.
  const bare = mode === 'expression' && isGroup(form) && typed.text.trim() !== '' && !isComputed(typed.text);
  const why =
    syntax !== null
      ? syntax.text
      : bare
        ? t('panel.why.braces', { open: '{{', close: '}}' })
        : typed.dirty && !result.ok
          ? t(`panel.why.${result.why}`, { bound: result.bound ?? 0 })
          : null;
  const missing = required && value === undefined && !typed.dirty;

  const toggle = (next: Mode): void => {
    if (next === mode) return;
    setChosen(next);
    if (next === 'expression') {
      setBefore(value);
      if (value !== undefined && typeof value !== 'string') owner.set(path, asExpression(value));
    } else owner.set(path, asPlain(form, typed.text) ?? before);
  };
  const place = fieldPath(path);
  const problems =
    typed.dirty || bare ? [] : problemsAt(owner.problems, { step: owner.id, field: place }, !isGroup(form));
  const wrong = why !== null || problems.length > 0;
  const input = {
    id,
    'aria-describedby': `${id}-note`,
    'aria-invalid': wrong,
    'aria-required': required,
  } as const;
  const change = (text: string): void => {
    // Two braces begin an expression wherever they are typed.
    if (mode === 'value' && isComputed(text) && !isWritten(form, text)) {
      setChosen('expression');
      setTookOver(true);
    }
    typed.change(text);
  };
  return (
    <FieldFrame
      id={id}
      label={label}
      hint={hint}
      required={required}
      mode={always || form.is === 'choice' || form.is === 'boolean' ? modeOf(always, mode) : mode}
      onMode={toggle}
      why={why}
      problems={missing && problems.length === 0 ? [] : problems}
    >
      {mode === 'expression' ? (
        <Suspense fallback={<Textarea size="sm" readOnly rows={1} value={typed.text} {...input} />}>
          <Expression
            id={id}
            label={label}
            text={typed.text}
            wrong={wrong}
            takesOver={tookOver}
            change={typed.change}
            flush={typed.flush}
            path={path}
          />
        </Suspense>
      ) : (
        <ValueInput form={form} value={value} path={path} typed={{ ...typed, change }} input={input} label={label} />
      )}
    </FieldFrame>
  );
};

/** A list or an object written as JSON, whose texts may hold expressions. */
const isWritten = (form: Form, text: string): boolean => form.is === 'any' && /^\s*(?:\[|\{(?!\{))/.test(text);

const modeOf = (always: boolean, mode: Mode): Mode | undefined => (always ? undefined : mode);

/** What is written as an expression or a template is kept as it stands. */
const writtenRead = (text: string): ReturnType<typeof read> =>
  text === '' ? { ok: true, value: undefined } : { ok: true, value: text };

type InputProps = {
  readonly form: Form;
  readonly value: Json | undefined;
  readonly path: FieldPath;
  readonly label: string;
  readonly typed: ReturnType<typeof useTyped>;
  readonly input: {
    readonly id: string;
    readonly 'aria-describedby': string;
    readonly 'aria-invalid': boolean;
    readonly 'aria-required': boolean;
  };
};

const ValueInput = ({ form, value, path, label, typed, input }: InputProps) => {
  const { t } = useTranslation();
  const owner = useOwner();
  switch (form.is) {
    case 'boolean':
      return (
        <Checkbox
          {...input}
          label={value === true ? t('panel.yes') : value === false ? t('panel.no') : t('panel.unset')}
          indeterminate={value === undefined}
          checked={value === true}
          onChange={(event) => owner.set(path, event.currentTarget.checked)}
        />
      );
    case 'choice':
      return (
        <NativeSelect
          {...input}
          size="sm"
          value={typeof value === 'string' ? value : ''}
          onChange={(event) => owner.set(path, event.currentTarget.value || undefined)}
          data={[{ value: '', label: t('panel.unset') }, ...form.options]}
        />
      );
    case 'list':
      return <ListField form={form} value={value} path={path} label={label} inner={AnyField} />;
    case 'map':
      return <MapField form={form} value={value} path={path} label={label} inner={AnyField} />;
    default: {
      if (form.is === 'text' && form.writing === 'model')
        return (
          <Suspense fallback={null}>
            <ModelInput
              input={input}
              text={typed.text}
              change={typed.change}
              flush={typed.flush}
              aim={() => owner.aim(path)}
            />
          </Suspense>
        );
      const tall = form.is === 'any' || (form.is === 'text' && form.long);
      return (
        <Textarea
          {...input}
          size="sm"
          {...growing(tall ? 2 : 1, tall ? 16 : 6)}
          spellCheck={form.is === 'text' && form.long}
          inputMode={form.is === 'number' ? 'decimal' : undefined}
          placeholder={form.is === 'text' && form.writing === 'duration' ? t('panel.durationSample') : undefined}
          className={form.is === 'any' ? 'hg-code' : undefined}
          value={typed.text}
          onChange={(event) =>
            typed.change(tall ? event.currentTarget.value : event.currentTarget.value.replaceAll('\n', ''))
          }
          onKeyDown={(event) => {
            // What is undone next is what was typed last; what runs is what stands there.
            if (event.ctrlKey || event.metaKey || (event.key === 'Enter' && !tall)) typed.flush();
          }}
          onBlur={typed.flush}
          onFocus={() => owner.aim(path)}
        />
      );
    }
  }
};
