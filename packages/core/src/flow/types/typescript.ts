/** The types of a code step for editors of TypeScript and JavaScript: a declaration file without imports. */

import { GLOBALS } from './globals.ts';
import { alternatives, fieldsOf, literalsOf, type Schema, type Sight } from './sight.ts';

const MOST_DEPTH = 12;

/** The declarations: `Input`, `Can`, and what a step's code finds without importing. */
export const printTypeScript = (sight: Sight): string =>
  [
    `// What the code of the step ${JSON.stringify(sight.step)} gets: export default (input: Input, can: Can) => …`,
    `declare type Input = ${typeOf(sight.input, 0)};`,
    `declare type Can = {\n${membersOf(sight).map(indent).join('\n')}\n};`,
    GLOBALS,
    '',
  ].join('\n\n');

const FETCH = `/** Calls a host that the step was lent; every call is judged when it happens. \`timeout\` is in milliseconds. */
readonly fetch: (
  url: string | URL,
  options?: { method?: string; headers?: Record<string, string>; body?: unknown; timeout?: number; secret?: string },
) => Promise<{
  readonly ok: boolean;
  readonly status: number;
  readonly headers: Record<string, string>;
  readonly body: any;
  text(): Promise<string>;
  json(): Promise<any>;
}>;`;

const READING = '{ give?: "text" | "json" | "base64"; from?: number; to?: number }';

const READ_FILE = `/** Reads a file of the project that the step was lent; \`from\` and \`to\` are in bytes. */
readonly readFile: (path: string, how?: ${READING}) => Promise<any>;`;

const READ_REFERENCE = `/** Reads what a reference leads to that an earlier step gave. */
readonly readReference: (
  reference: { file: string; size: number; type: string; path?: string; from?: number; to?: number },
  how?: ${READING},
) => Promise<any>;`;

/** A text, or the fields of a kind that has several. */
const secretOf = (names: readonly string[]): string =>
  `/** Shows a secret to this code, when it was lent to it as it is now; the value never leaves by way of the server. */\nreadonly secret: (name: ${names.map((name) => JSON.stringify(name)).join(' | ')}) => Promise<any>;`;

const membersOf = ({ steps, items, lent, shown }: Sight): readonly string[] => {
  const results = [...steps].map(([id, schema]) => indent(`readonly ${id}: ${typeOf(schema, 1)};`));
  return [
    `/** Results of the steps before this one; only those that the code names are there. */\nreadonly steps: {\n${results.join('\n')}\n};`,
    '/** What began the run. */\nreadonly trigger: { readonly id: string | null; readonly kind: string; readonly [name: string]: any };',
    ...(items
      ? ['/** The item this run of the step is for, and its index. */\nreadonly item: any;\nreadonly index: number;']
      : []),
    '/** Writes a line into the log of the run. */\nreadonly log: (...values: unknown[]) => void;',
    ...(lent.has('net') ? [FETCH] : []),
    ...(lent.has('file') ? [READ_FILE] : []),
    READ_REFERENCE,
    ...(shown.length > 0 ? [secretOf(shown)] : []),
  ];
};

const indent = (text: string): string => text.replace(/^(?=.)/gm, '  ');

const PLAIN = /^[A-Za-z_$][A-Za-z0-9_$]*$/;
const keyOf = (name: string): string => (PLAIN.test(name) ? name : JSON.stringify(name));

const typeOf = (schema: unknown, depth: number): string => {
  if (depth > MOST_DEPTH) return 'any';
  const types = [...new Set(alternatives(schema).map((one) => single(one, depth)))];
  if (types.includes('any')) return 'any';
  return types.join(' | ');
};

const single = (schema: Schema, depth: number): string => {
  const literals = literalsOf(schema);
  if (literals !== undefined) return literals.map((one) => JSON.stringify(one)).join(' | ');
  if ('not' in schema) return 'never';
  switch (schema['type']) {
    case 'string':
      return 'string';
    case 'number':
    case 'integer':
      return 'number';
    case 'boolean':
      return 'boolean';
    case 'null':
      return 'null';
    case 'array': {
      const items = typeOf(schema['items'], depth + 1);
      return /[ |{]/.test(items) ? `Array<${items}>` : `${items}[]`;
    }
    case 'object':
      return objectOf(schema, depth);
    default:
      return 'any';
  }
};

const objectOf = (schema: Schema, depth: number): string => {
  const { fields, closed } = fieldsOf(schema);
  const others = schema['additionalProperties'];
  const open = typeof others === 'object' && fields.length === 0 ? typeOf(others, depth + 1) : 'any';
  const members = [
    ...fields.map(
      ({ name, schema: one, required }) => `${keyOf(name)}${required ? '' : '?'}: ${typeOf(one, depth + 1)};`,
    ),
    ...(closed ? [] : [`[name: string]: ${open};`]),
  ];
  return members.length === 0 ? 'Record<string, never>' : `{\n${members.map(indent).join('\n')}\n}`;
};
