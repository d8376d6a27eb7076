/** What of the pages of knowledge stands in their address. */

export type KnowledgeSearch = {
  readonly project?: string | undefined;
  /** What is asked of the base. */
  readonly question?: string | undefined;
};

const text = (value: unknown): string | undefined =>
  (typeof value === 'string' || typeof value === 'number') && value !== '' ? String(value) : undefined;

export const knowledgeSearch = (search: Readonly<Record<string, unknown>>): KnowledgeSearch => ({
  project: text(search.project),
  question: text(search.question),
});
