/**
 * agent: a model that is given a task and tools, and asks for tools until it has an answer. Its tools are the steps inside it:
 * each is an ordinary step with powers of its own, and no power of the others. What the model says is a wish; whether a tool
 * runs is decided by the engine (engine/agent).
 */

import {
  type AgentSettings,
  agentTools,
  type AgentTurn,
  DURATION,
  done,
  failed,
  milliseconds,
  type StepKind,
  z,
} from '@headgate/core/step';
import { whom, whomNeeds, whomOf } from '../ask/whom.ts';
import { askModel, askOf, askRest, modelNeeds } from '../model.generate/ask.ts';

const TOKENS = 4_096;
const STALL = 30_000;
const REMEMBERS = { turns: 20, characters: 20_000, keep: 30 * 86_400_000 };
const LIMITS = { turns: 10, calls: 30, mistakes: 5, tokens: 100_000, seconds: 600 };

const input = z.strictObject({
  model: askModel,
  prompt: z.string().min(1).max(2_000_000).describe('The task, e.g. {{ input.question }}.'),
  instructions: z
    .string()
    .max(500_000)
    .optional()
    .describe(
      'Who the model is to be and by what rules it works. Rules that must hold are settings of the tools, not words.',
    ),
  steps: z
    .array(z.unknown())
    .max(50)
    .describe(
      'The tools: steps of any kind, flows by flow.call@1 and further agents among them. What stands in a step is fixed; where it says {{ item.NAME }}, the model fills in the argument NAME.',
    ),
  tools: agentTools.optional().describe('Settings of the tools, by the id of their step.'),
  approvers: whom
    .optional()
    .describe('Who is asked before a tool runs that needs approval. Left out: such a tool is refused.'),
  approval: z
    .string()
    .regex(DURATION, 'a duration as <int>(ms|s|m|h|d), e.g. 2d')
    .optional()
    .describe('How long approval is waited for, e.g. 2d; then it counts as refused. Left out: for ever.'),
  outside: z
    .enum(['ask', 'refuse', 'allow'])
    .optional()
    .describe(
      'Once the agent has read text from outside: what becomes of a call that may carry something out of the workspace, or change what is there, with arguments of the model. ask (or left out): people are asked. refuse. allow.',
    ),
  limits: z
    .strictObject({
      turns: z.int().min(1).max(200).optional().describe('Questions to the model. Left out: 10.'),
      calls: z.int().min(0).max(500).optional().describe('Calls of tools. Left out: 30.'),
      mistakes: z
        .int()
        .min(0)
        .max(100)
        .optional()
        .describe(
          'Calls of tools that are not there, with arguments that do not fit, and answers in a wrong form. Left out: 5.',
        ),
      tokens: z.int().min(1).max(100_000_000).optional().describe('Tokens, those of tools included. Left out: 100000.'),
      money: z
        .int()
        .min(1)
        .optional()
        .describe('Millionths of money, those of tools included. Left out: as the budgets say.'),
      seconds: z
        .int()
        .min(1)
        .max(86_400)
        .optional()
        .describe('Seconds of work; what people take to answer does not count. Left out: 600.'),
    })
    .optional()
    .describe('Where the agent is stopped. Budgets of the flow and of the workspace hold besides.'),
  schema: z
    .record(z.string(), z.unknown())
    .optional()
    .describe('JSON Schema of the answer, in the subset of a flow’s input. Left out: a text is wanted.'),
  memory: z
    .enum(['none', 'window', 'summary', 'vector'])
    .optional()
    .describe(
      'What it remembers of the conversation: nothing (or left out); the last turns; the last turns and a summary of what was before; or the earlier turns that are most like the prompt.',
    ),
  session: z
    .string()
    .max(200)
    .nullish()
    .describe(
      'What the caller calls the conversation by; the same name by another caller is another one. Left out: that of the chat, else a new one, named in the result.',
    ),
  remember: z
    .strictObject({
      turns: z.int().min(1).max(100).optional().describe('Turns that its model reads as they were. Left out: 20.'),
      characters: z.int().min(100).max(500_000).optional().describe('Characters of them, at most. Left out: 20000.'),
      keep: z
        .string()
        .regex(DURATION, 'a duration as <int>(ms|s|m|h|d), e.g. 30d')
        .optional()
        .describe('How long after its last turn a conversation is kept, where no chat keeps it. Left out: 30d.'),
    })
    .optional()
    .describe('How much it remembers, and how long.'),
  temperature: z.number().min(0).max(2).optional().describe('How freely it chooses its words.'),
  maxTokens: z.int().min(1).max(1_000_000).optional().describe(`Tokens of one answer at most. Left out: ${TOKENS}.`),
  stream: z.boolean().optional().describe('Tells what is said while it is said, in events of the run.'),
  ...askRest,
});
type Input = z.output<typeof input>;

const remembers = ({ memory, session, remember = {} }: Input): AgentSettings['memory'] =>
  memory === undefined || memory === 'none'
    ? null
    : {
        by: memory,
        // A field of the input that nobody gave is no name.
        session: session === undefined || session === '' ? null : session,
        turns: remember.turns ?? REMEMBERS.turns,
        characters: remember.characters ?? REMEMBERS.characters,
        keep: milliseconds(remember.keep ?? '') ?? REMEMBERS.keep,
      };

const settings = (given: Input): AgentSettings => ({
  ask: askOf(given),
  maxTokens: given.maxTokens ?? TOKENS,
  temperature: given.temperature ?? null,
  stream: given.stream ?? false,
  stall: STALL,
  instructions: given.instructions ?? '',
  prompt: given.prompt,
  who: given.approvers === undefined ? [] : whomOf(given.approvers),
  wait: given.approval === undefined ? null : (milliseconds(given.approval) ?? null),
  outside: given.outside ?? 'ask',
  limits: { money: null, ...LIMITS, ...Object.fromEntries(Object.entries(given.limits ?? {})) },
  schema: given.schema ?? null,
  memory: remembers(given),
});

export const step: StepKind = {
  kind: 'agent',
  version: 1,
  title: 'Agent',
  group: 'model',
  summary:
    'Gives a model a task and tools, and lets it use them until it has an answer, within limits. Tools are steps inside it, each with powers of its own; a person can be asked before a tool runs.',
  block: 'agent',
  plain: ['steps', 'tools', 'schema'],
  input,
  output: z
    .strictObject({
      text: z.string().describe('What it answered.'),
      value: z.unknown().describe('With `schema`: the value; else null.'),
      turns: z.int().describe('Questions to the model.'),
      calls: z
        .array(
          z.strictObject({
            tool: z.string().describe('The tool.'),
            state: z.enum(['done', 'failed', 'refused', 'mistaken']).describe('What became of the call.'),
          }),
        )
        .describe('Calls of tools, in their order.'),
      usage: z
        .strictObject({ tokens: z.int(), money: z.int() })
        .describe('Tokens and millionths of money, those of tools included.'),
      session: z.string().optional().describe('With `memory`: what the conversation is called by.'),
    })
    .describe('The answer.'),
  needs: (raw) => [...modelNeeds(raw), ...whomNeeds(raw['approvers'])],
  metered: true,
  repeatable: () => true,
  agent: settings as (given: never) => AgentSettings,
  run: async (turn: AgentTurn, can) => {
    if (turn.do === 'ask') {
      const { spec, wait } = turn;
      const refused = await can.people.mayAsk(spec.who);
      if (refused !== null) return failed(refused, 'no');
      return { kind: 'event', note: spec.title, ask: spec, ...(wait === null ? {} : { deadline: wait }) };
    }
    if (turn.do === 'recall') {
      const found = await can.memory.recall(turn.how, turn.asked);
      return 'problem' in found ? failed(found.problem, found.sent) : done(found.value);
    }
    if (turn.do === 'keep') {
      const why = await can.memory.keep(turn.how, turn.session, turn.kept);
      // It answered, and its answer counts.
      if (why !== null) can.log('warn', `This turn is not remembered: ${why.text}`, { code: why.code });
      return done({ kept: why === null });
    }
    const answer = await can.models.generate(turn.ask);
    if ('problem' in answer) return failed(answer.problem, answer.sent);
    if (turn.do === 'sum') {
      const { how, session, upto, outside } = turn;
      const why = await can.memory.sum(how, session, { text: answer.text, upto, outside });
      if (why !== null) can.log('warn', `A summary is not kept: ${why.text}`, { code: why.code });
      return done({ text: answer.text, model: answer.model, usage: answer.usage });
    }
    const { text, calls, finish, model, usage } = answer;
    return done({ text, calls: calls.map(({ name, input: given }) => ({ name, input: given })), finish, model, usage });
  },
};
