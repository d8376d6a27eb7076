/** The part of papaparse that the CSV steps use; its own types bring Node's along. */
declare module 'papaparse' {
  export type Config = {
    readonly delimiter?: string;
    readonly newline?: string;
    readonly quoteChar?: string;
    readonly header?: boolean;
    readonly columns?: readonly string[];
    readonly escapeFormulae?: boolean | RegExp;
  };
  export type Parsed = {
    readonly data: string[][];
    readonly errors: readonly { readonly code: string; readonly row?: number }[];
    readonly meta: { readonly cursor: number };
  };
  const Papa: {
    /** Its synchronous parser: with `ignoreLastRow` it stops before a row that may go on, and `cursor` says where. */
    readonly Parser: new (
      config: Config,
    ) => { readonly parse: (text: string, baseIndex: number, ignoreLastRow: boolean) => Parsed };
    readonly unparse: (
      rows: { readonly fields: readonly string[]; readonly data: readonly (readonly unknown[])[] },
      config?: Config,
    ) => string;
  };
  export default Papa;
}
