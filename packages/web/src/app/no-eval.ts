/**
 * The schema library makes functions from text where it may. Here nothing may: it is told before it is loaded, whichever
 * part of the app loads it first. Its settings stand in a global of this name, so that telling it costs no library.
 */

Reflect.set(globalThis, '__zod_globalConfig', { jitless: true });

export {};
