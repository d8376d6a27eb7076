/** What the guard has taken out of a value before it was shown. Sent back as it is, it would be taken for the value. */

/** `text`: a value as JSON. */
export const holdsHidden = (text: string): boolean => text.includes('"[hidden') || text.includes('[hidden]');
