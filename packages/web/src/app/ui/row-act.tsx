/** An act on one row of a table: a small button whose name says of which row it is. */

import { Button } from '@mantine/core';
import type { ReactNode, Ref } from 'react';

type Props = {
  /** What it does to which row, as it is read aloud; begins with what is written on it. */
  readonly of: string;
  /** Why it cannot be done; absent: it can. */
  readonly off?: string | undefined;
  readonly disabled?: boolean;
  readonly run: () => void;
  readonly ref?: Ref<HTMLButtonElement>;
  readonly children: ReactNode;
};

export const RowAct = ({ of, off, disabled = false, run, ref, children }: Props) => (
  <Button
    {...(ref === undefined ? {} : { ref })}
    size="compact-xs"
    variant="default"
    disabled={disabled || off !== undefined}
    title={off}
    aria-label={of}
    onClick={run}
  >
    {children}
  </Button>
);
