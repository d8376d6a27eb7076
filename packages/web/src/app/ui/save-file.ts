/** Gives a text, or what the engine sends, to the person as a file. */

export const saveFile = (name: string, type: string, text: string): void => saveBlob(name, new Blob([text], { type }));

export const saveBlob = (name: string, blob: Blob): void => {
  const url = URL.createObjectURL(blob);
  saveFrom(name, url);
  URL.revokeObjectURL(url);
};

/** What an address of the own server sends, as it comes: the browser writes it to the disk, and no page holds it. */
export const saveFrom = (name: string, url: string): void => {
  const link = document.createElement('a');
  link.href = url;
  link.download = name;
  link.click();
};
