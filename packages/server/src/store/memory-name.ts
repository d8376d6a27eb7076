/** What the memory of a trigger is sealed under: it opens for that trigger of that flow in that environment alone. */
export const memoryName = (flow: string, trigger: string, environment: string, part?: string): string =>
  JSON.stringify(['trigger', flow, trigger, environment, ...(part === undefined ? [] : [part])]);
