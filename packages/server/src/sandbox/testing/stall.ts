/**
 * How long a process's event loop does not come round: a beat every few milliseconds, and the longest gap between two.
 *
 * ST1 `away` is the gap on the clock: what a client waits. It grows too when the machine gives the processor to others, so
 *     a process that does nothing else (`openControl`) measures that at the same time.
 * ST2 `worked` is what the main thread computed in one gap: it tells a loop that was held up from one that had to wait for
 *     its turn, on any machine.
 *
 * Run as a program (`node stall.ts`) it is such a process: it answers each line with its own longest gap since the last.
 */

import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';

/** Milliseconds beyond the beat itself. */
export type Stall = { readonly away: number; readonly worked: number };

const BEAT = 5;

/** Milliseconds that this thread has computed so far. */
const computed = (): number => {
  const { user, system } = process.threadCpuUsage();
  return (user + system) / 1_000;
};

/** Watches the loop of this process from now on. `take` gives the longest gap since it was asked last. */
export const watchLoop = (): { readonly take: () => Stall; readonly stop: () => Stall } => {
  let [at, used, away, worked] = [performance.now(), computed(), 0, 0];
  const beat = (): void => {
    const [now, sum] = [performance.now(), computed()];
    away = Math.max(away, now - at - BEAT);
    worked = Math.max(worked, sum - used);
    [at, used] = [now, sum];
  };
  const timer = setInterval(beat, BEAT);
  const take = (): Stall => {
    beat();
    const stall = { away: Math.max(0, away), worked };
    [away, worked] = [0, 0];
    return stall;
  };
  return {
    take,
    stop: () => {
      clearInterval(timer);
      return take();
    },
  };
};

/** A process beside this one that does nothing but beat. */
export type Control = {
  /** Its longest gap since it was asked last, in milliseconds. */
  readonly since: () => Promise<number>;
  readonly close: () => void;
};

export const openControl = async (): Promise<Control> => {
  const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', import.meta.filename, 'control'], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const lines = createInterface({ input: child.stdout });
  const waiting: ((ms: number) => void)[] = [];
  lines.on('line', (line) => waiting.shift()?.(Number(line)));
  const since = (): Promise<number> =>
    new Promise((resolve) => {
      waiting.push(resolve);
      child.stdin.write('\n');
    });
  await since();
  return { since, close: () => void child.kill('SIGKILL') };
};

if (process.argv[2] === 'control') {
  const { take } = watchLoop();
  for await (const _line of createInterface({ input: process.stdin })) console.log(take().away);
  process.exit(0);
}
