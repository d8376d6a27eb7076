/** What the fields of a form belong to: the step or trigger whose panel is open, what is wrong with it, and how it is set. */

import type { Edit, Json, Problem } from '@headgate/core';
import { createContext, use } from 'react';

export type FieldPath = readonly (string | number)[];

export type Owner = {
  readonly id: string;
  readonly kind: string;
  readonly isStep: boolean;
  /** Gives the field a value; undefined: takes it away. */
  readonly set: (path: FieldPath, value: Json | undefined) => void;
  readonly problems: readonly Problem[];
  /** The field that a value of the data beside it is put into. */
  readonly aimed: FieldPath | null;
  readonly aim: (path: FieldPath | null) => void;
};

export const OwnerContext = createContext<Owner | null>(null);

export const useOwner = (): Owner => {
  const owner = use(OwnerContext);
  if (owner === null) throw new Error('a field outside of a panel');
  return owner;
};

export const setEdit = (id: string, isStep: boolean, path: FieldPath, value: Json | undefined): Edit => ({
  do: 'set',
  of: isStep ? { step: id } : { trigger: id },
  path,
  ...(value === undefined ? {} : { value }),
});
