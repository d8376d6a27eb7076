/** What an engine token may carry, at most. */

import type { Permission } from './permission.ts';

/**
 * A token works; it lends no powers, makes no credentials and manages nobody: what it did would outlast the day that it
 * lives for itself.
 */
export const TOKEN_PERMISSIONS = [
  'flow.read',
  'flow.write',
  'flow.publish',
  'run',
  'run.read',
  'run.cancel',
  'secret.write',
  'audit.read',
  'metrics.read',
] as const satisfies readonly Permission[];
