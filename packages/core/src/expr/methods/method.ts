/**
 * What the method table is made of. A method is data: its name, the kind of value it is called on,
 * its parameters, its result, one sentence and an example; and the function that does it.
 *
 * The editor completes from these entries, docs/expressions.md is written from them, and every
 * example is run by a test. Arguments are checked and converted to their declared types before `run`
 * sees them, and `run` pays the budget before it works (invariant B1).
 */
import type { Budget } from '../budget.ts';
import type { Site } from '../fault.ts';
import type { Kind, Moment, Pattern, Plain, Span } from '../values.ts';

/** A callback written as an arrow function, or a function of the table named as an argument. */
export type Callback = (...args: unknown[]) => unknown;

type TypeOf = {
  text: string;
  number: number;
  boolean: boolean;
  list: readonly unknown[];
  object: Plain;
  date: Moment;
  duration: Span;
  regex: Pattern;
  any: unknown;
  function: Callback;
  'text or regex': string | Pattern;
  'text or function': string | Callback;
  'object or duration': Plain | Span;
  'text or list': string | readonly string[];
};

export type ParamType = keyof TypeOf;

export type Param<T extends ParamType = ParamType, O extends boolean = boolean, R extends boolean = boolean> = {
  readonly name: string;
  readonly type: T;
  readonly optional: O;
  /** Takes all further arguments; `run` gets them as one list. */
  readonly rest: R;
};

type ArgOf<P> =
  P extends Param<infer T, infer O, infer R>
    ? R extends true
      ? readonly TypeOf[T][]
      : O extends true
        ? TypeOf[T] | undefined
        : TypeOf[T]
    : never;

type ArgsOf<Ps extends readonly Param[]> = { [I in keyof Ps]: ArgOf<Ps[I]> };

export const req = <T extends ParamType>(name: string, type: T): Param<T, false, false> => ({
  name,
  type,
  optional: false,
  rest: false,
});
export const opt = <T extends ParamType>(name: string, type: T): Param<T, true, false> => ({
  name,
  type,
  optional: true,
  rest: false,
});
export const rest = <T extends ParamType>(name: string, type: T): Param<T, true, true> => ({
  name,
  type,
  optional: true,
  rest: true,
});

/** What a running method is given besides its receiver and arguments. */
export type Use = { readonly budget: Budget; readonly site: Site };

export type Result = Exclude<Kind, 'foreign'> | 'any';

/** Where a list or object that a method returns comes from; `settle` is skipped where nothing was created. */
export type Origin = 'scope' | 'part' | 'fresh';

type Entry = {
  readonly name: string;
  readonly result: Result;
  readonly doc: string;
  /** JavaScript, and the JSON of what it must give. */
  readonly example: readonly [code: string, result: unknown];
  /** `part`: the result holds items of the receiver, each at most once. `fresh` unless said. */
  readonly keeps?: 'part';
};

export type Method = Entry & {
  /** Takes its arguments as they are: functions and values of any kind need no conversion. */
  readonly direct: boolean;
  readonly on: Exclude<Kind, 'nothing' | 'foreign'>;
  readonly params: readonly Param[];
  readonly run: (use: Use, self: unknown, args: readonly unknown[]) => unknown;
};

/** A function of a namespace, such as Object.keys; `on` is the namespace, empty for a plain function such as Number. */
export type StaticFunction = Entry & {
  readonly direct: boolean;
  readonly on: string;
  readonly params: readonly Param[];
  readonly run: (use: Use, args: readonly unknown[]) => unknown;
};

/** A field that is read without a call: `now.year`. */
export type Field = Omit<Entry, 'keeps'> & {
  readonly on: 'date' | 'duration' | 'regex';
  readonly read: (self: unknown, budget: Budget) => unknown;
};

export type Constant = Omit<Entry, 'keeps'> & { readonly on: string; readonly value: number };

/** One function is sure to be one: compiling refuses all else in its place. */
const isDirect = (params: readonly Param[]): boolean =>
  params.every(({ type, rest }) => (type === 'function' || type === 'any') && !rest);

/** Declares a method of one kind of value. */
export const methodOf =
  <K extends Method['on'] & ParamType>(on: K) =>
  <const Ps extends readonly Param[]>(
    entry: Entry & { readonly params: Ps; readonly run: (use: Use, self: TypeOf[K], ...args: ArgsOf<Ps>) => unknown },
  ): Method => {
    const { run, ...data } = entry;
    // The table is the parse boundary: dispatch has checked the receiver's kind and `argumentsFor` the arguments.
    return {
      ...data,
      on,
      direct: isDirect(entry.params),
      run: (use, self, args) => run(use, self as TypeOf[K], ...(args as ArgsOf<Ps>)),
    };
  };

/** Declares a function of a namespace. */
export const functionOf =
  (on: string) =>
  <const Ps extends readonly Param[]>(
    entry: Entry & { readonly params: Ps; readonly run: (use: Use, ...args: ArgsOf<Ps>) => unknown },
  ): StaticFunction => {
    const { run, ...data } = entry;
    return { ...data, on, direct: isDirect(entry.params), run: (use, args) => run(use, ...(args as ArgsOf<Ps>)) };
  };

/** Declares a field of dates, durations or regexes. */
export const fieldOf =
  <K extends Field['on']>(on: K) =>
  (entry: Omit<Entry, 'keeps'> & { readonly read: (self: TypeOf[K], budget: Budget) => unknown }): Field => {
    const { read, ...data } = entry;
    return { ...data, on, read: (self, budget) => read(self as TypeOf[K], budget) };
  };
