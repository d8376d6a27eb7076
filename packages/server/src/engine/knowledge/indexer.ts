/**
 * Fills knowledge bases in the background: looks at their sources, reads what is new or changed, cuts it, embeds what is not
 * embedded yet, and puts it where it is found. Whose turn it is, turns.ts says.
 *
 * KI1 What is left to do stands in the store (a document waits until it was read as it is): nothing is lost by a crash, and
 *     nothing is done twice (rows/knowledge-docs.ts KD1).
 * KI2 Only pieces whose text is new are embedded: those that stand in the document already keep their vectors.
 * KI3 Secrets that the guard knows are taken out before a text is embedded or lies open.
 * KI4 Between two portions everybody else gets a turn; a base that is stopped goes no further than its portion.
 * KI5 A document whose reading broke off TRIES times, as when the server ended with it, is not read again until somebody says so.
 */

import { createHash } from 'node:crypto';
import {
  type GuardPort,
  KNOWLEDGE_LIMITS,
  type Part,
  type Piece,
  piecesOf,
  type Problem,
  problem,
  type Result,
  type Room,
} from '@headgate/core';
import type { BaseRow, DocWork, NewPiece } from '../../store/knowledge.ts';
import type { Store, WorkspaceStore } from '../../store/ports.ts';
import type { Clock } from '../clock.ts';
import { type StreamBlob, readContent } from '../file-content.ts';
import type { FormatJail } from '../formats.ts';
import type { EngineLog } from '../options.ts';
import type { Rooms } from '../room.ts';
import type { Timers } from '../timers.ts';
import type { EmbedFor } from './embed.ts';
import { lookAt } from './look.ts';
import { type Bytes, judged, readDocument, TOO_LONG } from './read.ts';
import { type Place, Turns } from './turns.ts';

export type IndexerDeps = {
  readonly store: Store;
  readonly clock: Clock;
  readonly timers: Timers;
  readonly log: EngineLog;
  readonly formats: FormatJail;
  readonly stream: StreamBlob;
  readonly guard: Pick<GuardPort, 'redact'>;
  readonly rooms: Rooms;
  readonly embed: (
    of: EmbedFor,
    model: string,
    texts: readonly string[],
    signal: AbortSignal,
  ) => Promise<Result<readonly Uint8Array[]>>;
};

/** Pieces that are embedded and put in together. */
const PORTION = 16;
/** After a change of files: others may follow. */
const SOON = 300;
/** All sources are looked at again after so long, whoever changed what they lead to. */
const EVERY = 60_000;

/** Readings of a document that may begin without one that ends. */
const TRIES = 3;

/** How the reading of a document ended; `left`: it was not ended. */
type End = 'read' | 'left';

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

export class Indexer {
  readonly #d: IndexerDeps;
  readonly #stop = new AbortController();
  readonly #turns: Turns;
  /** The last of what is done to a base: one thing at a time. */
  readonly #chains = new Map<string, Promise<unknown>>();
  /** Workspaces whose sources are to be looked at; null: all. */
  #stirred: Set<string> | null = new Set();
  #cancel: (() => void) | null = null;
  #rounds: Promise<void> = Promise.resolve();

  constructor(deps: IndexerDeps) {
    this.#d = deps;
    this.#turns = new Turns(
      (place, look, after) => this.#work(place, look, after),
      (error) => this.#failed(error),
    );
  }

  open(): void {
    this.#wake(0);
  }

  /** Something of this workspace changed: its bases are looked at soon. */
  stir(workspace: string): void {
    this.#stirred?.add(workspace);
    this.#wake(SOON);
  }

  /** Documents of this base wait to be read. */
  read(place: Place): void {
    if (!this.#stop.signal.aborted) this.#turns.add(place, false);
  }

  working(base: string): boolean {
    return this.#turns.has(base);
  }

  async close(): Promise<void> {
    this.#stop.abort();
    this.#cancel?.();
    await this.#rounds;
    await this.#turns.close();
    await Promise.allSettled(this.#chains.values());
  }

  /** Reads one document now, whether its base is stopped or not. The Problem is why it could not be read. */
  readNow(place: EmbedFor, doc: string, signal: AbortSignal): Promise<Problem | null> {
    return this.#alone(place.base, async () => {
      const { knowledge } = this.#d.store.in(place.workspace);
      const row = await knowledge.get(place.project, place.base);
      if (row === null) return GONE;
      const work = await knowledge.waiting(place.base, doc);
      if (work === null) return null;
      const done = await this.#read(place, row, work, AbortSignal.any([this.#stop.signal, signal]));
      return done === 'left' ? GONE : done;
    });
  }

  #wake(after: number): void {
    if (this.#stop.signal.aborted) return;
    this.#cancel?.();
    this.#cancel = this.#d.timers.at(this.#d.clock.now() + after, () => {
      this.#cancel = null;
      this.#rounds = this.#rounds.then(() => this.#round()).catch((error: unknown) => this.#failed(error));
    });
  }

  #failed(error: unknown): void {
    this.#d.log('error', 'knowledge could not be looked at', {
      error: error instanceof Error ? error.stack : String(error),
    });
    if (this.#cancel === null) this.#wake(EVERY);
  }

  async #round(): Promise<void> {
    const { store } = this.#d;
    const stirred = this.#stirred;
    this.#stirred = new Set();
    const all = await store.engine.knowledgeAtWork(true);
    for (const place of all)
      this.#turns.add(place, stirred === null || stirred.size === 0 || stirred.has(place.workspace));
    if (this.#cancel === null) this.#wake(EVERY);
  }

  /** One turn of a base: its sources, if they are to be looked at, and the next document. */
  async #work(place: Place, look: boolean, after: number): Promise<number | null> {
    if (look) await this.#alone(place.base, () => this.#look(place));
    await turn();
    if (this.#stop.signal.aborted) return null;
    return this.#alone(place.base, () => this.#one(place, after));
  }

  async #look(place: Place): Promise<void> {
    const { clock } = this.#d;
    const space = this.#d.store.in(place.workspace);
    const room = (): Room => this.#d.rooms.begin(place.workspace);
    const at = { space, project: place.project, base: place.base, now: clock.now(), room };
    for (const source of await space.knowledge.sources(place.base)) {
      if (this.#stop.signal.aborted) return;
      // Sites are read in their own time (site/crawler.ts).
      const { id, spec } = source;
      if (spec.kind === 'url') continue;
      const done = await lookAt(at, { id, spec });
      const why = done.ok ? null : done.problem;
      // What is as it was is not written anew at every look.
      if (source.state === 'waiting' || why?.code !== source.problem?.code || (done.ok && done.value))
        await space.knowledge.looked(source.id, clock.now(), why);
    }
  }

  /** Reads the next document; the number to go on after. Null: nothing waits, or the base is stopped. */
  async #one(place: Place, after: number): Promise<number | null> {
    const { knowledge } = this.#d.store.in(place.workspace);
    const row = await knowledge.get(place.project, place.base);
    if (row === null || row.paused) return null;
    const work = await knowledge.next(place.base, after);
    if (work === null) return null;
    const done = await this.#read(place, row, work, this.#stop.signal);
    // What changed while it was read waits again, under the same number.
    return done === 'left' && !this.#stop.signal.aborted ? work.n - 1 : work.n;
  }

  /** Null: it can be found now. */
  async #read(place: EmbedFor, row: BaseRow, work: DocWork, signal: AbortSignal): Promise<Problem | null | 'left'> {
    const { store, clock, log } = this.#d;
    const space = store.in(place.workspace);
    const tries = await space.knowledge.begin(work);
    if (tries === null) return 'left';
    const left = async (): Promise<'left'> => {
      await space.knowledge.leave(work);
      return 'left';
    };
    try {
      if (tries > TRIES) {
        await space.knowledge.dropPieces(work);
        return (await space.knowledge.finish(work, clock.now(), ENDLESS)) ? ENDLESS : 'left';
      }
      const parts = await this.#parts(space, place, work, signal);
      const done = parts.ok ? await this.#fill(space, place, row, work, parts.value, signal) : parts;
      if (signal.aborted) return await left();
      if (done.ok && done.value === 'left') {
        await space.knowledge.dropPieces(work);
        return 'left';
      }
      const why = done.ok ? null : done.problem;
      if (why !== null) await space.knowledge.dropPieces(work);
      return (await space.knowledge.finish(work, clock.now(), why)) ? why : 'left';
    } catch (error) {
      if (signal.aborted) return await left();
      log('error', 'a document could not be read', { error: error instanceof Error ? error.stack : String(error) });
      await space.knowledge.dropPieces(work);
      return (await space.knowledge.finish(work, clock.now(), BROKE)) ? BROKE : 'left';
    }
  }

  async #parts(
    space: WorkspaceStore,
    place: Place,
    work: DocWork,
    signal: AbortSignal,
  ): Promise<Result<readonly Part[]>> {
    if (work.body !== null)
      return judged(work.parts ? (JSON.parse(work.body) as readonly Part[]) : [{ text: work.body }]); // written by site/visit.ts
    const file = await space.files.at(place.project, work.path);
    if (file === null || file.hash !== work.hash) return { ok: false, problem: CHANGED };
    const read: Bytes['read'] = async (from, to) => {
      const opened = await readContent(this.#d.stream, place.workspace, file, from, to);
      if (!opened.ok) return { problem: opened.problem, sent: 'no' };
      const pieces: Uint8Array[] = [];
      for await (const piece of opened.value.bytes) pieces.push(piece);
      return new Uint8Array(Buffer.concat(pieces));
    };
    const formats = this.#d.formats.lend({ workspace: place.workspace, flow: place.base }, signal);
    return readDocument(formats, work.name, { size: file.size, read });
  }

  async #fill(
    space: WorkspaceStore,
    place: EmbedFor,
    row: BaseRow,
    work: DocWork,
    parts: readonly Part[],
    signal: AbortSignal,
  ): Promise<Result<End>> {
    const { guard, rooms, embed } = this.#d;
    const pieces = piecesOf(parts, row.chunker, KNOWLEDGE_LIMITS.ofDocument + 1);
    if (pieces.length > KNOWLEDGE_LIMITS.ofDocument) return { ok: false, problem: TOO_LONG };
    const { pieces: all } = await space.knowledge.counts(work.base);
    const others = all - work.pieces;
    if (others + pieces.length > KNOWLEDGE_LIMITS.chunks) return { ok: false, problem: FULL };
    const known = await space.knowledge.vectors(work.id);
    await space.knowledge.dropPieces(work);
    const room = rooms.begin(place.workspace);
    try {
      for (let from = 0; from < pieces.length; from += PORTION) {
        await turn();
        if (signal.aborted) return { ok: true, value: 'left' };
        const some = pieces.slice(from, from + PORTION).map((piece): Omit<NewPiece, 'vec'> => {
          const text = guard.redact(piece.text, { workspace: place.workspace });
          return { ...piece, text, hash: hashOf(row.model, { ...piece, text }) };
        });
        const full = room.more(some.reduce((sum, { text }) => sum + text.length + 4_096, 0));
        if (full !== null) return { ok: false, problem: full };
        const fresh = some.filter(({ hash }) => !known.has(hash));
        const vectors = new Map(known);
        if (fresh.length > 0) {
          const made = await embed({ ...place }, row.model, fresh.map(spoken), signal);
          if (!made.ok) return made;
          for (const [i, { hash }] of fresh.entries()) vectors.set(hash, made.value[i] ?? new Uint8Array(0));
        }
        const [one] = vectors.values();
        if ((others + pieces.length) * (one?.byteLength ?? 0) > KNOWLEDGE_LIMITS.vectors)
          return { ok: false, problem: FULL };
        const whole = some.map((piece) => ({ ...piece, vec: vectors.get(piece.hash) ?? new Uint8Array(0) }));
        if (!(await space.knowledge.addPieces(work, whole))) return { ok: true, value: 'left' };
      }
      return { ok: true, value: 'read' };
    } finally {
      room.end();
    }
  }

  /** One thing at a time is done to a base. */
  #alone<T>(base: string, act: () => Promise<T>): Promise<T> {
    const before = this.#chains.get(base) ?? Promise.resolve();
    const mine = before.then(act, act);
    const quiet = mine.then(
      () => undefined,
      () => undefined,
    );
    this.#chains.set(base, quiet);
    void quiet.then(() => {
      if (this.#chains.get(base) === quiet) this.#chains.delete(base);
    });
    return mine;
  }
}

/** What is embedded of a piece: its text below what it stands under. */
const spoken = ({ heading, text }: Pick<Piece, 'heading' | 'text'>): string =>
  heading === null ? text : `${heading}\n${text}`;

const hashOf = (model: string, piece: Pick<Piece, 'heading' | 'text'>): string =>
  createHash('sha256')
    .update(JSON.stringify([model, spoken(piece)]))
    .digest('base64url');

const FULL = problem(
  'knowledge.many',
  `A knowledge base has ${KNOWLEDGE_LIMITS.chunks} pieces at most, and ${KNOWLEDGE_LIMITS.vectors / 1_000_000} MB of vectors`,
  {
    fix: 'Make another base for some of its documents, cut them into larger pieces, or choose a model of shorter vectors.',
  },
);
const GONE = problem('knowledge.changed', 'The document, or its base, changed while it was read', { retry: 'yes' });
const CHANGED = problem('knowledge.changed', 'The file changed while it was looked at; it is read again soon', {
  retry: 'yes',
});
const ENDLESS = problem('knowledge.endless', `It was begun to be read ${TRIES} times, and each time that broke off`, {
  fix: 'Look whether the server ended then, and why; make the document smaller or take it out. “Read all again” tries it anew.',
});
const BROKE = problem('knowledge.down', 'The document could not be read for a reason that is ours; see the log');
