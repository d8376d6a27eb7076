/**
 * The door to tables and to values by key: what a `data` need lends a step, and what the gateway has opened. The one place
 * that turns the name of a flow's step into a table.
 *
 * DD1 Authority is the broker's, at each use. Whether there is a table of a name is told only to who may read or write it.
 * DD2 A write carries the key of its step instance into the transaction of the write: begun again after a crash it finds what
 *     was done, and does nothing (rows Q-03, ST1).
 * DD3 No value of a secret is written where conditions compare it: else who may look through a table could find it out piece
 *     by piece, whatever the guard hides in answers.
 */

import { randomUUID } from 'node:crypto';
import {
  type EnginePort,
  type FindRows,
  type GuardPort,
  type KeyEntry,
  type KeyValue,
  type OwnRow,
  type Power,
  type Problem,
  problem,
  type PutRow,
  type Refused,
  type Result,
  type RowValues,
  SHAPE_KINDS,
  type StepTables,
  type StepValues,
  TABLE_LIMITS,
  type Which,
} from '@headgate/core';
import type { DataRow, Effect, TableRow, Written } from '../store/own-table.ts';
import type { KeyPlace, PutValue, ValueRow } from '../store/own-value.ts';
import type { Store, WorkspaceStore } from '../store/ports.ts';
import type { Broker } from './broker.ts';
import type { CompiledStep } from './compiled.ts';
import type { Live } from './live.ts';
import type { Vault } from './options.ts';
import { Rooms } from './room.ts';

type Deps = {
  readonly store: Store;
  readonly broker: Broker;
  readonly openChunk: Vault['openChunk'];
  readonly guard: GuardPort;
  readonly rooms: Rooms;
  readonly now: () => number;
};

type Done<T> = Promise<{ readonly value: T } | Refused>;

/** Ends an effect with a Problem. */
class Fault extends Error {
  readonly problem: Problem;
  constructor(of: Problem) {
    super(of.code);
    this.problem = of;
  }
}
const fault = (of: Problem): never => {
  throw new Fault(of);
};

type Sealed = { readonly name: string; readonly box: Uint8Array };

const openOne = (openChunk: Vault['openChunk'], workspace: string, { name, box }: Sealed): unknown =>
  JSON.parse(openChunk(workspace, name, 0, box));

const iso = (time: number): string => new Date(time).toISOString();

/** The objects of one step instance: made for every step with effects, so that making it costs next to nothing. */
class StepData {
  readonly #deps: Deps;
  readonly #live: Live;
  readonly #step: CompiledStep;
  readonly #key: string;

  constructor(deps: Deps, live: Live, step: CompiledStep, key: string) {
    this.#deps = deps;
    this.#live = live;
    this.#step = step;
    this.#key = key;
  }

  get live(): Live {
    return this.#live;
  }
  get space(): WorkspaceStore {
    return this.#deps.store.in(this.#live.base.workspace);
  }
  get now(): number {
    return this.#deps.now();
  }

  /** By whom, when, and under which key something is written. */
  how(): { by: string; at: number; effect: Effect } {
    return { by: `run:${this.#live.id}`, at: this.now, effect: { run: this.#live.id, key: this.#key } };
  }

  async effect<T>(verbs: 'read' | 'write', kind: 'table' | 'keys', name: string, act: () => Promise<T>): Done<T> {
    const needs: readonly Power[] = [{ power: 'data', verbs, kind, name }];
    const { broker } = this.#deps;
    try {
      const inside = verbs === 'read';
      const done = await broker.effect(
        this.#live,
        this.#step.step.id,
        this.#step.narrow,
        needs,
        act,
        undefined,
        inside,
      );
      return done.ok ? { value: done.value } : { problem: done.problem, sent: done.sent };
    } catch (error) {
      // All or nothing is written, and a refusal is nothing.
      if (error instanceof Fault) return { problem: error.problem, sent: 'no' };
      throw error;
    }
  }

  /** Lets `write` happen when there is room for what it brings, and no secret in what lies open. */
  async bringing<T>(plain: unknown, brought: unknown, write: () => Promise<T>): Promise<T> {
    const { workspace } = this.#live.base;
    const text = JSON.stringify(plain);
    if (this.#deps.guard.redact(text, { workspace, reveal: SHAPE_KINDS }) !== text) return fault(SECRET);
    const room = this.#deps.rooms.begin(workspace);
    try {
      const why = room.more(Buffer.byteLength(JSON.stringify(brought)));
      return why === null ? await write() : fault(why);
    } finally {
      room.end();
    }
  }

  async table(name: string): Promise<TableRow> {
    const row = await this.space.tables.named(this.#live.base.project, name);
    return row ?? fault(missingTable(name));
  }

  open(sealed: Sealed): unknown {
    return openOne(this.#deps.openChunk, this.#live.base.workspace, sealed);
  }

  shown({ id, version, created, updated, values, sealed }: DataRow): OwnRow {
    const opened = sealed.map((one): [string, unknown] => [one.column, this.open(one)]);
    return {
      ...{ id, version, created: iso(created), updated: iso(updated) },
      values: sealed.length === 0 ? values : { ...values, ...Object.fromEntries(opened) },
    };
  }
}

class Tables implements StepTables {
  readonly #data: StepData;
  constructor(data: StepData) {
    this.#data = data;
  }

  get #project(): string {
    return this.#data.live.base.project;
  }

  find(name: string, { limit = 100, ...query }: FindRows) {
    const { space } = this.#data;
    return this.#data.effect('read', 'table', name, async () => {
      const table = await this.#data.table(name);
      const page = must(await space.tables.find(this.#project, table.id, { ...query, limit }), name);
      return { rows: page.rows.map((row) => this.#data.shown(row)), next: page.next };
    });
  }

  get(name: string, id: string) {
    return this.#data.effect('read', 'table', name, async () => {
      const table = await this.#data.table(name);
      const [row] = await this.#data.space.tables.rows(this.#project, table.id, [id]);
      return row === undefined ? null : this.#data.shown(row);
    });
  }

  add(name: string, rows: readonly RowValues[], match: readonly string[] = []): Done<readonly PutRow[]> {
    return this.#data.effect('write', 'table', name, async () => {
      const table = await this.#data.table(name);
      const fresh = rows.map((values) => ({ id: `row_${randomUUID().replaceAll('-', '')}`, values }));
      const written = await this.#data.bringing(plainOf(table, rows), rows, () =>
        this.#data.space.tables.add(this.#project, table.id, fresh, { ...this.#data.how(), match }),
      );
      const { rows: done } = must(written, name);
      const now = await this.#rows(table, done);
      // What was added before a crash may have been deleted since by somebody else.
      return done.flatMap(({ id, made }) => {
        const row = now.find((one) => one.id === id);
        return row === undefined ? [] : [{ ...row, made }];
      });
    });
  }

  change(name: string, which: Which, values: RowValues): Done<readonly OwnRow[]> {
    return this.#data.effect('write', 'table', name, async () => {
      const table = await this.#data.table(name);
      const { ids, still } = await this.#which(table, which);
      const changes = ids.map((id) => ({ id, values }));
      const written = await this.#data.bringing(plainOf(table, [values]), values, () =>
        this.#data.space.tables.change(this.#project, table.id, changes, { ...this.#data.how(), ...still }),
      );
      return this.#rows(table, must(written, name).rows);
    });
  }

  remove(name: string, which: Which): Done<number> {
    return this.#data.effect('write', 'table', name, async () => {
      const table = await this.#data.table(name);
      const { ids, still } = await this.#which(table, which);
      const done = await this.#data.space.tables.removeRows(this.#project, table.id, ids, {
        ...this.#data.how(),
        ...still,
      });
      return must(done, name).rows.length;
    });
  }

  async #which(table: TableRow, which: Which) {
    if ('id' in which) return { ids: [which.id], still: {} };
    const query = { ...which, limit: TABLE_LIMITS.atOnce };
    const found = must(await this.#data.space.tables.find(this.#project, table.id, query), table.name);
    if (found.next !== null) fault(TOO_MANY);
    return { ids: found.rows.map(({ id }) => id), still: { still: which } };
  }

  async #rows(table: TableRow, written: Written['rows']): Promise<readonly OwnRow[]> {
    const ids = written.map(({ id }) => id);
    return (await this.#data.space.tables.rows(this.#project, table.id, ids)).map((row) => this.#data.shown(row));
  }
}

class Values implements StepValues {
  readonly #data: StepData;
  constructor(data: StepData) {
    this.#data = data;
  }

  #place(store: string, key: string): KeyPlace {
    return { project: this.#data.live.base.project, store, key };
  }

  get(store: string, key: string): Done<KeyValue | null> {
    return this.#data.effect('read', 'keys', store, async () => {
      const row = await this.#data.space.values.get(this.#place(store, key), this.#data.now);
      return row === null ? null : { ...entryOf(row), value: this.#valueOf(row) };
    });
  }

  set(store: string, key: string, value: unknown, { ttl, only }: { ttl?: number; only?: 'new' }): Done<KeyEntry> {
    return this.#data.effect('write', 'keys', store, async () => {
      const how = this.#data.how();
      const expires = ttl === undefined ? null : how.at + ttl;
      const asked = { ...how, expires, ...(only === undefined ? {} : { only }) };
      const written = await this.#data.bringing(key, [key, value], () =>
        this.#data.space.values.set(this.#place(store, key), value, asked),
      );
      return entryOf(must(written, store));
    });
  }

  remove(store: string, key: string): Done<boolean> {
    return this.#data.effect('write', 'keys', store, () =>
      this.#data.space.values.remove(this.#place(store, key), this.#data.how()),
    );
  }

  increment(store: string, key: string, by: number, { ttl }: { ttl?: number }) {
    return this.#data.effect('write', 'keys', store, async () => {
      const how = this.#data.how();
      const expires = ttl === undefined ? null : how.at + ttl;
      const written = await this.#data.bringing(key, key, () =>
        this.#data.space.values.increment(this.#place(store, key), by, { ...how, expires }),
      );
      const row = must(written, store);
      return { ...entryOf(row), value: row.num ?? 0 };
    });
  }

  list(store: string, { limit = 100, ...page }: { prefix?: string; after?: string; limit?: number }) {
    return this.#data.effect('read', 'keys', store, async () => {
      const { project } = this.#data.live.base;
      const asked = { project, store, now: this.#data.now, limit: limit + 1, ...page };
      const rows = await this.#data.space.values.list(asked);
      return { entries: rows.slice(0, limit).map(entryOf), more: rows.length > limit };
    });
  }

  #valueOf({ num, sealed }: ValueRow): unknown {
    return sealed === null ? num : this.#data.open(sealed);
  }
}

/** The door: what the gateway asks of it, and what steps are lent of it. */
export const dataDoor = ({ ledger, full, ...deps }: Omit<Deps, 'rooms'> & ConstructorParameters<typeof Rooms>[0]) => {
  const whole: Deps = { ...deps, rooms: new Rooms({ ledger, full }) };
  const port: EnginePort['tables'] = {
    open: (workspace, sealed) => sealed.map((one) => openOne(deps.openChunk, workspace, one)),
  };
  return {
    port,
    lend: (live: Live, step: CompiledStep, key: string): { tables: StepTables; values: StepValues } => {
      const data = new StepData(whole, live, step, key);
      return { tables: new Tables(data), values: new Values(data) };
    },
  };
};

const entryOf = ({ key, version, expires, updated }: PutValue): KeyEntry => ({
  key,
  version,
  expires: expires === null ? null : iso(expires),
  updated: iso(updated),
});

/** What a store answered, or the Problem that ends the effect. */
const must = <T>(done: Result<T> | null, name: string): T => {
  if (done === null) return fault(missingTable(name));
  return done.ok ? done.value : fault(done.problem);
};

/** What of rows will lie open. */
const plainOf = ({ columns }: TableRow, rows: readonly RowValues[]): unknown => {
  const sealed = new Set(columns.filter((one) => one.sealed === true).map(({ name }) => name));
  return sealed.size === 0 ? rows : rows.map((values) => Object.entries(values).filter(([name]) => !sealed.has(name)));
};

const missingTable = (name: string): Problem =>
  problem('table.missing', `The project has no table “${name}”`, {
    fix: 'Make it under Tables, or name one that there is.',
  });

const TOO_MANY = problem('table.many', `One step changes or deletes ${TABLE_LIMITS.atOnce} rows at most`, {
  fix: 'Narrow the conditions, or go through the rows page by page.',
});

const SECRET = problem('table.secret', 'A secret stands in what is to be written, and would lie open there', {
  fix: 'Leave it out. What has to be kept belongs into a secret, or into a column that is sealed.',
});
