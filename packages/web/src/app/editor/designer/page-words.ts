/** What the page of a form says by itself. It speaks one language, whichever the app speaks: the preview shows it as it will be. */

export const PAGE_WORDS = {
  required: '(required)',
  choose: 'Choose…',
  send: 'Send',
  sendAnswer: 'Send the answer',
  next: 'Next',
  back: 'Back',
  comment: 'Comment',
  optional: '(optional)',
  page: (page: number, pages: number): string => `Page ${page} of ${pages}`,
} as const;
