/**
 * The one way text becomes markup. Every value put into a template is escaped; only what another template made goes in
 * as it is. There is no switch that turns this off (GUI-01).
 */

/** Markup that came from a template (or is a constant of ours, see style.ts). */
export class Markup {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }
}

/** What may stand in a template: text and numbers are escaped, lists are joined, nothing is left out. */
export type Piece = Markup | string | number | null | undefined | false | readonly Piece[];

const SIGNS: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
  '`': '&#96;',
};

/** Control characters have no place in a page, apart from tab and line breaks. */
const control = (code: number): boolean => (code < 32 && code !== 9 && code !== 10 && code !== 13) || code === 127;

/** Escaped for element content and for quoted attributes; control characters are shown as a sign. */
export const escape = (text: string): string => {
  let made = '';
  for (const sign of text) made += SIGNS[sign] ?? (control(sign.charCodeAt(0)) ? '\ufffd' : sign);
  return made;
};

const join = (piece: Piece): string => {
  if (piece === null || piece === undefined || piece === false) return '';
  if (piece instanceof Markup) return piece.text;
  if (typeof piece === 'string') return escape(piece);
  if (typeof piece === 'number') return String(piece);
  return piece.map(join).join('');
};

export const html = (strings: TemplateStringsArray, ...pieces: readonly Piece[]): Markup => {
  let made = strings[0] ?? '';
  for (const [i, piece] of pieces.entries()) made += join(piece) + (strings[i + 1] ?? '');
  return new Markup(made);
};
