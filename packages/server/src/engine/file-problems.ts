/** Why the door to files (files.ts) refuses. */

import { type Problem, problem } from '@headgate/core';

export const STOPPED = problem('file.stopped', 'The power to do this was taken back while it was under way');
export const TOO_LARGE = problem('file.size', 'A file may have 16 GB');
export const STRANGE = problem('file.reference', 'This reference leads to nothing that the run read or fetched', {
  fix: 'Hand on what a step gave, as it is.',
});

export const notWritten = (path: string): Problem =>
  problem(
    'file.reference',
    `This run did not write ${JSON.stringify(path.slice(0, 80))}, or it was written over since`,
    {
      fix: 'Read it with file.read as a reference, and hand that on.',
    },
  );

export const badPath = (path: string): Problem =>
  problem('file.path', `${JSON.stringify(path.slice(0, 80))} is no path of a file`, {
    fix: 'Write names joined by /, such as invoices/march.csv: none of them . or .., no \\ and no control characters.',
  });

export const badFolder = (path: string): Problem =>
  problem('file.path', `${JSON.stringify(path.slice(0, 80))} is no folder`, {
    fix: 'Write a path that ends in /, such as invoices/.',
  });
