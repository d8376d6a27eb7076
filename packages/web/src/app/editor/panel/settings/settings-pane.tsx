/** The settings of the step or trigger that is open: those of its kind, then those that every step has. */

import { Text } from '@mantine/core';
import { isBlock, type Json, type Problem, type Step, type Trigger } from '@headgate/core';
import { Suspense, useMemo, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useEditor } from '../../editor-context.ts';
import { Designer, McpFields, Needs, ServiceFields, ServiceTriggerFields } from '../../parts.ts';
import { AnyField } from '../form/any-field.tsx';
import classes from '../form/form.module.css';
import { fieldsOf } from '../form/model.ts';
import { COMMON } from './common.ts';
import { type FieldPath, type Owner, setEdit } from './owner.ts';

type Props = {
  readonly thing: Step | Trigger;
  readonly isStep: boolean;
  readonly problems: readonly Problem[];
};

export const useOwnerOf = ({ thing, isStep, problems }: Props): Owner => {
  const { commands } = useEditor();
  const [aimed, aim] = useState<FieldPath | null>(null);
  const { id, kind } = thing;
  return useMemo(
    () => ({
      id,
      kind,
      isStep,
      problems,
      aimed,
      aim,
      set: (path: FieldPath, value: Json | undefined) => void commands.change(setEdit(id, isStep, path, value)),
    }),
    [id, kind, isStep, problems, aimed, commands],
  );
};

export const SettingsPane = ({ thing, isStep, problems }: Props) => {
  const { t } = useTranslation();
  const { kinds } = useEditor();
  const { kind } = thing;
  const schema = (isStep ? kinds.steps : kinds.triggers).find((one) => one.kind === kind)?.input;
  const block = isStep && isBlock(thing);
  const fields = useMemo(() => fieldsOf(schema, kind, block ? ['steps'] : []), [schema, kind, block]);
  const given = thing.with ?? {};
  const whole = problems.filter(({ at }) => at?.step === thing.id && (at.field === undefined || at.field === 'with'));
  return (
    <div className={classes.form}>
      {schema === undefined && <Text size="sm">{t('panel.unknownKind', { kind })}</Text>}
      {schema !== undefined && fields.length === 0 && (
        <Text size="sm" c="dimmed">
          {t('panel.nothingToSet')}
        </Text>
      )}
      {whole.map((one) => (
        <Text key={one.code} size="xs" className={classes.wrong}>
          {one.text} {one.fix ?? ''}
        </Text>
      ))}
      {isStep && kind.startsWith('service.call@') ? (
        <Suspense fallback={null}>
          <ServiceFields thing={thing} fields={fields} />
        </Suspense>
      ) : isStep && kind.startsWith('mcp.call@') ? (
        <Suspense fallback={null}>
          <McpFields thing={thing} fields={fields} />
        </Suspense>
      ) : !isStep && kind.startsWith('service.') ? (
        <Suspense fallback={null}>
          <ServiceTriggerFields thing={thing} fields={fields} />
        </Suspense>
      ) : (
        fields.map((field) =>
          field.name === 'fields' && isDesigned(kind, given) ? (
            <Suspense key={field.name} fallback={null}>
              <Designer {...field} path={['with', field.name]} value={given[field.name]} asks={isStep} />
            </Suspense>
          ) : (
            <AnyField key={field.name} {...field} path={['with', field.name]} value={given[field.name]} />
          ),
        )
      )}
      {(isStep || /^(service\.trigger|file\.watch)@/.test(kind)) && (
        <Suspense fallback={null}>
          <Needs step={thing.id} />
        </Suspense>
      )}
      <details>
        <summary className={classes.label}>{t(isStep ? 'panel.common.step' : 'panel.common.trigger')}</summary>
        <div className={classes.form} style={{ paddingBlockStart: 12 }}>
          {COMMON.filter(({ name }) => isStep || name === 'note').map((common) => {
            const { name, required, form } = common;
            return (
              <AnyField
                key={name}
                label={t(`panel.common.${name}.label`)}
                hint={t(`panel.common.${name}.hint`)}
                required={required}
                form={form}
                path={[name]}
                value={valueOf(thing, name)}
                {...('begin' in common ? { begin: common.begin } : {})}
              />
            );
          })}
        </div>
      </details>
    </div>
  );
};

/** Has it a form that people fill in? */
const isDesigned = (kind: string, given: Readonly<Record<string, Json>>): boolean =>
  kind.startsWith('form@') || (kind.startsWith('ask@') && given['wanted'] === 'form');

const valueOf = (thing: Step | Trigger, name: string): Json | undefined => Reflect.get(thing, name) as Json | undefined;
