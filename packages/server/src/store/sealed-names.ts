/** What cells and values by key are sealed under, as a journal is under its run: each opens in its own place alone. */

export const cellName = (table: string, column: string, row: string): string =>
  JSON.stringify(['cell', table, column, row]);

export const valueName = (project: string, store: string, key: string): string =>
  JSON.stringify(['value', project, store, key]);

/** `id`: of a dataset; or of an evaluation, and the place of its row. */
export const evaluationName = (of: 'dataset' | 'row' | 'result', id: string): string =>
  JSON.stringify(['evaluation', of, id]);

/** What a model made of a session for one agent. */
export const summaryName = (session: string, agent: string): string => JSON.stringify(['summary', session, agent]);

export const chatName = (of: 'title' | 'said' | 'words', id: string): string => JSON.stringify(['chat', of, id]);
