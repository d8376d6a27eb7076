/**
 * docs/expressions.md, made from the method table itself, so that what is documented is what exists.
 * A test compares the file with this text.
 */
import { DEFAULT_OPERATIONS } from '../budget.ts';
import { EXPR_CODES } from '../codes.ts';
import { LONGEST_EXPRESSION } from '../parse.ts';
import { LONGEST_REGEX } from '../regex.ts';
import type { Constant, Field, Method, StaticFunction } from './method.ts';
import { signature } from './signature.ts';
import { constants, fields, functions, methods } from './table.ts';

type Entry = Method | StaticFunction | Field | Constant;

const cell = (text: string): string => text.replaceAll('|', '\\|');

const call = (entry: Entry): string => ('params' in entry ? `${entry.name}(${signature(entry.params)})` : entry.name);

const written = (entry: Entry): string =>
  'params' in entry || 'value' in entry ? `${entry.on === '' ? '' : `${entry.on}.`}${call(entry)}` : call(entry);

const row = (entry: Entry, name: string): string => {
  const [code, result] = entry.example;
  return `| \`${cell(name)}\` | ${entry.result} | ${cell(entry.doc)} | \`${cell(code)}\` → \`${cell(JSON.stringify(result))}\` |`;
};

const table = (rows: readonly string[]): string =>
  ['| name | gives | what it does | example |', '|---|---|---|---|', ...rows].join('\n');

const methodsOf = (kind: Method['on']): string =>
  table(methods.filter((entry) => entry.on === kind).map((entry) => row(entry, call(entry))));

const functionsOf = (on: string): string =>
  table([...functions, ...constants].filter((entry) => entry.on === on).map((entry) => row(entry, written(entry))));

const fieldsOf = (kind: Field['on']): string =>
  table(fields.filter((entry) => entry.on === kind).map((entry) => row(entry, call(entry))));

const section = (title: string, ...parts: string[]): string => [`## ${title}`, ...parts].join('\n\n');

const intro = `# Expressions

Any field of a flow holds a plain value, a template or one expression:

| written | gives |
|---|---|
| \`Dear Ann\` | the text itself |
| \`Dear {{ steps.lookup.name }}\` | a text with values put in |
| \`{{ steps.fetch.body.items.filter(i => i.price > 10) }}\` | the value, with its type: here a list |

Between \`{{\` and \`}}\` stands one JavaScript expression. It is read, checked and interpreted; it is never run as code. It sees
data and calls the methods below, and nothing else: no functions of its own, no globals, no prototypes, no assignment, no loops.

A text that is nothing but one \`{{ … }}\` keeps the type of its value. In a text with more around it, null and missing values
are empty, dates are ISO 8601, lists and objects are JSON. The names of fields are never templates. \`\\{{\` stands for two braces
themselves, \`\\\\{{\` for a backslash before an expression.`;

const sees = section(
  'What an expression sees',
  `| name | what it is |
|---|---|
| \`input\` | the input of the flow |
| \`steps.ID\` | the result of a step before this one; null if it was skipped |
| \`problems.ID\` | the Problem a step ended in, or null |
| \`trigger\` | what started the run |
| \`vars\` | the values of the environment the flow runs in |
| \`item\`, \`index\` | inside an \`each\` or \`repeat\` block: the item and its index |
| \`now\` | the run's recorded time, a date in UTC; the same in every replay |
| \`run\` | what is known of this run |`,
  `A field that an object does not have is missing: null in a result, empty in a text. Reading *through* something missing is a
Problem that names the place; write \`?.\` where it may be absent: \`steps.fetch?.body?.name ?? 'nobody'\`.`,
);

const syntax = section(
  'What can be written',
  `Literals, lists, objects and spreading; \`a.b\`, \`a[b]\`, \`?.\`; arithmetic, comparison, logic, \`??\`, \`c ? a : b\`, \`typeof\`; template
literals; method calls; arrow functions as arguments (\`i => i.name\`, \`({ name, price = 0 }) => …\`), or a function of the table by its
name (\`.filter(Boolean)\`). All mean what they mean in JavaScript, with these differences:`,
  `- Lists are never changed: \`sort\` and \`reverse\` give new lists.
- A number or text is needed where one is declared: null is not taken for the text "null".
- A result is JSON: missing values, NaN and Infinity become null, dates ISO 8601 texts.
- A date joined to a text is its ISO form.
- Dates and numbers are written in English and UTC unless said; the language and zone of the machine never show.
- Regexes (up to ${LONGEST_REGEX} characters, flags g, i, m, s, u) take time in proportion to the text, and therefore have no look-ahead,
  look-behind or back-references. Their characters are Unicode code points.`,
);

const limits = section(
  'Limits',
  `An expression is at most ${LONGEST_EXPRESSION} characters long. An evaluation may use ${DEFAULT_OPERATIONS.toLocaleString('en-US')} operations, about 5 ms: every operation, and every
character or item looked at or made, is counted before the work is done. Values nest at most 200 levels deep. For more, use an
\`each\` block or a data step.`,
);

const codes = section(
  'Problems',
  'Every Problem has a code, the field and the line and column, and what to do instead. Its text never holds a value of the run.',
  [
    '| code | when |',
    '|---|---|',
    ...Object.entries(EXPR_CODES).map(([code, when]) => `| \`${code}\` | ${when} |`),
  ].join('\n'),
);

const NAMESPACES = ['Object', 'Array', 'JSON', 'String', 'Number', 'Math', 'DateTime', 'Duration'] as const;

/** The text of docs/expressions.md. */
export const expressionsPage = (): string =>
  [
    intro,
    sees,
    syntax,
    limits,
    codes,
    '# Methods',
    'Each example is run by a test.',
    section('Texts', '`length` is the number of UTF-16 units.', methodsOf('text')),
    section(
      'Lists',
      '`length` is the number of items. A callback gets the item, its index and the list.',
      methodsOf('list'),
    ),
    section('Numbers', methodsOf('number')),
    section('True and false', methodsOf('boolean')),
    section(
      'Dates',
      'A date is what `now` and the functions of `DateTime` give. It never changes; it is compared with `<` and `>`.',
      fieldsOf('date'),
      methodsOf('date'),
    ),
    section(
      'Durations',
      'A duration is what `diff` and the functions of `Duration` give.',
      fieldsOf('duration'),
      methodsOf('duration'),
    ),
    section('Regexes', fieldsOf('regex'), methodsOf('regex')),
    section('Functions', functionsOf('')),
    ...NAMESPACES.map((name) => section(name, functionsOf(name))),
  ].join('\n\n') + '\n';
