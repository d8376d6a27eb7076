/** JSON pointers (RFC 6901) into answers and bodies; own members alone are read. */

const keysOf = (pointer: string): readonly string[] =>
  pointer === ''
    ? []
    : pointer
        .slice(1)
        .split('/')
        .map((key) => key.replaceAll('~1', '/').replaceAll('~0', '~'));

/** What stands there; undefined: nothing does. */
export const valueAt = (value: unknown, pointer: string): unknown => {
  let here = value;
  for (const key of keysOf(pointer)) {
    if (typeof here !== 'object' || here === null || !Object.hasOwn(here, key)) return undefined;
    here = Reflect.get(here, key);
  }
  return here;
};

/** The value with something put at a place; objects on the way are made and copied, and nothing else is changed. */
export const withAt = (value: unknown, pointer: string, put: unknown): unknown => place(value, keysOf(pointer), put);

const place = (value: unknown, keys: readonly string[], put: unknown): unknown => {
  const [key, ...rest] = keys;
  if (key === undefined) return put;
  const list = Array.isArray(value) ? value : undefined;
  const held: Record<string, unknown> =
    typeof value === 'object' && value !== null && list === undefined ? { ...value } : {};
  if (list !== undefined) {
    const copy = [...list];
    copy[Number(key)] = place(copy[Number(key)], rest, put);
    return copy;
  }
  // Defined, not assigned: a manifest may be imported from anywhere, and `__proto__` is a name like any other.
  Object.defineProperty(held, key, {
    value: place(Object.hasOwn(held, key) ? held[key] : undefined, rest, put),
    enumerable: true,
    configurable: true,
    writable: true,
  });
  return held;
};
