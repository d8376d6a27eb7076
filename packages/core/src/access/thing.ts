/** From what the store knows of a flow, or of a run and its flow, to the thing that `may` judges. */

import type { Thing } from './permission.ts';
import type { Visibility } from './visibility.ts';

/** Where a flow lies, whose it is and who sees it. */
export type Place = {
  readonly project: string;
  readonly flow: string;
  readonly owner: string;
  readonly visibility: Visibility;
};

/** The flow at this place, or a run of it. */
export const thingAt = (workspace: string, { project, flow, owner, visibility }: Place): Thing => ({
  workspace,
  project,
  flow,
  owner,
  visibility,
});

/** A flow's row as the thing it is. */
export const thingOf = (workspace: string, row: Omit<Place, 'flow'> & { readonly id: string }): Thing =>
  thingAt(workspace, { project: row.project, flow: row.id, owner: row.owner, visibility: row.visibility });
