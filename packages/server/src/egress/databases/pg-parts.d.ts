/** The two parts of the driver pg that are used: the whole of it brings a pool, which is not. */

declare module 'pg/lib/client.js' {
  import { Client } from 'pg';
  export default Client;
}

declare module 'pg/lib/query.js' {
  import { Query } from 'pg';
  export default Query;
}
