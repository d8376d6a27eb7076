/**
 * The schema library compiles its checks where it may make functions from text. Here nothing may: it is told before it is loaded,
 * by the first file of the page, since the order in which the parts of a bundle run is the bundler's.
 */

Reflect.set(window, '__zod_globalConfig', { jitless: true });
