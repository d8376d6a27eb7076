/**
 * Figures for Prometheus, in a registry of our own. Routes are labelled by their template, never by an address.
 *
 * MT1 On the hot path one observation is one addition into an array; texts are made when somebody asks.
 * MT2 The library is loaded at the first scrape: who has no Prometheus does not pay for it (20 MB). Figures of the
 *     process (event loop lag, memory, collections) begin there; answers are counted from the start.
 */

import type { Registry } from 'prom-client';

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

export type Gauges = {
  readonly version: string;
  /** Open event streams. */
  readonly streams: () => number;
  /** Journal groups waiting or being written. */
  readonly groups: () => number;
};

export class Metrics {
  readonly #gauges: Gauges;
  #registry: Promise<Registry> | undefined;
  readonly #series = new Map<string, Series[]>();

  constructor(gauges: Gauges) {
    this.#gauges = gauges;
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
    this.#registry ??= registryOf(this.#gauges);
    const own = await (await this.#registry).metrics();
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

const registryOf = async ({ version, streams, groups }: Gauges): Promise<Registry> => {
  const { collectDefaultMetrics, Gauge, Registry } = await import('prom-client');
  const registry = new Registry();
  collectDefaultMetrics({ register: registry, eventLoopMonitoringPrecision: 50 });
  const gauge = (name: string, help: string, read: () => number): void => {
    new Gauge({
      name,
      help,
      registers: [registry],
      collect() {
        this.set(read());
      },
    });
  };
  gauge('headgate_event_streams', 'Open event streams', streams);
  gauge('headgate_journal_pending_groups', 'Journal groups waiting or being written', groups);
  const info = { name: 'headgate_build_info', help: 'The version that runs', labelNames: ['version'] };
  new Gauge({ ...info, registers: [registry] }).set({ version }, 1);
  return registry;
};
