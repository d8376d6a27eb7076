/**
 * EnginePort: all that the gateway may ask of the engine. The gateway holds nothing else of it, so that the engine can
 * stand in another process. Everything that comes out has already been redacted by the guard.
 *
 * Four entrances (run API, webhook, schedule, sub-flow) end in one door: `start`.
 */

import type { Guard } from '../guard/match.ts';
import type { ShapeKind } from '../guard/shapes.ts';
import type { Differences } from './value/differ.ts';
import type { Hits } from './value/find.ts';
import type { PageAsk, ValuePage } from './value/page.ts';
import type { ValueShape } from './value/value-shape.ts';
import type { KnowledgeHit } from '../knowledge/hit.ts';
import type { KnowledgeQuery } from '../step/knowledge.ts';
import type { Principal } from '../access/permission.ts';
import type { Problem, Result } from '../problem.ts';
import type { AskBehind, AsksPort } from './asks-port.ts';
import type { ChatPort } from './chat-port.ts';
import type { EvaluationsPort } from './evaluations-port.ts';
import type { NotificationsPort } from './notifications-port.ts';
import type { FormsPort } from './forms-port.ts';
import type { ConnectionsPort } from './connections-port.ts';
import type { ModelsPort } from './models-port.ts';
import type { EventType, RunState, Started } from './journal.ts';

export type StartRequest = {
  readonly principal: Principal;
  /** Id of the flow, in the principal's workspace. */
  readonly flow: string;
  /**
   * `revision`: the draft that is meant; one that was saved since is not run. `tools`: not the draft itself, but what lists the
   * tools of the MCP server that this step of it names.
   */
  readonly which:
    | { readonly version?: number }
    | { readonly draft: true; readonly revision?: number; readonly tools?: string };
  readonly input: unknown;
  readonly trigger: Started;
  /** Milliseconds to wait for the end before answering; 0 answers as soon as the run is durable. */
  readonly wait: number;
  readonly environment?: string;
  readonly idempotencyKey?: string;
  /** Values that stand in for the results of steps, by step id. */
  readonly pins?: Readonly<Record<string, unknown>>;
  readonly priority?: number;
  /** Ids of steps of a draft before which the run holds, until `goOn` lets them begin. */
  readonly breakpoints?: readonly string[];
  /** Only a part of the flow. `reuse`: an earlier run whose results stand in where they still hold. */
  readonly part?: ({ readonly to: string } | { readonly from: string }) & { readonly reuse?: string };
};

/** A run as its readers see it. Times are ISO 8601; `output` and texts are redacted. */
export type RunView = {
  readonly id: string;
  readonly flow: string;
  readonly version: number | null;
  readonly state: RunState;
  readonly trigger: { readonly id: string | null; readonly kind: string };
  readonly environment: string;
  readonly output: unknown;
  /** The output was left out, as it was asked for: the event that holds it, and its bytes. `output` is null then. */
  readonly apart?: { readonly seq: number; readonly size: number };
  readonly problem: Problem | null;
  readonly created: string;
  readonly started: string | null;
  readonly ended: string | null;
  readonly parent: string | null;
  readonly rerunOf: string | null;
};

/** One journal event as its readers see it. */
export type EventView = {
  readonly seq: number;
  readonly at: string;
  readonly type: EventType;
  readonly step?: string;
  readonly item?: readonly number[];
  readonly data: unknown;
};

export type HookRequest = {
  /** The 43 random characters of the webhook's address. */
  readonly token: string;
  readonly method: string;
  /** What follows the token in the path, without leading slash. */
  readonly path: string;
  readonly query: Readonly<Record<string, string | readonly string[]>>;
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
  /** The bytes as they came: signatures are over these. */
  readonly raw: Uint8Array;
};

export type HookAnswer = {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  /** Shapes of keys that this answer may show, by grants to the flow. */
  readonly reveal?: readonly ShapeKind[];
};

export type RerunRequest = {
  readonly principal: Principal;
  readonly run: string;
  /** `all`: everything again. `failed`: only what failed or never ran. `from`: this step and what depends on it. `to`: up to and with this step. */
  readonly mode:
    | { readonly all: true }
    | { readonly failed: true }
    | { readonly from: string }
    | { readonly to: string };
  readonly input?: unknown;
  readonly version?: number;
};

export type GoOnRequest = {
  readonly principal: Principal;
  readonly run: string;
  /** One held step, and one item of it; absent: all that are held. */
  readonly step?: string;
  readonly item?: readonly number[];
  /** `continue`: on to the next breakpoint. `step`: this step, and what comes up next is held. */
  readonly mode: 'continue' | 'step';
  /** What the step is given in place of what it was about to be given; absent: that. */
  readonly input?: { readonly value: unknown };
};

export type DryRequest = {
  readonly principal: Principal;
  readonly flow: string;
  /** `doc`: what the flow would be, by who may make it that. */
  readonly which: { readonly version: number } | { readonly draft: true } | { readonly doc: unknown };
  /** Absent: only the settings are read, and nothing is evaluated. */
  readonly input?: unknown;
  readonly environment?: string;
};

/** One use of a power that a run may come to. */
export type Touch = {
  /** `*`: the flow as a whole. */
  readonly step: string;
  /** In the form `grant` takes. */
  readonly power: string;
  readonly sentence: string;
  /** It stands in the settings (`written`), follows from the input given (`known`), or is known only when it runs (`open`). */
  readonly how: 'written' | 'known' | 'open';
  /** Does a run with this input come to it? `perhaps` when that hangs on what an effect gives, or no input was given. */
  readonly comes: 'yes' | 'no' | 'perhaps';
  /** How many times it was seen to come. */
  readonly times: number;
  /** Lent only by saying so, never by writing it into a step. */
  readonly asks: boolean;
  /** The grant it would stand on now, or why there is none. */
  readonly grant: { readonly id: string; readonly grantor: string } | null;
  readonly refused: string | null;
};

/** What a flow would touch, told without touching it. */
export type DryRun = {
  readonly touches: readonly Touch[];
  /** How far the input leads by itself: to the end, into a Problem, or up to what an effect has to give. */
  readonly ends: 'done' | 'failed' | 'open';
  readonly problem: Problem | null;
};

/** That a run of a flow began, or is in another state. */
export type RunNews = {
  readonly run: string;
  readonly state: RunState;
  readonly trigger: { readonly id: string | null; readonly kind: string };
};

/** A value of a run: what an event holds under the name its readers see, or what an instance of a step was given or gave. */
export type ValueOf =
  | { readonly seq: number; readonly name: string }
  | { readonly step: string; readonly item: readonly number[]; readonly side: 'in' | 'out' };

/** How a value is read. `links`: with the links that answer for a person, where it holds any (row WH-08). */
export type Reading = { readonly run: string; readonly of: ValueOf; readonly links: boolean };

/** Where a place of a step's output came from. */
export type Origin = {
  /** The output of a step, the input of the run, or the item it was made for; null: not known. */
  readonly root: 'step' | 'input' | 'item' | null;
  readonly step: string | null;
  /** JSON Pointer within it. */
  readonly path: string;
  /** Of the output of `each`: the item that it was made for. */
  readonly item: number | null;
  /** Is the value there the same, or only what it was made from? */
  readonly exact: boolean;
  /** Steps that were read for it. */
  readonly reads: readonly string[];
  /** Why it is not known: an effect or code gave it; it was put together; a repeat; the whole of a block; it cannot be worked out. */
  readonly why: 'effect' | 'made' | 'repeat' | 'whole' | 'failed' | null;
};

/** Where a text was found in the data of a run. */
export type RunHit = {
  readonly seq: number;
  readonly step: string | null;
  readonly item: readonly number[];
  /** The name under which the event holds the value; `problem` or `log`. */
  readonly of: string;
  readonly path: string;
  readonly around: string;
};

/** Parts of values. Null: there is no such run. */
type ValuesPort = {
  readonly page: (workspace: string, reading: Reading, ask: PageAsk) => Promise<Result<ValuePage> | null>;
  readonly shape: (workspace: string, reading: Reading, path: string) => Promise<Result<ValueShape> | null>;
  /** Where a text stands in it, hidden values apart. */
  readonly find: (workspace: string, reading: Reading, path: string, text: string) => Promise<Result<Hits> | null>;
  readonly origin: (
    workspace: string,
    run: string,
    at: { readonly step: string; readonly item: readonly number[]; readonly path: string },
  ) => Promise<Result<Origin> | null>;
  /** Looks for a text in all of a run's data. `part`: not all of it was looked into. */
  readonly seek: (
    workspace: string,
    run: string,
    text: string,
  ) => Promise<{ readonly found: readonly RunHit[]; readonly part: boolean }>;
  readonly differ: (workspace: string, before: Reading, after: Reading) => Promise<Result<Differences> | null>;
};

/** Runs of a flow, or of a key of it, that wait for a place; and what holds them. */
export type Lane = {
  readonly flow: string;
  /** Let in, and not over. */
  readonly running: number;
  readonly waiting: number;
  readonly why: 'concurrency' | 'rate' | 'debounce';
  /** Runs at the same time, or in the time of the rate; null: no such number. */
  readonly most: number | null;
  /** Milliseconds of the rate, or of the wait for another. */
  readonly per: number | null;
  /** When the next may begin; null: when one ends. */
  readonly until: number | null;
  /** The run that is let in next. */
  readonly next: string;
};

export type Queue = {
  readonly lanes: readonly Lane[];
  /** How long finished runs are kept, and how many of one flow; null: not known. */
  readonly kept: { readonly days: number | null; readonly perFlow: number | null };
};

/** Room for bytes that come in, kept for whoever asked until `end`. */
export type Room = {
  /** Why so many more bytes do not fit, or null. */
  readonly more: (bytes: number) => Problem | null;
  readonly end: () => void;
};

/** Content that is open: read to its end once, or closed. */
export type OpenContent = { readonly bytes: AsyncIterable<Uint8Array>; readonly close: () => Promise<void> };

/** Content of files, which only the engine opens. */
type FilesPort = {
  readonly room: (workspace: string) => Room;
  /** The bytes of content from `from` up to and without `to`. `content`: as the store has it. */
  readonly read: (
    workspace: string,
    content: { readonly blob: string; readonly size: number },
    from: number,
    to: number,
  ) => Promise<Result<OpenContent>>;
};

/** How a trigger fares that starts runs by itself: by the clock, by asking, by watching. Times in milliseconds since 1970. */
export type TriggerView = {
  readonly trigger: string;
  readonly environment: string;
  /** When it last asked or looked, however that went; null: not since the server started, or it is the clock's. */
  readonly looked: number | null;
  /** When it asks, looks or comes due next; null: it is doing so now, or never again. */
  readonly next: number | null;
  /** When it last went well; null: not since the server started. */
  readonly well: number | null;
  /** Since when it has failed, how often in a row, and why; null: it does not. */
  readonly failing: { readonly since: number; readonly times: number; readonly problem: Problem } | null;
};

/** What of tables and values by key is sealed, which only the engine opens: what each holds, in the same order. */
type TablesPort = {
  readonly open: (
    workspace: string,
    sealed: readonly { readonly name: string; readonly box: Uint8Array }[],
  ) => readonly unknown[];
};

/** Knowledge bases: what is found, and the work in the background that fills them. */
type KnowledgePort = {
  /** Null: there is no such base, or it does not let in who asks. */
  readonly search: (
    who: { readonly workspace: string; readonly reader: string; readonly principal: string },
    base: { readonly project: string; readonly id: string },
    query: KnowledgeQuery,
  ) => Promise<Result<readonly KnowledgeHit[]> | null>;
  /** Something of the workspace's bases changed: looks at it soon. */
  readonly stir: (workspace: string) => void;
  /** Which of them are being filled now. */
  readonly working: (base: string) => boolean;
  /** Is this a path of files that a source may have? */
  readonly isPlace: (path: string) => boolean;
  /** Does the model of this name make vectors, for who may set models up or not? */
  readonly embeds: (workspace: string, model: string) => Promise<Problem | null>;
};

export type EnginePort = {
  readonly start: (request: StartRequest) => Promise<Result<{ readonly run: RunView; readonly finished: boolean }>>;
  readonly hook: (request: HookRequest) => Promise<HookAnswer>;
  /** `apart`: an output too large to be shown beside others is left out, and told by its place. */
  readonly view: (workspace: string, run: string, apart?: boolean) => Promise<RunView | null>;
  /** The shapes of keys that answers about a flow's output may show, by grants to it as of now. */
  readonly reveals: (workspace: string, flow: string, environment: string) => Promise<readonly ShapeKind[]>;
  /** Events with seq > after, at most `limit`; `next` is the seq to go on after, null at the present end. */
  readonly journal: (
    workspace: string,
    run: string,
    after: number,
    limit: number,
  ) => Promise<{ events: EventView[]; next: number | null } | null>;
  readonly values: ValuesPort;
  readonly connections: ConnectionsPort;
  readonly models: ModelsPort;
  readonly files: FilesPort;
  readonly asks: AsksPort;
  readonly chat: ChatPort;
  readonly notifications: NotificationsPort;
  readonly form: FormsPort['form'];
  readonly tables: TablesPort;
  readonly knowledge: KnowledgePort;
  readonly evaluations: EvaluationsPort;
  /** Durable events as they come, from seq > after; ends after the run's end or when the signal aborts. Null: no such run. */
  readonly follow: (
    workspace: string,
    run: string,
    after: number,
    signal: AbortSignal,
  ) => Promise<AsyncIterable<EventView> | null>;
  /** Tells of each run of a flow as it begins and as its state changes, once that is durable; until what comes back is called. */
  readonly watch: (workspace: string, flow: string, tell: (news: RunNews) => void) => () => void;
  readonly cancel: (who: Principal, run: string, reason?: string) => Promise<Result<RunView>>;
  readonly rerun: (request: RerunRequest) => Promise<Result<RunView>>;
  /** Gives a webhook of the draft an address of its own for some minutes: its token, and until when. */
  readonly listen: (
    who: Principal,
    flow: string,
    trigger: string,
  ) => Promise<Result<{ readonly id: string; readonly token: string; readonly until: number }>>;
  /** Ends it; false: there is none of this principal's. */
  /** How the triggers of a flow fare that start runs by themselves, while the flow is published and switched on. */
  readonly triggers: (workspace: string, flow: string) => Promise<readonly TriggerView[]>;
  readonly unlisten: (who: Principal, flow: string, id: string) => boolean;
  /** Lets held steps begin. */
  readonly goOn: (request: GoOnRequest) => Promise<Result<RunView>>;
  /** Settles a run in doubt. */
  readonly resolve: (who: Principal, run: string, choice: 'repeat' | 'skip' | 'fail') => Promise<Result<RunView>>;
  /** What a resume link stands for, without using it. Null when it never existed; `used` when it did its work. */
  readonly resumable: (
    token: string,
    user: string | null,
  ) => Promise<{ readonly used: boolean; readonly note: string | null; readonly ask: AskBehind | null } | null>;
  readonly resume: (token: string, body: unknown) => Promise<Result<{ readonly run: string }>>;
  /** What a run would touch: expressions and pure steps are evaluated, nothing is opened and nobody is called. */
  readonly dryRun: (request: DryRequest) => Promise<Result<DryRun>>;
  /** What waits for a place in a workspace, and how long its runs are kept. Costs a look in memory. */
  readonly queue: (workspace: string) => Queue;
  /** What is missing before work can be taken; empty when ready. */
  readonly ready: () => readonly string[];
};

/**
 * GuardPort: the last filter on every byte that leaves. It offers `redact`, and `window` and `frames` for what comes in
 * pieces, and no way to read what it knows.
 */
export type GuardPort = Guard;
