/** What knowledge bases may have at most. */

export const KNOWLEDGE_LIMITS = {
  /** Of a project. */
  bases: 100,
  sources: 100,
  documents: 20_000,
  /** Pieces of one base. */
  chunks: 200_000,
  /** Bytes of the vectors of one base: as many pieces as there may be, by the model that comes with the server. */
  vectors: 320_000_000,
  /** Pieces of one document. */
  ofDocument: 20_000,
  /** Characters of one document. */
  text: 8_000_000,
  /** Characters of a text that a flow gives. */
  given: 1_000_000,
  /** Characters of a question. */
  question: 4_000,
  /** Pieces that one search gives. */
  top: 100,
  /** Documents of one page. */
  page: 200,
} as const;

/** The model that comes with the server: no network, no key. */
export const OWN_EMBEDDINGS = 'offline/embeddings-en';
