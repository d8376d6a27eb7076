/** The migrations in order. The number of a schema is its place here, from 1. A name once released never changes. */

import type { Migration } from 'kysely/migration';
import { ground } from './0001-ground.ts';
import { sharedBlobs } from './0002-shared-blobs.ts';
import { typedGrants } from './0003-typed-grants.ts';

export const MIGRATIONS: readonly { readonly name: string; readonly migration: Migration }[] = [
  { name: '0001-ground', migration: ground },
  { name: '0002-shared-blobs', migration: sharedBlobs },
  { name: '0003-typed-grants', migration: typedGrants },
];

export const NEWEST = MIGRATIONS.length;
