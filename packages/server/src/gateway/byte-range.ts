/** The header `range`: one range of bytes of a file, as RFC 9110 writes it. */

export type ByteRange = { readonly from: number; readonly to: number };

/** The bytes from `from` up to and without `to`; null: none was asked for; undefined: what was asked for is not there. */
export const byteRange = (header: string | undefined, size: number, most: number): ByteRange | null | undefined => {
  if (header === undefined || !/^\s*bytes\s*=/i.test(header)) return null;
  const cut = /^\s*bytes\s*=\s*(\d{0,15})\s*-\s*(\d{0,15})\s*$/i.exec(header);
  const [, first = '', last = ''] = cut ?? [];
  if (cut === null || (first === '' && last === '')) return undefined;
  const from = first === '' ? Math.max(0, size - Number(last)) : Number(first);
  const end = first === '' || last === '' ? size : Math.min(size, Number(last) + 1);
  return from < end ? { from, to: Math.min(end, from + most) } : undefined;
};
