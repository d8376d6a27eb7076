/**
 * The one policy under which a text may become markup (the page's policy requires one): a text without `<` makes no element,
 * which is what style sheets of the component library are; anything else is refused.
 */

type Types = { createPolicy: (name: string, rules: { createHTML: (text: string) => string }) => unknown };

/** Where the browser knows Trusted Types; elsewhere the rest of the content security policy stands alone. */
export const installPolicy = (): void => {
  const types = Reflect.get(globalThis, 'trustedTypes') as Types | undefined;
  types?.createPolicy('default', {
    createHTML: (text) => {
      if (text.includes('<')) throw new TypeError('markup is made of elements here, never of texts');
      return text;
    },
  });
};
