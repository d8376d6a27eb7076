/** What a code editor asks about a text and what it is told. Places are offsets into the author's text, in UTF-16 units. */

export type Language = 'js' | 'ts';

/** The text that is asked about, with the declarations of what it gets (`Input`, `Can`). */
export type Source = { readonly text: string; readonly language: Language; readonly declarations: string };

export type Complaint = {
  readonly from: number;
  readonly to: number;
  readonly text: string;
  /** As people look it up: `TS2339`. */
  readonly code: string;
  readonly severity: 'error' | 'warning' | 'info';
  /** It cannot be read at all; else it can, and something in it does not fit. */
  readonly syntax: boolean;
};

export type Offer = {
  readonly label: string;
  readonly kind: string;
  /** Smaller comes first. */
  readonly rank: string;
};

export type Offers = { readonly from: number; readonly to: number; readonly offers: readonly Offer[] };

/** What something is: its type or signature, and what is written about it. */
export type Told = { readonly from: number; readonly to: number; readonly signature: string; readonly docs: string };

export type Question =
  | { readonly ask: 'complaints' }
  | { readonly ask: 'offers'; readonly at: number }
  | { readonly ask: 'offer'; readonly at: number; readonly label: string }
  | { readonly ask: 'told'; readonly at: number };

export type Answers = {
  readonly complaints: readonly Complaint[];
  readonly offers: Offers | null;
  readonly offer: Told | null;
  readonly told: Told | null;
};

export type AnswerTo<Q extends Question> = Answers[Q['ask']];
