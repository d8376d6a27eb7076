/** The types of a code step for editors of Python: a stub (`.pyi`) that a type checker reads beside the code. */

import { alternatives, fieldsOf, literalsOf, type Schema, type Sight } from './sight.ts';

const MOST_DEPTH = 12;

/** The stub: `Input`, `Can`, and what `main` looks like. */
export const printPython = (sight: Sight): string => {
  const named = new Names();
  const input = named.typeOf(sight.input, 'Input', 0);
  const steps = [...sight.steps].map(([id, schema]) => `${attribute(id)}: ${named.typeOf(schema, `Steps_${id}`, 0)}`);
  return [
    `# What the code of the step ${JSON.stringify(sight.step)} gets: def main(input: Input, can: Can): …`,
    'from typing import Any, Awaitable, Literal, NotRequired, TypedDict',
    ...named.classes,
    ...(input === 'Input' ? [] : [`Input = ${input}`]),
    classOf('Refused(Exception)', 'What a function of `can` raises when it was refused or failed outside.', [
      'code: str',
    ]),
    classOf('Steps', 'Results of the steps before this one; only those that the code names are there.', steps),
    classOf('Can', 'What the step was lent.', [
      'steps: Steps',
      'trigger: dict[str, Any]',
      ...(sight.items ? ['item: Any', 'index: int'] : []),
      'def log(self, *values: Any) -> None: ...',
      ...(sight.lent.has('net') ? [FETCH] : []),
      ...(sight.lent.has('file') ? [READ_FILE] : []),
      READ_REFERENCE,
      ...(sight.shown.length > 0
        ? [`def secret(self, name: Literal[${sight.shown.map(literal).join(', ')}]) -> Awaitable[Any]: ...`]
        : []),
    ]),
    '',
  ].join('\n\n');
};

const FETCH =
  'def fetch(self, url: str, *, method: str = "GET", headers: dict[str, str] = ..., body: Any = ..., timeout: int = ..., secret: str = ...) -> Awaitable[dict[str, Any]]: ...';

const HOW = '*, give: Literal["text", "json", "base64"] = ..., from_: int = ..., to: int = ...';
const READ_FILE = `def readFile(self, path: str, ${HOW}) -> Awaitable[Any]: ...`;
const READ_REFERENCE = `def readReference(self, reference: dict[str, Any], ${HOW}) -> Awaitable[Any]: ...`;

const KEYWORDS = new Set(
  'False None True and as assert async await break class continue def del elif else except finally for from global if import in is lambda nonlocal not or pass raise return try while with yield'.split(
    ' ',
  ),
);

/** Steps named by a word of the language are read with brackets, and cannot be declared. */
const attribute = (id: string): string => (KEYWORDS.has(id) ? `# ${id}` : id);

const classOf = (name: string, about: string, members: readonly string[]): string =>
  [`class ${name}:`, `    """${about}"""`, ...members.map((member) => `    ${member}`)].join('\n');

/** Types, and the classes of objects that were met on the way. */
class Names {
  readonly classes: string[] = [];

  typeOf(schema: unknown, name: string, depth: number): string {
    if (depth > MOST_DEPTH) return 'Any';
    const options = alternatives(schema);
    const types = [
      ...new Set(options.map((one, i) => this.single(one, options.length === 1 ? name : `${name}_${i + 1}`, depth))),
    ];
    return types.includes('Any') ? 'Any' : types.join(' | ');
  }

  private single(schema: Schema, name: string, depth: number): string {
    const literals = literalsOf(schema);
    if (literals !== undefined) return literals.length === 0 ? 'Any' : `Literal[${literals.map(literal).join(', ')}]`;
    switch (schema['type']) {
      case 'string':
        return 'str';
      case 'integer':
        return 'int';
      case 'number':
        return 'float';
      case 'boolean':
        return 'bool';
      case 'null':
        return 'None';
      case 'array':
        return `list[${this.typeOf(schema['items'], `${name}_item`, depth + 1)}]`;
      case 'object':
        return this.object(schema, name, depth);
      default:
        return 'Any';
    }
  }

  private object(schema: Schema, name: string, depth: number): string {
    const { fields, closed } = fieldsOf(schema);
    // A TypedDict knows all its keys.
    if (!closed || fields.length === 0) return 'dict[str, Any]';
    const members = fields.map(({ name: key, schema: one, required }) => {
      const inner = this.typeOf(one, `${name}_${key.replaceAll(/[^A-Za-z0-9_]/g, '_')}`, depth + 1);
      return [JSON.stringify(key), required ? inner : `NotRequired[${inner}]`] as const;
    });
    const lines = members.map(([key, inner]) => `    ${key}: ${inner},`).join('\n');
    this.classes.push(`${name} = TypedDict("${name}", {\n${lines}\n})`);
    return name;
  }
}

const literal = (value: string | number | boolean | null): string =>
  value === null ? 'None' : value === true ? 'True' : value === false ? 'False' : JSON.stringify(value);
