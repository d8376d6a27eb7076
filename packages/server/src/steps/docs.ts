/**
 * docs/steps.md, made from the kinds themselves: what a step takes, gives, asks for and which ports it has stands in one
 * place, its folder, and the page cannot drift from it (docs.test.ts compares).
 *
 * It reads schemas through their JSON Schema, the form in which the web app and other programs see them too.
 */

import { DURATION, type StepKind, type TriggerKind, z } from '@headgate/core/step';

/** The part of JSON Schema that our schemas come out as. */
type Node = {
  readonly type?: string | readonly string[];
  readonly format?: string;
  readonly pattern?: string;
  readonly description?: string;
  readonly enum?: readonly unknown[];
  readonly anyOf?: readonly Node[];
  readonly not?: unknown;
  readonly properties?: Readonly<Record<string, Node>>;
  readonly required?: readonly string[];
  readonly additionalProperties?: Node | false;
  readonly items?: Node;
};

export type Row = { readonly path: string; readonly type: string; readonly required: boolean; readonly text: string };

const nodeOf = (schema: z.ZodType): Node => z.toJSONSchema(schema, { unrepresentable: 'any' }) as Node;

const WORDS: Readonly<Record<string, string>> = {
  string: 'text',
  number: 'number',
  integer: 'whole number',
  boolean: 'true or false',
  array: 'list',
  object: 'object',
  null: 'null',
};

const join = (words: readonly string[]): string => [...new Set(words)].join(' or ');

/** The type of a value in words. */
const typeOf = (node: Node): string => {
  if (node.not !== undefined) return 'nothing';
  if (node.enum !== undefined) return join(node.enum.map((value) => `\`${String(value)}\``));
  if (node.anyOf !== undefined) return join(node.anyOf.map(typeOf));
  if (node.format === 'expression') return 'expression, per item';
  if (node.pattern === DURATION.source) return 'duration';
  if (node.type === undefined) return 'anything';
  if (typeof node.type !== 'string') return join(node.type.map((one) => WORDS[one] ?? one));
  if (node.type === 'array')
    return node.items === undefined || Object.keys(node.items).length === 0 ? 'list' : `list of ${typeOf(node.items)}`;
  return WORDS[node.type] ?? node.type;
};

/** The type of a step's value: of an object, the names of its fields. */
const shapeOf = (node: Node): string =>
  node.properties === undefined ? typeOf(node) : `\`{${Object.keys(node.properties).join(', ')}}\``;

/** A field and what lies in it. Steps inside a block have the form of every step and are not repeated. */
const rowsOf = (path: string, node: Node, required: boolean, steps: boolean): Row[] => {
  const row: Row = { path, type: steps ? 'list of steps' : typeOf(node), required, text: node.description ?? '' };
  if (steps) return [row];
  const inner = node.type === 'array' ? { node: node.items, path: `${path}[]` } : { node, path };
  const members = inner.node?.properties;
  if (members !== undefined) return [row, ...membersOf(`${inner.path}.`, inner.node ?? {}, false)];
  const each = node.additionalProperties;
  if (each === undefined || each === false || each.properties === undefined) return [row];
  return [row, ...membersOf(`${path}.*.`, each, false)];
};

const membersOf = (prefix: string, node: Node, block: boolean): Row[] =>
  Object.entries(node.properties ?? {}).flatMap(([name, member]) =>
    rowsOf(`${prefix}${name}`, member, node.required?.includes(name) ?? false, block && name === 'steps'),
  );

/** The fields of a kind, nested ones with a dotted path: `[]` stands for every entry of a list, `*` for every member. */
export const fieldsOf = (kind: StepKind | TriggerKind): readonly Row[] =>
  membersOf('', nodeOf(kind.input), 'block' in kind);

/** Expressions as code; outside of code, nothing that Markdown would take for its own. */
const inline = (text: string): string =>
  text
    .replaceAll('|', '\\|')
    .split(/(`[^`]*`|\{\{.*?\}\})/)
    .map((part, i) => (i % 2 === 0 ? part.replace(/[*_]/g, '\\$&') : part.startsWith('`') ? part : `\`${part}\``))
    .join('');

const table = (rows: readonly Row[]): string =>
  rows.length === 0
    ? 'It has no settings.'
    : [
        '| field | type | needed | |',
        '|---|---|---|---|',
        ...rows.map((row) => `| \`${row.path}\` | ${row.type} | ${row.required ? 'yes' : ''} | ${inline(row.text)} |`),
      ].join('\n');

const list = (names: readonly string[]): string => names.map((name) => `\`${name}\``).join(', ');

const portsOf = (kind: StepKind): string => {
  if (kind.ports === undefined) return 'only the plain one';
  if (typeof kind.ports !== 'function') return list(kind.ports);
  const always = kind.ports({});
  return always.length === 0 ? 'those its settings name' : `${list(always)}; more by its settings`;
};

/** The widest powers a kind can ask for: those of settings that are all computed. */
const powersOf = (kind: StepKind, rows: readonly Row[]): string => {
  const computed = Object.fromEntries(rows.map((row) => [row.path, '{{ … }}']));
  const needs = kind.needs?.(computed) ?? [];
  return needs.length === 0
    ? 'none'
    : needs.map((need) => `\`${need.power}\` (at the widest: ${need.sentence})`).join('; ');
};

const repeatedOf = (kind: StepKind): string => {
  if (kind.block !== undefined) return 'its steps are, each by its own rule';
  if (kind.pure === true) return 'yes: it has no effect outside';
  return kind.repeatable === undefined
    ? 'no'
    : kind.repeatable.length === 0
      ? 'yes'
      : 'depends on its input, see its fields';
};

const stepSection = (kind: StepKind): string => {
  const rows = fieldsOf(kind);
  const out = nodeOf(kind.output);
  return [
    `### \`${kind.kind}@${kind.version}\`: ${kind.title}`,
    inline(kind.summary),
    table(rows),
    [
      `- **Value**: ${shapeOf(out)}. ${inline(out.description ?? '')}`,
      `- **Ports**: ${portsOf(kind)}`,
      `- **Powers**: ${powersOf(kind, rows)}`,
      `- **Repeated after a crash**: ${repeatedOf(kind)}`,
    ].join('\n'),
  ].join('\n\n');
};

const triggerSection = (kind: TriggerKind): string =>
  [`### \`${kind.kind}@${kind.version}\`: ${kind.title}`, inline(kind.summary), table(fieldsOf(kind))].join('\n\n');

const GROUPS: readonly (readonly [StepKind['group'], string])[] = [
  ['flow', 'Flow'],
  ['data', 'Data'],
  ['net', 'Network'],
  ['people', 'People'],
  ['model', 'Models'],
];

const byName = (a: { readonly kind: string }, b: { readonly kind: string }): number => (a.kind < b.kind ? -1 : 1);

/** The whole page, as Markdown. */
export const stepsPage = (steps: readonly StepKind[], triggers: readonly TriggerKind[]): string =>
  `${[
    '# Steps and triggers',
    'Made from the step kinds themselves; to change it, change `packages/server/src/steps/` and run its tests with `-u`.',
    'Every text field may hold expressions, `{{ … }}`, unless it says “written plainly”. A field “per item” is an expression that sees `item` and `index`. A duration is a whole number and `ms`, `s`, `m`, `h` or `d`. Every step also has the port `problem`, which fires when it says `"onProblem": "port"`; a step that waits for another without naming a port goes on by any port but that.',
    ...GROUPS.flatMap(([group, title]) => {
      const found = steps.filter((kind) => kind.group === group).sort(byName);
      return found.length === 0 ? [] : [`## ${title}`, ...found.map(stepSection)];
    }),
    '## Triggers',
    ...[...triggers].sort(byName).map(triggerSection),
  ].join('\n\n')}\n`;
