/** The expression of a place of a value: what stands in a field so that it gets what stands there. */

import { pointerNames } from '@headgate/core';

const NAME = /^[A-Za-z_$][\w$]*$/;
const INDEX = /^(0|[1-9][0-9]{0,8})$/;

/** `base`: what the value is called in expressions, as `steps.fetch`. */
export const expressionOf = (base: string, path: string): string => {
  let made = base;
  for (const name of pointerNames(path) ?? [])
    made += NAME.test(name) ? `.${name}` : INDEX.test(name) ? `[${name}]` : `[${JSON.stringify(name)}]`;
  return made;
};

/** A field with the expression put in: alone where nothing stands, else at the end of the text. */
export const putIn = (present: unknown, expression: string): string => {
  const made = `{{ ${expression} }}`;
  return typeof present === 'string' && present.trim() !== '' ? `${present} ${made}` : made;
};
