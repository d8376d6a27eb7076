/**
 * `structuredClone` for the realm of code: a copy of data in any shape, cycles and what is held twice included, as the
 * standard says. The function is handed over as text (realm.ts), so it refers to nothing outside itself.
 *
 * WC1 Data may be nested as deep as memory holds it: what is still to copy stands in a list, not on the stack.
 * WC2 Nothing is kept from one call to the next.
 */

type World = Record<PropertyKey, unknown>;

/** Puts it on the global object. Before the realm is frozen, after what it has to know: `installText`, `installUrl`. */
// oxlint-disable-next-line max-lines-per-function -- one text that stands alone
export const installClone = (world: World): void => {
  'use strict';
  type Any = Record<PropertyKey, unknown>;
  type Make = new (...args: unknown[]) => object;

  const uncloned = (what: string): Error => {
    const error = new Error(`${what} could not be cloned.`);
    Object.defineProperty(error, 'name', { value: 'DataCloneError', configurable: true, writable: true });
    Object.defineProperty(error, 'code', { value: 25, configurable: true, writable: true });
    return error;
  };
  const getterOf = (of: unknown, name: PropertyKey): unknown =>
    Object.getOwnPropertyDescriptor(of as object, name)?.get;
  const protoOf = (name: string): unknown => (world[name] as { prototype: unknown }).prototype;
  /** A method of the language that throws for whatever is not of its kind: no property can feign that. */
  const passes = (method: unknown, at: object): boolean => {
    try {
      Reflect.apply(method as () => unknown, at, []);
      return true;
    } catch {
      return false;
    }
  };
  const tagOf = getterOf(Object.getPrototypeOf(Uint8Array.prototype), Symbol.toStringTag) as () => unknown;
  const BOXES = [Boolean, Number, String, BigInt].map((kind) => kind.prototype.valueOf as () => unknown);
  const TIME = Date.prototype.getTime;
  const SOURCE = getterOf(RegExp.prototype, 'source');
  const BYTES = getterOf(ArrayBuffer.prototype, 'byteLength');
  const VIEWED = getterOf(DataView.prototype, 'buffer');
  const ENTRIES = getterOf(Map.prototype, 'size');
  const MEMBERS = getterOf(Set.prototype, 'size');
  /** Of these no copy can be what they are. Those that are not here cannot be asked for. */
  const NEVER = [
    WeakMap.prototype.has,
    WeakSet.prototype.has,
    Symbol.prototype.valueOf,
    ...[
      ['URL', 'href'],
      ['URLSearchParams', 'size'],
      ['TextDecoder', 'fatal'],
    ].flatMap(([kind = '', name = '']) => (kind in world ? [getterOf(protoOf(kind), name)] : [])),
  ];
  const encoder = world['TextEncoder'] as Make | undefined;
  const ERRORS = new Set(['EvalError', 'RangeError', 'ReferenceError', 'SyntaxError', 'TypeError', 'URIError']);

  const put = (into: object, name: PropertyKey, value: unknown): void => {
    // What all objects inherit cannot be assigned over where it is frozen; `__proto__` would mean something else.
    if (!(name in into)) (into as Any)[name] = value;
    else Object.defineProperty(into, name, { value, writable: true, enumerable: true, configurable: true });
  };

  const cloneOf = (given: unknown): unknown => {
    const made = new Map<object, object>();
    const todo: (() => void)[] = [];
    const later = (at: object, copied: object, fill: () => void): object => {
      made.set(at, copied);
      todo.push(fill);
      return copied;
    };
    const fields = (at: object, copied: object): object =>
      later(at, copied, () => {
        for (const name of Object.keys(at)) put(copied, name, copy((at as Any)[name]));
      });
    const whole = (at: object, copied: object): object => {
      made.set(at, copied);
      return copied;
    };

    const errorOf = (at: Error): object => {
      const name = String(at.name);
      const copied = new ((ERRORS.has(name) ? world[name] : Error) as ErrorConstructor)();
      const own = (key: string, value: unknown): void =>
        void Object.defineProperty(copied, key, { value, writable: true, configurable: true });
      if (Object.hasOwn(at, 'message')) own('message', String(at.message));
      if (typeof at.stack === 'string') own('stack', at.stack);
      return later(at, copied, () => {
        if (Object.hasOwn(at, 'cause')) own('cause', copy(at.cause));
      });
    };
    const bytesOf = (at: ArrayBuffer): ArrayBuffer => {
      const copied = new Uint8Array(at.byteLength);
      copied.set(new Uint8Array(at));
      return copied.buffer;
    };
    const objectOf = (at: object): object => {
      if (Array.isArray(at)) return fields(at, new Array<unknown>(at.length));
      const proto: unknown = Reflect.getPrototypeOf(at);
      if (proto === Object.prototype || proto === null) return fields(at, {});
      const box = BOXES.find((valueOf) => passes(valueOf, at));
      if (box !== undefined) return whole(at, Object(Reflect.apply(box, at, [])) as object);
      if (passes(TIME, at)) return whole(at, new Date(Reflect.apply(TIME, at, [])));
      if (passes(SOURCE, at)) return whole(at, new RegExp((at as RegExp).source, (at as RegExp).flags));
      if (passes(BYTES, at)) return whole(at, bytesOf(at as ArrayBuffer));
      const tag = Reflect.apply(tagOf, at, []);
      if (typeof tag === 'string') {
        const { buffer, byteOffset, length } = at as Uint8Array;
        return whole(at, new (world[tag] as Make)(copy(buffer), byteOffset, length));
      }
      if (passes(VIEWED, at)) {
        const { buffer, byteOffset, byteLength } = at as DataView;
        return whole(at, new DataView(copy(buffer) as ArrayBuffer, byteOffset, byteLength));
      }
      if (passes(ENTRIES, at)) {
        const copied = new Map<unknown, unknown>();
        const entries = [...(at as Map<unknown, unknown>)];
        return later(at, copied, () => {
          for (const [name, value] of entries) copied.set(copy(name), copy(value));
        });
      }
      if (passes(MEMBERS, at)) {
        const copied = new Set<unknown>();
        const members = [...(at as Set<unknown>)];
        return later(at, copied, () => {
          for (const member of members) copied.add(copy(member));
        });
      }
      if (at instanceof Error) return errorOf(at);
      if (at instanceof Promise || (encoder !== undefined && at instanceof encoder)) throw uncloned('#<Object>');
      if (NEVER.some((method) => passes(method, at))) throw uncloned('#<Object>');
      return fields(at, {});
    };
    const copy = (value: unknown): unknown => {
      if (typeof value === 'symbol' || typeof value === 'function') throw uncloned(String(value));
      if (typeof value !== 'object' || value === null) return value;
      return made.get(value) ?? objectOf(value);
    };

    const copied = copy(given);
    for (let fill = todo.pop(); fill !== undefined; fill = todo.pop()) fill();
    return copied;
  };

  const functions = {
    structuredClone(value: unknown, options?: { transfer?: Iterable<unknown> }): unknown {
      // oxlint-disable-next-line prefer-rest-params -- how many were given is meant
      if (arguments.length === 0) throw new TypeError('structuredClone takes a value');
      const wanted = [...(options?.transfer ?? [])];
      for (const one of wanted)
        if (
          typeof one !== 'object' ||
          one === null ||
          !passes(BYTES, one) ||
          wanted.indexOf(one) !== wanted.lastIndexOf(one)
        )
          throw uncloned('What is to be transferred');
      const copied = cloneOf(value);
      // What was given away is gone here; a copy that failed has taken nothing.
      for (const one of wanted as (ArrayBuffer & { transfer: () => ArrayBuffer })[]) one.transfer();
      return copied;
    },
  };
  Object.defineProperty(world, 'structuredClone', {
    value: functions.structuredClone,
    writable: true,
    configurable: true,
  });
};
