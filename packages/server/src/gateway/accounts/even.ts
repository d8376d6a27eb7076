/**
 * Answers in even times. Work that depends on a secret (is there such an account? is it the password?) ends at a multiple
 * of a fixed time after it began, so that what an answer took tells nothing finer than that (TOK-11; how it is measured:
 * docs/accounts.md).
 */

export const evenly = async <T>(step: number, work: () => Promise<T>): Promise<T> => {
  const began = performance.now();
  try {
    return await work();
  } finally {
    const took = performance.now() - began;
    const left = Math.max(1, Math.ceil(took / step)) * step - took;
    await new Promise((resolve) => setTimeout(resolve, left));
  }
};
