import { expect, test } from 'vitest';
import { EVENT_TYPES, type EventType } from './journal.ts';

/** A type that is missing here, or is none, does not compile. */
const all = {
  'run.created': true,
  'run.started': true,
  'step.started': true,
  'step.done': true,
  'step.problem': true,
  'step.waiting': true,
  'step.asked': true,
  'step.answered': true,
  'step.held': true,
  'step.continued': true,
  'block.opened': true,
  'block.item': true,
  'step.said': true,
  'run.cancel': true,
  'run.responded': true,
  'run.log': true,
  'run.done': true,
  'run.failed': true,
  'run.cancelled': true,
  'run.doubted': true,
  'run.recovered': true,
  'run.paused': true,
  'run.resolved': true,
} as const satisfies Record<EventType, true>;

test('the list of the types of events holds each, once', () => {
  expect([...EVENT_TYPES].toSorted()).toEqual(Object.keys(all).toSorted());
});
