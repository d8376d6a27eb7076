/**
 * The embedded engine: everything of this room put together behind EnginePort. In process, journal in the store.
 * It is opened by main alone; the gateway sees the port and the guard, and nothing else of it.
 */

import { createHash } from 'node:crypto';
import { type Problem, problem } from '@headgate/core';
import { NO_FOLDERS } from '../store/folders/folders.ts';
import { aimAt } from './aim.ts';
import { Alerts } from './alerts.ts';
import { Asks, asksPort } from './asks.ts';
import { Broker } from './broker.ts';
import { systemClock } from './clock.ts';
import { Ledger } from './ledger.ts';
import { DatabaseDoor } from './databases.ts';
import { newDryRun } from './dry-run.ts';
import { watchEndings } from './endings.ts';
import { Farewell } from './farewell.ts';
import { fileDoor } from './files.ts';
import { dataDoor } from './tables.ts';
import { newEvaluations } from './evaluations/port.ts';
import { Flows } from './flows.ts';
import { Followers } from './follow.ts';
import { FORMAT_LIMITS, FormatJail } from './formats.ts';
import { newChats } from './chats/chats.ts';
import { newForms } from './forms.ts';
import { Hooks } from './hooks.ts';
import { KnownValues } from './known.ts';
import type { Live } from './live.ts';
import { INSTANCE, Later } from './later.ts';
import { Listening } from './listening.ts';
import { Loop } from './loop.ts';
import { eventLinks } from './event-links.ts';
import { JsonTurns } from './json.ts';
import { MemoryDoor } from './agent/memory.ts';
import { comingOf } from './chats/came.ts';
import { KnowledgeDoor } from './knowledge/door.ts';
import { lender } from './lender.ts';
import { ModelDoor } from './models/door.ts';
import { LocalDoor } from './models/local.ts';
import { modelsPort } from './models/port.ts';
import { Providers } from './models/providers.ts';
import { netFor } from './net.ts';
import { Notifications } from './notifications.ts';
import { newGoOn } from './go-on.ts';
import { journalPages } from './journal-pages.ts';
import { Programs } from './code.ts';
import type { Engine, EngineOptions } from './options.ts';
import { newQueue } from './queue.ts';
import { Recovery } from './recovery.ts';
import { rerun } from './rerun.ts';
import { newResume } from './resume.ts';
import { dismissRevoked } from './revoked.ts';
import { newRunViews } from './run-views.ts';
import { Runs } from './runs.ts';
import { openTriggers } from './triggers.ts';
import { openSecrets } from './secrets.ts';
import { checkInput, newStarter, written } from './starter.ts';
import { startSweeping } from './sweep.ts';
import { Timers } from './timers.ts';
import { ValueReader } from './value-reader.ts';
import { toolServersOf } from './tool-servers/door.ts';
import { Values } from './values.ts';
import { veiled } from './veil.ts';
import { eventView } from './views.ts';

/** Opens the engine and takes up every run that was not over. */
export const openEngine = async (o: EngineOptions): Promise<Engine> => {
  const clock = o.clock ?? systemClock;
  const { full = () => null, folders = NO_FOLDERS } = o;
  const { store, vault, log } = o;
  const timers = new Timers(clock);
  const values = new Values(vault.openBlob);
  const flows = new Flows(store, o.catalog);
  const followers = new Followers();
  const known = new KnownValues();
  const clear = veiled(store.journal, known);
  const journal = followers.watching(
    clear,
    (write) => values.written((write.blobs ?? []).map((b) => b.id)),
    (write, group) => {
      asks.wrote(write, group);
      notifications.wrote(write, group);
    },
  );
  const ledger = new Ledger({ limits: store.engine.limits, journal, now: clock.now });
  const broker = new Broker({
    ledger,
    journal,
    now: clock.now,
    lent: (live) => flows.lent(live.base.workspace, live.base.flow),
    caller: (live) => store.directory.named(live.base.workspace, live.base.principal),
    at: (due, wake) => timers.at(due, wake),
    report: (error) => log('error', 'effects under way could not be judged again', { error: String(error) }),
  });

  const turns = new JsonTurns();
  const { credentials, connections, learn } = openSecrets({
    ...{ store, flows, timers, clock, known, log },
    openSecret: vault.openSecret,
    door: o.door,
    sources: o.sources ?? [],
    journal: clear,
    publicUrl: o.publicUrl,
    alerts: () => alerts,
  });
  const tokenOf = (live: Live, step: string, item: readonly number[], person?: string): string =>
    vault.resumeToken(live.id, step, item, person);
  const hashOf = (token: string): string => createHash('sha256').update(token).digest('hex');

  const info = { links: eventLinks(o.publicUrl, tokenOf) };
  const programs = new Programs(o.jail ?? null, o.compiler ?? null);
  const formats = new FormatJail(o.jail ?? null, o.compiler ?? null, o.formats ?? FORMAT_LIMITS);
  const later = new Later(clock, timers, log);
  const notifications: Notifications = new Notifications({
    ...{ store, clock, timers, later, log, mail: o.mail ?? null, publicUrl: o.publicUrl },
  });
  const alerts = new Alerts({ store, flows, broker, runs: () => runs, log, now: clock.now });
  const databases = new DatabaseDoor({ broker, connect: o.door.connect, credentials });
  const data = dataDoor({ store, broker, openChunk: vault.openChunk, ledger, full, guard: known, now: clock.now });
  const files = fileDoor({ store, broker, stream: vault.streamBlob, folders, ledger, full, now: clock.now });
  const asked = {
    ...{ broker, credentials, journal, clock, guard: known, door: o.door },
    providers: new Providers(o.catalog.providers, store, o.localModels?.list),
    local: o.localModels === undefined ? null : new LocalDoor(o.localModels),
    ...{ turns, aloud: followers.aloud },
  };
  const models = new ModelDoor(asked);
  const knowledge = new KnowledgeDoor({
    ...{ store, broker, clock, timers, log, formats, ledger, full, guard: known, stream: vault.streamBlob },
    ...{ models: asked, offline: models },
  });
  const coming = comingOf({ store, runs: () => runs, values, open: vault.openChunk });
  const memory = new MemoryDoor({ store, runs: () => runs, clock, coming, offline: models, ledger, full });
  const toolServers = toolServersOf(broker, o);
  const { now } = clock;
  const calls = { broker, door: o.door, store, credentials, turns, full, now, instanceMail: o.flowMail ?? null };
  const ground = { store, clock, timers, later, flows, log };
  const asks: Asks = new Asks({
    ...{ store, journal, clock, flows, values, publicUrl: o.publicUrl, mail: o.mail ?? null },
    runs: () => runs,
    effect: (live, { step }, needs, act) =>
      broker.effect(live, step.id, live.compiled.steps[step.index]?.narrow, needs, act),
    net: (live, { step }, signal) => netFor(calls, live, step.id, live.compiled.steps[step.index]?.narrow, signal),
    token: tokenOf,
    hash: hashOf,
  });
  const runs: Runs = new Runs({
    ...ground,
    asks,
    values,
    journal,
    ledger,
    full,
    open: { chunk: vault.openChunk },
    over: (live) => alerts.over(live),
    refused: notifications.refused,
    loop: (self) =>
      new Loop({
        clock,
        timers,
        journal,
        values,
        info,
        lend: lender({
          calls,
          broker,
          credentials,
          programs,
          formats,
          files,
          data,
          knowledge,
          models,
          ...{ memory, toolServers },
          databases,
          values,
          info,
        }),
        call: (live, step, scope, attempt, name, input) =>
          later.soon(live.base.workspace, async () => {
            if (live.over) return { problem: problem('run.over', 'This run is over already') };
            const narrow = live.compiled.steps[step.index]?.narrow;
            const from = { flows, place: live.base, step: step.id, narrow, now: clock.now() };
            const { target, power, reached } = await aimAt(from, name);
            const act = async (): Promise<{ child: string } | { problem: Problem }> => {
              if (!target.ok) return { problem: target.problem };
              const checked = checkInput(target.value, input);
              return checked.ok
                ? self.children.call(live, step, scope, attempt, target.value, checked.value)
                : { problem: checked.problem };
            };
            const done = await broker.effect(live, step.id, narrow, [power], act, reached);
            return done.ok ? done.value : { problem: done.problem };
          }),
        meter: (live, most) => broker.meter(live, most),
        watch: (live, wait) => self.wakes.watch(live, wait),
        held: (live) => self.wakes.held(live),
        limit: (live, deadline) => self.wakes.limit(live, deadline),
        orphan: (live, child) => self.children.orphan(live, child),
        tokenHash: (live, step, item) => hashOf(tokenOf(live, step, item)),
        asked: (live, wait) => asks.opened(live, wait),
        left: (live, wait, how) => {
          if (wait.child !== null) self.children.orphan(live, wait.child);
          asks.closed(live, wait, how);
        },
        ended: (live) => self.ended(live),
        parked: (live) => self.parked(live),
        bug: (live, step, error) =>
          log('error', 'a step failed unexpectedly', {
            run: live.id,
            step,
            error: error instanceof Error ? error.stack : 'not an error',
          }),
        down: (live) => self.abandon(live),
        drop: (live) => self.drop(live),
      }),
  });

  const triggers = openTriggers({
    ...{
      ...calls,
      ...ground,
      journal: clear,
      runs,
      folders,
      open: vault.openChunk,
      alerts,
      told: () => notifications.look(),
    },
    journalOfRuns: journal,
    ...{ jail: o.jail ?? null, formats, publicUrl: o.publicUrl },
    keep: files.keep,
  });
  const views = newRunViews(store, runs);
  const { start, settled } = newStarter({ store, clock, timers, values, flows, runs, views, journal });
  const resuming = newResume({ store, journal, clock, runs, asks, hash: hashOf });
  const form = newForms({
    ...{ store, journal, clock, flows, runs, values },
    room: files.port.room,
    stamp: vault.stamp,
  });
  const chat = newChats({
    ...{ store, journal, clock, timers, flows, runs, values, followers, log },
    ...{ coming, stamp: vault.stamp, room: files.port.room },
  });
  const evaluations = newEvaluations({
    ...{ ...ground, journal, runs, followers, models, asks, open: vault.openChunk, room: files.port.room },
  });
  const listening = new Listening({ store, clock, flows });
  const hooks = new Hooks({
    store,
    listening,
    clock,
    flows,
    runs,
    values,
    journal,
    secret: (...asked) => credentials.signing(...asked),
  });

  const farewell = new Farewell({
    ends: store.engine.ends,
    runs,
    journal: clear,
    later,
    clock,
    ...(o.ending === undefined ? {} : { stage: o.ending }),
  });

  const unread = (what: string) => (error: unknown) =>
    log('error', `${what} could not be read`, { error: String(error) });
  const changed = (): void => {
    farewell.look().catch(unread('workspaces to delete'));
    flows.forget();
    broker.changed();
    later.do(INSTANCE, 'the queue of a revoked key', () => dismissRevoked(store, clock, runs));
    hooks.forget();
    ledger.renew().catch(unread('quotas'));
    alerts.forget();
    notifications.look();
    // What the guard does not hide because of a passing fault, it would not hide until somebody writes again.
    learn().catch(() => later.do(INSTANCE, 'what the guard hides', learn));
    void triggers.load().catch(unread('triggers'));
  };
  await learn();
  await ledger.open();
  const recovery = new Recovery({ store, flows, timers, runs, ledger, log });
  const recovered = await recovery.all();
  await triggers.load();
  const unsubscribe = store.onChange(changed);

  await farewell.look();
  knowledge.open();
  await evaluations.open();
  await notifications.open();
  watchEndings(store, clock, timers, later, () => notifications.look());
  startSweeping(store, clock, timers, later, o.keep);
  return {
    guard: known,
    inMemory: () => runs.size,
    recovered,
    start,
    view: views.one,
    files: files.port,
    tables: data.port,
    knowledge: knowledge.port,
    evaluations: evaluations.port,
    hook: (request) => hooks.answer(request),
    reveals: async (workspace, flow, environment) => {
      const lent = await flows.lent(workspace, flow);
      if (!lent.namesShapes) return [];
      const row = await store.in(workspace).flows.get(flow);
      return row === null ? [] : lent.reveals({ workspace, project: row.project, flow, environment }, clock.now());
    },
    journal: journalPages({ store, runs, values }),
    connections,
    models: modelsPort({ ...asked, store, flows, ledger }),
    values: new ValueReader({ store, clock, timers, values, guard: known, ends: runs.ends, flows }),
    follow: async (workspace, id, after, signal) => {
      const row = await store.in(workspace).runs.get(id);
      const live = runs.live(id);
      if (row === null && live?.base.workspace !== workspace) return null;
      const events = followers.events(
        store,
        workspace,
        id,
        after,
        (seen) => runs.ends.events(workspace, id, seen),
        signal,
      );
      return (async function* () {
        for await (const event of events) yield eventView(event, workspace, values);
      })();
    },
    watch: (workspace, flow, tell) => followers.runsOf(workspace, flow, tell),
    cancel: written(async (who, id, reason) => {
      const found = await views.reach(who, id, 'run.cancel');
      if (!found.ok) return found;
      const live = await runs.hold(who.workspace, id);
      if (live === null || live.over) return { ok: false, problem: problem('run.over', 'This run is over already') };
      live.record(clock.now(), 'run.cancel', { by: who.id, ...(reason === undefined ? {} : { reason }) });
      runs.loop.advance(live);
      return settled(live);
    }),
    triggers: async (workspace, flow) => triggers.of(workspace, flow),
    listen: (who, flow, trigger) => listening.begin(who, flow, trigger),
    unlisten: (who, flow, id) => listening.end(who, flow, id),
    goOn: written(newGoOn({ store, clock, values, runs, views, settled })),
    resolve: written(async (who, id, choice) => {
      const found = await views.reach(who, id, 'run.cancel');
      if (!found.ok) return found;
      const live = await runs.hold(who.workspace, id);
      if (live === null || live.state.phase !== 'in_doubt')
        return { ok: false, problem: problem('run.not_in_doubt', 'This run is not in doubt') };
      live.record(clock.now(), 'run.resolved', { choice, by: who.id });
      runs.loop.advance(live);
      return settled(live);
    }),
    rerun: written(async (request) => {
      const found = await views.reach(request.principal, request.run, 'run');
      if (!found.ok) return found;
      const made = await rerun({ store, flows, runs, values, check: checkInput }, found.value, request);
      return made.ok ? settled(made.value) : made;
    }),
    resumable: resuming.resumable,
    resume: written(resuming.resume),
    asks: asksPort(asks, resuming),
    notifications: notifications.port,
    form,
    chat,
    dryRun: newDryRun({ store, flows, clock }),
    queue: newQueue(runs.admission, o.keep),
    ready: () => {
      const state = store.journal.state();
      if (!state.ok) return [state.problem.text];
      if (runs.down) return ['the journal cannot be written'];
      return full() === null ? [] : ['room on the disk: no new run begins'];
    },
    close: async (grace) => {
      unsubscribe();
      triggers.close();
      farewell.close();
      recovery.close();
      alerts.close();
      notifications.close();
      evaluations.close();
      await runs.close(grace);
      await knowledge.close();
      databases.close();
      await Promise.all([models.close(), toolServers.close()]);
      timers.close();
    },
  };
};
