/** What the gateway may ask of the engine about forms: show a page of one, and take what was sent. */

import type { FieldError } from '../form/judge.ts';
import type { FormField } from '../form/fields.ts';
import type { Problem } from '../problem.ts';

/** A file as it came with a page. */
export type SentFile = {
  readonly field: string;
  readonly name: string;
  readonly type: string;
  readonly bytes: Uint8Array;
};
export type Sent = { readonly texts: Readonly<Record<string, string>>; readonly files: readonly SentFile[] };

export type FormLook = {
  readonly title: string;
  readonly intro: string | null;
  readonly color: string | null;
  readonly letter: string | null;
};

/** One page of a form. `state`: what was filled in before, signed; it goes with the page and comes back with it. */
export type FormPage = FormLook & {
  readonly fields: readonly FormField[];
  readonly page: number;
  readonly pages: number;
  readonly button: string;
  readonly state: string;
  readonly errors: readonly FieldError[];
  readonly texts: Readonly<Record<string, string>>;
  /** It takes files: the page is sent in parts. */
  readonly takesFiles: boolean;
};

export type FormAnswer =
  | { readonly kind: 'page'; readonly view: FormPage }
  | { readonly kind: 'done'; readonly look: FormLook; readonly text: string; readonly to: string | null }
  | { readonly kind: 'sign-in' | 'unknown' }
  | { readonly kind: 'refused'; readonly problem: Problem };

export type FormsPort = {
  /** `user`: the account that signed in. `sent` null: the first page is shown, and nothing happens. */
  readonly form: (token: string, user: string | null, sent: Sent | null) => Promise<FormAnswer>;
};
