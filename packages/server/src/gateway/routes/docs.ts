/** The documentation. It is the same for everybody, under the policy of all pages: no script, one style sheet. */

import { ROUTES } from '@headgate/core/api';
import { implement, type Route } from '../implement.ts';
import type { Lodge } from '../lodge.ts';
import { MISSING } from '../outcome.ts';

export const docsRoutes = ({ gate, page }: Lodge): readonly Route[] => {
  const all = () => gate.manual?.() ?? [];
  return [
    implement(ROUTES.docsHome, ({ query }) => page(200, gate.pages.docs({ all: all(), search: query.q ?? '' }))),
    implement(ROUTES.docsPage, ({ params }) => {
      const doc = all().find(({ name }) => name === params?.['*']);
      return doc === undefined ? MISSING : page(200, gate.pages.docs({ doc }));
    }),
  ];
};
