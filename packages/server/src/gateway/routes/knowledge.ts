/**
 * Knowledge bases of projects, for people and programs.
 *
 * KG1 Whom a base does not let in finds, lists and reads nothing of its documents: for him there is no such base behind these
 *     routes, whatever else he may do to it.
 * KG2 Nor does he change anything of it, least of all whom it lets in, have its documents read anew or taken out: unless he
 *     manages the project, who may then let himself in, and the trail says so.
 * KG3 What a base asks for in the web was lent to it by somebody who may lend powers, and is on record as every grant.
 */

import {
  DEFAULT_CHUNKER,
  may,
  OWN_EMBEDDINGS,
  printPower,
  type Principal,
  type Problem,
  problem,
  type Result,
  siteOf,
  type SourceSpec,
} from '@headgate/core';
import { ROUTES } from '@headgate/core/api';
import type { BaseRow, DocRow, SourceRow } from '../../store/knowledge.ts';
import type { PageRow, PageSums } from '../../store/knowledge-page.ts';
import { implement, type Route } from '../implement.ts';
import type { Lodge } from '../lodge.ts';
import { give, MISSING, nothing, refuse, type Refused } from '../outcome.ts';
import { projectOf } from '../places.ts';

const PAGE = 50;
const TOP = 5;

const iso = (time: number): string => new Date(time).toISOString();
const refusal = (of: Problem): Refused => ({ refused: of });
const readerOf = (who: Principal): string => who.user ?? who.id;
const letsIn = ({ readers }: BaseRow, who: Principal): boolean => readers === null || readers.includes(readerOf(who));

const shownDoc = ({ id, name, path, type, source, state, problem: why, pieces, meta, updated }: DocRow) => ({
  ...{ id, name, path, type, state, pieces, meta, problem: why, updated: iso(updated) },
  source: source === '' ? null : source,
});

const shownPage = ({ url, source, state, problem: why, depth, bytes, at }: PageRow) => ({
  ...{ url, source, state, depth, bytes, problem: why, asked: at === null ? null : iso(at) },
});

export const knowledgeRoutes = ({ gate, audit }: Lodge): readonly Route[] => {
  const of = (who: Principal) => gate.store.in(who.workspace).knowledge;
  const { knowledge: engine } = gate.engine;

  const shown = async (who: Principal, row: BaseRow) => {
    const { waiting, ready, failed, pieces } = await of(who).counts(row.id);
    const { id, name, model, chunker, readers, bytes, paused, by, created, updated } = row;
    return {
      ...{ id, name, model, chunker, bytes, paused, by, pieces, created: iso(created), updated: iso(updated) },
      readers: readers === null ? null : [...readers],
      mine: letsIn(row, who),
      documents: { waiting, ready, failed },
      working: engine.working(id),
    };
  };
  const shownSource = (row: SourceRow & { readonly documents: number; readonly pages: PageSums | null }) => ({
    reading:
      row.began === null || row.pages === null
        ? null
        : { ...row.pages, began: iso(row.began), ended: row.ended === null ? null : iso(row.ended) },
    ...{ id: row.id, spec: row.spec, problem: row.problem, documents: row.documents },
    looked: row.looked === null ? null : iso(row.looked),
    state: engine.working(row.base) && row.state === 'waiting' ? ('working' as const) : row.state,
  });
  /** Accounts that are to be let in are members of the workspace. */
  const strangers = async (who: Principal, readers: readonly string[] | null | undefined): Promise<Problem | null> => {
    if (readers === null || readers === undefined) return null;
    const { members } = gate.store.in(who.workspace);
    for (const user of readers)
      if ((await members.get(user)) === null)
        return problem('knowledge.readers', 'Somebody who is to be let in is no member of the workspace', {
          at: { field: 'readers' },
          fix: 'Name members by their ids.',
        });
    return null;
  };
  /** The base, for who changes it: it lets him in, or he manages the project. Null: for him there is none. */
  const changed = async (who: Principal, project: string, id: string): Promise<BaseRow | null> => {
    const row = await of(who).get(project, id);
    const rules = may(who, 'project.manage', { workspace: who.workspace, project });
    return row === null || letsIn(row, who) || rules ? row : null;
  };
  const altered = async (who: Principal, done: Result<BaseRow> | null) => {
    if (done === null) return MISSING;
    if (!done.ok) return refusal(done.problem);
    engine.stir(who.workspace);
    return give(200, await shown(who, done.value));
  };

  return [
    implement(ROUTES.listKnowledge, async ({ who, query }) => {
      const rows = await of(who).list(projectOf(query));
      return give(200, { bases: await Promise.all(rows.map((row) => shown(who, row))) });
    }),

    implement(ROUTES.createKnowledge, async ({ who, body, made }) => {
      const { name, model = OWN_EMBEDDINGS, chunker = DEFAULT_CHUNKER, readers = null } = body;
      const project = projectOf(body);
      const strange = await strangers(who, readers);
      if (strange !== null) return refusal(strange);
      const unfit = model === OWN_EMBEDDINGS ? null : await engine.embeds(who.workspace, model);
      if (unfit !== null) return refusal(unfit);
      if (model !== OWN_EMBEDDINGS && !may(who, 'model.manage', { workspace: who.workspace, project }))
        return refusal(FOREIGN_MODEL);
      const by = { by: who.user ?? who.id, at: gate.clock() };
      const done = await of(who).create({ id: made, project, name, model, chunker, readers, ...by });
      if (done === null) return MISSING;
      return done.ok ? give(201, await shown(who, done.value)) : refusal(done.problem);
    }),

    implement(ROUTES.getKnowledge, async ({ who, params, query }) => {
      const row = await of(who).get(projectOf(query), params.id);
      if (row === null) return MISSING;
      const sources = letsIn(row, who) ? (await of(who).sources(row.id)).map(shownSource) : [];
      return give(200, { ...(await shown(who, row)), sources });
    }),

    implement(ROUTES.patchKnowledge, async ({ who, params, query, body }) => {
      if ((await changed(who, projectOf(query), params.id)) === null) return MISSING;
      const strange = await strangers(who, body.readers);
      if (strange !== null) return refusal(strange);
      const { name, chunker, readers } = body;
      const change = {
        ...(name === undefined ? {} : { name }),
        ...(chunker === undefined ? {} : { chunker }),
        ...(readers === undefined ? {} : { readers }),
      };
      return altered(who, await of(who).change(projectOf(query), params.id, change, gate.clock()));
    }),

    implement(ROUTES.deleteKnowledge, async ({ who, params, query }) => {
      if ((await changed(who, projectOf(query), params.id)) === null) return MISSING;
      return (await of(who).remove(projectOf(query), params.id)) ? nothing() : MISSING;
    }),

    implement(ROUTES.addKnowledgeSource, async ({ who, params, query, body, made }) => {
      const project = projectOf(query);
      const wrong = await gate.store.in(who.workspace).knowledge.get(project, params.id);
      if (wrong === null || !letsIn(wrong, who)) return MISSING;
      if (body.kind === 'url') {
        if (!may(who, 'grant.give', { workspace: who.workspace, project }))
          return refuse('permission.missing', 'To have a base read the web needs the permission grant.give, too');
        const site = siteOf(body);
        if (!site.ok) return refusal(site.problem);
        const { workspace } = who;
        const on = { workspace, actor: who.id, action: 'grant.given', decision: 'allow', reason: null } as const;
        const recorded = await Promise.all(
          site.value.lent.map((power) =>
            audit.record({ ...on, object: `${params.id} ${made} * ${printPower(power)}` }),
          ),
        );
        if (!recorded.every((done) => done)) return refuse('audit.down');
      } else {
        const why = await unfitSource(gate, who, project, body);
        if (why !== null) return refusal(why);
      }
      const by = body.kind === 'url' ? who.id : '';
      const added = { id: made, base: params.id, spec: body, at: gate.clock(), by };
      const done = await of(who).addSource(project, added);
      if (done === null) return MISSING;
      if (!done.ok) return refusal(done.problem);
      engine.stir(who.workspace);
      return give(201, shownSource({ ...done.value, documents: 0, pages: null }));
    }),

    implement(ROUTES.deleteKnowledgeSource, async ({ who, params, query }) => {
      if ((await changed(who, projectOf(query), params.id)) === null) return MISSING;
      return (await of(who).removeSource(projectOf(query), params.id, query.source)) ? nothing() : MISSING;
    }),

    implement(ROUTES.listKnowledgePages, async ({ who, params, query }) => {
      const { source, state, cursor, limit = PAGE } = query;
      const project = projectOf(query);
      const row = await of(who).get(project, params.id);
      if (row === null || !letsIn(row, who)) return MISSING;
      const found = await of(who).pages({
        ...{ project, base: row.id, limit },
        ...(source === undefined ? {} : { source }),
        ...(state === undefined ? {} : { state }),
        ...(cursor === undefined ? {} : { cursor }),
      });
      return give(200, { pages: found.rows.map(shownPage), ...(found.next === null ? {} : { next: found.next }) });
    }),

    implement(ROUTES.listKnowledgeDocuments, async ({ who, params, query }) => {
      const project = projectOf(query);
      const row = await of(who).get(project, params.id);
      if (row === null || !letsIn(row, who)) return MISSING;
      const { state, cursor, limit = PAGE } = query;
      const found = await of(who).documents({
        ...{ project, base: row.id, limit },
        ...(state === undefined ? {} : { state }),
        ...(cursor === undefined ? {} : { cursor }),
      });
      return give(200, {
        documents: found.rows.map(shownDoc),
        ...(found.next === null ? {} : { next: found.next }),
      });
    }),

    implement(ROUTES.indexKnowledge, async ({ who, params, query, body }) => {
      const project = projectOf(query);
      if ((await changed(who, project, params.id)) === null) return MISSING;
      const change =
        body.do === 'stop'
          ? { paused: true }
          : body.do === 'again'
            ? { paused: false, again: true as const }
            : { paused: false };
      const done = await of(who).change(project, params.id, change, gate.clock());
      // To stop, or to go on with what is left, begins nothing anew.
      if (done !== null && (body.do === 'look' || body.do === 'again')) await of(who).lookAgain(project, params.id);
      return altered(who, done);
    }),

    implement(ROUTES.searchKnowledge, async ({ who, params, query, body }) => {
      const { question, top = TOP, minScore = 0, where = [], mode = 'hybrid' } = body;
      const found = await engine.search(
        { workspace: who.workspace, reader: readerOf(who), principal: who.id },
        { project: projectOf(query), id: params.id },
        { question, top, minScore, where, mode },
      );
      if (found === null) return MISSING;
      return found.ok ? give(200, { hits: [...found.value] }) : refusal(found.problem);
    }),
  ];
};

/** What a source leads to is read for all whom the base lets in: who adds it must be able to read it himself. */
const unfitSource = async (
  gate: Lodge['gate'],
  who: Principal,
  project: string,
  spec: Exclude<SourceSpec, { kind: 'url' }>,
): Promise<Problem | null> => {
  const needs = spec.kind === 'files' ? 'file.read' : 'table.read';
  if (!may(who, needs, { workspace: who.workspace, project }))
    return problem('knowledge.source', `This needs the permission ${needs}`, { at: { field: 'kind' } });
  if (spec.kind === 'files') return gate.engine.knowledge.isPlace(spec.path) ? null : NO_PLACE;
  const table = await gate.store.in(who.workspace).tables.named(project, spec.table);
  const columns = new Set(table?.columns.filter((one) => one.sealed !== true).map((one) => one.name) ?? []);
  return spec.columns.every((column) => columns.has(column)) ? null : NO_COLUMN;
};

const FOREIGN_MODEL = problem('knowledge.model', 'A model of a provider is named by who may set models up', {
  at: { field: 'model' },
  fix: `Leave it out: ${OWN_EMBEDDINGS} comes with the server. Or ask somebody with the permission model.manage.`,
});
const NO_PLACE = problem('knowledge.source', 'This is no path of files of the project', {
  at: { field: 'path' },
  fix: 'Write a path such as handbook/leave.pdf, a folder such as handbook/, or * for all.',
});
const NO_COLUMN = problem(
  'knowledge.source',
  'The project has no such table, or it has no such column that lies open',
  {
    at: { field: 'columns' },
  },
);
