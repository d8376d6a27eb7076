/** The mark of a service: its first letters in a box. No logo of anybody is drawn or fetched. */

import classes from './services.module.css';

const letters = (title: string): string => {
  const words = title.split(/[\s-]+/).filter((word) => word !== '');
  const [first = '', second = ''] = words;
  return (words.length > 1 ? first.slice(0, 1) + second.slice(0, 1) : first.slice(0, 2)).toUpperCase();
};

/** Stands beside the name, which says the same. */
export const Mark = ({ title }: { readonly title: string }) => (
  <span className={classes.mark} aria-hidden>
    {letters(title)}
  </span>
);
