/** Where a text stops being JSON (RFC 8259): the reader of the language says that it does, and not always where. */

const TOKEN =
  // oxlint-disable-next-line no-control-regex -- texts of JSON hold none of these
  /[ \t\r\n]*(?:([{}[\],:])|("(?:[^"\\\u0000-\u001f]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*")|(-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null))/y;

type Wants = 'value' | 'value or ]' | 'key' | 'key or }' | ':' | ', or end' | 'nothing';

/** The index of the first sign that cannot be there; the end of the text where it is cut off. */
const faultAt = (text: string): number => {
  const open: ('[' | '{')[] = [];
  let wants: Wants = 'value';
  let at = 0;
  const after = (): Wants => (open.length === 0 ? 'nothing' : ', or end');
  for (;;) {
    TOKEN.lastIndex = at;
    const found = TOKEN.exec(text);
    const space = /[ \t\r\n]*/y;
    space.lastIndex = at;
    space.exec(text);
    if (found === null) return space.lastIndex;
    const [, sign = '', key, plain] = found;
    const isText = key !== undefined;
    const last = open.at(-1);
    if ((wants === 'key' || wants === 'key or }') && isText) wants = ':';
    else if (wants === ':' && sign === ':') wants = 'value';
    else if (wants === ', or end' && sign === ',') wants = last === '{' ? 'key' : 'value';
    else if ((wants === ', or end' || wants === 'key or }') && sign === '}' && last === '{') {
      open.pop();
      wants = after();
    } else if ((wants === ', or end' || wants === 'value or ]') && sign === ']' && last === '[') {
      open.pop();
      wants = after();
    } else if (wants === 'value' || wants === 'value or ]') {
      if (sign === '[' || sign === '{') {
        open.push(sign);
        wants = sign === '[' ? 'value or ]' : 'key or }';
      } else if (isText || plain !== undefined) wants = after();
      else return space.lastIndex;
    } else return space.lastIndex;
    at = TOKEN.lastIndex;
  }
};

/** Its line and column, from 1. */
export const jsonFault = (text: string): { readonly line: number; readonly column: number } => {
  const before = text.slice(0, faultAt(text));
  return { line: before.split('\n').length, column: before.length - before.lastIndexOf('\n') };
};
