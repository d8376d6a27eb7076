/** Puts the expression of a value into the field of the settings that was last in use. */

import { everyStep, type Json } from '@headgate/core';
import { useTranslation } from 'react-i18next';
import { putIn } from '../../../data/expression.ts';
import { announce } from '../../../ui/announce.ts';
import { useFlow } from '../../editor-context.ts';
import { useOwner } from '../settings/owner.ts';

export const useUse = (): { readonly run: (expression: string) => void; readonly off?: string | undefined } => {
  const { t } = useTranslation();
  const owner = useOwner();
  const flow = useFlow();
  const { aimed } = owner;
  if (aimed === null) return { run: () => undefined, off: t('data.noField') };
  return {
    run: (expression) => {
      const thing = owner.isStep
        ? [...everyStep(flow)].find(({ id }) => id === owner.id)
        : (flow.triggers ?? []).find(({ id }) => id === owner.id);
      let present: unknown = thing;
      for (const name of aimed)
        present = typeof present === 'object' && present !== null ? Reflect.get(present, name) : undefined;
      owner.set(aimed, putIn(present, expression) as Json);
      announce(t('data.used', { expression, field: aimed.slice(1).join('.') }));
    },
  };
};
