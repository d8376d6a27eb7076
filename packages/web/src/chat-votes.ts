/** Two buttons by which a reader says what he thinks of an answer, in the element that shows a chat. */

export const chatVotes = String.raw`
  /** now: how it was judged before. put: keeps a judgement; whether that went well. */
  const voting = (words, now, put) => {
    const votes = el('div', 'votes');
    const made = [
      [1, '👍', words.good],
      [-1, '👎', words.bad],
    ].map(([vote, sign, says]) => {
      const button = el('button', '', sign);
      button.setAttribute('aria-label', says);
      button.setAttribute('aria-pressed', String(now === vote));
      button.addEventListener('click', async () => {
        const next = button.getAttribute('aria-pressed') === 'true' ? 0 : vote;
        if (!(await put(next))) return;
        for (const one of made) one.setAttribute('aria-pressed', String(one === button && next !== 0));
      });
      return button;
    });
    votes.append(...made);
    return votes;
  };
`;
