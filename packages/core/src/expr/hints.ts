/**
 * Did you mean: what people carry over from other products and from JavaScript at large, and the
 * closest known name for a slip of the finger. Words only; nothing here changes what is accepted.
 */
import type { ExprCode } from './codes.ts';
import { functionNamed, globalNames } from './methods/table.ts';
import { ROOTS } from './scope.ts';

type Hint = { readonly code: ExprCode; readonly text: string; readonly fix?: string };

/** Names that other products or JavaScript itself give, and what to write here. */
const carried: Readonly<Record<string, string>> = {
  $json: 'Write steps.ID for the result of a step, or input for the input of the flow.',
  $: 'Write steps.ID for the result of a step: $("Fetch data") is steps.fetch_data here.',
  $node: 'Write steps.ID for the result of a step: $node["Fetch"].json is steps.fetch here.',
  $input: 'Write steps.ID for the step before, `item` inside an each block, or input for the input of the flow.',
  $items: 'Write steps.ID; a list is a value here, so use its methods: steps.ID.map(i => i.name).',
  $now: 'Write now.',
  $today: "Write now.startOf('day').",
  $vars: 'Write vars.NAME.',
  $env: 'Expressions cannot read the environment. Write vars.NAME for a value of the environment the flow runs in.',
  $execution: 'Write run.id.',
  $workflow: 'Write run for what is known of this run.',
  $itemIndex: 'Write index inside an each block.',
  $runIndex: 'Write index inside a repeat block.',
  $parameter: 'Write the value again, or take it from the step that has it: steps.ID.',
  $prevNode: 'Write steps.ID: a step names what it reads.',
  $jmespath: 'Use list methods: steps.ID.filter(i => i.ok).map(i => i.name).',
  $binary: 'Files are values of steps: steps.ID.',
  $fromAI: 'Give the step an input, and let the model step fill it: steps.ID.',
  $position: 'Write index inside an each block.',
  $if: 'Write condition ? one : other.',
  $ifEmpty: 'Write value ?? other, or value || other to count an empty text as absent.',
  $min: 'Write Math.min(a, b).',
  $max: 'Write Math.max(a, b).',
  msg: 'Write steps.ID for the result of a step, or trigger for what started the run: msg.payload is trigger.body for a webhook.',
  payload: 'Write trigger.body for the body of a webhook, or steps.ID.',
  items: 'Write steps.ID; a list is a value here.',
  json: 'Write steps.ID.',
  data: 'Write steps.ID for the result of a step.',
  step: 'Write steps.ID.',
  flow: 'Write vars.NAME, or keep the value in a step: steps.ID.',
  global: 'Write vars.NAME.',
  env: 'Write vars.NAME.',
  secrets: 'Secrets are not values. Choose the secret in the field of the step that uses it.',
  Date: "Write now for this run's time, or DateTime.fromISO(text).",
  moment: 'Write now, or DateTime.fromISO(text).',
  dayjs: 'Write now, or DateTime.fromISO(text).',
  console: 'Use a `log` step.',
  fetch: 'Use an `http.request` step.',
  RegExp: 'Write the regex as a literal: /a+/.',
  Map: 'Use Object.fromEntries(list).',
  Set: 'Write list.filter((x, i) => list.indexOf(x) === i) to leave out doubles.',
  Promise: 'Nothing is awaited here: steps.ID is the value itself.',
  _: 'Use the methods of lists and texts.',
  lodash: 'Use the methods of lists and texts.',
  None: 'Write null.',
  True: 'Write true.',
  False: 'Write false.',
  nil: 'Write null.',
};

/** Names that lead out of data, wherever they come from. */
const outside: ReadonlySet<string> = new Set([
  'eval',
  'Function',
  'globalThis',
  'window',
  'self',
  'process',
  'require',
  'module',
  'exports',
  'Reflect',
  'Proxy',
  'Symbol',
  'WebAssembly',
  'setTimeout',
  'setInterval',
  'arguments',
  'constructor',
  '__proto__',
  'prototype',
]);

/** The id that a step of that display name is likely to have here. */
const likelyId = (name: string): string =>
  name
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '_')
    .replace(/^[^a-z]+|_+$/g, '') || 'ID';

/** What to write for $("Fetch data") and $node["Fetch data"], where the step is named literally. */
export const namedStep = (name: string, step: string): Hint => ({
  code: 'expr.name',
  text: `There is no \`${name}\` here`,
  fix: `Write steps.${likelyId(step).slice(0, 60)}, if that is the id of the step.`,
});

/** What to say of a name that is neither a root nor a local; `locals` are the names in reach. */
export const unknownName = (name: string, locals: readonly string[]): Hint => {
  if (functionNamed('', name) !== undefined) {
    return { code: 'expr.method', text: `\`${name}\` is a function, and it is not called`, fix: `Write ${name}(…).` };
  }
  if (outside.has(name)) {
    return {
      code: 'expr.forbidden',
      text: `\`${name}\` is not reachable: expressions see data only`,
      fix: 'For code of your own, call a service with an `http.request` step.',
    };
  }
  const fix = Object.hasOwn(carried, name) ? carried[name] : undefined;
  const text = `There is no \`${name}\` here`;
  if (fix !== undefined) return { code: 'expr.name', text, fix };
  const near = closest(name, [...locals, ...ROOTS, ...globalNames()]);
  if (near !== undefined) return { code: 'expr.name', text, fix: `Did you mean ${near}?` };
  return { code: 'expr.name', text, fix: `Expressions see ${ROOTS.join(', ')}. A text needs quotes: '${name}'.` };
};

/** The known name closest to `name`, if it is near enough to be a slip. */
export const closest = (name: string, known: readonly string[]): string | undefined => {
  let best: string | undefined;
  let least = Math.max(1, Math.floor(name.length / 3)) + 0.5;
  for (const candidate of known) {
    const away = candidate.toLowerCase() === name.toLowerCase() ? 0 : distance(name, candidate);
    if (away < least) {
      least = away;
      best = candidate;
    }
  }
  return best;
};

/** Edits (insert, delete, replace, swap of neighbours) that turn one name into the other. */
const distance = (from: string, to: string): number => {
  if (Math.abs(from.length - to.length) > 3 || from.length > 40) return Number.POSITIVE_INFINITY;
  let twoAgo: number[] = [];
  let ago = Array.from({ length: to.length + 1 }, (_, i) => i);
  for (let i = 1; i <= from.length; i += 1) {
    const row = [i];
    for (let j = 1; j <= to.length; j += 1) {
      const change = from[i - 1] === to[j - 1] ? 0 : 1;
      let edits = Math.min((row[j - 1] ?? 0) + 1, (ago[j] ?? 0) + 1, (ago[j - 1] ?? 0) + change);
      if (i > 1 && j > 1 && from[i - 1] === to[j - 2] && from[i - 2] === to[j - 1])
        edits = Math.min(edits, (twoAgo[j - 2] ?? 0) + 1);
      row.push(edits);
    }
    twoAgo = ago;
    ago = row;
  }
  return ago[to.length] ?? Number.POSITIVE_INFINITY;
};
