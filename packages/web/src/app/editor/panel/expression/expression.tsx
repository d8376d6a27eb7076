/** An expression or a template: a small editor with completion from what came before, and below it what it gives. */

import { Textarea } from '@mantine/core';
import type { FieldPath } from '../settings/owner.ts';
import { useOwner } from '../settings/owner.ts';

export type ExpressionProps = {
  readonly id: string;
  readonly label: string;
  readonly text: string;
  readonly long: boolean;
  readonly wrong: boolean;
  readonly change: (text: string) => void;
  readonly flush: () => void;
  readonly path: FieldPath;
};

export const Expression = ({ id, text, wrong, change, flush, path }: ExpressionProps) => {
  const owner = useOwner();
  return (
    <Textarea
      id={id}
      size="sm"
      autosize
      minRows={1}
      className="hg-code"
      aria-invalid={wrong}
      aria-describedby={`${id}-note`}
      value={text}
      onChange={(event) => change(event.currentTarget.value)}
      onBlur={flush}
      onFocus={() => owner.aim(path)}
    />
  );
};
