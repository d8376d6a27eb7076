/** `headgate audit-log verify` and `export`: the audit trail of the whole instance, read beside a running server. */

import { problem, type Result } from '@headgate/core';
import { tryOpenStore } from '../store/open.ts';
import type { Trail } from '../store/engine-port.ts';
import type { Store } from '../store/ports.ts';
import { loadKeyFile } from '../store/vault-seal/key-file.ts';
import type { Settings } from './config.ts';
import { complain, DONE, FAILED, MISUSED, pretty, print } from './say.ts';

/** What a trail that does not hold has, in words. */
export const faultOf = ({ fault, broken, checked }: Trail): string => {
  switch (fault) {
    case null:
      return `${checked} records hold`;
    case 'record':
      return `record ${String(broken)} was changed or inserted, or one before it removed or moved`;
    case 'end':
      return `records after the ${checked} that hold were removed`;
    case 'head':
      return `${checked} records hold, and what says how many there must be was changed or removed`;
  }
};

const openForReading = async (s: Settings): Promise<Result<Store>> => {
  const key = loadKeyFile(s.keyFile);
  return key.ok ? tryOpenStore({ dir: s.dir, key: key.value, clock: () => Date.now(), readOnly: true }) : key;
};

/** Checks the trail. Answers the exit code: 1 when it does not hold. */
export const verifyTrail = async (s: Settings, expect: string | undefined, json: boolean): Promise<number> => {
  if (expect !== undefined && !/^\d+:([0-9a-f]{64}|-)$/.test(expect)) {
    const fix = 'Give what headgate audit-log verify printed, as 1042:5f0c…';
    complain([problem('usage', 'expected COUNT:HASH', { at: { field: '--expect' }, fix })], json);
    return MISUSED;
  }
  const store = await openForReading(s);
  if (!store.ok) {
    complain([store.problem], json);
    return FAILED;
  }
  try {
    const trail = await store.value.engine.checkAudit(expect);
    if (trail.fault === null) {
      print(json ? pretty(trail) : `${trail.checked} records, none changed or removed\n${trail.head}`);
      return DONE;
    }
    const fix = 'Find out who wrote to the database; a backup shows what was there.';
    complain([problem('audit.broken', `The audit trail does not hold: ${faultOf(trail)}`, { fix })], json);
    return FAILED;
  } finally {
    await store.value.close();
  }
};

/** Prints every record, one JSON text a line. Answers the exit code. */
export const exportTrail = async (s: Settings, json: boolean): Promise<number> => {
  const store = await openForReading(s);
  if (!store.ok) {
    complain([store.problem], json);
    return FAILED;
  }
  try {
    for await (const records of store.value.engine.auditRecords()) {
      for (const { at, ...record } of records) print(JSON.stringify({ ...record, at: new Date(at).toISOString() }));
    }
    return DONE;
  } finally {
    await store.value.close();
  }
};
