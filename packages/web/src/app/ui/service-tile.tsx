/** The mark of a service: its first letters on a colour of its own. No logo of anybody is drawn or fetched. */

import { tileColor, tileLetters } from './tile.ts';
import classes from './tile.module.css';

/** Stands beside the name, which says the same. */
export const ServiceTile = ({ name, title }: { readonly name: string; readonly title: string }) => (
  <span className={classes.tile} style={{ backgroundColor: tileColor(name) }} data-tile={name} aria-hidden>
    {tileLetters(title)}
  </span>
);
