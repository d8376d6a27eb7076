/** What the action of a command gets from the command line around it, and what commands share in how they are declared. */

import { problem } from '@headgate/core';
import { type Command, InvalidArgumentError } from 'commander';
import { environment, type Overrides, readSettings, type Settings } from './config.ts';
import { complain, MISUSED } from './say.ts';

export type Shell = {
  readonly version: string;
  /** Does the user want JSON? */
  readonly json: () => boolean;
  /** The settings; null when there is something wrong with them, which was said and decides the exit code. */
  readonly settings: (overrides?: Overrides) => Settings | null;
  /** Says how the command ended. */
  readonly finish: (code: number) => void;
  /** Says that an option was wrong. */
  readonly misused: (field: string, text: string, fix?: string) => void;
};

/** A shell over the program's own options; `exit` is what the process ends with. */
export const newShell = (program: Command, version: string): Shell & { readonly exit: () => number } => {
  let exit = 0;
  const json = (): boolean => program.opts()['json'] === true;
  const finish = (code: number): void => {
    exit = code;
  };
  return {
    version,
    json,
    finish,
    exit: () => exit,
    settings: (overrides = {}) => {
      const read = readSettings(environment(), overrides);
      if ('settings' in read) return read.settings;
      complain(read.problems, json());
      finish(MISUSED);
      return null;
    },
    misused: (field, text, fix) => {
      complain([problem('usage', text, { at: { field }, ...(fix === undefined ? {} : { fix }) })], json());
      finish(MISUSED);
    },
  };
};

/** Adds examples, one a line, to the help of a command. */
export const examples = (command: Command, ...lines: readonly string[]): Command => {
  const title = lines.length === 1 ? 'Example' : 'Examples';
  return command.addHelpText('after', `\n${title}:\n${lines.map((line) => `  $ headgate ${line}`).join('\n')}`);
};

/** For an option that may be given several times. */
export const several = (value: string, before: readonly string[] = []): readonly string[] => [...before, value];

/** For an option that is a number within bounds. */
export const number =
  (least: number, most: number, whole = true) =>
  (text: string): number => {
    const value = Number(text);
    const ok = text.trim() !== '' && value >= least && value <= most && (!whole || Number.isInteger(value));
    if (!ok) throw new InvalidArgumentError(`Expected a ${whole ? 'whole ' : ''}number from ${least} to ${most}.`);
    return value;
  };
