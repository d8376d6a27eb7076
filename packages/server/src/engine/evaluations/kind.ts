/** What the runs of evaluations are known by. It knows nothing else of them, so that all of the engine may ask. */

/** The kind of the trigger of its runs. */
export const EVALUATION = 'evaluation@1';
