/** Brings the focus to a field of the step's panel, once the panel is there: fields carry their path as `data-field`. */

const PATIENCE = 3_000;
/** From here on any field of the panel is better than none. */
const ANY_AFTER = 800;

/** What takes the focus. What the label names comes before what stands between the label and it, such as a choice of writing. */
const insideOf = (found: HTMLElement | null): HTMLElement | null => {
  if (found === null || found.matches('input,textarea,select,button')) return found;
  const named = found.querySelector('label')?.htmlFor ?? '';
  const field = named === '' ? null : document.getElementById(named);
  return field ?? found.querySelector('[contenteditable=true],textarea,select,input,[tabindex]');
};

export const toField = (path: string): void => {
  const find = (): HTMLElement | null => {
    // The field itself, or the nearest one around it that has a place of its own.
    for (let left = path; left !== ''; left = left.replace(/(?:\.[^.[]*|\[\d+\]|^[^.[]+)$/, '')) {
      const found = document.querySelector<HTMLElement>(`[data-field="${CSS.escape(left)}"]`);
      if (found !== null) return found;
    }
    return performance.now() < began + ANY_AFTER ? null : document.querySelector('aside textarea, aside input');
  };
  const began = performance.now();
  const look = (): void => {
    const inside = insideOf(find());
    if (inside === null) {
      // Some fields come a moment after the panel.
      if (performance.now() < began + PATIENCE) requestAnimationFrame(look);
      return;
    }
    inside.scrollIntoView({ block: 'center' });
    inside.focus();
  };
  requestAnimationFrame(look);
};
