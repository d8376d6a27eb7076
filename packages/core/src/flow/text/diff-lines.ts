/** A diff of flows as lines of text, for reviews, terminals and conflict answers. Values that could be secrets are not shown. */

import { looksSecret } from '../../guard/keys.ts';
import { isSecretLabel } from '../../guard/labels.ts';
import { redactJson, redactText } from '../../guard/redact.ts';
import type { Change, FlowDiff, StepChange } from '../diff.ts';
import { typeOf } from './shown.ts';

const LONGEST = 80;

/** Lines beginning with `+` added, `-` removed, `~` changed, `!` powers; empty when nothing differs. */
export const diffLines = (of: FlowDiff): readonly string[] => [
  ...of.powers.gained.map((one) => `! gains ${one.power} in ${one.step}: ${one.sentence}`),
  ...of.powers.lost.map((one) => `! loses ${one.power} in ${one.step}`),
  ...[...of.flow, ...of.settings].map((change) => `~ ${changeLine(change)}`),
  ...of.triggers.removed.map((one) => `- trigger ${one.id} (${one.kind})`),
  ...of.triggers.added.map((one) => `+ trigger ${one.id} (${one.kind})`),
  ...of.triggers.changed.flatMap((one) => [
    `~ trigger ${one.id}`,
    ...one.changes.map((change) => `    ${changeLine(change)}`),
  ]),
  ...of.steps.removed.map((one) => `- step ${one.id} (${one.kind})`),
  ...of.steps.added.map((one) => `+ step ${one.id} (${one.kind})`),
  ...of.steps.changed.flatMap(stepLines),
  ...(of.reordered ? ['~ the order of steps or triggers in the file'] : []),
  ...(of.layout.length === 0 ? [] : [`  layout: ${of.layout.length} moved on the canvas`]),
  ...(of.drawn.length === 0 ? [] : [`  notes and groups: ${of.drawn.length} changed on the canvas`]),
];

const stepLines = (step: StepChange): string[] => [
  `~ step ${step.id}`,
  ...(step.moved === null ? [] : [`    moved from ${placeOf(step.moved.from)} into ${placeOf(step.moved.to)}`]),
  ...step.wires.removed.map((entry) => `    no longer after ${entry}`),
  ...step.wires.added.map((entry) => `    now after ${entry}`),
  ...step.changes.map((change) => `    ${changeLine(change)}`),
];

const placeOf = (block: string | null): string => (block === null ? 'the flow itself' : `the block ${block}`);

const changeLine = (change: Change): string => {
  const { path } = change;
  if (!('from' in change)) return `${path}: + ${value(change.to, path)}`;
  if (!('to' in change)) return `${path}: - ${value(change.from, path)}`;
  return `${path}: ${value(change.from, path)} → ${value(change.to, path)}`;
};

const value = (of: unknown, path: string): string => {
  const label = path.split(/[.[\]"]+/).some((part) => part !== '' && isSecretLabel(part));
  if ((label && !path.endsWith('.secret')) || (typeof of === 'string' && looksSecret(of)))
    return `${typeOf(of)} (not shown)`;
  const text = redactText(JSON.stringify(redactJson(of)));
  return text.length > LONGEST ? `${text.slice(0, LONGEST)}…` : text;
};
