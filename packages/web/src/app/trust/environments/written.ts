/** Values of an environment as they are typed: a text stands for itself, anything else is JSON, and so is a text that would read as JSON. */

export const typedOf = (value: unknown): string => {
  if (typeof value !== 'string') return JSON.stringify(value) ?? '';
  return readsAsJson(value) || value === '' ? JSON.stringify(value) : value;
};

export const valueOf = (typed: string): unknown => (readsAsJson(typed) ? (JSON.parse(typed) as unknown) : typed);

const readsAsJson = (text: string): boolean => {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
};
