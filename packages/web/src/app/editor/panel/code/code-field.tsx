/** The source of a code step. */

import { Textarea } from '@mantine/core';
import { fieldPath } from '@headgate/core';
import { useId } from 'react';
import type { FieldProps } from '../form/field-props.ts';
import { FieldFrame } from '../form/field-frame.tsx';
import { problemsAt } from '../form/problems.ts';
import { useTyped } from '../form/use-typed.ts';
import { useOwner } from '../settings/owner.ts';

export const CodeField = ({ path, label, hint, required = false, value }: FieldProps) => {
  const id = useId();
  const owner = useOwner();
  const typed = useTyped(typeof value === 'string' ? value : '', (text) => {
    owner.set(path, text === '' ? undefined : text);
    return true;
  });
  const problems = typed.dirty ? [] : problemsAt(owner.problems, { step: owner.id, field: fieldPath(path) }, true);
  return (
    <FieldFrame id={id} label={label} hint={hint} required={required} problems={problems}>
      <Textarea
        id={id}
        autosize
        minRows={8}
        className="hg-code"
        aria-describedby={`${id}-note`}
        value={typed.text}
        onChange={(event) => typed.change(event.currentTarget.value)}
        onBlur={typed.flush}
      />
    </FieldFrame>
  );
};
