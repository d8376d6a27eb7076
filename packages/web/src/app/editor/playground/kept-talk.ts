/** Which conversation with a draft is open, and which run answered which message, kept in this browser. */

const MOST = 200;

export type KeptTalk = {
  /** Null: a new one. */
  readonly session: string | null;
  /** The run of an answer, by the id of the answer. */
  readonly runs: Readonly<Record<string, string>>;
};

const NONE: KeptTalk = { session: null, runs: {} };
const nameOf = (flow: string): string => `headgate.playground ${flow}`;

export const keptTalk = (flow: string): KeptTalk => {
  try {
    const kept: unknown = JSON.parse(localStorage.getItem(nameOf(flow)) ?? 'null');
    if (typeof kept !== 'object' || kept === null) return NONE;
    const { session, runs } = kept as Partial<KeptTalk>;
    return { session: typeof session === 'string' ? session : null, runs: { ...runs } };
  } catch {
    return NONE;
  }
};

export const keepTalk = (flow: string, { session, runs }: KeptTalk): void => {
  const latest = Object.fromEntries(Object.entries(runs).slice(-MOST));
  localStorage.setItem(nameOf(flow), JSON.stringify({ session, runs: latest }));
};
