/** What something in code is, as an element of a tooltip: its signature, and a sentence. */

export const toldElement = (signature: string, docs: string): HTMLElement => {
  const box = document.createElement('div');
  box.className = 'cm-told';
  if (signature !== '') {
    const code = document.createElement('code');
    code.textContent = signature;
    box.append(code);
  }
  if (docs !== '') {
    const text = document.createElement('p');
    text.textContent = docs;
    box.append(text);
  }
  return box;
};
