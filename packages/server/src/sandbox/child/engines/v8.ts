/**
 * V8 isolates: fast, one isolate for each program, on the runner's own thread.
 *
 * V1 What V8 does not interrupt (a BigInt of millions of digits, a fill, a sort) is not answered here: the host sees that
 *    the runner does not come back, and ends the process.
 * V2 After a fault an isolate is thrown away: what was cut off in its middle is not used again.
 */

import { randomBytes } from 'node:crypto';
import ivm from 'isolated-vm';
import type { Engine, Fault, Program, Reports } from '../engine.ts';
import type { Inside } from '../realm.ts';
import { realmText } from '../realm-text.ts';
import { urlParts } from '../urls.ts';

type Entrance = ivm.Reference<(...args: (string | number)[]) => unknown>;
type Realm = { readonly isolate: ivm.Isolate; readonly entrances: Readonly<Record<keyof Inside, Entrance>> };

const ENTRANCES = ['load', 'enter', 'settle', 'forget'] as const;

const faultOf = (error: unknown, isolate: ivm.Isolate): Fault => {
  const text = error instanceof Error ? error.message : String(error);
  if (/timed out/i.test(text)) return { why: 'time', lost: true, text };
  if (isolate.isDisposed || /memory/i.test(text)) return { why: 'memory', lost: true, text };
  return { why: 'broken', lost: true, text };
};

export const openV8 = (reports: Reports): Engine => {
  const realms = new Map<number, Realm>();
  const sync = { sync: true } as const;
  const callbacks = (): readonly ivm.Callback[] => [
    new ivm.Callback((run: number, ok: number, json: string) => reports.done(run, ok === 1, json), sync),
    new ivm.Callback(reports.call, sync),
    new ivm.Callback(reports.log, sync),
    new ivm.Callback(() => randomBytes(512).toString('latin1'), sync),
    new ivm.Callback(urlParts, sync),
  ];

  const make = (program: Program): Realm => {
    const isolate = new ivm.Isolate({
      memoryLimit: Math.max(8, program.memoryMb),
      // The host ends the process: an isolate in this state never comes back.
      onCatastrophicError: () => process.exit(70),
    });
    const context = isolate.createContextSync();
    const made = context.evalClosureSync(
      `return ${realmText(program.script)}({ done: $0, call: $1, log: $2, random: $3, url: $4 })`,
      [...callbacks()],
      { result: { reference: true } },
    );
    const of = (name: keyof Inside): Entrance => made.getSync(name, { reference: true });
    const entrances = { load: of('load'), enter: of('enter'), settle: of('settle'), forget: of('forget') };
    return { isolate, entrances };
  };

  const drop = (id: number): void => {
    const realm = realms.get(id);
    realms.delete(id);
    if (realm !== undefined && !realm.isolate.isDisposed) realm.isolate.dispose();
  };

  const go = (id: number, name: (typeof ENTRANCES)[number], args: (string | number)[], ms: number): Fault | null => {
    const realm = realms.get(id);
    if (realm === undefined) return { why: 'broken', lost: true, text: 'there is no such program' };
    try {
      realm.entrances[name].applySync(undefined, args, { timeout: Math.max(1, Math.ceil(ms)) });
      return null;
    } catch (error) {
      const fault = faultOf(error, realm.isolate);
      drop(id);
      return fault;
    }
  };

  return {
    load: async (id, program) => {
      let realm: Realm | null = null;
      try {
        realm = make(program);
        const { script, names, hostCalls, out, log } = program;
        realm.entrances.load.applySync(undefined, [script, names.join(' '), hostCalls, out, log], { timeout: 5_000 });
      } catch (error) {
        if (realm?.isolate.isDisposed === false) realm.isolate.dispose();
        return error instanceof Error
          ? { text: error.message, stack: String(error.stack ?? '') }
          : { text: String(error), stack: '' };
      }
      realms.set(id, realm);
      return null;
    },
    enter: (program, run, input, facts, ms, plain) =>
      go(program, 'enter', [run, input, facts, plain === true ? 1 : 0], ms),
    settle: (program, run, call, ok, json, ms) => go(program, 'settle', [run, call, ok ? 1 : 0, json], ms),
    forget: (program, run) => {
      if (realms.has(program)) go(program, 'forget', [run], 1_000);
    },
    drop,
  };
};
