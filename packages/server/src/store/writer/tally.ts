/**
 * Counting while writing: runs that began, what was used, and stored bytes, added up over a transaction and written with it.
 *
 * TA1 A count changes in the transaction of what it counts: whatever a crash leaves, both are there or neither.
 * TA2 A transaction costs one statement a workspace, flow, key and day that it touches, however many runs are in it.
 */

import type { DatabaseSync } from 'node:sqlite';
import type { Cell } from './run-cells.ts';

/** What a transaction did to the stored bytes of workspaces. */
export type Grown = readonly (readonly [workspace: string, bytes: number])[];

export type Tally = {
  /** A run began. */
  readonly began: (workspace: string, flow: string, principal: string, created: number) => void;
  /** Bytes came, or went. */
  readonly grew: (workspace: string, bytes: number) => void;
  /** Cells: workspace, holder, day, tokens, money. */
  readonly used: (cells: readonly Cell[]) => void;
  /** Writes what was counted, inside the caller's transaction, and begins anew. */
  readonly write: () => Grown;
  /** The transaction was rolled back. */
  readonly forget: () => void;
};

export const USED_CELLS = 5;

const DAY = 86_400_000;
const KEY = 'key_';

type Line = { workspace: string; holder: string; day: number; runs: number; tokens: number; money: number };

export const tallyOf = (database: DatabaseSync): Tally => {
  const putUsed = database.prepare(
    `insert into used (workspace, holder, day, runs, tokens, money) values (?, ?, ?, ?, ?, ?)
     on conflict (workspace, holder, day) do update set
     runs = runs + excluded.runs, tokens = tokens + excluded.tokens, money = money + excluded.money`,
  );
  const putStored = database.prepare(
    'insert into stored (workspace, bytes) values (?, ?) on conflict (workspace) do update set bytes = bytes + excluded.bytes',
  );
  const lines = new Map<string, Line>();
  const bytes = new Map<string, number>();

  const lineOf = (workspace: string, holder: string, day: number): Line => {
    const name = `${workspace}\n${holder}\n${day}`;
    const known = lines.get(name);
    if (known !== undefined) return known;
    const line = { workspace, holder, day, runs: 0, tokens: 0, money: 0 };
    lines.set(name, line);
    return line;
  };

  // Runs come in rows of the same flow: the lines of the one before are mostly those of the next.
  let last: { workspace: string; flow: string; day: number; all: Line; of: Line } | null = null;

  return {
    began: (workspace, flow, principal, created) => {
      const day = Math.floor(created / DAY);
      if (last === null || last.flow !== flow || last.day !== day || last.workspace !== workspace)
        last = { workspace, flow, day, all: lineOf(workspace, '', day), of: lineOf(workspace, flow, day) };
      last.all.runs += 1;
      last.of.runs += 1;
      if (principal.startsWith(KEY)) lineOf(workspace, principal, day).runs += 1;
    },
    grew: (workspace, more) => {
      bytes.set(workspace, (bytes.get(workspace) ?? 0) + more);
    },
    used: (cells) => {
      for (let at = 0; at < cells.length; at += USED_CELLS) {
        const [workspace, holder, day, tokens, money] = cells.slice(at, at + USED_CELLS);
        const line = lineOf(String(workspace), String(holder), Number(day));
        line.tokens += Number(tokens);
        line.money += Number(money);
      }
    },
    write: () => {
      for (const { workspace, holder, day, runs, tokens, money } of lines.values())
        putUsed.run(workspace, holder, day, runs, tokens, money);
      const grown = [...bytes];
      for (const [workspace, more] of grown) putStored.run(workspace, more);
      lines.clear();
      bytes.clear();
      last = null;
      return grown;
    },
    forget: () => {
      lines.clear();
      bytes.clear();
      last = null;
    },
  };
};
