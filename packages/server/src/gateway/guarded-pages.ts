/**
 * The pages with the guard between their data and their markup. The markup is ours and the same for everybody: a secret that
 * happens to be a word of it (`password`, `stylesheet`) hides nothing of it, and what a page shows passes the guard before it
 * is part of the page.
 *
 * GP1 Every text that a page is given passes the guard, but those that choose a form (`kind`) and the addresses that this
 *     server makes (`action`, `back`, `path`).
 * GP2 Whoever looks at pages reads for no workspace: the names of secrets are told to nobody there.
 */

import type { GuardPort } from '@headgate/core';
import type { Pages } from '@headgate/core/api';

const OURS: ReadonlySet<string> = new Set(['kind', 'action', 'back', 'path', 'state']);
/** No workspace has this id. */
export const NO_WORKSPACE = { workspace: '' } as const;

export const guardedPages = (pages: Pages, guard: GuardPort): Pages => {
  const text = (value: string): string => guard.redact(value, NO_WORKSPACE);
  const clean = <T>(value: T, key = ''): T => {
    if (typeof value === 'string') return (OURS.has(key) ? value : text(value)) as T;
    if (Array.isArray(value)) return value.map((one: unknown) => clean(one, key)) as T;
    if (typeof value !== 'object' || value === null) return value;
    return Object.fromEntries(
      Object.entries(value).map(([name, one]: [string, unknown]) => [name, clean(one, name)]),
    ) as T;
  };
  return {
    ...pages,
    docs: (view) => pages.docs('search' in view ? { ...view, search: text(view.search) } : view),
    resume: (view) => pages.resume(clean(view)),
    account: (view) => pages.account(clean(view)),
    consent: (view) => pages.consent(clean(view)),
    chat: (view) => pages.chat({ ...view, title: text(view.title) }),
    form: (view) => pages.form(clean(view)),
    failure: (failure) => pages.failure(clean(failure)),
  };
};
