/** Opens a flow for editing: from the engine, and from what this browser kept of it. */

import type { Flow } from '@headgate/core';
import type { Client } from '../../transport/client.ts';
import { Draft } from './draft.ts';
import { leftBehind, thisTab } from './keep.ts';

let tab: Promise<string> | undefined;

export const openDraft = async (client: Client, id: string): Promise<Draft> => {
  const name = await (tab ??= thisTab());
  const [answer, left] = await Promise.all([
    client.call('getFlow', { params: { id } }),
    // A browser that keeps nothing has left nothing behind.
    leftBehind(id, name).catch(() => []),
  ]);
  return new Draft(
    client,
    { id, tab: name, project: answer.project, flow: answer.draft as Flow, revision: answer.revision },
    left,
  );
};
