/** `headgate memory …`: what agents of a flow remember outside of chats, at a running server. */

import { ask, id, query, rowsOf, table, type Where } from './ask.ts';

const COLUMNS = ['id', 'step', 'environment', 'of', 'session', 'turns', 'size', 'updated'];

const at = (flow: string, memory: string): string => `/api/v1/flows/${id(flow)}/memories/${id(memory)}`;

/** Lists memories: the key’s own, and those of others without what is in them where the key may change the flow. */
export const listMemories = (w: Where, flow: string, of: { readonly cursor?: string }): Promise<number> =>
  ask(w, 'GET', `/api/v1/flows/${id(flow)}/memories${query(of)}`, undefined, (v) => {
    const rows = table(rowsOf(v, 'memories'), COLUMNS);
    return typeof v['next'] === 'string' ? `${rows}\nmore: --cursor ${v['next']}` : rows;
  });

/** Prints what is remembered of the caller, the oldest first. */
export const showMemory = (w: Where, flow: string, memory: string): Promise<number> =>
  ask(w, 'GET', at(flow, memory), undefined, (v) =>
    [
      ...(typeof v['summary'] === 'string' ? [`summary: ${v['summary']}`] : []),
      ...rowsOf(v, 'said').flatMap(({ asked, answered }) => [`> ${String(asked)}`, String(answered)]),
    ].join('\n'),
  );

export const deleteMemory = (w: Where, flow: string, memory: string): Promise<number> =>
  ask(w, 'DELETE', at(flow, memory), undefined, () => `deleted ${memory}`);
