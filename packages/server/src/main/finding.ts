/** One line of what `headgate doctor` found. */

export type Finding = {
  readonly what: string;
  readonly state: 'ok' | 'look' | 'wrong';
  readonly text: string;
  readonly next?: string;
};

export const ok = (what: string, text: string): Finding => ({ what, state: 'ok', text });
export const look = (what: string, text: string, next: string): Finding => ({ what, state: 'look', text, next });
export const wrong = (what: string, text: string, next: string): Finding => ({ what, state: 'wrong', text, next });
