/** What somebody must hold himself to lend a power, besides the right to lend at all. */

import type { Permission } from './permission.ts';
import type { Power } from './power.ts';

const NOTHING: readonly Permission[] = [];

type Held = Readonly<Record<'read' | 'write' | 'both', readonly Permission[]>>;

const FILES: Held = { read: ['file.read'], write: ['file.write'], both: ['file.read', 'file.write'] };
const TABLES: Held = { read: ['table.read'], write: ['table.write'], both: ['table.read', 'table.write'] };
const KNOWLEDGE: Held = {
  read: ['knowledge.read'],
  write: ['knowledge.write'],
  both: ['knowledge.read', 'knowledge.write'],
};

/** Who may not read or change files, tables or knowledge in the project himself lends no step what would do it for him. */
export const holdsToo = (power: Power): readonly Permission[] => {
  if (power.power !== 'file' && power.power !== 'data') return NOTHING;
  const held = power.power === 'file' ? FILES : power.kind === 'knowledge' ? KNOWLEDGE : TABLES;
  return power.verbs === 'read' ? held.read : power.verbs === 'write' ? held.write : held.both;
};
