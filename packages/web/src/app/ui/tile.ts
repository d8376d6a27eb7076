/** The letters and the colour of a tile that stands for a service: the same for a name wherever it is shown. */

/** White letters on any of them are told apart well (WCAG 1.4.3, tile.test.ts). */
export const TILE_COLORS = [
  '#0b5cad',
  '#14663a',
  '#a3241c',
  '#7a3fb0',
  '#8a4b00',
  '#0a6a72',
  '#a01d6b',
  '#44546a',
  '#3d4fc2',
  '#5d6b00',
  '#8c3b2e',
  '#1f6f50',
] as const;

/** FNV-1a, 32 bits: spread, and the same on every machine. */
const hashOf = (text: string): number => {
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i += 1) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  return hash >>> 0;
};

export const tileColor = (name: string): string => TILE_COLORS[hashOf(name) % TILE_COLORS.length] ?? TILE_COLORS[0];

/** The first letters of two words, or of one. */
export const tileLetters = (title: string): string => {
  const words = title.split(/[\s-]+/).filter((word) => word !== '');
  const [first = '', second = ''] = words.map((word) => [...word]);
  return (words.length > 1 ? `${first[0] ?? ''}${second[0] ?? ''}` : [...first].slice(0, 2).join('')).toUpperCase();
};
