/** The JSON in what a model said: models like to put it between fences, or to say a word before it. */

/** The value; undefined where there is none. */
export const readJson = (text: string): { readonly value: unknown } | undefined => {
  const fenced = /```(?:json)?\s*\n([\s\S]*?)\n?```/.exec(text)?.[1];
  for (const one of [text, fenced]) {
    if (one === undefined) continue;
    try {
      return { value: JSON.parse(one) };
    } catch {
      // Not by itself.
    }
  }
  return undefined;
};
