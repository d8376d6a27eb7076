/** Publishing, versions, webhooks and differences. */

import {
  check,
  diff,
  hashFlow,
  may,
  parsePower,
  printPower,
  readFlow,
  thingOf,
  withoutCode,
  type Flow,
  type Principal,
} from '@headgate/core';
import { ROUTES } from '@headgate/core/api';
import { DEFAULT_ENVIRONMENT, type HookRow } from '../../store/environment.ts';
import type { FlowRow, VersionRow } from '../../store/ports.ts';
import { knownTo } from '../context.ts';
import type { Gate } from '../deps.ts';
import { HOOK_PREFIX } from '../hooks.ts';
import { implement, type Route } from '../implement.ts';
import { bindCalls, type LentText } from '../calls.ts';
import { endedBy, recordEnds } from '../endings.ts';
import { grantsInForce, grantsNow, lacking, lendNow, mayGive } from '../lending.ts';
import type { Lodge } from '../lodge.ts';
import { give, MISSING, refuse, refuseAll } from '../outcome.ts';
import { iso } from '../times.ts';
import { needsGrantGive, readGrants } from './grants.ts';

const shown = ({ version, hash, note, by, created }: Omit<VersionRow, 'doc'>) => ({
  version,
  hash,
  note,
  by,
  created: new Date(created).toISOString(),
});

const webhookOf = (gate: Gate, { trigger, token, until }: HookRow, isForm = false) => ({
  trigger,
  url: gate.publicUrl + (isForm ? FORM_PREFIX : HOOK_PREFIX) + token,
  until: iso(until),
});

const FORM_PREFIX = '/api/v1/form/';

/** Addresses of the webhooks and forms a published document has. */
const webhooksOf = async (
  gate: Gate,
  workspace: string,
  id: string,
  doc: unknown,
): Promise<ReturnType<typeof webhookOf>[]> => {
  const read = readFlow(doc);
  const there = new Map(read.ok ? (read.flow.triggers ?? []).map(({ id: of, kind }) => [of, kind] as const) : []);
  const hooks = await gate.store.in(workspace).flows.hooks(id);
  return hooks
    .filter(({ trigger }) => there.has(trigger))
    .map((row) => webhookOf(gate, row, there.get(row.trigger) === 'form@1'));
};

/** The triggers that are forms, of what runs in an environment. */
const formsIn = async (
  gate: Gate,
  workspace: string,
  row: { readonly id: string; readonly version: number | null },
  environment: string,
): Promise<ReadonlySet<string>> => {
  const { flows, deployments } = gate.store.in(workspace);
  const promoted = environment === DEFAULT_ENVIRONMENT ? null : await deployments.get(row.id, environment);
  const version = promoted?.version ?? row.version;
  const read = version === null ? null : readFlow((await flows.version(row.id, version))?.doc);
  const triggers = read?.ok === true ? (read.flow.triggers ?? []) : [];
  return new Set(triggers.filter(({ kind }) => kind === 'form@1').map(({ id }) => id));
};

/** A side of a difference: a version by its number, or the draft. */
const docOf = async (gate: Gate, workspace: string, row: FlowRow, side: string): Promise<unknown> => {
  if (side === 'draft') return row.draft;
  return (await gate.store.in(workspace).flows.version(row.id, Number(side)))?.doc ?? null;
};

export const versionRoutes = (lodge: Lodge): readonly Route[] => {
  const { gate } = lodge;
  return [
    implement(ROUTES.publishFlow, async ({ who, params, body }) => {
      const { flows } = gate.store.in(who.workspace);
      const row = await flows.get(params.id);
      if (row === null) return MISSING;
      if (body.revision !== undefined && body.revision !== row.revision)
        return {
          ...refuse(
            'flow.conflict',
            `The draft is at revision ${row.revision} by now`,
            'Look at the draft as it is, then publish that revision.',
          ),
          more: { revision: row.revision },
        };
      const again = body.version === undefined ? null : await flows.version(row.id, body.version);
      if (body.version !== undefined && again === null)
        return refuse('flow.version_unknown', `This flow has no version ${body.version}`);
      const read = readFlow(again === null ? row.draft : again.doc);
      if (!read.ok) return refuseAll('flow.invalid', read.problems);
      const { flow } = read;
      const { problems } = check(
        flow,
        await gate.catalogIn(who.workspace),
        await knownTo(gate, who, flow, row.project),
      );
      if (problems.length > 0) return refuseAll('flow.invalid', problems);

      if (body.grant !== undefined && !mayGive(who, row)) return needsGrantGive();
      const asked = readGrants(flow, body.grant === undefined || body.grant === 'needed' ? [] : body.grant, 'grant');
      if (!asked.ok) return refuseAll('input.invalid', asked.problems);
      const asks = await bindCalls(gate, { who, project: row.project }, asked.lent);
      // What was lent in another environment ends with what is promoted there.
      const here = (one: { environment: string }) => one.environment === '*' || one.environment === DEFAULT_ENVIRONMENT;
      const all = (await grantsNow(gate, who.workspace, row)).map((one) => one.row).filter(here);
      const before = row.version === null ? null : await flows.version(row.id, row.version);
      const ended = endedBy(flow, before?.doc, all, asks.lent);
      const ends = new Set(ended.map(({ id }) => id));
      const have = (await grantsInForce(gate, who.workspace, row)).filter(({ id }) => !ends.has(id));
      const by = { all: body.grant === 'needed', asked: asked.lent };
      const bound = await bindCalls(gate, { who, project: row.project }, await lentNow(gate, who, row, flow, have, by));
      if (bound.problems.length > 0) return refuseAll('input.invalid', bound.problems);
      const { lent } = bound;
      const lacks = (await lacking(gate, who, row, flow, [...have, ...lent])).missing;
      if (lacks.length > 0) {
        const count = lacks.length === 1 ? 'One power is' : `${lacks.length} powers are`;
        return {
          ...refuse(
            'grant.missing',
            `${count} missing${edited(lacks, have)}`,
            'Publish again with `grant`: the list in `missing`, or "needed".',
          ),
          more: { missing: lacks.map(({ step, power }) => ({ step, power })) },
        };
      }
      // What is lent is lent to the steps of what is published, draft or not.
      const published = again === null ? row : { ...row, draft: again.doc };
      const rows = await lendNow(lodge, who, published, lent, { environment: DEFAULT_ENVIRONMENT });
      if ('refused' in rows) return rows;
      if (!(await recordEnds(lodge, who, ended))) return refuse('audit.down');
      const made = await flows.publish({
        flow: row.id,
        hash: hashFlow(flow),
        doc: flow,
        note: body.note ?? null,
        by: who.user ?? who.id,
        at: gate.clock(),
        grants: rows,
        ends: [...ends],
        triggers: (flow.triggers ?? []).map((trigger) => ({
          id: trigger.id,
          kind: trigger.kind,
          with: trigger.with ?? {},
          disabled: trigger.disabled === true,
        })),
      });
      if (made === null) return MISSING;
      return give(201, {
        version: made.version,
        hash: made.hash,
        webhooks: await webhooksOf(gate, who.workspace, row.id, made.doc),
        ...(ended.length === 0 ? {} : { ended: ended.map(({ step, power }) => ({ step, power })) }),
      });
    }),

    implement(ROUTES.listVersions, async ({ who, params }) => {
      const { flows } = gate.store.in(who.workspace);
      if ((await flows.get(params.id)) === null) return MISSING;
      return give(200, { versions: (await flows.versions(params.id)).map(shown) });
    }),

    implement(ROUTES.getVersion, async ({ who, params }) => {
      const found = await gate.store.in(who.workspace).flows.version(params.id, params.version);
      return found === null ? MISSING : give(200, { ...shown(found), flow: found.flow, doc: found.doc });
    }),

    implement(ROUTES.listWebhooks, async ({ who, params, query: { environment = DEFAULT_ENVIRONMENT } }) => {
      const { flows, deployments } = gate.store.in(who.workspace);
      const row = await flows.get(params.id);
      if (row === null) return MISSING;
      if (environment !== DEFAULT_ENVIRONMENT) {
        const promoted = await deployments.hooks(row.id, environment);
        const forms = await formsIn(gate, who.workspace, row, environment);
        return give(200, {
          webhooks: promoted.map((hook) => webhookOf(gate, hook, forms.has(hook.trigger))),
        });
      }
      const latest = row.version === null ? null : await flows.version(row.id, row.version);
      return give(200, { webhooks: latest === null ? [] : await webhooksOf(gate, who.workspace, row.id, latest.doc) });
    }),

    implement(ROUTES.rotateWebhook, async ({ who, params, body }) => {
      const { environment = DEFAULT_ENVIRONMENT, overlap = 0 } = body;
      const scoped = gate.store.in(who.workspace);
      const row = await scoped.flows.get(params.id);
      if (row === null) return MISSING;
      const managed =
        environment === DEFAULT_ENVIRONMENT || may(who, 'environment.manage', thingOf(who.workspace, row));
      if (!managed)
        return refuse('permission.missing', 'Addresses of an environment need the permission environment.manage too');
      const at = gate.clock();
      const until = at + overlap * 1000;
      const token = await scoped.deployments.readdress(row.id, environment, params.trigger, { at, until });
      if (token === null) return MISSING;
      const forms = await formsIn(gate, who.workspace, row, environment);
      const made = { trigger: params.trigger, token, until: overlap === 0 ? null : until };
      return give(200, webhookOf(gate, made, forms.has(params.trigger)));
    }),

    implement(ROUTES.diffFlow, async ({ who, params, query }) => {
      const row = await gate.store.in(who.workspace).flows.get(params.id);
      if (row === null) return MISSING;
      const from = query.from ?? (row.version === null ? 'draft' : String(row.version));
      const to = query.to ?? 'draft';
      const [before, after] = await Promise.all([
        docOf(gate, who.workspace, row, from),
        docOf(gate, who.workspace, row, to),
      ]);
      if (before === null || after === null) return MISSING;
      const [a, b] = [readFlow(before), readFlow(after)];
      if (!a.ok || !b.ok) return refuseAll('flow.invalid', a.ok ? (b.ok ? [] : b.problems) : a.problems);
      return give(200, { from, to, diff: diff(a.flow, b.flow, await gate.catalogIn(who.workspace)) });
    }),
  ];
};

/** The plain reason where a secret was shown to code that was edited since. */
const edited = (lacks: readonly LentText[], have: readonly LentText[]): string => {
  const other = (one: LentText): boolean =>
    have.some(({ step, power }) => step === one.step && anyCode(power) === anyCode(one.power));
  const steps = new Set(lacks.filter((one) => anyCode(one.power) !== one.power && other(one)).map(({ step }) => step));
  return [...steps].map((step) => `; the code of ${step} was edited since it was lent a secret to see`).join('');
};

const anyCode = (text: string): string => {
  const read = parsePower(text);
  return read.ok ? printPower(withoutCode(read.value)) : text;
};

/**
 * What publishing lends: what `grant` names, or all that is missing when it says so. Nothing else: a host in the draft
 * may have been typed by somebody who may lend nothing (lendTyped sees who typed it), or its grant was taken back.
 */
const lentNow = async (
  gate: Gate,
  who: Principal,
  row: FlowRow,
  flow: Flow,
  have: readonly LentText[],
  by: { readonly all: boolean; readonly asked: readonly LentText[] },
): Promise<readonly LentText[]> => {
  if (!by.all) return by.asked;
  const { missing } = await lacking(gate, who, row, flow, [...have, ...by.asked]);
  return [...by.asked, ...missing.map(({ step, power }) => ({ step, power }))];
};
