/** Values as XML, in the form that xml.parse gives: `@name` is an attribute, `#text` the text beside elements, a list the same element again. */

import { kindOf, problem, type Problem } from '@headgate/core/step';

/** XML 1.0 names, without the letters that nobody uses in them. */
const NAME = /^[\p{L}_][\p{L}\p{N}._-]*(?::[\p{L}_][\p{L}\p{N}._-]*)?$/u;
const UNWRITABLE =
  // oxlint-disable-next-line no-control-regex -- XML 1.0 has no place for these
  /[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]|[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/;
const DEEPEST = 100;

export class XmlFault extends Error {
  readonly problem: Problem;
  constructor(code: 'xml.name' | 'xml.value', text: string, fix?: string) {
    super(code);
    this.problem = problem(code, text, { at: { field: 'value' }, ...(fix === undefined ? {} : { fix }) });
  }
}

const textOf = (value: unknown, where: string): string => {
  if (value === null || value === undefined) return '';
  if (typeof value !== 'string' && typeof value !== 'number' && typeof value !== 'boolean')
    throw new XmlFault('xml.value', `${where} is ${kindOf(value)}; a text, a number or true or false was expected`);
  const text = String(value);
  if (UNWRITABLE.test(text)) throw new XmlFault('xml.value', `${where} holds a character that XML has no place for`);
  return text;
};
const escaped = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('\r', '&#13;');
const quoted = (text: string): string =>
  escaped(text).replaceAll('"', '&quot;').replaceAll('\n', '&#10;').replaceAll('\t', '&#9;');

const named = (name: string): string => {
  if (NAME.test(name)) return name;
  throw new XmlFault(
    'xml.name',
    `${JSON.stringify(name.slice(0, 80))} is no name of an element or attribute`,
    'Names are letters, digits, . _ - and begin with a letter.',
  );
};

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const element = (name: string, value: unknown, indent: string, step: string, depth: number): string => {
  if (depth > DEEPEST) throw new XmlFault('xml.value', `The value is nested deeper than ${DEEPEST}`);
  if (Array.isArray(value)) return value.map((one: unknown) => element(name, one, indent, step, depth + 1)).join('');
  const head = `${indent}<${named(name)}`;
  const end = step === '' ? '' : '\n';
  if (!isRecord(value)) {
    const text = escaped(textOf(value, name));
    return text === '' ? `${head}/>${end}` : `${head}>${text}</${name}>${end}`;
  }
  let attributes = '';
  let inner = '';
  let text = '';
  for (const [key, held] of Object.entries(value)) {
    if (key === '#text') text = escaped(textOf(held, `The text of ${name}`));
    else if (key.startsWith('@'))
      attributes += ` ${named(key.slice(1))}="${quoted(textOf(held, `The attribute ${key.slice(1)}`))}"`;
    else inner += element(key, held, `${indent}${step}`, step, depth + 1);
  }
  if (inner === '' && text === '') return `${head}${attributes}/>${end}`;
  if (inner === '') return `${head}${attributes}>${text}</${name}>${end}`;
  const between = text === '' ? end : `${text}${end}`;
  return `${head}${attributes}>${between}${inner}${indent}</${name}>${end}`;
};

/** The document of a value with one field: its root. Throws an XmlFault. */
export const xmlOf = (value: unknown, indent: boolean, declaration: boolean): string => {
  const [root, ...more] = isRecord(value) ? Object.entries(value) : [];
  if (root === undefined || more.length > 0 || Array.isArray(root[1]))
    throw new XmlFault(
      'xml.value',
      `\`value\` is ${isRecord(value) ? 'an object of other than one field' : kindOf(value)}; an object with one field, the root element, was expected`,
      'Write it as {"order": { … }}.',
    );
  return `${declaration ? '<?xml version="1.0" encoding="UTF-8"?>\n' : ''}${element(root[0], root[1], '', indent ? '  ' : '', 0)}`;
};
