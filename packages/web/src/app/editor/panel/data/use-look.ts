/** What is looked at, by the address: the form, the place within a value, the item. A change takes the place of the one before. */

import { useNavigate } from '@tanstack/react-router';
import { useCallback } from 'react';
import type { EditorSearch } from '../../../router/paths.ts';
import { flowRoute } from '../../../router/router.tsx';

export const useLook = (): { readonly search: EditorSearch; readonly show: (part: EditorSearch) => void } => {
  const search = flowRoute.useSearch();
  const navigate = useNavigate();
  const show = useCallback(
    (part: EditorSearch) =>
      void navigate({ to: '.', search: (was: EditorSearch) => ({ ...was, ...part }), replace: true }),
    [navigate],
  );
  return { search, show };
};
