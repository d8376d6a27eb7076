/** What every field of a form is given. */

import type { Json } from '@headgate/core';
import type { ComponentType } from 'react';
import type { FieldPath } from '../settings/owner.ts';
import type { Form } from './model.ts';

export type FieldProps = {
  readonly path: FieldPath;
  readonly label: string;
  readonly hint?: string;
  readonly required?: boolean;
  readonly form: Form;
  readonly value: Json | undefined;
  /** What an object begins as when it is added; absent: its fields are shown, and are there once they are set. */
  readonly begin?: Json;
};

/** Fields made of fields show them by this: whatever a field's form is. */
export type Inner = { readonly inner: ComponentType<FieldProps> };
