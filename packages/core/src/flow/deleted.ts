/** How long a flow that was deleted can be had back. */

export const DELETED_FLOW_DAYS = 30;
