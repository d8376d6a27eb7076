/** The page that describes the doors. What a person works with is the web app (web.ts). */

import { ROUTES, type OpenApi } from '@headgate/core/api';
import { implement, type Route } from '../implement.ts';
import type { Lodge } from '../lodge.ts';

export const pageRoutes = ({ gate, page }: Lodge, document: () => OpenApi): readonly Route[] => {
  let reference: string | undefined;
  return [implement(ROUTES.referencePage, () => page(200, (reference ??= gate.pages.reference(document()))))];
};
