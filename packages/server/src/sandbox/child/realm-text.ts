/**
 * The realm as the text that an engine evaluates, with what a program finds of the web beside the language (web/). Making
 * that takes half as long again as the realm, so a program gets what its text names, and no other pays for it.
 */

import { realm } from './realm.ts';
import { installClone } from './web/clone.ts';
import { installText } from './web/text.ts';
import { type Install, installUrl } from './web/url.ts';

/** What is made for programs that name it, in the order in which the one stands on the other. */
const MADE: readonly { readonly names: RegExp; readonly install: Install }[] = [
  { names: /\b(?:TextEncoder|TextDecoder|atob|btoa|URL|URLSearchParams)\b/, install: installText },
  { names: /\bURL(?:SearchParams)?\b/, install: installUrl },
  { names: /\bstructuredClone\b/, install: installClone },
];

/** The text that an engine evaluates for a program: a function of `Outside` that gives `Inside`. */
export const realmText = (script: string): string => {
  const installs = MADE.filter(({ names }) => names.test(script)).map(({ install }) => install.toString());
  return `((outside) => (${realm.toString()})(outside, [${installs.join(', ')}]))`;
};
