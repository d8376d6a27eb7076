/** JSON Schemas as short type notation, for the reference page. It reads the few keywords our contracts make. */

const DEEP = 6;

/** `{ name?: text (at most 200), steps: list of Step }`, indented. */
export const typeText = (schema: unknown, indent = '', depth = 0): string => {
  if (typeof schema !== 'object' || schema === null) return 'any';
  const get = (key: string): unknown => Reflect.get(schema, key);
  const ref = get('$ref');
  if (typeof ref === 'string') return ref.replace(/^.*\//, '');
  if (depth > DEEP) return '…';
  const value = get('const');
  if (value !== undefined) return JSON.stringify(value);
  const values = get('enum');
  if (Array.isArray(values)) return values.map((one) => JSON.stringify(one)).join(' | ');
  const options = get('anyOf') ?? get('oneOf');
  if (Array.isArray(options)) return options.map((one) => typeText(one, indent, depth + 1)).join(' | ');
  switch (get('type')) {
    case 'object':
      return objectText(schema, indent, depth);
    case 'array':
      return `list of ${typeText(get('items') ?? get('prefixItems'), indent, depth + 1)}`;
    case 'string':
      return typeof get('format') === 'string' ? `text (${String(get('format'))})` : 'text';
    case 'integer':
      return 'whole number';
    case 'number':
      return 'number';
    case 'boolean':
      return 'true | false';
    case 'null':
      return 'null';
    default:
      return typeof get('description') === 'string' ? `any (${String(get('description'))})` : 'any';
  }
};

const objectText = (schema: object, indent: string, depth: number): string => {
  const properties: unknown = Reflect.get(schema, 'properties');
  const required: unknown = Reflect.get(schema, 'required');
  const more: unknown = Reflect.get(schema, 'additionalProperties');
  const deeper = `${indent}  `;
  const lines = Object.entries(typeof properties === 'object' && properties !== null ? properties : {}).map(
    ([name, property]) => {
      const optional = Array.isArray(required) && required.includes(name) ? '' : '?';
      return `${deeper}${name}${optional}: ${typeText(property, deeper, depth + 1)}`;
    },
  );
  if (typeof more === 'object' && more !== null) lines.push(`${deeper}[name]: ${typeText(more, deeper, depth + 1)}`);
  return lines.length === 0 ? '{}' : `{\n${lines.join('\n')}\n${indent}}`;
};
