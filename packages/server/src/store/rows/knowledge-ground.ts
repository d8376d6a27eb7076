/** Knowledge put together: bases, documents, what is left of those that went, and the search. */

import type { Ground } from '../ground.ts';
import type { BaseAtWork, KnowledgeStore } from '../knowledge.ts';
import type { Searcher } from '../knowledge/searcher.ts';
import { knowledgeDocsOf } from './knowledge-docs.ts';
import { knowledgePagesOf } from './knowledge-pages.ts';
import { dropSomePieces, type PiecesOf, knowledgeOf } from './knowledge.ts';
import type { OwnGround } from './own-ground.ts';

/** Deletes pieces that nobody finds any more, a small portion at a time, so that others get their turn between two. */
const litterIn =
  ({ db }: Pick<Ground, 'db'>, workspace: string) =>
  async (of: PiecesOf): Promise<void> => {
    while (await db.transaction().execute((trx) => dropSomePieces(trx, workspace, of)))
      await new Promise((resolve) => setImmediate(resolve));
  };

export const knowledgeStoreOf = (
  ground: Ground,
  own: Pick<OwnGround, 'grew'>,
  workspace: string,
  searcher: Searcher,
): KnowledgeStore => {
  const pieces = litterIn(ground, workspace);
  const litter = async (of: PiecesOf): Promise<void> => {
    await pieces(of);
    if ('base' in of) await searcher.builds.drop(of.base);
  };
  return {
    ...knowledgeOf(ground, own, workspace, litter),
    ...knowledgeDocsOf(ground, own, workspace, litter),
    ...knowledgePagesOf(ground, own, workspace),
    search: (ask) => searcher.ask(workspace, ask),
  };
};

/** Lets go of the graphs of bases that are gone. */
export const collectGraphs = async ({ db }: Pick<Ground, 'db'>, searcher: Searcher): Promise<void> => {
  const bases = await db.selectFrom('knowledge_base').select('id').execute();
  await searcher.builds.keep(bases.map(({ id }) => id));
};

/**
 * Pieces that a crash left: of bases and documents that are gone, and of texts that documents had before. Of how many
 * documents there were some.
 */
export const collectKnowledge = async ({ db }: Pick<Ground, 'db'>, searcher: Searcher): Promise<number> => {
  await collectGraphs({ db }, searcher);
  const lost = await db
    .selectFrom('knowledge_chunk')
    .leftJoin('knowledge_doc', 'knowledge_doc.id', 'knowledge_chunk.doc')
    .select(['knowledge_chunk.workspace', 'knowledge_chunk.doc'])
    .select('knowledge_doc.gen')
    .where(({ eb, or, ref }) =>
      or([eb('knowledge_doc.id', 'is', null), eb('knowledge_chunk.gen', '<', ref('knowledge_doc.gen'))]),
    )
    .distinct()
    .execute();
  for (const { workspace, doc, gen } of lost)
    await litterIn({ db }, workspace)({ doc, ...(gen === null ? {} : { before: gen }) });
  return lost.length;
};

/** Bases with something to do, over all workspaces. */
export const knowledgeAtWork = async ({ db }: Pick<Ground, 'db'>, sources: boolean): Promise<readonly BaseAtWork[]> => {
  const bases = db
    .selectFrom('knowledge_base')
    .select(['knowledge_base.workspace', 'knowledge_base.project', 'knowledge_base.id as base'])
    .where('knowledge_base.paused', '=', 0);
  return bases
    .where(({ exists, or, selectFrom }) => {
      const waiting = selectFrom('knowledge_doc')
        .select('knowledge_doc.n')
        .whereRef('knowledge_doc.base', '=', 'knowledge_base.id')
        .where('knowledge_doc.state', '=', 'waiting');
      const all = selectFrom('knowledge_source')
        .select('knowledge_source.id')
        .whereRef('knowledge_source.base', '=', 'knowledge_base.id');
      return or([exists(waiting), exists(sources ? all : all.where('knowledge_source.state', '=', 'waiting'))]);
    })
    .execute();
};
