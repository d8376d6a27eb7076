/**
 * `reveal: jwt`: the output of a flow may show keys of one named shape, which the guard masks otherwise. It is no power of
 * a step; it is lent to the flow as a whole, and is on record like the rest. Values the instance knows as secrets stay
 * masked whatever was lent.
 */

import { named } from '../../flow/text/shown.ts';
import { type Read, type Scope, texts, wrong } from './scope.ts';

/** The name of one shape of the guard. There is no wildcard: nobody lends what he cannot name. */
export type RevealScope = { readonly shape: string };

const SHAPE = /^[a-z][a-z0-9]*(-[a-z0-9]+)*$/;

const parse = (text: string): Read<RevealScope> =>
  text.length <= 60 && SHAPE.test(text)
    ? { scope: { shape: text } }
    : wrong(`expected the name of one key shape, got ${named(text)}`);

export const reveal: Scope<RevealScope> = {
  form: 'reveal: jwt',
  parse,
  print: ({ shape }) => shape,
  is: (value) => texts(value, 'shape'),
  covers: (grant, request) => grant.shape === request.shape,
  sentence: ({ shape }) => `Show keys of the shape “${shape}” in what the flow answers, instead of masking them`,
  byTyping: () => false,
};
