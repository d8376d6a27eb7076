/**
 * The one policy under which a text may become markup (the page's policy requires one): a text without `<` makes no element,
 * which is what style sheets of the component library are; anything else is refused. And a script is begun from this
 * server's own built files alone: the thread that checks code.
 */

type Rules = { readonly createHTML: (text: string) => string; readonly createScriptURL: (url: string) => string };
type Types = { createPolicy: (name: string, rules: Rules) => unknown };

/** Where the browser knows Trusted Types; elsewhere the rest of the content security policy stands alone. */
export const installPolicy = (): void => {
  const types = Reflect.get(globalThis, 'trustedTypes') as Types | undefined;
  types?.createPolicy('default', {
    createHTML: (text) => {
      if (text.includes('<')) throw new TypeError('markup is made of elements here, never of texts');
      return text;
    },
    createScriptURL: (url) => {
      const { origin, pathname } = new URL(url, location.href);
      if (origin !== location.origin || !pathname.startsWith('/assets/'))
        throw new TypeError('scripts are files of this server');
      return url;
    },
  });
};
