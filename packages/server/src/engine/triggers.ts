/**
 * Triggers that start runs by themselves, put together: by the clock, by asking services, by watching folders, by reading mailboxes and feeds, by hearing
 * brokers of messages.
 */

import type { TriggerView } from '@headgate/core';
import type { Jail } from '../sandbox/jail.ts';
import type { Folders } from '../store/folders/folders.ts';
import type { Store } from '../store/ports.ts';
import type { Alerts } from './alerts.ts';
import { openPolls } from './asking.ts';
import { startDue } from './due.ts';
import { openFeeds } from './feed-trigger.ts';
import type { FormatJail } from './formats.ts';
import { Messages } from './mail-message.ts';
import { openMailboxes } from './mail-trigger.ts';
import { openSubscriptions } from './mqtt-trigger.ts';
import { Registering } from './registering.ts';
import type { PollRow } from './polls.ts';
import { Schedule } from './schedule.ts';
import { TriggerHealth } from './trigger-health.ts';
import { openWatches } from './watching.ts';

type Deps = Omit<Parameters<typeof openPolls>[0], 'health'> & {
  readonly jail: Jail | null;
  readonly formats: FormatJail;
  readonly publicUrl: string;
  readonly keep: Parameters<typeof openMailboxes>[0]['keep'];
  readonly folders: Folders;
  readonly alerts: Alerts;
  readonly told: () => void;
  /** The journal that followers of runs hear of. */
  readonly journalOfRuns: Store['journal'];
};

const named = ({ trigger, environment }: PollRow) => ({ trigger, environment });

export const openTriggers = (d: Deps) => {
  const { store, flows, runs, alerts, clock, journalOfRuns } = d;
  const health = new TriggerHealth({ store, alerts, now: clock.now, told: d.told });
  const polls = openPolls({ ...d, health });
  const watches = openWatches({ ...d, health });
  const mailboxes = openMailboxes({ ...d, health, messages: new Messages(d.jail) });
  const subscriptions = openSubscriptions({ ...d, health });
  const feeds = openFeeds({ ...d, health });
  const registering = new Registering({ ...d, health });
  const schedule = new Schedule({
    ...d,
    broken: (row, error) =>
      d.log('error', 'a schedule cannot be kept', { flow: row.flow, trigger: row.trigger, error: String(error) }),
    missed: (row, count, rule, last) => alerts.missed(row, count, rule, last),
    start: (due) => startDue({ store, flows, runs, journal: journalOfRuns, alerts }, due),
  });
  const each = [schedule, polls, watches, mailboxes, subscriptions, feeds, registering] as const;
  return {
    /** Reads all of them anew: at the start, and whenever a flow changed. */
    load: async (): Promise<void> => {
      await Promise.all(each.map((one) => one.load()));
    },
    close: (): void => {
      for (const one of each) one.close();
    },
    /** Those of a flow that go on by themselves. */
    of: (workspace: string, flow: string): readonly TriggerView[] => [
      ...schedule
        .of(workspace, flow)
        .map(({ row, next }) => ({ ...named(row), looked: null, next, well: null, failing: null })),
      ...[polls, watches, mailboxes, subscriptions, feeds, registering].flatMap((one) =>
        one.of(workspace, flow).map(({ row, next }) => ({ ...named(row), next, ...health.of(row) })),
      ),
    ],
  };
};
