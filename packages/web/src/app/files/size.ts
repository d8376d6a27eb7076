/** Bytes as people read them: in binary units, three digits at most. */

const UNITS = ['B', 'KiB', 'MiB', 'GiB', 'TiB'] as const;

export const sizeText = (bytes: number, language: string): string => {
  const at = bytes < 1 ? 0 : Math.min(UNITS.length - 1, Math.floor(Math.log2(bytes) / 10));
  const shown = new Intl.NumberFormat(language, { maximumSignificantDigits: 3 }).format(bytes / 1024 ** at);
  return `${shown} ${UNITS[at]}`;
};
