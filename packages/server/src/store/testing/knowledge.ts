/** Knowledge of the victim of scope.test.ts, and every method that asks for it. */

import { problem } from '@headgate/core';
import type { WorkspaceStore } from '../ports.ts';
import { NOW } from './kit.ts';
import { type Names, VICTIM } from './names.ts';

const BY = { by: 'user', at: NOW };
const baseOf = (names: Names) => ({
  ...{ id: names.knowledge, project: names.project, name: 'handbook', model: 'offline/embeddings-en', readers: null },
  chunker: { cut: 'characters' as const, size: 500, overlap: 0 },
  ...BY,
});
const SPEC = { kind: 'files' as const, path: 'in/' };
const SITE = { kind: 'url' as const, url: 'https://example.com/' };
const SITE_OF = (names: Names): string => `site_of_${names.knowledge}`;
const settledOf = () => ({
  ...{ url: SITE.url, state: 'read' as const, problem: null, tries: 0, etag: null, modified: null },
  ...{ hash: 'stolen', links: [], bytes: 1 },
});
const docOf = (names: Names) => ({
  ...{ id: `doc_of_${names.knowledge}`, ref: 'k', name: 'a document', path: 'k', type: 'text/plain', hash: 'h' },
  ...{ meta: {}, body: 'what only the victim knows' },
});
/** The document as one that is being read. */
const workOf = (names: Names) => ({ id: `doc_of_${names.knowledge}`, base: names.knowledge, hash: 'h', gen: 1 });
const PIECE = {
  ...{ text: 'what only the victim knows', start: 0, end: 26, page: null, row: null, heading: null, hash: 'p' },
  vec: new Uint8Array([0, 0, 128, 63]),
};

export const fillKnowledge = async (victim: WorkspaceStore): Promise<void> => {
  await victim.knowledge.create(baseOf(VICTIM));
  const from = { id: `source_of_${VICTIM.knowledge}`, base: VICTIM.knowledge, spec: SPEC, at: NOW };
  await victim.knowledge.addSource(VICTIM.project, from);
  const site = { ...from, id: SITE_OF(VICTIM), spec: SITE, by: 'user' };
  await victim.knowledge.addSource(VICTIM.project, site);
  await victim.knowledge.beginReading(VICTIM.knowledge, SITE_OF(VICTIM), SITE.url, NOW);
  await victim.knowledge.put(VICTIM.knowledge, '', [docOf(VICTIM)], NOW);
  const read = { ...docOf(VICTIM), id: `page_of_${VICTIM.knowledge}`, ref: 'https://example.com/lost' };
  await victim.knowledge.put(VICTIM.knowledge, SITE_OF(VICTIM), [read], NOW);
  await victim.knowledge.addPieces(workOf(VICTIM), [PIECE]);
  await victim.knowledge.finish(workOf(VICTIM), NOW, null);
  const another = { ...docOf(VICTIM), id: `${docOf(VICTIM).id}_2`, ref: 'k2' };
  await victim.knowledge.put(VICTIM.knowledge, '', [another], NOW);
};

export const KNOWLEDGE: Readonly<Record<string, (w: WorkspaceStore, n: Names) => Promise<unknown>>> = {
  'knowledge.list': (w, n) => w.knowledge.list(n.project),
  'knowledge.get': async (w, n) => [
    await w.knowledge.get(n.project, n.knowledge),
    await w.knowledge.get('default', n.knowledge),
  ],
  'knowledge.named': (w, n) => w.knowledge.named(n.project, 'handbook'),
  'knowledge.counts': (w, n) => w.knowledge.counts(n.knowledge),
  'knowledge.create': (w, n) => w.knowledge.create({ ...baseOf(n), id: `${n.knowledge}_mine`, name: 'mine' }),
  'knowledge.change': (w, n) => w.knowledge.change(n.project, n.knowledge, { readers: null, again: true }, NOW),
  'knowledge.sources': (w, n) => w.knowledge.sources(n.knowledge),
  'knowledge.addSource': (w, n) =>
    w.knowledge.addSource(n.project, { id: `mine_${n.knowledge}`, base: n.knowledge, spec: SPEC, at: NOW }),
  'knowledge.beginReading': (w, n) => w.knowledge.beginReading(n.knowledge, SITE_OF(n), SITE.url, NOW),
  'knowledge.nextPage': (w, n) => w.knowledge.nextPage(SITE_OF(n)),
  'knowledge.pageAt': (w, n) => w.knowledge.pageAt(SITE_OF(n), SITE.url),
  'knowledge.pageSums': (w, n) => w.knowledge.pageSums(SITE_OF(n)),
  'knowledge.skipPages': (w, n) => w.knowledge.skipPages(SITE_OF(n), problem('page.bytes', 'x'), NOW),
  'knowledge.settlePage': (w, n) =>
    w.knowledge.settlePage(n.knowledge, SITE_OF(n), settledOf(), { urls: [], depth: 1, most: 9 }, NOW),
  'knowledge.twinPage': (w, n) => w.knowledge.twinPage(SITE_OF(n), 'https://example.com/other', 'stolen'),
  'knowledge.lostPages': (w, n) => w.knowledge.lostPages(n.knowledge, SITE_OF(n)),
  'knowledge.pages': (w, n) => w.knowledge.pages({ project: n.project, base: n.knowledge, limit: 9 }),
  'knowledge.endReading': (w, n) => w.knowledge.endReading(n.knowledge, SITE_OF(n), NOW, null),
  'knowledge.looked': (w, n) => w.knowledge.looked(`source_of_${n.knowledge}`, NOW, null),
  'knowledge.removeSource': (w, n) => w.knowledge.removeSource(n.project, n.knowledge, `source_of_${n.knowledge}`),
  'knowledge.lookAgain': (w, n) => w.knowledge.lookAgain(n.project, n.knowledge),
  'knowledge.documents': (w, n) => w.knowledge.documents({ project: n.project, base: n.knowledge, limit: 9 }),
  'knowledge.known': (w, n) => w.knowledge.known(n.knowledge, '', '', 9),
  'knowledge.put': (w, n) => w.knowledge.put(n.knowledge, '', [{ ...docOf(n), hash: 'stolen' }], NOW),
  'knowledge.given': (w, n) => w.knowledge.given(n.knowledge, 'k'),
  'knowledge.next': (w, n) => w.knowledge.next(n.knowledge, 0),
  'knowledge.waiting': (w, n) => w.knowledge.waiting(n.knowledge, `${docOf(n).id}_2`),
  'knowledge.begin': (w, n) => w.knowledge.begin({ ...workOf(n), id: `${docOf(n).id}_2` }),
  'knowledge.leave': (w, n) => w.knowledge.leave({ ...workOf(n), id: `${docOf(n).id}_2` }),
  'knowledge.vectors': async (w, n) => [...(await w.knowledge.vectors(docOf(n).id))],
  'knowledge.addPieces': (w, n) => w.knowledge.addPieces({ ...workOf(n), id: `${docOf(n).id}_2` }, [PIECE]),
  'knowledge.dropPieces': (w, n) => w.knowledge.dropPieces(workOf(n)),
  'knowledge.finish': (w, n) => w.knowledge.finish({ ...workOf(n), id: `${docOf(n).id}_2` }, NOW, null),
  'knowledge.drop': (w, n) => w.knowledge.drop(n.knowledge, [docOf(n).id]),
  'knowledge.search': (w, n) =>
    w.knowledge.search({
      ...{ project: n.project, base: n.knowledge, by: { judged: null }, where: [], top: 5, minScore: 0 },
      ...{ vector: new Float32Array([1]), words: 'victim' },
    }),
  'knowledge.remove': (w, n) => w.knowledge.remove(n.project, n.knowledge),
};
