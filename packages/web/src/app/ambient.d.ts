/** What the build gives the app beside its own files. */

declare module 'headgate:routes' {
  export const TABLE: Readonly<Record<string, readonly [method: string, path: string]>>;
}

declare module 'headgate:routes/later' {
  export { TABLE } from 'headgate:routes';
}

declare module 'headgate:realm-lib' {
  export const LIB: string;
}

declare module '*.css';

declare module 'headgate:styles.css';

declare module '*.module.css' {
  const classes: Readonly<Record<string, string>>;
  export default classes;
}
