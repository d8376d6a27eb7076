/** The button that opens and closes the chat in the corner of a website. */

export const chatLaunch = String.raw`
  /** shows, hides: what happens besides. Escape within the panel closes it. */
  const launching = (words, panel, shows, hides) => {
    panel.hidden = true;
    const launch = el('button', 'launch', words.open);
    launch.setAttribute('aria-expanded', 'false');
    const toggle = (show) => {
      panel.hidden = !show;
      launch.textContent = show ? words.close : words.open;
      launch.setAttribute('aria-expanded', String(show));
      if (show) return shows();
      hides();
      launch.focus();
    };
    launch.addEventListener('click', () => toggle(panel.hidden));
    panel.addEventListener('keydown', (event) => {
      if (event.key === 'Escape') toggle(false);
    });
    return launch;
  };
`;
