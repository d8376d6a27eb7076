/** Pages of one kind: links to all of them at the side (above, on a narrow screen), and the one that is shown. */

import { NavLink } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import classes from './sided.module.css';

type Props = {
  readonly label: string;
  readonly links: readonly { readonly to: string; readonly text: string; readonly active: boolean }[];
  readonly children: ReactNode;
};

export const Sided = ({ label, links, children }: Props) => (
  <div className={classes.sided}>
    <nav aria-label={label} className={classes.links}>
      {links.map(({ to, text, active }) => (
        <NavLink
          key={to}
          component={Link}
          to={to}
          label={text}
          active={active}
          {...(active ? { 'aria-current': 'page' as const } : {})}
          py={6}
        />
      ))}
    </nav>
    <div className={classes.page}>{children}</div>
  </div>
);
