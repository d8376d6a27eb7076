/** A table with a name, heads for its columns, and room to scroll in itself when the screen is narrow. */

import { Table as Base, VisuallyHidden } from '@mantine/core';
import type { ReactNode } from 'react';

type Props = {
  /** Said before the table to who hears it. */
  readonly label: string;
  /** Heads of the columns; of acts the name is heard and not seen. */
  readonly heads: readonly (string | { readonly acts: string } | { readonly number: string })[];
  readonly children: ReactNode;
};

export const Table = ({ label, heads, children }: Props) => (
  <Base.ScrollContainer
    minWidth={560}
    type="native"
    // What scrolls has to be reached by keyboard. A group: as a landmark it would be one beside its section.
    tabIndex={0}
    role="group"
    aria-label={label}
  >
    <Base highlightOnHover verticalSpacing={6} aria-label={label}>
      <Base.Thead>
        <Base.Tr>
          {heads.map((head) => {
            if (typeof head === 'string') return <Base.Th key={head}>{head}</Base.Th>;
            if ('number' in head)
              return (
                <Base.Th key={head.number} ta="right">
                  {head.number}
                </Base.Th>
              );
            return (
              <Base.Th key={head.acts} pos="relative">
                <VisuallyHidden>{head.acts}</VisuallyHidden>
              </Base.Th>
            );
          })}
        </Base.Tr>
      </Base.Thead>
      <Base.Tbody>{children}</Base.Tbody>
    </Base>
  </Base.ScrollContainer>
);

export const Row = Base.Tr;
export const Cell = Base.Td;
