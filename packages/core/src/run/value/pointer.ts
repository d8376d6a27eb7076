/** The place of a value within another, as JSON Pointer writes it (RFC 6901): `/items/3/name`; the empty text is the whole. */

export const inPointer = (name: string | number): string =>
  `/${String(name).replaceAll('~', '~0').replaceAll('/', '~1')}`;

/** Its names; null: it is no pointer. */
export const pointerNames = (pointer: string): readonly string[] | null => {
  if (pointer === '') return [];
  if (!pointer.startsWith('/') || /~(?![01])/.test(pointer)) return null;
  return pointer
    .slice(1)
    .split('/')
    .map((name) => name.replaceAll('~1', '/').replaceAll('~0', '~'));
};
