/**
 * What is not at the engine yet, kept in this browser: written at every edit, read when the flow is opened again, whatever
 * ended the page before. One record a tab, so that two tabs never write over each other.
 *
 * KP1 What a tab that is gone left behind is found by the next one that opens the flow, and by one alone.
 */

import type { Edit, Flow, History } from '@headgate/core';

export type Kept = {
  readonly flow: string;
  readonly tab: string;
  /** What the edits were made on, and its revision at the engine. */
  readonly base: Flow;
  readonly revision: number;
  readonly pending: readonly Edit[];
  readonly history: History;
  /** Something of it was written by somebody else than the person (DR5). */
  readonly brought?: boolean;
};

const NAME = 'headgate';
const STORE = 'drafts';

/** Resolves when the transaction is on disk, with what the request gave. */
const within = async <T>(mode: IDBTransactionMode, work: (store: IDBObjectStore) => IDBRequest<T>): Promise<T> => {
  const db = await open();
  return new Promise((resolve, reject) => {
    const transaction = db.transaction(STORE, mode, { durability: 'strict' });
    const request = work(transaction.objectStore(STORE));
    transaction.oncomplete = () => resolve(request.result);
    transaction.onabort = () => reject(transaction.error ?? new Error('the browser kept nothing'));
  });
};

let opened: Promise<IDBDatabase> | undefined;

const open = (): Promise<IDBDatabase> =>
  (opened ??= new Promise((resolve, reject) => {
    const request = indexedDB.open(NAME, 1);
    request.onupgradeneeded = () => request.result.createObjectStore(STORE, { keyPath: ['flow', 'tab'] });
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error ?? new Error('the browser opens no store'));
  }));

export const keep = async (kept: Kept): Promise<void> => void (await within('readwrite', (store) => store.put(kept)));

export const forget = async (flow: string, tab: string): Promise<void> =>
  void (await within('readwrite', (store) => store.delete([flow, tab])));

const ofFlow = (flow: string): Promise<readonly Kept[]> =>
  within('readonly', (store) => store.getAll(IDBKeyRange.bound([flow], [flow, []])) as IDBRequest<Kept[]>);

const lockOf = (tab: string): string => `headgate tab ${tab}`;

/** This tab's name for as long as it lives, reloads included; a copied tab gets one of its own. */
export const thisTab = async (): Promise<string> => {
  const known = sessionStorage.getItem('headgate.tab');
  const name = known ?? crypto.getRandomValues(new Uint32Array(2)).join('');
  if (await hold(name)) {
    sessionStorage.setItem('headgate.tab', name);
    return name;
  }
  const own = crypto.getRandomValues(new Uint32Array(2)).join('');
  sessionStorage.setItem('headgate.tab', own);
  await hold(own);
  return own;
};

/** True when the name was free. It is held until the page ends. Browsers without locks (no TLS) have each name free. */
const hold = (tab: string): Promise<boolean> => {
  if (!('locks' in navigator)) return Promise.resolve(true);
  return new Promise((answer) => {
    void navigator.locks.request(lockOf(tab), { ifAvailable: true }, (lock) => {
      answer(lock !== null);
      return lock === null ? undefined : new Promise(() => undefined);
    });
  });
};

/** What this tab and tabs that are gone left of a flow; what is found is taken over by this tab. */
export const leftBehind = async (flow: string, tab: string): Promise<readonly Kept[]> => {
  const all = await ofFlow(flow);
  const held = 'locks' in navigator ? ((await navigator.locks.query()).held ?? []).map((lock) => lock.name) : [];
  const mine = all.filter((one) => one.tab === tab || ('locks' in navigator && !held.includes(lockOf(one.tab))));
  for (const one of mine) if (one.tab !== tab) await forget(flow, one.tab);
  // The own record last: what this tab did is the latest.
  return mine.toSorted((a, b) => Number(a.tab === tab) - Number(b.tab === tab));
};
