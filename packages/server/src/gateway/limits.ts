/** What one client, one key and all of them together may take. Times in milliseconds, sizes in bytes. */
export type Limits = {
  /** Largest JSON or form body. */
  readonly body: number;
  /** Largest webhook body. */
  readonly hookBody: number;
  /** Levels of nested lists and objects in JSON. */
  readonly depth: number;
  /** Bytes of all bodies in flight together; small bodies pass even when it is used up. */
  readonly bodies: number;
  /** Event streams of one key. */
  readonly streams: number;
  /** Requests of one key that wait for a run's end. */
  readonly waiting: number;
  /** Files of one key that come in or go out at the same time. */
  readonly transfers: number;
  /** Requests a minute of one account, one workspace, one network; 0: no limit. */
  readonly userRate: number;
  readonly workspaceRate: number;
  readonly networkRate: number;
  /** Wrong keys from one network address in a minute, before 429. */
  readonly guesses: number;
  /** Runs of public flows that one network may start a minute, and that may be started of one flow. */
  readonly visits: number;
  readonly flowVisits: number;
  /** Tries to sign in to one account from one network, and all tries from one network, in a quarter of an hour, before 429. */
  readonly tries: number;
  readonly networkTries: number;
  /** Answers of the doors of accounts come at multiples of this time. */
  readonly even: number;
  /** Refusals of one actor recorded one by one in a minute; the rest is counted in the next record. */
  readonly records: number;
  readonly connections: number;
  readonly headersTimeout: number;
  readonly requestTimeout: number;
  /** A file that comes in may take longer, as long as this many bytes a second came within each window. */
  readonly uploadWindow: number;
  readonly uploadRate: number;
  readonly keepAliveTimeout: number;
  /** A stream whose client takes nothing for this long is closed. */
  readonly stalled: number;
  readonly heartbeat: number;
  /** How often the server looks for connections past their time. */
  readonly checkEvery: number;
  readonly headerSize: number;
  /** How long a key lasts when its maker names no time, and the longest he may name. */
  readonly keyLife: number;
  readonly keyMost: number;
  /** What an orderly close waits for answers under way. */
  readonly grace: number;
};

export const LIMITS: Limits = {
  body: 5_000_000,
  hookBody: 5_000_000,
  depth: 64,
  bodies: 32 * 1024 * 1024,
  streams: 20,
  waiting: 200,
  transfers: 20,
  userRate: 6_000,
  workspaceRate: 60_000,
  networkRate: 6_000,
  guesses: 100,
  visits: 30,
  flowVisits: 600,
  tries: 10,
  networkTries: 100,
  even: 100,
  records: 2000,
  connections: 5000,
  headersTimeout: 10_000,
  requestTimeout: 60_000,
  uploadWindow: 30_000,
  uploadRate: 16 * 1024,
  keepAliveTimeout: 72_000,
  stalled: 60_000,
  heartbeat: 15_000,
  checkEvery: 2_000,
  headerSize: 16 * 1024,
  keyLife: 90 * 86_400_000,
  keyMost: 365 * 86_400_000,
  grace: 10_000,
};
