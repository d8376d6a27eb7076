/**
 * The door to knowledge bases: what a `data` need lends a step, what the gateway asks, and the work in the background.
 *
 * DK1 Authority is the broker's, at each use: and where a base lets in some alone, only what one of them lent counts.
 * DK2 Whom a base lets in is asked again where it is searched (store/knowledge/search.ts SE1).
 * DK3 A document that a flow gives is the one of its key: given again after a crash, nothing is there twice.
 */

import { createHash } from 'node:crypto';
import {
  type EnginePort,
  type GivenDocument,
  type KnowledgeHit,
  type KnowledgeQuery,
  type Power,
  type Problem,
  problem,
  type Refused,
  type Result,
  type StepKnowledge,
} from '@headgate/core';
import type { BaseRow, Looker } from '../../store/knowledge.ts';
import type { WorkspaceStore } from '../../store/ports.ts';
import type { Broker } from '../broker.ts';
import type { CompiledStep } from '../compiled.ts';
import type { Flight, Live } from '../live.ts';
import { reserve } from '../models/spending.ts';
import { Rooms } from '../room.ts';
import { embed, type EmbedDeps, embeds, floatsOf, type Purse, purseOf } from './embed.ts';
import { Indexer, type IndexerDeps } from './indexer.ts';
import { newDocId, placeOf } from './look.ts';
import { Crawler } from './site/crawler.ts';

type Deps = Omit<IndexerDeps, 'rooms' | 'embed'> &
  ConstructorParameters<typeof Rooms>[0] & {
    readonly broker: Broker;
    readonly ledger: EmbedDeps['ledger'];
    readonly models: Omit<EmbedDeps, 'offline' | 'store' | 'ledger'>;
    readonly offline: EmbedDeps['offline'];
  };

type Done<T> = Promise<{ readonly value: T } | Refused>;
type Where = { readonly workspace: string; readonly project: string };

/** Until when it is waited for, and out of whose budget. */
type Asked = { readonly signal: AbortSignal; readonly purse: Purse };

const NEVER = new AbortController().signal;

export class KnowledgeDoor {
  readonly #d: Deps;
  readonly #embeds: EmbedDeps;
  readonly #indexer: Indexer;
  readonly #crawler: Crawler;
  readonly #rooms: Rooms;
  #unsubscribe: () => void = () => undefined;
  readonly port: EnginePort['knowledge'];

  constructor(deps: Deps) {
    this.#d = deps;
    const { ledger, full, models, offline, store } = deps;
    this.#embeds = { ...models, offline, store, ledger };
    const rooms = new Rooms({ ledger, full });
    this.#rooms = rooms;
    this.#indexer = new Indexer({ ...deps, rooms, embed: (...asked) => embed(this.#embeds, ...asked) });
    this.#crawler = new Crawler({
      ...deps,
      door: models.door,
      room: (workspace) => rooms.begin(workspace),
      read: (place) => this.#indexer.read(place),
    });
    this.port = {
      search: async ({ workspace, reader, principal }, { project, id }, query) => {
        const row = await store.in(workspace).knowledge.get(project, id);
        if (row === null || row.readers?.includes(reader) === false) return null;
        const purse = purseOf(this.#embeds, { workspace, project, base: id }, principal);
        return this.#find({ workspace, project }, row, { reader }, query, { signal: NEVER, purse });
      },
      stir: (workspace) => {
        this.#indexer.stir(workspace);
        this.#crawler.stir();
      },
      working: (base) => this.#indexer.working(base) || this.#crawler.working(base),
      isPlace: (path) => placeOf(path) !== null,
      embeds: (workspace, model) => embeds(this.#embeds, workspace, model),
    };
  }

  open(): void {
    this.#unsubscribe = this.#d.store.onFiles((workspace) => this.#indexer.stir(workspace));
    this.#indexer.open();
    this.#crawler.open();
  }

  async close(): Promise<void> {
    this.#unsubscribe();
    await this.#crawler.close();
    await this.#indexer.close();
  }

  /** The `knowledge` object of one step instance. */
  lend(live: Live, cs: CompiledStep, signal: AbortSignal, flight: Flight): StepKnowledge {
    const { workspace, project } = live.base;
    const at: Where = { workspace, project };
    const asked: Asked = { signal, purse: (most) => reserve(this.#d.broker, live, flight, most) };
    const store: WorkspaceStore = this.#d.store.in(workspace);
    const effect = async <T>(verbs: 'read' | 'write', name: string, act: (row: BaseRow) => Done<T>): Done<T> => {
      const row = await store.knowledge.named(project, name);
      const needs: readonly Power[] = [{ power: 'data', verbs, kind: 'knowledge', name }];
      const doing = (): Done<T> => (row === null ? Promise.resolve({ problem: missing(name), sent: 'no' }) : act(row));
      const inside = verbs === 'read';
      const among = row?.readers ?? undefined;
      const done = await this.#d.broker.effect(live, cs.step.id, cs.narrow, needs, doing, undefined, inside, among);
      return done.ok ? done.value : { problem: done.problem, sent: done.sent };
    };
    return {
      search: (name, query) =>
        effect('read', name, async (row): Done<readonly KnowledgeHit[]> => {
          const found = await this.#find(at, row, { judged: row.readers }, query, asked);
          if (found === null) return { problem: missing(name), sent: 'no' };
          return found.ok ? { value: found.value } : { problem: found.problem, sent: 'no' };
        }),
      add: (name, document) => effect('write', name, (row) => this.#add(at, row, document, asked)),
      remove: (name, key) =>
        effect('write', name, async (row): Done<boolean> => {
          const known = await store.knowledge.given(row.id, key);
          return { value: known !== null && (await store.knowledge.drop(row.id, [known.id])) > 0 };
        }),
    };
  }

  async #add(
    at: Where,
    row: BaseRow,
    { key, name, text, meta }: GivenDocument,
    { signal, purse }: Asked,
  ): Done<{ readonly pieces: number; readonly changed: boolean }> {
    const { knowledge } = this.#d.store.in(at.workspace);
    const safe = this.#d.guard.redact(text, { workspace: at.workspace });
    const hash = createHash('sha256')
      .update(JSON.stringify([safe, name, meta]))
      .digest('base64url');
    const known = await knowledge.given(row.id, key);
    const changed = known?.hash !== hash || known.state !== 'ready';
    if (!changed) return { value: { pieces: known.pieces, changed } };
    const given = { id: newDocId(), ref: key, name, path: key, type: 'text/plain', hash, meta, body: safe };
    const room = this.#rooms.begin(at.workspace);
    const full = room.more(safe.length);
    if (full !== null) return { problem: full, sent: 'no' };
    const put = await knowledge.put(row.id, '', [given], this.#d.clock.now()).finally(() => room.end());
    if (put?.ok === false) return { problem: put.problem, sent: 'no' };
    const there = await knowledge.given(row.id, key);
    if (there === null) return { problem: missing(row.name), sent: 'no' };
    const why = await this.#indexer.readNow({ ...at, base: row.id, purse }, there.id, signal);
    const now = await knowledge.given(row.id, key);
    const failed = why ?? now?.problem ?? null;
    return failed === null ? { value: { pieces: now?.pieces ?? 0, changed } } : { problem: failed, sent: 'maybe' };
  }

  async #find(
    { workspace, project }: Where,
    row: BaseRow,
    by: Looker,
    { question, top, minScore, where, mode }: KnowledgeQuery,
    { signal, purse }: Asked,
  ): Promise<Result<readonly KnowledgeHit[]> | null> {
    const { guard, store } = this.#d;
    const asked = guard.redact(question, { workspace });
    let vector: Float32Array | null = null;
    if (mode !== 'text') {
      const made = await embed(this.#embeds, { workspace, project, base: row.id, purse }, row.model, [asked], signal);
      if (!made.ok) return made;
      vector = floatsOf(made.value[0] ?? new Uint8Array(0));
    }
    const words = mode === 'vector' ? null : asked;
    return store.in(workspace).knowledge.search({ project, base: row.id, by, vector, words, where, top, minScore });
  }
}

const missing = (name: string): Problem =>
  problem('knowledge.missing', `The project has no knowledge base “${name}” for this flow`, {
    fix: 'Make it under Knowledge, name one that there is, or have somebody lend the power whom it lets in.',
  });
