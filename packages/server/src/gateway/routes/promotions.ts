/**
 * Which version runs in which environment, and promotions between them.
 *
 * PN1 Where the target asks for approval, a person proposes and another person decides; until then nothing changes there.
 * PN2 What is lent with a promotion is lent in its target alone, by whoever has it applied, and is on record before.
 * PN3 Values are read by every flow of the project: who promotes or approves some sets them by what he holds there, and not by
 *     what he holds for this flow alone (row AZ-08).
 */

import { maskedValues, may, type Principal } from '@headgate/core';
import { ROUTES } from '@headgate/core/api';
import type { PromotionRow } from '../../store/environment.ts';
import type { FlowRow } from '../../store/ports.ts';
import { bindCalls, type LentText } from '../calls.ts';
import { recordEnds } from '../endings.ts';
import type { Gate } from '../deps.ts';
import { guardedAgainst } from '../guarded.ts';
import { implement, type Route } from '../implement.ts';
import { lendNow, mayGive } from '../lending.ts';
import type { Lodge } from '../lodge.ts';
import { give, MISSING, nothing, refuse, refuseAll, type Refused } from '../outcome.ts';
import {
  asVersion,
  type Difference,
  differenceOf,
  endsWith,
  lacks,
  powersOf,
  type Sides,
  sidesOf,
} from '../promotion.ts';
import { iso } from '../times.ts';
import { needsGrantGive, readGrants } from './grants.ts';

const shown = (row: PromotionRow) => ({
  id: row.id,
  flow: row.flow,
  from: row.source,
  to: row.target,
  version: row.version,
  before: row.before,
  state: row.state,
  note: row.note,
  sets: Object.keys(row.vars).toSorted(),
  by: row.by,
  created: new Date(row.created).toISOString(),
  decidedBy: row.decidedBy,
  decided: iso(row.decided),
});

type Shown = {
  readonly environment: string;
  readonly version: number;
  readonly at: string | null;
  readonly by: string | null;
};

type Grant = 'needed' | readonly LentText[] | undefined;

const nameOf = (who: Principal): string => who.user ?? who.id;

/** What is lent with it, as texts of the grammar; nothing that is asked for twice or held already. */
const lentWith = async (
  { gate }: Lodge,
  who: Principal,
  sides: Sides,
  grant: Grant,
): Promise<{ readonly lent: readonly LentText[] } | Refused> => {
  if (grant === undefined) return { lent: [] };
  if (!mayGive(who, sides.row)) return needsGrantGive();
  const from = { who, project: sides.row.project };
  const asked = readGrants(
    sides.flow,
    grant === 'needed' ? (await powersOf(gate, who, sides)).missing : grant,
    'grant',
  );
  if (!asked.ok) return refuseAll('input.invalid', asked.problems);
  const bound = await bindCalls(gate, from, asked.lent);
  return bound.problems.length > 0 ? refuseAll('input.invalid', bound.problems) : { lent: bound.lent };
};

/** PN3: why he sets none of these values, or null. */
const setsBeyond = (who: Principal, { project }: FlowRow, vars: PromotionRow['vars']): Refused | null =>
  Object.keys(vars).length === 0 || may(who, 'environment.manage', { workspace: who.workspace, project })
    ? null
    : refuse(
        'permission.missing',
        'Values of an environment are read by every flow of the project: this key is for some flows of it alone',
        'Promote without `vars`, or use a key that is held to no flows.',
      );

const withoutPowers = (difference: Difference): Refused => ({
  ...refuse(
    'grant.missing',
    `${difference.powers.missing.length === 1 ? 'One power is' : `${difference.powers.missing.length} powers are`} not lent in ${difference.to.environment}`,
    'Promote with `grant`: the list in `missing`, or "needed".',
  ),
  more: { missing: difference.powers.missing },
});

/** Has it run in its target from now on; `proposed`: it is on record as that already. */
const carryOut = async (
  lodge: Lodge,
  who: Principal,
  sides: Sides,
  row: PromotionRow,
  { grant, proposed }: { readonly grant: Grant; readonly proposed: boolean },
): Promise<{ readonly difference: Difference } | Refused> => {
  const { gate, audit } = lodge;
  const asked = await lentWith(lodge, who, sides, grant);
  if ('refused' in asked) return asked;
  const difference = await differenceOf(gate, who, sides, asked.lent);
  if (difference.powers.missing.length > 0) return withoutPowers(difference);
  const { deployments } = gate.store.in(who.workspace);
  // Before anything is lent or on record as allowed: a promotion that is stale changes nothing.
  if (!(await deployments.isFresh(row, sides.row.project))) return stale(gate, who, row, proposed);
  const grants = await lendNow(lodge, who, asVersion(sides), asked.lent, { environment: row.target });
  if ('refused' in grants) return grants;
  const ended = await endsWith(gate, who, sides);
  const object = `${row.flow} version ${row.version} from ${row.source} to ${row.target} ${row.id}`;
  const deed = { workspace: who.workspace, actor: who.id, action: 'promotion.applied', object, reason: null } as const;
  const recorded = (await recordEnds(lodge, who, ended)) && (await audit.record({ ...deed, decision: 'allow' }));
  if (!recorded) return refuse('audit.down');
  const by = { project: sides.row.project, who: nameOf(who), at: gate.clock(), proposed };
  const triggers = (sides.flow.triggers ?? []).map(({ id, kind, with: settings, disabled }) => ({
    id,
    kind,
    with: settings ?? {},
    disabled: disabled === true,
  }));
  if (await deployments.apply(row, by, { triggers, grants, ends: ended.map(({ id }) => id) })) return { difference };
  return stale(gate, who, row, proposed);
};

/** Something changed meanwhile: in the target, or somebody else decided. */
const stale = async (gate: Gate, who: Principal, row: PromotionRow, proposed: boolean): Promise<Refused> => {
  const { deployments } = gate.store.in(who.workspace);
  const now = await deployments.promotion(row.flow, row.id);
  if (now !== null && now.state !== 'proposed') return refuse('promotion.decided');
  if (proposed) await deployments.decide(row.flow, row.id, 'stale', nameOf(who), gate.clock());
  return refuse('promotion.stale', undefined, 'Look at the difference as it is now, and promote again.');
};

export const promotionRoutes = (lodge: Lodge): readonly Route[] => {
  const { gate } = lodge;
  const deploymentsIn = (who: Principal) => gate.store.in(who.workspace).deployments;
  const flowOf = (who: Principal, id: string): Promise<FlowRow | null> => gate.store.in(who.workspace).flows.get(id);

  /** As it is on record now, with what it would change while it is proposed. */
  const told = async (who: Principal, row: FlowRow, id: string) => {
    const promotion = await deploymentsIn(who).promotion(row.id, id);
    if (promotion === null) return MISSING;
    const sides = promotion.state === 'proposed' ? await sidesOf(gate, who, row, again(promotion)) : null;
    const difference = sides === null || 'refused' in sides ? null : await differenceOf(gate, who, sides);
    return { promotion: shown(promotion), difference };
  };

  return [
    implement(ROUTES.listDeployments, async ({ who, params }) => {
      const row = await flowOf(who, params.id);
      if (row === null) return MISSING;
      const promoted = await deploymentsIn(who).list(row.id);
      const all = (await gate.store.in(who.workspace).environments.list(row.project)) ?? [];
      const deployments = all.flatMap(({ name, approval }): Shown[] => {
        const one = promoted.find(({ environment }) => environment === name);
        if (one !== undefined) return [{ ...one, at: iso(one.at) }];
        if (row.version === null || approval) return [];
        return [{ environment: name, version: row.version, at: null, by: null }];
      });
      return give(200, { deployments });
    }),

    implement(ROUTES.endDeployment, async ({ who, params: { id, environment } }) => {
      const row = await flowOf(who, id);
      if (row === null) return MISSING;
      const guard = await guardedAgainst(gate, who, row.project, environment, 'loses what runs in it');
      if (guard !== null) return guard;
      return (await deploymentsIn(who).end(id, environment)) ? nothing() : MISSING;
    }),

    implement(ROUTES.comparePromotion, async ({ who, params }) => {
      const row = await flowOf(who, params.id);
      if (row === null) return MISSING;
      const sides = await sidesOf(gate, who, row, { from: params.source, to: params.target });
      return 'refused' in sides ? sides : give(200, await differenceOf(gate, who, sides));
    }),

    implement(ROUTES.promote, async ({ who, params, body }) => {
      const row = await flowOf(who, params.id);
      if (row === null) return MISSING;
      const sides = await sidesOf(gate, who, row, body);
      if ('refused' in sides) return sides;
      const masked = maskedValues(sides.vars);
      if (masked.length > 0) return refuseAll('input.invalid', masked);
      const beyond = setsBeyond(who, row, sides.vars);
      if (beyond !== null) return beyond;
      const { target } = sides;
      if (target.approval && who.user === undefined) return refuse('promotion.person');
      const before = await differenceOf(gate, who, sides);
      const open = body.anyway === true ? [] : lacks(before);
      if (open.length > 0)
        return {
          ...refuse('promotion.lacks', undefined, 'Store them in the target first, or promote with `anyway`.'),
          more: { problems: open },
        };
      const promotion: PromotionRow = {
        id: gate.newId('promo_'),
        flow: row.id,
        source: sides.source.name,
        target: target.name,
        version: sides.version.version,
        before: sides.before,
        revision: target.revision,
        state: 'proposed',
        note: body.note ?? null,
        by: nameOf(who),
        created: gate.clock(),
        decidedBy: null,
        decided: null,
        vars: sides.vars,
      };
      if (target.approval) {
        if (body.grant !== undefined)
          return refuse(
            'environment.guarded',
            'What is lent there is lent by who approves',
            'Propose without `grant`; powers that are missing are lent with the decision.',
          );
        if (!(await deploymentsIn(who).propose(promotion))) return MISSING;
        return give(201, { promotion: shown(promotion), difference: before });
      }
      const done = await carryOut(lodge, who, sides, promotion, { grant: body.grant, proposed: false });
      if ('refused' in done) return done;
      const made = await deploymentsIn(who).promotion(row.id, promotion.id);
      return made === null ? MISSING : give(201, { promotion: shown(made), difference: done.difference });
    }),

    implement(ROUTES.listPromotions, async ({ who, params }) => {
      if ((await flowOf(who, params.id)) === null) return MISSING;
      return give(200, { promotions: (await deploymentsIn(who).promotions(params.id)).map(shown) });
    }),

    implement(ROUTES.getPromotion, async ({ who, params }) => {
      const row = await flowOf(who, params.id);
      if (row === null) return MISSING;
      const one = await told(who, row, params.promotion);
      return 'refused' in one ? one : give(200, one);
    }),

    implement(ROUTES.decidePromotion, async ({ who, params, body }) => {
      const row = await flowOf(who, params.id);
      const promotion = row === null ? null : await deploymentsIn(who).promotion(row.id, params.promotion);
      if (row === null || promotion === null) return MISSING;
      if (promotion.state !== 'proposed') return refuse('promotion.decided');
      if (body.decision === 'refuse') {
        if (!(await deploymentsIn(who).decide(row.id, promotion.id, 'refused', nameOf(who), gate.clock())))
          return refuse('promotion.decided');
      } else {
        if (who.user === undefined) return refuse('promotion.person');
        if (promotion.by === who.user) return refuse('promotion.own');
        const beyond = setsBeyond(who, row, promotion.vars);
        if (beyond !== null) return beyond;
        const sides = await sidesOf(gate, who, row, again(promotion));
        if ('refused' in sides) return sides;
        const done = await carryOut(lodge, who, sides, promotion, { grant: body.grant, proposed: true });
        if ('refused' in done) return done;
        const made = await deploymentsIn(who).promotion(row.id, promotion.id);
        return made === null ? MISSING : give(200, { promotion: shown(made), difference: done.difference });
      }
      const made = await told(who, row, promotion.id);
      return 'refused' in made ? made : give(200, made);
    }),
  ];
};

/** What was proposed, to be looked at as of now. */
const again = ({ source, target, version, vars }: PromotionRow) => ({ from: source, to: target, version, vars });
