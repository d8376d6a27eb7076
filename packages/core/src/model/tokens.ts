/**
 * How many tokens a text comes to, guessed before anybody counted: what is set aside before a model is asked, and what is
 * charged where a stream broke off before its count came. Pure, and the same for every model.
 */

import type { Usage } from '../flow/budget.ts';
import type { ModelPrice } from './provider.ts';

/** What a model said it counted. `cached`: those of `input` that the provider still had. */
export type TokensUsed = { readonly input: number; readonly output: number; readonly cached: number };

/** Letters of plain English make four a token; three leaves room for code and numbers. */
const LETTERS = 3;
/** Tokens of what stands around a message. */
const AROUND = 8;
/** An image is cut into tiles, of which providers bill about so many tokens. */
const IMAGE = 1_600;

/** Tokens of a text, rather too many than too few: three ASCII characters make one, any other character is one. */
export const guessTokens = (text: string): number => {
  let plain = 0;
  for (let i = 0; i < text.length; i += 1) if (text.charCodeAt(i) < 128) plain += 1;
  return Math.ceil(plain / LETTERS) + (text.length - plain) + AROUND;
};

/** Tokens of a file that goes in beside a text. */
export const guessFileTokens = (mediaType: string, bytes: number): number =>
  mediaType.startsWith('image/') ? IMAGE : Math.ceil(bytes / LETTERS);

/** What tokens come to, in tokens and micro-units of money (MP3). */
export const costOf = ({ input, output, cached }: TokensUsed, price: ModelPrice | undefined): Required<Usage> => {
  const tokens = input + output;
  if (price === undefined) return { tokens, money: 0, output };
  const held = Math.min(cached, input);
  return {
    tokens,
    output,
    money: Math.ceil((input - held) * price.in + held * (price.cached ?? price.in) + output * (price.out ?? 0)),
  };
};
