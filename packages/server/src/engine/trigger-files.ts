/**
 * Files that people send to a trigger of a flow, a form or a chat: kept in the project by the power that was lent to the
 * trigger.
 *
 * TF1 The power is judged at each file, and on record; a file counts to the workspace's room, and takes no other's place.
 */

import { printPower, problem, type Problem, type Room } from '@headgate/core';
import type { Store } from '../store/ports.ts';
import type { Clock } from './clock.ts';
import type { Flows, Target } from './flows.ts';

type Deps = {
  readonly store: Store;
  readonly journal: Store['journal'];
  readonly clock: Clock;
  readonly flows: Flows;
  readonly room: (workspace: string) => Room;
};

/** Whose file it is: the trigger of a flow. */
type Of = { readonly workspace: string; readonly flow: string; readonly trigger: string; readonly target: Target };

type Given = { readonly path: string; readonly type: string; readonly bytes: Uint8Array };

export type KeepFile = (of: Of, file: Given) => Promise<Problem | null>;

export const triggerFiles = (d: Deps): KeepFile => {
  const denied = async ({ workspace, flow, trigger, target }: Of, path: string): Promise<Problem | null> => {
    const lent = await d.flows.lent(workspace, flow);
    const request = { power: 'file', verbs: 'write', path } as const;
    const place = { workspace, project: target.row.project, flow, environment: target.environment };
    const now = d.clock.now();
    const asked = { place, step: trigger, narrow: undefined, request, reached: undefined, caller: null };
    const answer = lent.judge(asked, now);
    const group = d.journal.audit([
      {
        ...{ at: now, workspace, actor: `trigger:${trigger}`, action: 'power.file', object: printPower(request) },
        ...{ decision: answer.ok ? 'allow' : 'deny', reason: answer.ok ? null : answer.problem.code },
        ...{ run: null, step: trigger },
      },
    ]);
    await d.journal.barrier(group);
    return answer.ok ? null : answer.problem;
  };

  return async (of, { path, type, bytes }) => {
    const why = await denied(of, path);
    if (why !== null) return why;
    const { files } = d.store.in(of.workspace);
    const room = d.room(of.workspace);
    try {
      const full = room.more(bytes.length);
      if (full !== null) return full;
      const sink = files.sink();
      await sink.add(bytes);
      const content = await sink.end();
      const row = await files.put({
        ...{ id: d.clock.id('file_'), project: of.target.row.project, path, type, content },
        ...{ by: `trigger:${of.trigger}`, at: d.clock.now(), only: 'new' as const },
      });
      if (row === 'missing') return problem('file.missing', 'The project of this flow is gone');
      if (row !== 'taken') return null;
      // It came before, and the server died before its run began: the same file is no other.
      const there = await files.at(of.target.row.project, path);
      return there?.hash === content.hash ? null : problem('file.taken', `Another file stands at ${path}`);
    } finally {
      room.end();
    }
  };
};

/** The last part of a name, of plain signs, as a name of a file of ours (FS-02). */
export const plainName = (name: string): string => {
  const last = name.split(/[\\/]/).pop() ?? '';
  const plain = last
    .normalize('NFC')
    .replaceAll(/[^\p{L}\p{N}._-]+/gu, '_')
    .replace(/^[._]+/, '')
    .replace(/[._]+$/, '')
    .slice(-100);
  return plain === '' ? 'file' : plain;
};
