/** Where two JSON values differ: as evaluations tell it, so flow tests do. */

export { differences } from '@headgate/core';
