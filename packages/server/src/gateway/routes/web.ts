/** The web app's one page and its files. They are the same for everybody; what the app shows it asks the API for. */

import { type Contract, isShell, ROUTES } from '@headgate/core/api';
import { implement, type Route } from '../implement.ts';
import type { Lodge } from '../lodge.ts';
import { MISSING } from '../outcome.ts';

/** A year: a file's name carries the hash of its content. */
const FOR_GOOD = 'public, max-age=31536000, immutable';

export const webRoutes = ({ gate, shell }: Lodge): readonly Route[] => {
  const { app } = gate;
  const shells = Object.values<Contract>(ROUTES).filter(isShell);
  return [
    ...shells.map((contract) => implement(contract, () => (app === null ? MISSING : shell(app)))),
    implement(ROUTES.appFile, async ({ params }) => {
      const file = await app?.file(params.name);
      if (file === null || file === undefined) return MISSING;
      return { status: 200, type: file.type, text: file.text, fixed: true, headers: { 'cache-control': FOR_GOOD } };
    }),
  ];
};
