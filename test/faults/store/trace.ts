/**
 * Reading a trace of system calls (strace -f): was everything on disk that an answer stands for when it left?
 *
 * Followed are the WAL of the database and the files of blobs: a write makes a file's descriptor dirty, a finished fsync
 * or fdatasync makes it clean; a rename makes its folder dirty until that is synced. An answer is a write of `ack …` to
 * the standard output.
 */

type Call = { readonly name: string; readonly args: string; readonly result: string };

/** Whole calls in the order they finished, and writes also in the order they began (a write counts from its beginning). */
const callsOf = (trace: string): { begun: boolean; call: Call }[] => {
  const open = new Map<string, { name: string; args: string }>();
  const calls: { begun: boolean; call: Call }[] = [];
  for (const line of trace.split('\n')) {
    const whole = /^(\d+)\s+(\w+)\((.*)\)\s+= (.*)$/.exec(line);
    const begun = /^(\d+)\s+(\w+)\((.*) <unfinished \.\.\.>$/.exec(line);
    const resumed = /^(\d+)\s+<\.\.\. (\w+) resumed>(.*)\)\s+= (.*)$/.exec(line);
    if (whole !== null) {
      const call = { name: whole[2] ?? '', args: whole[3] ?? '', result: whole[4] ?? '' };
      calls.push({ begun: true, call }, { begun: false, call });
    } else if (begun !== null) {
      const half = { name: begun[2] ?? '', args: begun[3] ?? '' };
      open.set(begun[1] ?? '', half);
      calls.push({ begun: true, call: { ...half, result: '' } });
    } else if (resumed !== null) {
      const half = open.get(resumed[1] ?? '');
      if (half !== undefined)
        calls.push({
          begun: false,
          call: { name: half.name, args: half.args + (resumed[3] ?? ''), result: resumed[4] ?? '' },
        });
    }
  }
  return calls;
};

const pathIn = (args: string): string => /"([^"]*)"/.exec(args)?.[1] ?? '';
const folderOf = (path: string): string => path.slice(0, path.lastIndexOf('/'));

export type Verdict = {
  readonly answers: number;
  /** Syncs of the WAL seen. */
  readonly syncs: number;
  /** One line for each answer that left too early, saying what was not on disk. */
  readonly faults: readonly string[];
};

/** Judges a trace. */
export const judge = (trace: string): Verdict => {
  const names = new Map<string, string>();
  const dirty = new Map<string, string>();
  const folders = new Set<string>();
  const faults: string[] = [];
  let answers = 0;
  let syncs = 0;
  for (const { begun, call } of callsOf(trace)) {
    const fd = /^\d+/.exec(call.args)?.[0] ?? '';
    const name = names.get(fd) ?? '';
    switch (call.name) {
      case 'openat':
        if (!begun && /^\d+$/.test(call.result)) names.set(call.result, pathIn(call.args));
        break;
      case 'close':
        if (begun) names.delete(fd);
        break;
      case 'pwrite64':
      case 'write':
        if (!begun) break;
        if (fd === '1' && pathIn(call.args).startsWith('ack ')) {
          answers += 1;
          const what = [...dirty.values(), ...folders];
          if (what.length > 0) faults.push(`${pathIn(call.args)} before ${what.join(' and ')}`);
        } else if (name.endsWith('-wal') || name.includes('/blobs/')) dirty.set(name, name);
        break;
      case 'fsync':
      case 'fdatasync':
        if (begun || call.result !== '0') break;
        dirty.delete(name);
        folders.delete(name);
        if (name.endsWith('-wal')) syncs += 1;
        break;
      case 'rename':
      case 'renameat':
      case 'renameat2':
        if (!begun) folders.add(folderOf(pathIn(call.args)));
        break;
    }
  }
  return { answers, syncs, faults };
};
