/** Powers and grants of a flow. */

import {
  bindToCode,
  everyStep,
  parsePower,
  printPower,
  problem,
  readFlow,
  type Flow,
  type Problem,
} from '@headgate/core';
import { ROUTES } from '@headgate/core/api';
import type { GrantRow } from '../../store/ports.ts';
import { implement, type Route } from '../implement.ts';
import { forTheirKind, grantObject, grantsInForce, grantsNow, lacking, lendNow, needText } from '../lending.ts';
import { unknownEnvironment } from '../promotion.ts';
import { bindCalls, grantSentence, type LentText } from '../calls.ts';
import type { Lodge } from '../lodge.ts';
import { give, MISSING, nothing, refuse, refuseAll } from '../outcome.ts';
import { isStillIn } from '../passage.ts';

/** A grant as its readers see it; `words` says what its power means. */
const shown = (
  { id, step, power, environment, grantor, asCaller, created, typed }: GrantRow,
  words: string,
  gone = false,
) => ({
  id,
  step,
  power,
  environment,
  grantor,
  created: new Date(created).toISOString(),
  sentence: words,
  asCaller,
  typed: typed === true,
  void: gone,
});

/** Grants as the grammar writes them, or every Problem of what came. */
export const readGrants = (
  flow: Flow,
  came: readonly LentText[],
  field: string,
):
  | { readonly ok: true; readonly lent: readonly LentText[] }
  | { readonly ok: false; readonly problems: readonly Problem[] } => {
  // Triggers that do something before there is a run are lent to by their ids.
  const known = new Set([...everyStep(flow), ...(flow.triggers ?? [])].map(({ id }) => id));
  const problems: Problem[] = [];
  const lent: LentText[] = [];
  for (const [i, { step, power }] of came.entries()) {
    const parsed = parsePower(power);
    if (!parsed.ok) problems.push({ ...parsed.problem, at: { field: `${field}[${i}].power` } });
    else if (parsed.value.power === 'reveal' && step !== '*')
      problems.push(
        problem('grant.step', 'What the flow answers is lent to the flow as a whole', {
          at: { step, field: `${field}[${i}].step` },
          fix: 'Give "*" as the step.',
        }),
      );
    else if (step !== '*' && !known.has(step))
      problems.push(
        problem('grant.step', `The draft has no step ${step}`, {
          at: { step, field: `${field}[${i}].step` },
          fix: 'Powers are lent to steps of the draft: put the step back into it first.',
        }),
      );
    else {
      const bound = bindToCode(flow, step, parsed.value);
      if (bound.ok) lent.push({ step, power: printPower(bound.value) });
      else problems.push({ ...bound.problem, at: { step, field: `${field}[${i}].step` } });
    }
  }
  return problems.length === 0 ? { ok: true, lent } : { ok: false, problems };
};

export const grantRoutes = (lodge: Lodge): readonly Route[] => {
  const { gate, audit } = lodge;
  return [
    implement(ROUTES.flowPowers, async ({ who, params, query }) => {
      const store = gate.store.in(who.workspace);
      const row = await store.flows.get(params.id);
      if (row === null) return MISSING;
      const read = readFlow(row.draft);
      if (!read.ok) return refuseAll('flow.invalid', read.problems);
      const held = forTheirKind(row.draft, await grantsInForce(gate, who.workspace, row, query.environment));
      const { needs, missing } = await lacking(gate, who, row, read.flow, held);
      const from = { who, project: row.project };
      const granted = (await grantsNow(gate, who.workspace, row)).map(async (one) =>
        shown(one.row, await grantSentence(gate, from, one.row.power), one.gone),
      );
      const lacks = new Set(missing.map(({ step, power }) => `${step} ${power}`));
      return give(200, {
        needs: needs.map((need) => ({
          step: need.step,
          power: needText(need),
          computed: need.need.computed === true,
          sentence: need.need.sentence,
          lent: !lacks.has(`${need.step} ${needText(need)}`),
        })),
        granted: await Promise.all(granted),
        missing: missing.map(({ step, power }) => ({ step, power })),
      });
    }),

    implement(ROUTES.dryRun, async ({ who, params, body, request }) => {
      const { places } = lodge;
      if ((await places.judge(who, 'run', 'flow', params.id)) !== undefined) return MISSING;
      if ((await places.judge(who, 'flow.read', 'flow', params.id)) !== undefined)
        return refuse(
          'permission.missing',
          'A dry run tells what the flow holds, and needs the permission flow.read too',
        );
      const { draft } = body;
      if (draft !== undefined && (await places.judge(who, 'flow.write', 'flow', params.id)) !== undefined)
        return refuse('permission.missing', 'Looking at another draft needs the permission flow.write too');
      const leave = lodge.waiting.enter(who.id);
      if (leave === undefined) return refuse('requests.limit');
      const version = gate.store.version();
      const told = await gate.engine
        .dryRun({
          principal: who,
          flow: params.id,
          which:
            draft !== undefined
              ? { doc: draft }
              : body.version === undefined
                ? { draft: true }
                : { version: body.version },
          ...(body.input === undefined ? {} : { input: body.input }),
          ...(body.environment === undefined ? {} : { environment: body.environment }),
        })
        .finally(leave);
      if (!(await isStillIn(request, version, gate.store.version())))
        return { ...refuse('auth.invalid'), why: 'auth.over' };
      return told.ok ? give(200, told.value) : { refused: told.problem };
    }),

    implement(ROUTES.giveGrants, async ({ who, params, body }) => {
      const store = gate.store.in(who.workspace);
      const row = await store.flows.get(params.id);
      if (row === null) return MISSING;
      const { environment = '*' } = body;
      if (environment !== '*') {
        const all = (await gate.store.in(who.workspace).environments.list(row.project)) ?? [];
        if (all.every(({ name }) => name !== environment)) return unknownEnvironment(environment, all);
      }
      const read = readFlow(row.draft);
      if (!read.ok) return refuseAll('flow.invalid', read.problems);
      const grants = readGrants(read.flow, body.grants, 'grants');
      if (!grants.ok)
        return grants.problems.length === 1 && grants.problems[0]?.code === 'grant.step'
          ? { refused: grants.problems[0] }
          : refuseAll('input.invalid', grants.problems);
      const from = { who, project: row.project };
      const bound = await bindCalls(gate, from, grants.lent);
      if (bound.problems.length > 0) return refuseAll('input.invalid', bound.problems);
      const rows = await lendNow(lodge, who, row, bound.lent, {
        environment: body.environment,
        asCaller: body.asCaller,
      });
      if ('refused' in rows) return rows;
      if (!(await store.grants.add(rows))) return MISSING;
      const given = rows.map(async (one) => shown(one, await grantSentence(gate, from, one.power)));
      return give(201, { grants: await Promise.all(given) });
    }),

    implement(ROUTES.takeGrant, async ({ who, params }) => {
      const { grants } = gate.store.in(who.workspace);
      const row = (await grants.list(params.id)).find((one) => one.id === params.grant);
      if (row === undefined || !(await grants.remove(params.id, params.grant))) return MISSING;
      // What was taken; that somebody took it is on record besides, or the answer says that it could not be.
      await audit.record({
        workspace: who.workspace,
        actor: who.id,
        action: 'grant.taken',
        object: grantObject(row),
        decision: 'allow',
        reason: null,
      });
      return nothing();
    }),
  ];
};

export const needsGrantGive = () =>
  refuse(
    'permission.missing',
    'Lending powers needs the permission grant.give',
    'Publish without `grant`, and let somebody entitled lend what is missing.',
  );
