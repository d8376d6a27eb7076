/** The keys go to the canvas or the outline: where a panel was closed, they would be nowhere else. */
export const toGraph = (): void => document.querySelector<HTMLElement>('[data-graph]')?.focus({ preventScroll: true });
