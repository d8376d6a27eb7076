/** What canvas and outline are given alike: each shows the same flow, and asks for the same things. */

import type { AddWish } from './add-wish.ts';

export type MenuWish = { readonly id: string | null; readonly x: number; readonly y: number };

export type GraphProps = {
  /** Opens the panel of a step. */
  readonly open: (step: string) => void;
  /** Opens it where what came out is to be seen. */
  readonly look: (step: string) => void;
  readonly add: (wish: AddWish) => void;
  readonly menu: (wish: MenuWish) => void;
  /** Whose name is being changed where it stands; null: none. */
  readonly renaming: string | null;
  readonly rename: (id: string | null) => void;
};
