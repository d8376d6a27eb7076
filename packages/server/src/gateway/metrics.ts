/**
 * Figures for Prometheus, in a registry of our own. Routes are labelled by their template, never by an address. On the
 * hot path one observation is one addition into an array; texts are made when somebody asks.
 */

import { collectDefaultMetrics, Gauge, Registry } from 'prom-client';

/** Upper bounds of the histogram's buckets, in seconds. */
const BOUNDS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60] as const;

/** Durations of one route and one class of status. */
class Series {
  readonly buckets = new Float64Array(BOUNDS.length + 1);
  sum = 0;
  count = 0;

  add(seconds: number): void {
    let i = 0;
    while (i < BOUNDS.length && seconds > (BOUNDS[i] ?? 0)) i += 1;
    this.buckets[i] = (this.buckets[i] ?? 0) + 1;
    this.sum += seconds;
    this.count += 1;
  }
}

export class Metrics {
  readonly #registry = new Registry();
  readonly #series = new Map<string, Series[]>();

  /** `streams`: open event streams. `groups`: journal groups waiting or being written. */
  constructor(version: string, streams: () => number, groups: () => number) {
    collectDefaultMetrics({ register: this.#registry, eventLoopMonitoringPrecision: 50 });
    const registers = [this.#registry];
    gauge(registers, 'headgate_event_streams', 'Open event streams', streams);
    gauge(registers, 'headgate_journal_pending_groups', 'Journal groups waiting or being written', groups);
    new Gauge({ name: 'headgate_build_info', help: 'The version that runs', labelNames: ['version'], registers }).set(
      { version },
      1,
    );
  }

  /** Counts an answer. */
  observe(route: string, status: number, seconds: number): void {
    let classes = this.#series.get(route);
    if (classes === undefined) {
      classes = [];
      this.#series.set(route, classes);
    }
    const at = Math.floor(status / 100);
    let series = classes[at];
    if (series === undefined) {
      series = new Series();
      classes[at] = series;
    }
    series.add(seconds);
  }

  /** The whole page, with the runs of one workspace by state. */
  async text(runs: Readonly<Record<string, number>>): Promise<string> {
    const own = await this.#registry.metrics();
    const states = Object.entries(runs).map(([state, count]) => `headgate_runs{state="${state}"} ${count}`);
    const lines = [
      '# HELP headgate_runs Runs of the workspace by state',
      '# TYPE headgate_runs gauge',
      ...states,
      ...this.#durations(),
    ];
    return `${own}\n${lines.join('\n')}\n`;
  }

  #durations(): string[] {
    const name = 'headgate_http_request_duration_seconds';
    const lines = [`# HELP ${name} Time to answer, by route and class of status`, `# TYPE ${name} histogram`];
    for (const [route, classes] of this.#series) {
      for (const [at, series] of classes.entries()) {
        if (series === undefined) continue;
        const labels = `route="${route}",status="${at}xx"`;
        let below = 0;
        for (const [i, bound] of BOUNDS.entries()) {
          below += series.buckets[i] ?? 0;
          lines.push(`${name}_bucket{${labels},le="${bound}"} ${below}`);
        }
        lines.push(
          `${name}_bucket{${labels},le="+Inf"} ${series.count}`,
          `${name}_sum{${labels}} ${series.sum}`,
          `${name}_count{${labels}} ${series.count}`,
        );
      }
    }
    return lines;
  }
}

const gauge = (registers: Registry[], name: string, help: string, read: () => number): void => {
  new Gauge({
    name,
    help,
    registers,
    collect() {
      this.set(read());
    },
  });
};
