/** What is being typed and is no edit yet. Who sends, runs or publishes the draft settles it first: what counts is what is on the screen. */

const typing = new Set<() => void>();

/** While somebody types: how what was typed becomes an edit. Answers how to say that it did. */
export const typed = (settle: () => void): (() => void) => {
  typing.add(settle);
  return () => void typing.delete(settle);
};

export const settleTyped = (): void => {
  for (const settle of [...typing]) settle();
};
