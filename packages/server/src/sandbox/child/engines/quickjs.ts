/**
 * QuickJS in WebAssembly: slower than V8 and contained twice, one virtual machine with a memory of its own for each
 * program. For packages, for hostile tenants, and wherever the kernel lock is missing.
 *
 * Q1 Its memory limit, its clock and its interruption of native loops all hold by themselves; the host's clock stands
 *    behind them.
 */

import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { type JSValueHandle, QuickJS } from 'quickjs-wasi';
import type { Engine, Fault, Program, Reports } from '../engine.ts';
import type { Inside } from '../realm.ts';
import { realmText } from '../realm-text.ts';
import { urlParts } from '../urls.ts';

/** The part of it that is used here; the language's own types leave it out. */
declare const WebAssembly: { readonly compile: (bytes: Uint8Array) => Promise<object> };

type Realm = { readonly vm: QuickJS; readonly entrances: Readonly<Record<keyof Inside, JSValueHandle>>; until: number };

const STACK = 256 * 1024;

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

const faultOf = (error: unknown): Fault => {
  const text = messageOf(error);
  const why = /interrupted/i.test(text) ? 'time' : /out of memory|unreachable|bounds/i.test(text) ? 'memory' : 'broken';
  return { why, lost: true, text };
};

export const openQuickJs = async (reports: Reports): Promise<Engine> => {
  const path = createRequire(import.meta.url).resolve('quickjs-wasi/quickjs.wasm');
  const wasm = await WebAssembly.compile(readFileSync(path));
  const realms = new Map<number, Realm>();

  const make = async (program: Program): Promise<Realm> => {
    const realm: { until: number; vm?: QuickJS } = { until: performance.now() + 5_000 };
    const vm = await QuickJS.create({
      wasm,
      memoryLimit: program.memoryMb * 1024 * 1024,
      maxStackSize: STACK,
      timezoneOffset: 0,
      interruptHandler: () => performance.now() > realm.until,
    });
    const nothing = vm.undefined;
    const numberOf = (handle: JSValueHandle | undefined): number => handle?.toNumber() ?? 0;
    const textOf = (handle: JSValueHandle | undefined): string => handle?.toString() ?? '';
    const outside = vm.newObject();
    const give = (name: string, act: (args: readonly JSValueHandle[]) => JSValueHandle): void =>
      vm.newFunction(name, (...args) => act(args)).consume((handle) => vm.setProp(outside, name, handle));
    give('done', ([run, ok, json]) => {
      reports.done(numberOf(run), numberOf(ok) === 1, textOf(json));
      return nothing;
    });
    give('call', ([run, call, name, args]) => {
      reports.call(numberOf(run), numberOf(call), textOf(name), textOf(args));
      return nothing;
    });
    give('log', ([run, level, line]) => {
      reports.log(numberOf(run), numberOf(level), textOf(line));
      return nothing;
    });
    give('random', () => vm.newString(randomBytes(512).toString('latin1')));
    give('url', ([what, url, more]) => vm.newString(urlParts(textOf(what), textOf(url), textOf(more))));
    const inside = vm
      .evalCode(realmText(program.script), 'realm')
      .consume((realmOf) => vm.callFunction(realmOf, nothing, outside));
    const of = (name: keyof Inside): JSValueHandle => inside.getProp(name);
    const entrances = { load: of('load'), enter: of('enter'), settle: of('settle'), forget: of('forget') };
    return Object.assign(realm, { vm, entrances });
  };

  const drop = (id: number): void => {
    const realm = realms.get(id);
    realms.delete(id);
    // Its memory goes with the last reference; nothing is freed piece by piece.
    realm?.vm.dispose();
  };

  const enter = (realm: Realm, name: keyof Inside, args: readonly (string | number)[], ms: number): void => {
    const { vm } = realm;
    realm.until = performance.now() + ms;
    const handles = args.map((arg) => (typeof arg === 'number' ? vm.newNumber(arg) : vm.newString(arg)));
    vm.callFunction(realm.entrances[name], vm.undefined, ...handles).dispose();
    for (const handle of handles) handle.dispose();
    while (vm.executePendingJobs() > 0) if (performance.now() > realm.until) throw new Error('interrupted');
  };

  const go = (id: number, name: keyof Inside, args: readonly (string | number)[], ms: number): Fault | null => {
    const realm = realms.get(id);
    if (realm === undefined) return { why: 'broken', lost: true, text: 'there is no such program' };
    try {
      enter(realm, name, args, ms);
      return null;
    } catch (error) {
      realms.delete(id);
      return faultOf(error);
    }
  };

  return {
    load: async (id, program) => {
      let realm: Realm;
      try {
        realm = await make(program);
        const { script, names, hostCalls, out, log } = program;
        enter(realm, 'load', [script, names.join(' '), hostCalls, out, log], 5_000);
      } catch (error) {
        return { text: messageOf(error), stack: error instanceof Error ? String(error.stack ?? '') : '' };
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
