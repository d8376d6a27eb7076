/**
 * The letter that tells somebody: names of flows, triggers and connections, what happened in our words, and where to look.
 *
 * LT1 Nothing that flowed through a run stands in it, no secret, and no link that answers for anybody.
 */

import type { DueLine } from '../store/notice.ts';

type Named = DueLine & { readonly flowName: string | null };

const oneLine = (text: string): string => text.replaceAll(/\s+/g, ' ').trim().slice(0, 120);

const saidOf = (line: Named): string => {
  const flow = line.flowName === null ? 'a flow' : `“${oneLine(line.flowName)}”`;
  const name = line.name === null ? '' : `“${oneLine(line.name)}”`;
  switch (line.kind) {
    case 'ask.waiting':
      return `${flow} asks you something`;
    case 'run.failed':
      return `A run of ${flow} failed`;
    case 'trigger.failing':
      return `The trigger ${name} of ${flow} keeps failing`;
    case 'schedule.missed':
      return `The schedule ${name} of ${flow} missed its time`;
    case 'connection.reconnect':
      return `The connection ${name} has to be connected anew`;
    case 'connection.lapsing':
      return `The connection ${name} is about to end`;
    case 'limit.reached':
      return `${flow} has reached a limit`;
    case 'promotion.proposed':
      return `A version of ${flow} waits for approval for ${name}`;
    case 'promotion.decided':
      return `What you proposed of ${flow} for ${name} was decided`;
  }
};

/** The page of the web app that tells more. */
const pageOf = (line: DueLine): string => {
  const of = (id: string): string => encodeURIComponent(id);
  if (line.kind === 'ask.waiting' && line.ask !== null) return `/inbox?ask=${of(line.ask)}`;
  if (line.kind === 'connection.reconnect' || line.kind === 'connection.lapsing') return '/trust/connections';
  if (line.run !== null) return `/runs/${of(line.run)}`;
  if (line.flow === null) return '/notifications';
  return line.kind.startsWith('promotion.') ? `/flows/${of(line.flow)}?page=environments` : `/flows/${of(line.flow)}`;
};

export const letterOf = (
  lines: readonly Named[],
  publicUrl: string,
): { readonly subject: string; readonly text: string } => {
  const [first] = lines;
  const subject = lines.length === 1 && first !== undefined ? saidOf(first) : `${lines.length} notifications`;
  const said = lines.flatMap((line) => [
    `${saidOf(line)}${line.times > 1 ? ` (${line.times} times)` : ''}`,
    `  ${new Date(line.at).toISOString().slice(0, 16).replace('T', ' ')} UTC`,
    `  ${publicUrl}${pageOf(line)}`,
    '',
  ]);
  return { subject, text: [...said, `How you are told: ${publicUrl}/settings/notifications`, ''].join('\n') };
};
