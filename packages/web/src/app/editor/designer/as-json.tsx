/** The fields as the JSON they are; it counts once it is a list, and what is wrong with it stands below it. */

import { JsonInput } from '@mantine/core';
import type { Json } from '@headgate/core';
import { useEffect } from 'react';
import { useTranslation } from 'react-i18next';
import { growing } from '../../ui/growing.ts';
import { useTyped } from '../panel/form/use-typed.ts';
import { type FieldPath, useOwner } from '../panel/settings/owner.ts';
import { fieldsIn } from './fields.ts';

type Props = {
  readonly path: FieldPath;
  readonly label: string;
  readonly value: Json | undefined;
  /** Told while what is typed is no list of fields: the way back to them is closed, since it would lose it. */
  readonly broken: (broken: boolean) => void;
};

/** The list that a text stands for; null: it is none. */
const listOf = (text: string): Json | null => {
  try {
    const value = JSON.parse(text) as Json;
    return Array.isArray(value) && fieldsIn(value) !== null ? value : null;
  } catch {
    return null;
  }
};

export const AsJson = ({ path, label, value, broken }: Props) => {
  const { t } = useTranslation();
  const owner = useOwner();
  const typed = useTyped(JSON.stringify(value ?? [], null, 2), (text) => {
    const list = listOf(text);
    if (list === null) return false;
    owner.set(path, list);
    return true;
  });
  const wrong = typed.dirty && listOf(typed.text) === null;
  useEffect(() => {
    broken(wrong);
    return () => broken(false);
  }, [broken, wrong]);
  return (
    <JsonInput
      size="sm"
      label={label}
      description={t('designer.jsonHint')}
      {...growing(8, 30, { fontFamily: 'monospace' })}
      error={wrong ? t('designer.jsonWrong') : undefined}
      validationError={t('designer.jsonWrong')}
      value={typed.text}
      onChange={typed.change}
      onBlur={typed.flush}
    />
  );
};
