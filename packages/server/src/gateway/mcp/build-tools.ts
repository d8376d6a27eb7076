/**
 * The tools by which an assistant builds flows. Each asks our own routes, as the caller with less (core/access/assistant.ts);
 * there is none that publishes, lends a power or touches a secret.
 *
 * MB1 What it writes counts as what a file brought: nothing in it is lent by being written (lending.ts LE2).
 * MB2 A test touches nothing: a step that asks for a power does not run in it, the call gives its result instead.
 */

import {
  editSchema,
  everyStep,
  type Flow,
  good,
  isObject,
  needsOf,
  type Problem,
  problem,
  readFlow,
  type Result,
  stepsOf,
} from '@headgate/core';
import { type Contract, jsonSchema, ROUTES } from '@headgate/core/api';
import { z } from 'zod';
import type { Gate } from '../deps.ts';
import { isRefused } from '../outcome.ts';
import type { Described } from './desk.ts';
import { editedBy } from './edits.ts';
import type { Inside, Parts } from './inside.ts';

/** What a tool gives back: a value, or why not. */
type Given = Result<unknown>;
export type Hands = {
  readonly inside: Inside;
  readonly gate: Pick<Gate, 'catalogIn'>;
  readonly workspace: string;
};
export type BuildTool = Described & { readonly run: (input: unknown, hands: Hands) => Promise<Given> };

/** Seconds that a test may take; one that takes longer is read by `read_run`. */
const TEST_WAIT = 30;
const KINDS = 40;

const flow = z.string().min(1).max(64).describe('The id of a flow');
const file = z.record(z.string(), z.json()).describe('A flow file: {"headgate": 1, "name", "steps": [...], ...}');
const any = z.json().optional();

/** Asks one of our routes; its body, or the Problem it refuses with, and every other that came with it. */
export const ask = async (
  inside: Inside,
  contract: Contract,
  parts: Parts,
): Promise<Result<Record<string, unknown>>> => {
  const outcome = await inside(contract, parts);
  if (isRefused(outcome)) {
    const all = outcome.more?.problems ?? [];
    const others = all.map(({ code, text, at }) => `${code}${placeOf(at)}: ${text}`).join('\n');
    return {
      ok: false,
      problem: others === '' ? outcome.refused : { ...outcome.refused, text: `${outcome.refused.text}\n${others}` },
    };
  }
  return good('body' in outcome && isObject(outcome.body) ? outcome.body : {});
};

const placeOf = (at: Problem['at']): string =>
  at === undefined
    ? ''
    : ` (${Object.entries(at)
        .map(([what, which]) => `${what} ${String(which)}`)
        .join(', ')})`;

export const tool = <S extends z.ZodType>(
  name: string,
  title: string,
  description: string,
  schema: S,
  run: (input: z.output<S>, hands: Hands) => Promise<Given>,
  hints: Partial<Described['annotations']> = {},
): BuildTool => ({
  name,
  title,
  description,
  inputSchema: { ...jsonSchema(schema), type: 'object' },
  annotations: { readOnlyHint: true, openWorldHint: false, ...hints },
  run: async (input, hands) => {
    const read = schema.safeParse(input);
    if (read.success) return run(read.data, hands);
    const [issue] = read.error.issues;
    const field = issue?.path.join('.') ?? '';
    return {
      ok: false,
      problem: problem(
        'input.invalid',
        `${field === '' ? 'The arguments' : field}: ${issue?.message ?? 'do not fit'}`,
        {
          ...(field === '' ? {} : { at: { field } }),
          fix: `Look at the schema of the tool ${name}.`,
        },
      ),
    };
  },
});

const WRITES = { readOnlyHint: false, destructiveHint: false, idempotentHint: false } as const;

/** Checks a draft in its project: what stands against publishing it. */
const checked = async (inside: Inside, draft: unknown): Promise<Record<string, unknown>> => {
  const found = await ask(inside, ROUTES.checkFlow, { body: { draft } });
  return found.ok ? found.value : { ok: false, problems: [found.problem] };
};

const draftOf = async (inside: Inside, id: string): Promise<Result<{ row: Record<string, unknown>; draft: Flow }>> => {
  const row = await ask(inside, ROUTES.getFlow, { params: { id } });
  if (!row.ok) return row;
  const read = readFlow(row.value['draft']);
  if (read.ok) return good({ row: row.value, draft: read.flow });
  return { ok: false, problem: read.problems[0] ?? problem('flow.invalid', 'The draft cannot be read') };
};

/** Steps that would act, and whose result was not given: neither theirs nor that of a block they stand in. */
const ungiven = (
  draft: Flow,
  needs: readonly { readonly step: string }[],
  given: ReadonlySet<string>,
): readonly string[] => {
  const covered = new Set<string>();
  for (const step of everyStep(draft))
    if (given.has(step.id) || covered.has(step.id)) for (const { id } of [step, ...stepsOf(step)]) covered.add(id);
  const steps = new Set([...everyStep(draft)].map(({ id }) => id));
  return [...new Set(needs.map(({ step }) => step))].filter((id) => steps.has(id) && !covered.has(id));
};

export const BUILD_TOOLS: readonly BuildTool[] = [
  tool(
    'list_flows',
    'List flows',
    'The flows you can see: id, name, project, revision of the draft, published version.',
    z.strictObject({
      project: z.string().max(64).optional().describe('Of this project alone'),
      cursor: z.string().max(500).optional().describe('`next` of the page before'),
    }),
    (query, { inside }) => ask(inside, ROUTES.listFlows, { query }),
  ),
  tool(
    'read_flow',
    'Read a flow',
    'The draft of a flow as a flow file, with its revision.',
    z.strictObject({ flow }),
    ({ flow: id }, { inside }) => ask(inside, ROUTES.getFlow, { params: { id } }),
  ),
  tool(
    'list_step_kinds',
    'Find step and trigger kinds',
    `Kinds of steps and triggers with a sentence each, at most ${KINDS}; search by words of what it should do.`,
    z.strictObject({ search: z.string().max(200).optional() }),
    async ({ search = '' }, { inside }) => {
      const all = await ask(inside, ROUTES.listSteps, {});
      if (!all.ok) return all;
      const words = search
        .toLowerCase()
        .split(/\s+/)
        .filter((word) => word !== '');
      const fits = (one: Record<string, unknown>): boolean => {
        const text = `${String(one['kind'])} ${String(one['title'])} ${String(one['summary'])}`.toLowerCase();
        return words.every((word) => text.includes(word));
      };
      const part = (name: string) => {
        const found = listIn(all.value[name]).filter(fits);
        return {
          of: found.length,
          kinds: found.slice(0, KINDS).map(({ kind, title, summary }) => ({ kind, title, summary })),
        };
      };
      return good({ steps: part('steps'), triggers: part('triggers') });
    },
  ),
  tool(
    'describe_kind',
    'Describe a kind',
    'The settings (`with`), the result and the out ports of one kind of step or trigger, as JSON Schema.',
    z.strictObject({ kind: z.string().max(80).describe('name@version') }),
    async ({ kind }, { inside }) => {
      const all = await ask(inside, ROUTES.listSteps, {});
      if (!all.ok) return all;
      const found = [...listIn(all.value['steps']), ...listIn(all.value['triggers'])].find(
        (one) => one['kind'] === kind,
      );
      return found === undefined
        ? {
            ok: false,
            problem: problem('kind.unknown', `There is no kind ${kind}`, {
              fix: 'Find it with list_step_kinds; a kind is name@version.',
            }),
          }
        : good(found);
    },
  ),
  tool(
    'list_services',
    'List services',
    'The outside services that service.call@1 and service.trigger@1 know.',
    z.strictObject({}),
    (_, { inside }) => ask(inside, ROUTES.listServices, {}),
  ),
  tool(
    'describe_service',
    'Describe a service',
    'The operations of one service with the schemas of what they take and give.',
    z.strictObject({ service: z.string().max(100) }),
    (params, { inside }) => ask(inside, ROUTES.getService, { params }),
  ),
  tool(
    'check_flow',
    'Check a flow file',
    'Every problem of a flow file at once, each with its place. Nothing is saved and nothing runs.',
    z.strictObject({ draft: file }),
    (body, { inside }) => ask(inside, ROUTES.checkFlow, { body }),
  ),
  tool(
    'create_flow',
    'Create a flow',
    'Makes a flow from a flow file, as a draft that does not run. It may be incomplete; the answer says what it lacks. Its owner publishes it and lends it powers.',
    z.strictObject({ draft: file, project: z.string().max(64).optional() }),
    async ({ draft, project }, { inside }) => {
      const body = { draft, from: 'file', ...(project === undefined ? {} : { project }) };
      const made = await ask(inside, ROUTES.createFlow, { body });
      return made.ok ? good({ ...made.value, check: await checked(inside, draft) }) : made;
    },
    WRITES,
  ),
  tool(
    'edit_flow',
    'Edit a flow',
    'Does edits to the draft of a flow, all or none, and says what the draft lacks afterwards. Give the revision that you read: where somebody saved since, nothing is done.',
    z.strictObject({
      flow,
      revision: z.int().min(1),
      edits: z.array(editSchema).min(1).max(500),
    }),
    async ({ flow: id, revision, edits }, { inside }) => {
      const read = await draftOf(inside, id);
      if (!read.ok) return read;
      const made = editedBy(read.value.draft, edits);
      if (!made.ok) return made;
      const { flow: draft, did } = made.value;
      const saved = await ask(inside, ROUTES.saveDraft, { params: { id }, body: { revision, draft, from: 'file' } });
      return saved.ok ? good({ ...saved.value, did, check: await checked(inside, draft) }) : saved;
    },
    WRITES,
  ),
  tool(
    'dry_run',
    'Ask what a flow would touch',
    'Lists what a run of the draft would touch with this input, and which powers it lacks. Nothing is opened and nobody is called.',
    z.strictObject({ flow, input: any }),
    ({ flow: id, input }, { inside }) =>
      ask(inside, ROUTES.dryRun, { params: { id }, body: input === undefined ? {} : { input } }),
  ),
  tool(
    'test_flow',
    'Test a flow',
    'Runs the draft with an input. Steps that would reach something outside do not run: give what each would answer in `given`. The answer is the output or the problem; the run can be read with read_run.',
    z.strictObject({
      flow,
      input: any,
      given: z
        .record(z.string(), z.json())
        .optional()
        .describe('By the id of a step: the result that stands in for it'),
    }),
    async ({ flow: id, input, given = {} }, { inside, gate, workspace }) => {
      const read = await draftOf(inside, id);
      if (!read.ok) return read;
      const needs = needsOf(read.value.draft, await gate.catalogIn(workspace));
      const acting = ungiven(read.value.draft, needs, new Set(Object.keys(given)));
      if (acting.length > 0)
        return {
          ok: false,
          problem: problem('test.given', `These steps would act, and a test does not let them: ${acting.join(', ')}`, {
            at: { flow: id, field: 'given' },
            fix: 'Give in `given`, by the id of each, what it would answer.',
          }),
        };
      // What was judged is what runs: a draft that was saved since is another one.
      const revision = Number(read.value.row['revision']);
      const body = { draft: true, revision, wait: TEST_WAIT, pins: given, ...(input === undefined ? {} : { input }) };
      return ask(inside, ROUTES.startRun, { params: { id }, body });
    },
    { readOnlyHint: false, destructiveHint: false },
  ),
  tool(
    'read_run',
    'Read a run',
    'The state, output and problem of a run, and the first events of its journal.',
    z.strictObject({ run: z.string().min(1).max(64) }),
    async ({ run: id }, { inside }) => {
      const run = await ask(inside, ROUTES.getRun, { params: { id }, query: { large: 'apart' } });
      if (!run.ok) return run;
      const journal = await ask(inside, ROUTES.getJournal, { params: { id }, query: {} });
      return journal.ok ? good({ run: run.value, ...journal.value }) : journal;
    },
  ),
];

const listIn = (value: unknown): readonly Record<string, unknown>[] =>
  Array.isArray(value) ? value.filter((one) => isObject(one)) : [];
