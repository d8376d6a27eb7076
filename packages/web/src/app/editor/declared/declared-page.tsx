/** What a flow declares of itself: what it is for, what it is given, what it answers, and how its runs are held. */

import { Stack, Text } from '@mantine/core';
import type { Json, Problem } from '@headgate/core';
import { useMemo, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Section } from '../../ui/section.tsx';
import { useChecked, useEditor, useFlow } from '../editor-context.ts';
import { AnyField } from '../panel/form/any-field.tsx';
import type { Form } from '../panel/form/model.ts';
import { type FieldPath, type Owner, OwnerContext } from '../panel/settings/owner.ts';
import { InputFields } from './input-fields.tsx';

const text = (writing: 'template' | 'duration' | 'expression', long = false): Form => ({
  is: 'text',
  writing,
  long,
  pattern: writing === 'duration' ? '^(\\d{1,12})(ms|s|m|h|d)$' : null,
  least: 0,
  most: null,
});

const SETTINGS = [
  { name: 'timeout', form: text('duration') },
  { name: 'concurrency', form: { is: 'number', whole: true, least: 1, most: 10_000 } },
  { name: 'priority', form: { is: 'number', whole: true, least: -100, most: 100 } },
  { name: 'idempotency', form: text('expression') },
  { name: 'errorFlow', form: text('template') },
] as const satisfies readonly { readonly name: string; readonly form: Form }[];

const isOfFlow = ({ at }: Problem): boolean => at?.step === undefined && at?.field !== undefined;

export const DeclaredPage = () => {
  const { t } = useTranslation();
  const { commands } = useEditor();
  const flow = useFlow();
  const { problems } = useChecked();
  const [aimed, aim] = useState<FieldPath | null>(null);
  const owner = useMemo(
    (): Owner => ({
      id: '',
      kind: '',
      isStep: false,
      problems,
      aimed,
      aim,
      set: (path, value) =>
        void commands.change({ do: 'set', of: null, path, ...(value === undefined ? {} : { value }) }),
    }),
    [commands, problems, aimed],
  );
  const ofInput = problems.filter((one) => isOfFlow(one) && /^input(\.|\[|$)/.test(one.at?.field ?? ''));
  const settings = flow.settings as Readonly<Record<string, Json>> | undefined;
  return (
    <OwnerContext value={owner}>
      <Stack gap="lg">
        <Section title={t('declared.input')} lead={t('declared.inputLead')}>
          <InputFields />
          {ofInput.map((one) => (
            <Text key={`${one.at?.field} ${one.code}`} size="xs" c="var(--hg-failed)">
              {one.at?.field}: {one.text} {one.fix ?? ''}
            </Text>
          ))}
        </Section>
        <Section title={t('declared.output')} lead={t('declared.outputLead')}>
          <AnyField
            label={t('declared.output')}
            path={['output']}
            form={{ is: 'any', expression: true }}
            value={flow.output}
          />
        </Section>
        <Section title={t('declared.more')}>
          <AnyField
            label={t('declared.description')}
            path={['description']}
            form={text('template', true)}
            value={flow.description}
          />
          {SETTINGS.map(({ name, form }) => (
            <AnyField
              key={name}
              label={t(`declared.settings.${name}.label`)}
              hint={t(`declared.settings.${name}.hint`)}
              path={['settings', name]}
              form={form}
              value={settings?.[name]}
            />
          ))}
        </Section>
      </Stack>
    </OwnerContext>
  );
};
