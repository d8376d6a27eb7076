/** The field that has a browser keep a file, and never show it as a page. */

export const nameOf = (path: string): string => path.slice(path.lastIndexOf('/') + 1);

/** A name for the file on the reader's disk: plain characters, and the whole name beside them. */
export const attachment = (path: string): string => {
  const name = nameOf(path);
  const plain = name.replaceAll(/[^A-Za-z0-9 _.,()+-]/g, '_').replace(/^\.+/, '_');
  const whole = encodeURIComponent(name).replaceAll(/['()*]/g, (one) => `%${one.charCodeAt(0).toString(16)}`);
  return `attachment; filename="${plain}"; filename*=UTF-8''${whole}`;
};
