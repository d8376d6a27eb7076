/**
 * Powers: what a step may do, with a scope. One grammar for grants, needs and effects: `<power>: <scope>`.
 */

/** A parsed power. Hosts are lower-case ASCII without trailing dot; `*` stands for any. */
export type Power =
  | { readonly power: 'net'; readonly method: string; readonly host: string; readonly port: number | '*' }
  | { readonly power: 'flow'; readonly flow: string }
  | { readonly power: 'secret'; readonly name: string; readonly origin: string };
