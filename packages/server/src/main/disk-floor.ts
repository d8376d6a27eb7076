/**
 * How much of the disk stays free for the runs that are under way: `HEADGATE_DISK_FLOOR` read, and worked out for a disk.
 * It measures nothing.
 */

import { bad, good, problem, type Result } from '@headgate/core';

const MB = 1024 * 1024;
const GB = 1024 * MB;
const UNITS: Readonly<Record<string, number>> = { MB, GB, TB: 1024 * GB };

/** The smaller of the two counts: bytes, and a share of the disk. */
export type DiskFloor = { readonly bytes: number; readonly share: number };

const BY_DEFAULT: DiskFloor = { bytes: GB, share: 0.05 };

const FORM = /^(\d{1,6}(?:\.\d{1,3})?) ?(MB|GB|TB|%)$/;

/** The setting: a size as `500 MB`, a share as `5 %`, `0` for none; left out, 1 GB or 5 % of the disk. */
export const readDiskFloor = (text: string | undefined): Result<DiskFloor> => {
  if (text === undefined) return good(BY_DEFAULT);
  if (text === '0') return good({ bytes: 0, share: 0 });
  const [, amount = '', unit = ''] = FORM.exec(text) ?? [];
  const number = Number(amount);
  if (unit === '%' && number <= 50) return good({ bytes: Number.POSITIVE_INFINITY, share: number / 100 });
  const each = UNITS[unit];
  if (each !== undefined) return good({ bytes: Math.round(number * each), share: 1 });
  return bad(
    problem('config.disk_floor', 'HEADGATE_DISK_FLOOR must be a size, a share of the disk up to 50 %, or 0', {
      at: { field: 'HEADGATE_DISK_FLOOR' },
      fix: 'Write it as 500 MB, 2 GB or 5 %. The default is the smaller of 1 GB and 5 % of the disk.',
    }),
  );
};

/** The floor of a disk of this size, in bytes. A size that is named counts as it is named, whatever the disk. */
export const floorOf = ({ bytes, share }: DiskFloor, total: number): number =>
  Math.floor(share >= 1 ? bytes : Math.min(bytes, total * share));

/** Bytes as people read them. */
export const sizeText = (bytes: number): string =>
  bytes >= GB ? `${(bytes / GB).toFixed(1)} GB` : `${Math.round(bytes / MB)} MB`;
