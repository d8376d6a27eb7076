/** The pages of knowledge, fetched as one: who sees one of them goes on to another. */

export { BasePage } from './base-page.tsx';
export { KnowledgePage } from './knowledge-page.tsx';
