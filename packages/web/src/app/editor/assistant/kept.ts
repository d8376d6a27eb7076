/** What was said with the assistant about a flow, kept in this tab alone: it goes with the tab, and to the engine with each turn. */

import type { FlowDiff, Edit, Problem } from '@headgate/core';

export type Use = { readonly name: string; readonly about: string; readonly problem: Problem | null };

export type Proposal = {
  readonly revision: number;
  readonly edits: readonly Edit[];
  readonly did: readonly string[];
  readonly problems: readonly Problem[];
  readonly diff: FlowDiff;
};

export type Line = {
  readonly id: number;
  readonly role: 'user' | 'assistant';
  readonly text: string;
  readonly uses: readonly Use[];
  readonly proposal: Proposal | null;
  readonly became: 'open' | 'applied' | 'dropped';
  /** Why it is no answer, or not all of one. */
  readonly problem: Problem | null;
};

const MOST = 40;
/** Proposals that are kept with their edits: what went before is said in words alone. */
const WHOLE = 5;

const nameOf = (flow: string): string => `headgate.assistant ${flow}`;
const MODEL = 'headgate.assistant.model';

export const keptLines = (flow: string): readonly Line[] => {
  try {
    const kept: unknown = JSON.parse(sessionStorage.getItem(nameOf(flow)) ?? '[]');
    return Array.isArray(kept) ? (kept as Line[]) : [];
  } catch {
    return [];
  }
};

export const keepLines = (flow: string, lines: readonly Line[]): void => {
  const latest = lines.slice(-MOST);
  const whole = new Set(latest.filter(({ proposal }) => proposal !== null).slice(-WHOLE));
  const kept = latest.map((line) => (line.proposal === null || whole.has(line) ? line : { ...line, proposal: null }));
  try {
    sessionStorage.setItem(nameOf(flow), JSON.stringify(kept));
  } catch {
    // A browser that is full keeps nothing: the conversation goes with the page.
    sessionStorage.removeItem(nameOf(flow));
  }
};

export const keptModel = (): string => localStorage.getItem(MODEL) ?? '';
export const keepModel = (model: string): void => localStorage.setItem(MODEL, model);
