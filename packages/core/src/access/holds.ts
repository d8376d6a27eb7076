/** What somebody must hold himself to lend a power, besides the right to lend at all. */

import type { Permission } from './permission.ts';
import type { Power } from './power.ts';

const NOTHING: readonly Permission[] = [];

/** Who may not read or change files in the project himself lends no step what would do it for him. */
export const holdsToo = (power: Power): readonly Permission[] => {
  if (power.power !== 'file') return NOTHING;
  if (power.verbs === 'read') return READING;
  return power.verbs === 'write' ? WRITING : BOTH;
};

const READING: readonly Permission[] = ['file.read'];
const WRITING: readonly Permission[] = ['file.write'];
const BOTH: readonly Permission[] = ['file.read', 'file.write'];
