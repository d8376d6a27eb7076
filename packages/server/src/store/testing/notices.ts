/** What somebody of the victim's is told of, and what others ask for of it: for tests of the walls between workspaces. */

import type { Store, WorkspaceStore } from '../ports.ts';
import { NOW, sight } from './kit.ts';
import { type Names, VICTIM } from './names.ts';

/** Two things that somebody of the victim's is told of. */
export const NOTICES = [`n_${'a'.repeat(32)}`, `n_${'b'.repeat(32)}`] as const;
export const fillNotices = async (store: Store): Promise<void> => {
  const of = { workspace: 'victim', project: VICTIM.project, flow: VICTIM.flow, run: VICTIM.run };
  const none = { ask: null, name: null, code: 'oops', tell: [VICTIM.user], mailed: false };
  for (const id of NOTICES) {
    const notice = { ...of, ...none, id, kind: 'run.failed', grp: id, at: NOW } as const;
    await store.engine.notices.add(notice);
    await store.engine.notices.spread(notice, [{ user: VICTIM.user, app: true, due: null, again: false }]);
  }
  await store.in('victim').notices.choose(VICTIM.user, { zone: 'Europe/Berlin', hour: 7, kinds: {} });
};

/** What an account may be shown that may see all. */
const noticesOf = ({ user }: Names) => ({ user, sight: sight({}), secrets: null, asked: true });

export const NOTICE_CASES: Readonly<Record<string, (handle: WorkspaceStore, names: Names) => Promise<unknown>>> = {
  'notices.list': (w, n) => w.notices.list(noticesOf(n), { limit: 9 }),
  'notices.unread': (w, n) => w.notices.unread(noticesOf(n)),
  'notices.read': (w, n) => w.notices.read(noticesOf(n), NOTICES[0], NOW),
  'notices.readAll': (w, n) => w.notices.readAll(noticesOf(n), NOW),
  'notices.choice': (w, n) => w.notices.choice(n.user),
  'notices.asked': async (w, n) => [await w.notices.asked('ask_of_victim'), await w.notices.choice(n.user)],
};
