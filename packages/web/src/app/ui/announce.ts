/** What happened, for who hears the page: one polite live region for the whole app. */

let region: HTMLElement | undefined;

export const announce = (text: string): void => {
  if (region === undefined) {
    region = document.createElement('div');
    region.setAttribute('role', 'status');
    region.setAttribute('aria-live', 'polite');
    region.className = 'hg-hidden';
    document.body.append(region);
  }
  // The same text twice is said twice.
  region.textContent = region.textContent === text ? `${text} ` : text;
};
