/** The entry `@headgate/core/step`: all that a step folder may import. */
export { z } from 'zod';
export { problem } from '../problem.ts';
export type { Problem } from '../problem.ts';
export { milliseconds } from '../flow/duration.ts';
export { eachWith, repeatWith } from '../flow/model.ts';
export { defineBlock, defineStep, defineTrigger, done, failed } from './define.ts';
export type { Can, Need, Net, NetAnswer, NetRequest, Outcome, PerItem, StepKind, TriggerKind } from './define.ts';
