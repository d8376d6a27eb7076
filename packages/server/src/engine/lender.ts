/** What one step instance is lent: each of its doors, made for this step of this run. */

import type { MemoryDoor } from './agent/memory.ts';
import { mayAskBy } from './asks.ts';
import type { Broker } from './broker.ts';
import type { Lend } from './can.ts';
import type { Allow, Programs } from './code.ts';
import type { Credentials } from './credentials.ts';
import type { DatabaseDoor } from './databases.ts';
import type { fileDoor } from './files.ts';
import type { FormatJail } from './formats.ts';
import { mailFor } from './mail.ts';
import type { ModelDoor } from './models/door.ts';
import { netFor } from './net.ts';
import { RunScope } from './scope.ts';
import type { KnowledgeDoor } from './knowledge/door.ts';
import type { dataDoor } from './tables.ts';
import type { ToolServerDoor } from './tool-servers/door.ts';

type Deps = {
  readonly calls: Parameters<typeof netFor>[0] & Parameters<typeof mailFor>[0];
  readonly broker: Broker;
  readonly credentials: Credentials;
  readonly programs: Programs;
  readonly formats: FormatJail;
  readonly databases: DatabaseDoor;
  readonly files: ReturnType<typeof fileDoor>;
  readonly data: ReturnType<typeof dataDoor>;
  readonly knowledge: KnowledgeDoor;
  readonly models: ModelDoor;
  readonly memory: MemoryDoor;
  readonly toolServers: ToolServerDoor;
  readonly values: ConstructorParameters<typeof RunScope>[2];
  readonly info: ConstructorParameters<typeof RunScope>[3];
};

export const lender =
  ({
    calls,
    broker,
    credentials,
    programs,
    formats,
    databases,
    files,
    data,
    knowledge,
    models,
    memory,
    toolServers,
    values,
    info,
  }: Deps): Lend =>
  (live, cs, place, signal, log, key, flight) => {
    const net = netFor(calls, live, cs.step.id, cs.narrow, signal);
    const see = (): RunScope => new RunScope(live, place, values, info);
    const allow: Allow = (language, act) => {
      const power = { power: 'code', language } as const;
      return broker.effect(live, cs.step.id, cs.narrow, [power], act, undefined, true);
    };
    const show = (name: string, code: string) =>
      credentials.readFor(broker, live, cs.step.id, cs.narrow, { name, code });
    const own = files.lend(live, cs.step.id, cs.narrow, signal);
    const mail = mailFor(calls, live, cs.step.id, cs.narrow, signal, key);
    const code = programs.lend({ live, step: cs.step.id, net, files: own, see, signal, log, allow, show });
    const people = mayAskBy((powers) =>
      broker.effect(live, cs.step.id, cs.narrow, powers, () => Promise.resolve(null), undefined, true),
    );
    return {
      ...{ net, files: own, mail, code, people },
      formats: formats.lend(live.base, signal),
      databases: databases.lend(live, cs.step.id, cs.narrow, signal),
      ...data.lend(live, cs, key),
      knowledge: knowledge.lend(live, cs, signal, flight),
      models: models.lend(live, cs, place, signal, flight),
      memory: memory.lend(live, cs, key, signal),
      toolServers: toolServers.lend(live, cs.step.id, cs.narrow, signal),
    };
  };
