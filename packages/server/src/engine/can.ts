/** What a step's code may reach while it runs: its log, its key, its signal, and the powers its kind declared. */

import {
  type Can,
  noDatabases,
  noFiles,
  noFormats,
  noKnowledge,
  noMail,
  noMemory,
  noModels,
  noTables,
  noValues,
  problem,
  type Scope,
  type ShapeStep,
} from '@headgate/core';
import type { Clock } from './clock.ts';
import type { CompiledStep } from './compiled.ts';
import type { Flight, Live } from './live.ts';
import type { Values } from './values.ts';

/** The powers of one step instance. */
export type Lend = (
  live: Live,
  cs: CompiledStep,
  place: Scope,
  signal: AbortSignal,
  log: Can['log'],
  key: string,
  flight: Flight,
) => Pick<
  Can,
  | 'net'
  | 'code'
  | 'files'
  | 'formats'
  | 'mail'
  | 'databases'
  | 'people'
  | 'tables'
  | 'values'
  | 'knowledge'
  | 'models'
  | 'memory'
  | 'toolServers'
>;

type Deps = {
  readonly clock: Clock;
  readonly values: Values;
  /** The powers a step is lent. */
  readonly lend: Lend;
};

const NEVER = new AbortController().signal;
const NO_NET: Can['net'] = {
  request: () =>
    Promise.resolve({
      sent: 'no',
      problem: problem('power.undeclared', 'This step kind declares no need for the network'),
    }),
};
const NO_CODE: Can['code'] = {
  run: () =>
    Promise.resolve({
      sent: 'no',
      problem: problem('power.undeclared', 'This step kind declares no need to run code'),
    }),
};
const NO_TOOL_SERVERS: Can['toolServers'] = {
  ask: () =>
    Promise.resolve({
      sent: 'no',
      problem: problem('power.undeclared', 'This step kind declares no need for tool servers'),
    }),
};
const NO_MAIL = noMail(problem('power.undeclared', 'This step kind declares no need to send mail'));
const NO_DATABASES = noDatabases(problem('power.undeclared', 'This step kind declares no need for the network'));
const NO_PEOPLE: Can['people'] = {
  mayAsk: () => Promise.resolve(problem('power.undeclared', 'This step kind declares no need to ask people')),
};
const NO_MODELS = noModels(problem('power.undeclared', 'This step kind declares no need to ask models'));
const NO_MEMORY = noMemory(problem('power.undeclared', 'This step kind remembers nothing'));
const NO_DATA = problem('power.undeclared', 'This step kind declares no need for data');
const NO_TABLES = noTables(NO_DATA);
const NO_VALUES = noValues(NO_DATA);
const NO_KNOWLEDGE = noKnowledge(NO_DATA);
const NO_FILES = noFiles(problem('power.undeclared', 'This step kind declares no need for files'));

/** What a pure step reaches: its log. One stands on the heap for every step of every run, so it holds no more than that. */
class Nothing implements Can {
  readonly log: Can['log'];
  constructor(log: Can['log']) {
    this.log = log;
  }
  get key() {
    return '';
  }
  get signal() {
    return NEVER;
  }
  get net() {
    return NO_NET;
  }
  get code() {
    return NO_CODE;
  }
  get files() {
    return NO_FILES;
  }
  get formats() {
    return noFormats;
  }
  get mail() {
    return NO_MAIL;
  }
  get databases() {
    return NO_DATABASES;
  }
  get people() {
    return NO_PEOPLE;
  }
  get tables() {
    return NO_TABLES;
  }
  get values() {
    return NO_VALUES;
  }
  get knowledge() {
    return NO_KNOWLEDGE;
  }
  get models() {
    return NO_MODELS;
  }
  get memory() {
    return NO_MEMORY;
  }
  get toolServers() {
    return NO_TOOL_SERVERS;
  }
}

/** `flight` null: a pure step, which reaches nothing but its log. */
export const canOf = (
  { clock, values, lend }: Deps,
  live: Live,
  cs: CompiledStep,
  step: ShapeStep,
  scope: Scope,
  flight: Flight | null,
): Can => {
  const log: Can['log'] = (level, text, data) => {
    const held = data === undefined ? null : values.hold(data, live.spilled);
    live.record(
      clock.now(),
      'run.log',
      { level, text: text.slice(0, 10_000), ...(held !== null && 'held' in held ? { data: held.held } : {}) },
      step.id,
      scope.item,
    );
  };
  if (flight === null) return new Nothing(log);
  const { signal } = flight.abort;
  const key = instanceKey(live, step, scope);
  return { ...lend(live, cs, scope, signal, log, key, flight), log, key, signal };
};

/** Stable over all attempts of one step instance. */
export const instanceKey = (live: Live, step: ShapeStep, scope: Scope): string =>
  `${live.base.id}.${step.id}${scope.item.length > 0 ? `.${scope.item.join('.')}` : ''}`;
