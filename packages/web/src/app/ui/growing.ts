/**
 * A field of several lines that is as tall as what is written in it, between bounds. The browser does it (CSS `field-sizing`): a
 * script that measures made the panel of a step wait for the layout of the whole page. Where it is not known the field keeps its
 * least height and can be drawn taller.
 */

import type { CSSProperties } from 'react';

type Growing = { readonly rows: number; readonly styles: { readonly input: CSSProperties } };

/** `least`, `most`: lines. */
export const growing = (least: number, most = 24, input: CSSProperties = {}): Growing => ({
  rows: least,
  styles: {
    input: {
      fieldSizing: 'content',
      minHeight: `calc(${least}lh + 2 * var(--input-padding-y, 8px) + 2px)`,
      maxHeight: `calc(${most}lh + 2 * var(--input-padding-y, 8px) + 2px)`,
      resize: 'vertical',
      ...input,
    },
  },
});
