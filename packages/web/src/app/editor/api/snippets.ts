/** Programs that start a flow, as texts to copy. A key never stands in one: each reads it from the environment. */

export type Snippet = 'curl' | 'typescript' | 'python';
export const SNIPPETS: readonly Snippet[] = ['curl', 'typescript', 'python'];

/** An input that has what the schema asks for; its own defaults and examples first. */
export const exampleOf = (schema: unknown, depth = 0): unknown => {
  if (typeof schema !== 'object' || schema === null || depth > 6) return null;
  const one = schema as Readonly<Record<string, unknown>>;
  if (one.default !== undefined) return one.default;
  if (Array.isArray(one.examples) && one.examples.length > 0) return one.examples[0];
  if (Array.isArray(one.enum)) return one.enum[0];
  switch (one.type) {
    case 'string':
      return 'text';
    case 'integer':
    case 'number':
      return 1;
    case 'boolean':
      return true;
    case 'array':
      return [];
    default:
      return Object.fromEntries(
        Object.entries(Object(one.properties)).map(([name, part]) => [name, exampleOf(part, depth + 1)]),
      );
  }
};

/** In single quotes for a shell. */
const quoted = (text: string): string => `'${text.replaceAll("'", "'\\''")}'`;

export const snippet = (kind: Snippet, origin: string, flow: string, input: unknown): string => {
  const url = `${origin}/api/v1/flows/${flow}/runs`;
  const body = JSON.stringify({ input, wait: 30 });
  const pretty = JSON.stringify({ input, wait: 30 }, null, 2);
  switch (kind) {
    case 'curl':
      return `curl -sS ${quoted(url)} \\\n  -H "x-api-key: $HEADGATE_API_KEY" \\\n  -H 'content-type: application/json' \\\n  -d ${quoted(body)}`;
    case 'typescript':
      return `const response = await fetch(${JSON.stringify(url)}, {
  method: 'POST',
  headers: { 'x-api-key': process.env.HEADGATE_API_KEY ?? '', 'content-type': 'application/json' },
  body: JSON.stringify(${pretty}),
});
const run = await response.json();
if (!response.ok) throw new Error(run.code + ': ' + run.text);
console.log(run.state, run.output);`;
    case 'python':
      return `import json, os, urllib.request

request = urllib.request.Request(
    ${JSON.stringify(url)},
    data=${JSON.stringify(body)}.encode(),
    headers={"x-api-key": os.environ["HEADGATE_API_KEY"], "content-type": "application/json"},
)
with urllib.request.urlopen(request) as response:
    run = json.load(response)
print(run["state"], run.get("output"))`;
  }
};
