/** What a model said, read: models like to put JSON between fences, or to say a word before it. */

type Schema = Readonly<Record<string, unknown>>;

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** The JSON in a text; undefined where there is none. */
export const readSaid = (text: string): { readonly value: unknown } | undefined => {
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

/** The same schema, with every object closed that does not say otherwise: a model adds nothing to what is asked for. */
export const closed = (schema: Schema): Schema => {
  const made: Record<string, unknown> = { ...schema };
  if (isObject(made['properties'])) {
    made['properties'] = Object.fromEntries(
      Object.entries(made['properties']).map(([name, one]) => [name, isObject(one) ? closed(one) : one]),
    );
    made['additionalProperties'] ??= false;
  }
  if (isObject(made['items'])) made['items'] = closed(made['items']);
  return made;
};
