/** Brings the focus to a field of the step's panel, once the panel is there: fields carry their path as `data-field`. */

const PATIENCE = 3_000;

export const toField = (path: string): void => {
  const find = (): HTMLElement | null => {
    // The field itself, or the nearest one around it that has a place of its own.
    for (let left = path; left !== ''; left = left.replace(/(?:\.[^.[]*|\[\d+\]|^[^.[]+)$/, '')) {
      const found = document.querySelector<HTMLElement>(`[data-field="${CSS.escape(left)}"]`);
      if (found !== null) return found;
    }
    return document.querySelector<HTMLElement>('aside textarea, aside input');
  };
  const until = performance.now() + PATIENCE;
  const look = (): void => {
    const found = find();
    if (found === null) {
      if (performance.now() < until) requestAnimationFrame(look);
      return;
    }
    found.scrollIntoView({ block: 'center' });
    const inside = found.matches('input,textarea,select,button,[contenteditable],[tabindex]')
      ? found
      : found.querySelector<HTMLElement>('input,textarea,select,[contenteditable],[tabindex]');
    inside?.focus();
  };
  requestAnimationFrame(look);
};
