/** The tables of what triggers remember (migrations 0025 and 0026). */

type Memory = { workspace: string; flow: string; trigger_id: string; environment: string; sealed: Uint8Array };

export type TriggerTables = {
  trigger_memory: Memory;
  /** A row for each thing that a trigger watches; `part` names it by a hash. */
  trigger_part: Memory & { part: string };
};
