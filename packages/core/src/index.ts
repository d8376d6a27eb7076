/** The entry `@headgate/core`: every name other rooms may use, listed one by one. */
export { at, bad, good, problem } from './problem.ts';
export type { Place, Problem, Result } from './problem.ts';
export { milliseconds } from './flow/duration.ts';
export { AFTER, BLOCKS, ID, KIND, PROBLEM_PORT, eachWith, flowSchema, repeatWith, stepSchema } from './flow/model.ts';
export type { EachWith, Flow, Json, RepeatWith, Retry, Settings, Step, Trigger } from './flow/model.ts';
export { PLAN_VERSION, RUN_STATES, isOver } from './run/journal.ts';
export type { Event, EventData, EventType, Held, RunCreated, RunState, Started } from './run/journal.ts';
export type { EnginePort, EventView, GuardPort, HookAnswer, HookRequest, RerunRequest, RunView, StartRequest } from './run/port.ts';
export { PERMISSIONS, may } from './access/permission.ts';
export type { Permission, Principal, PrincipalKind, Thing } from './access/permission.ts';
export type { Power } from './access/power.ts';
export { POWERS, catalogOf } from './step/define.ts';
export type { Can, Catalog, Need, Net, NetAnswer, NetRequest, Outcome, PerItem, PowerName, StepKind, TriggerKind } from './step/define.ts';
