/** What the store offers to the engine alone, as types: a view over all workspaces. The gateway is not handed it. */

import type { EvaluationAtWork, LeftRun } from './evaluation.ts';
import type { EngineLimits } from './limits.ts';
import type { AuditEntry, KeyRow, RunRow } from './ports.ts';
import type { BaseAtWork } from './knowledge.ts';
import type { SiteAtWork } from './knowledge-page.ts';
import type { EngineNotices, NoticeWrite } from './notice.ts';
import type { TriggerMemory } from './run-write.ts';
import type { SealedSecret } from './secret.ts';

/** What a look at the audit trail found. */
export type Trail = {
  /** Records that hold. */
  readonly checked: number;
  /** The first record that does not hold (changed, inserted, or after one removed), or null. */
  readonly broken: number | null;
  /** `record`: see `broken`; `end`: records are missing at the end; `head`: the head was changed or removed; null: all holds. */
  readonly fault: 'record' | 'end' | 'head' | null;
  /** `COUNT:HASH` of the last record: kept elsewhere, it proves later that nothing up to here was taken away. */
  readonly head: string;
};

/** The end of workspaces (rows/workspace-end.ts). Each may be asked again after a crash. */
export type WorkspaceEnds = {
  /** Workspaces that are being deleted, the earliest first. */
  ending(): Promise<
    readonly { readonly workspace: string; readonly name: string; readonly by: string; readonly at: number }[]
  >;
  /** Once more what let anybody in: a request that was under way may have made some of it since. */
  shut(workspace: string): Promise<void>;
  /** Deletes up to `limit` runs, over or not, with journals and blobs. None of them may be in memory. */
  dropRuns(workspace: string, limit: number): Promise<{ readonly runs: number; readonly more: boolean }>;
  /** Deletes some flows, then some documents. False: none were left. */
  dropFlows(workspace: string): Promise<boolean>;
  /** Deletes what is left, the workspace itself among it. */
  finish(workspace: string): Promise<void>;
  /** It is deleted. */
  forget(workspace: string): Promise<void>;
};

/** The engine's own view over all workspaces: recovery, timers, triggers, hooks, retention. */
export type EngineStore = {
  readonly limits: EngineLimits;
  readonly ends: WorkspaceEnds;
  /** Knowledge bases with documents to be read, or sources to be looked at; `sources`: all that have any. */
  /** Evaluations that are not over, the oldest first. */
  evaluationsAtWork(): Promise<readonly EvaluationAtWork[]>;
  /** Runs under way of evaluations that were stopped. */
  runsOfStopped(): Promise<readonly LeftRun[]>;
  knowledgeAtWork(sources: boolean): Promise<readonly BaseAtWork[]>;
  /** Sites that knowledge bases read, of those that are not stopped. */
  sitesAtWork(): Promise<readonly SiteAtWork[]>;
  readonly notices: EngineNotices;
  /** Runs not over, oldest first, in pages. */
  unfinished(afterId: string, limit: number): Promise<RunRow[]>;
  /** Null: no such token, or its trigger or flow is gone or disabled. */
  /** `until`: of an address that was replaced. */
  hookByToken(token: string): Promise<{
    workspace: string;
    flow: string;
    trigger: string;
    environment: string;
    until: number | null;
  } | null>;
  /** The enabled triggers of one kind, over all enabled flows: of what runs in each environment. */
  triggers(kind: string): Promise<
    {
      workspace: string;
      project: string;
      owner: string;
      flow: string;
      version: number;
      trigger: string;
      environment: string;
      with: unknown;
      state: unknown;
    }[]
  >;
  /** Durable state of a trigger (last due time of a schedule…), and in the same transaction what members are told of because of it. */
  saveTriggerState(
    flow: string,
    trigger: string,
    environment: string,
    state: unknown,
    notice?: NoticeWrite,
  ): Promise<void>;
  /** What a trigger remembers, sealed as a journal is, under its name (memory-name.ts); null: nothing yet. */
  memory(flow: string, trigger: string, environment: string): Promise<Uint8Array | null>;
  /** Triggers, there or gone, that remember what they entered at a service (engine/registering.ts), of all flows that are not removed for good. */
  entered(): Promise<
    {
      readonly workspace: string;
      readonly project: string;
      readonly flow: string;
      readonly trigger: string;
      readonly environment: string;
    }[]
  >;
  /** Remembers it, without a run. Durable when it resolves; false: the flow is gone. */
  saveMemory(memory: TriggerMemory): Promise<boolean>;
  /** The parts of it, in pages: those after `after`, in the order of their names, at most `limit`. */
  memoryParts(
    flow: string,
    trigger: string,
    environment: string,
    after: string,
    limit: number,
  ): Promise<readonly { readonly part: string; readonly sealed: Uint8Array }[]>;
  /** Remembers all of these at once, in one transaction, without a run. Durable when it resolves. */
  saveMemories(memories: readonly TriggerMemory[]): Promise<void>;
  /** Webhook replay memory: was a run made of this delivery? */
  knowsDelivery(hook: string, id: string): Promise<boolean>;
  /** When the latest runs of a lane began, those after `since`, at most `limit`, the latest first. */
  begunSince(workspace: string, flow: string, lane: string, since: number, limit: number): Promise<readonly number[]>;
  resumeToken(hash: string): Promise<{
    workspace: string;
    run: string;
    step: string;
    item: string;
    note: string | null;
    deadline: number | null;
    used: number | null;
  } | null>;
  /** Whose link this is, of those that people without an account got to answer a question; null: nobody's. */
  askLink(hash: string): Promise<{ workspace: string; run: string; step: string; item: string; person: string } | null>;
  /** Marks a token used, once: false when it already was. Durable when it resolves. */
  useToken(hash: string, at: number): Promise<boolean>;
  keyById(id: string): Promise<KeyRow | null>;
  /** All sealed secrets, for the guard's matcher. */
  allSecrets(): Promise<(SealedSecret & { readonly workspace: string; readonly name: string })[]>;
  /** Deletes runs that are over and ended before `olderThan`, or lie beyond the newest `keepPerFlow` of their flow, with journal and blobs: at most `limit`; returns how many. */
  sweep(rule: { olderThan: number; keepPerFlow: number; limit: number }): Promise<number>;
  /** Removes flows for good that were deleted before this: at most `limit`; returns how many. */
  removeDeletedFlows(before: number, limit: number): Promise<number>;
  /** Deletes sessions of chats whose time is over, at most `limit`, with all that was said in them. How many. */
  sweepChats(now: number, limit: number): Promise<number>;
  /** Follows the chain of the audit trail, from the first record to its head. `expect`: a `head` of an earlier look. */
  checkAudit(expect?: string): Promise<Trail>;
  /** Every record of every workspace, the oldest first, a thousand at a time. */
  auditRecords(): AsyncGenerator<readonly (AuditEntry & { readonly id: number })[], void, undefined>;
  /** Removes files of blobs that a crash left without a row, and content that it left without a name; returns how many. For the start and now and then. */
  collectLitter(): Promise<number>;
};
