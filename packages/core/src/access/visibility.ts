/**
 * Who sees a flow. `private`: its owner. `project`: who has a role in its project. `workspace`: everybody of the workspace
 * may read and run it, as far as their roles let them anywhere. `public`: besides, anybody may run it, as a visitor.
 */

export const VISIBILITIES = ['private', 'project', 'workspace', 'public'] as const;
export type Visibility = (typeof VISIBILITIES)[number];

export const isVisibility = (text: string): text is Visibility => VISIBILITIES.some((one) => one === text);
