/**
 * One runner process, seen from the host: what it was given, what keeps it busy, and its end.
 *
 * R1 A runner is entered in order and answers in order. The head of `entrances` is what keeps it busy now; a head that
 *    stays too long is a runner that is wedged, whatever it says.
 * R2 Nothing it sends is believed: a frame out of order, of an unknown run, too long or too often, and it is killed.
 * R3 Its end, for whatever reason, settles every run that was in it, each once.
 */

import { Passing } from '@headgate/core';
import { Entrances } from './entrances.ts';
import {
  answerFrame,
  bytesOf,
  ENDS,
  type Frame,
  type Outgoing,
  parser,
  plainFrame,
  programFrame,
  readCall,
  runFrame,
} from './frames.ts';
import {
  cancelled,
  failedWith,
  type Killed,
  lostWith,
  placesOf,
  problemOf,
  readFailure,
  syntaxProblem,
  verdictOf,
  waitedTooLong,
} from './failure.ts';
import { type EngineName, type Job, LEVELS } from './job.ts';
import { type Layers, readLayers } from './layers.ts';
import { kernelSaysOf, residentOf } from './process-state.ts';
import { type Child, endedFromOutside, FLAGS, start } from './spawn.ts';
import { newRun, quiet, type Run, type Ticket } from './ticket.ts';
import { Weight } from './weight.ts';

/** Beyond its own limit a run gets this long to come back by itself. */
const GRACE = 250;
/** Making a realm and compiling a program in it. */
const COMPILING = 5_000;
const MB = 1024 * 1024;
const PROGRAMS = 32;
export type RunnerFiles = { readonly launcher: string | null; readonly runner: string };

type Options = {
  readonly engine: EngineName;
  readonly files: RunnerFiles;
  /** More words for it: paths that it reads before its last lock. */
  readonly words?: readonly string[];
  /** Called once, when it is up or has failed to come up. */
  readonly ready: (runner: Runner) => void;
  readonly gone: (runner: Runner) => void;
};

export class Runner {
  readonly engine: EngineName;
  /** Set when it gets its first run, and never changed. */
  domain: string | null = null;
  layers: Layers | null = null;
  readonly #weight = new Weight(() => residentOf(this.pid));
  idleSince = performance.now();
  /** Takes no new runs. */
  retired = false;
  dead = false;
  readonly spawned = performance.now();
  readyAfter = 0;
  #errors = '';
  readonly #child: Child;
  readonly #o: Options;
  readonly #runs = new Passing<number, Run>();
  readonly #programs = new Map<string, number>();
  readonly #entrances = new Entrances();
  #outgoing: Outgoing[] = [];
  #flushing = false;
  #next = 1;
  #longest = 1 * MB;
  #hurt = false;
  #killedFor: Killed | null = null;

  constructor(o: Options) {
    this.#o = o;
    this.engine = o.engine;
    const words = [...FLAGS, ...(o.files.launcher === null ? [] : [o.files.launcher])];
    const direct = o.files.launcher === null ? [o.files.runner, '{}'] : [o.files.runner];
    this.#child = start(process.execPath, [...words, ...direct, o.engine, ...(o.words ?? [])]);
    const child = this.#child;
    const parse = parser(
      (frame) => this.#take(frame),
      () => this.#longest,
    );
    child.stdout.on('data', (chunk: Buffer) => {
      if (!this.dead && !parse(chunk)) this.kill('broken');
    });
    child.stderr.on('data', (chunk: Buffer) => {
      if (this.#errors.length < 2_000) this.#errors += chunk.toString('utf8').slice(0, 2_000);
    });
    child.stdin.on('error', () => undefined);
    child.on('error', (error) => {
      this.#errors += error.message;
      this.#end();
    });
    child.on('exit', () => this.#end());
  }

  get pid(): number {
    return this.#child.pid ?? 0;
  }

  get busy(): number {
    return this.#runs.size;
  }

  /** Has it runs, and all of them wait for something outside? Then it needs memory and no processor. */
  get waits(): boolean {
    return this.#runs.size > 0 && this.#entrances.head === null;
  }

  /** Is this one of its runs? */
  serves(ticket: Ticket): boolean {
    return this.#runs.values().some((run) => run.ticket === ticket);
  }

  /** How long the head of its queue has been waiting for its turn, in milliseconds. */
  get behind(): number {
    return this.#entrances.behind(performance.now());
  }

  /** A run in it had to be ended: it is to be weighed before the next one. */
  get hurt(): boolean {
    return this.#hurt;
  }

  /** It was ended from outside, mostly together with the server. */
  get interrupted(): boolean {
    return endedFromOutside(this.#child.signalCode);
  }

  /** What it said on its error output: of use when it does not come up. */
  get errors(): string {
    return this.#errors.trim();
  }

  run(ticket: Ticket): void {
    const { job } = ticket;
    if (job.signal?.aborted === true) return ticket.settle(failedWith(cancelled()));
    if (this.#hurt && this.#runs.size === 0) this.weigh();
    const program = this.#programOf(job);
    const id = this.#next;
    this.#next = this.#next >= 0xfffffff0 ? 1 : this.#next + 1;
    this.#longest = Math.max(this.#longest, 4 * job.limits.outBytes + MB);
    this.#runs.set(
      id,
      newRun(ticket, program, () => this.#cancel(id)),
    );
    this.#entrances.add(id, job.limits.cpuMs + GRACE, performance.now());
    this.#send(runFrame(job.plain === true ? 'T' : 'R', id, program, job.facts ?? '', job.input));
  }

  /** Looked at every few milliseconds while it is busy: clocks and memory. */
  watch(now: number): void {
    for (const [id, run] of this.#runs.entries()) {
      if (run.over || now - run.began < run.ticket.job.limits.wallMs) continue;
      this.#send(plainFrame('X', id));
      this.#over(id, run, () => run.ticket.settle(failedWith(waitedTooLong(run.ticket.job.limits))));
    }
    const seen = this.#entrances.look(now);
    if (seen === 'wedged') return this.kill('time');
    if (seen === 'short') return;
    if (this.#weight.isOver(this.#runs.get(this.#entrances.head ?? 0)?.ticket.job.limits.memoryMb ?? 64))
      this.kill('memory');
  }

  /** Retires it when it holds more than it should, or may be broken inside after what a run did to it. */
  weigh(): void {
    if (!this.dead && this.layers !== null && !this.#weight.settle(this.#hurt)) this.retired = true;
    this.#hurt = false;
  }

  kill(why: Killed): void {
    if (this.dead) return;
    this.#killedFor ??= why;
    this.#child.kill('SIGKILL');
  }

  /** Ends it and waits until it is gone. */
  close(): Promise<void> {
    if (this.dead) return Promise.resolve();
    return new Promise((resolve) => {
      this.#child.once('exit', () => resolve());
      this.kill('closed');
    });
  }

  /** The number its program has here; sent first where it has none. */
  #programOf(job: Job): number {
    const { limits } = job;
    const key = `${job.program.hash} ${job.names.join(' ')} ${limits.cpuMs} ${limits.memoryMb} ${limits.hostCalls} ${limits.outBytes} ${limits.logBytes}`;
    const known = this.#programs.get(key);
    if (known !== undefined) {
      this.#programs.delete(key);
      this.#programs.set(key, known);
      return known;
    }
    if (this.#programs.size >= PROGRAMS) {
      const used = new Set(this.#runs.values().map((run) => run.program));
      for (const [old, id] of this.#programs) {
        if (used.has(id)) continue;
        this.#programs.delete(old);
        this.#send(plainFrame('D', id));
        break;
      }
    }
    const id = this.#next;
    this.#next += 1;
    this.#programs.set(key, id);
    const head = {
      names: job.names,
      memoryMb: limits.memoryMb,
      hostCalls: limits.hostCalls,
      out: limits.outBytes,
      cpuMs: limits.cpuMs,
      log: limits.logBytes,
    };
    this.#send(programFrame(id, JSON.stringify(head), job.program.script));
    this.#entrances.add(id, COMPILING, performance.now());
    return id;
  }

  /** It no longer has this program: its realm broke, or did not compile. */
  #forgetProgram(id: number): void {
    for (const [key, known] of this.#programs) if (known === id) this.#programs.delete(key);
  }

  /** Frames of one turn of the loop go out together. */
  #send(frame: Outgoing): void {
    if (this.dead) return;
    this.#outgoing.push(frame);
    if (this.#flushing) return;
    this.#flushing = true;
    setImmediate(() => {
      this.#flushing = false;
      const all = this.#outgoing;
      this.#outgoing = [];
      if (!this.dead) this.#child.stdin.write(bytesOf(all));
    });
  }

  #take({ kind, id, body }: Frame): void {
    if (this.dead || this.#killedFor !== null) return;
    if (this.layers === null) return this.#up(kind, body);
    const run = this.#runs.get(id);
    const told = kind === 'F' && run !== undefined ? readFailure(body.toString('utf8')) : undefined;
    // Before the entrance counts as over: whose answer makes no sense is the one that broke the runner.
    if (told === null || (kind === 'O' && body.length > 4 * (run?.ticket.job.limits.outBytes ?? 0)))
      return this.kill('broken');
    if (ENDS.has(kind)) this.#entrances.over(id, performance.now());
    switch (kind) {
      case 'O':
        if (run === undefined) return this.kill('broken');
        return this.#over(id, run, () => run.ticket.settle({ ok: true, json: body.toString('utf8') }));
      case 'F':
        // Unknown: it was cancelled, and another run broke its realm before it heard of it.
        return run === undefined || told === undefined ? undefined : this.#failed(id, run, told);
      case 'B':
        return this.#broken(id, body.toString('utf8'));
      case 'K':
        return;
      case 'W':
        return run?.over === true ? this.#leave(id, run) : undefined;
      case 'C':
        return run === undefined ? this.kill('broken') : this.#call(id, run, body);
      case 'L': {
        if (run === undefined) return this.kill('broken');
        const text = body.toString('utf8', 1);
        run.logged += text.length;
        if (run.logged > 2 * run.ticket.job.limits.logBytes + 1_000) return this.kill('broken');
        if (!run.over) run.ticket.job.log(LEVELS[body[0] ?? 1] ?? 'info', text);
        return;
      }
      default:
        return this.kill('broken');
    }
  }

  #up(kind: string, body: Buffer): void {
    const layers = kind === 'U' ? readLayers(body.toString('utf8'), kernelSaysOf(this.pid)) : null;
    if (layers === null) return this.kill('broken');
    this.layers = layers;
    this.#weight.begin();
    this.readyAfter = performance.now() - this.spawned;
    this.#o.ready(this);
  }

  #failed(id: number, run: Run, told: NonNullable<ReturnType<typeof readFailure>>): void {
    const { job, again, settle } = run.ticket;
    if (['time', 'memory', 'broken', 'lost'].includes(told.why)) {
      this.#forgetProgram(run.program);
      this.#hurt = true;
    }
    this.#over(id, run, () => {
      if (told.why === 'lost' && run.calls === 0 && again()) return;
      settle(failedWith(problemOf(told, job.limits, run.refused.get(told.call)), placesOf(told.stack)));
    });
  }

  /** A program that does not compile: every run of it fails, and its frames are still to come. */
  #broken(program: number, json: string): void {
    this.#forgetProgram(program);
    const { problem, stack } = syntaxProblem(json);
    for (const [id, run] of this.#runs.entries())
      if (run.program === program) this.#over(id, run, () => run.ticket.settle(failedWith(problem, stack)));
  }

  #call(id: number, run: Run, body: Buffer): void {
    const asked = readCall(body);
    const { job } = run.ticket;
    run.calls += 1;
    if (asked === null || run.calls > job.limits.hostCalls) return this.kill('broken');
    if (run.over) return;
    const answer = (ok: boolean, text: string): void => {
      if (run.over || this.dead) return;
      this.#entrances.add(id, job.limits.cpuMs + GRACE, performance.now());
      this.#send(answerFrame(id, asked.call, ok, text));
    };
    if (asked.name === '') {
      const timer = setTimeout(() => {
        run.timers.delete(timer);
        answer(true, '');
      }, Number(asked.args) || 0);
      run.timers.add(timer);
      return;
    }
    if (!job.names.includes(asked.name)) return this.kill('broken');
    job.host(asked.name, asked.args).then(
      (result) => {
        if (result.ok) return answer(true, result.value);
        run.refused.set(asked.call, result.problem);
        answer(false, JSON.stringify({ code: result.problem.code, text: result.problem.text }));
      },
      // The host's own failure: told to the job, which knows what to make of it, and to nobody inside.
      (error: unknown) => {
        this.#send(plainFrame('X', id));
        this.#over(id, run, () => run.ticket.fail(error));
      },
    );
  }

  #cancel(id: number): void {
    const run = this.#runs.get(id);
    if (run === undefined || run.over) return;
    this.#send(plainFrame('X', id));
    this.#over(id, run, () => run.ticket.settle(failedWith(cancelled())));
    // Told to stop while it computes: it does not hear that, so its time is what is left of a moment.
    this.#entrances.hurry(id, GRACE, performance.now());
  }

  /** Ends a run, once. It stays known until the runner has nothing more to say of it. */
  #over(id: number, run: Run, tell: () => void): void {
    if (!run.over) {
      quiet(run);
      tell();
    }
    this.#leave(id, run);
  }

  #leave(id: number, run: Run): void {
    if (!run.over || this.#entrances.has(id)) return;
    if (this.#runs.delete(id) && this.#runs.size === 0) this.idleSince = performance.now();
  }

  #end(): void {
    if (this.dead) return;
    this.dead = true;
    const guilty = this.#entrances.head;
    const runs = this.#runs.entries();
    this.#runs.clear();
    this.#entrances.clear();
    this.#o.gone(this);
    for (const [id, run] of runs) {
      if (run.over) continue;
      quiet(run);
      const { again, job, settle } = run.ticket;
      if (this.#killedFor === 'closed') settle(failedWith(cancelled()));
      else if (id === guilty || run.program === guilty)
        settle(failedWith(verdictOf(this.#killedFor, this.#child.exitCode, job.limits)));
      else if (run.calls > 0 || !again()) settle(failedWith(lostWith()));
    }
  }
}
