/**
 * The commands a step may send to Redis, whether they change something, and which of their words are keys. What is not listed
 * is not sent: scripts (EVAL, FUNCTION), settings (CONFIG, ACL), what tells of other clients (MONITOR, CLIENT), what looks through all
 * keys (KEYS, SCAN), what blocks, and what takes a session over (MULTI, SUBSCRIBE).
 */

import { type Problem, problem } from '@headgate/core';

/** `one`: the first word is a key; `all`: each is; `pairs`: every other one, from the first. */
type Keys = 'one' | 'all' | 'pairs';

const of = (names: string, keys: Keys): [string, Keys][] => names.split(' ').map((name) => [name, keys]);

const READS: ReadonlyMap<string, Keys> = new Map([
  ...of('GET STRLEN GETRANGE TTL PTTL TYPE GETBIT BITCOUNT', 'one'),
  ...of('HGET HMGET HGETALL HEXISTS HLEN HKEYS HVALS HSTRLEN', 'one'),
  ...of('LRANGE LLEN LINDEX LPOS SMEMBERS SISMEMBER SMISMEMBER SCARD SRANDMEMBER', 'one'),
  ...of('ZRANGE ZREVRANGE ZRANGEBYSCORE ZREVRANGEBYSCORE ZSCORE ZMSCORE ZCARD ZCOUNT ZRANK ZREVRANK', 'one'),
  ...of('XRANGE XREVRANGE XLEN', 'one'),
  ...of('MGET EXISTS PFCOUNT SINTER SUNION SDIFF', 'all'),
]);

const WRITES: ReadonlyMap<string, Keys> = new Map([
  ...of('SET SETNX SETEX PSETEX GETSET GETDEL GETEX APPEND SETRANGE SETBIT', 'one'),
  ...of('INCR INCRBY INCRBYFLOAT DECR DECRBY EXPIRE PEXPIRE EXPIREAT PEXPIREAT PERSIST', 'one'),
  ...of('HSET HSETNX HDEL HINCRBY HINCRBYFLOAT', 'one'),
  ...of('LPUSH RPUSH LPUSHX RPUSHX LPOP RPOP LSET LREM LTRIM SADD SREM SPOP', 'one'),
  ...of('ZADD ZREM ZINCRBY ZPOPMIN ZPOPMAX ZREMRANGEBYSCORE ZREMRANGEBYRANK XADD XDEL XTRIM PFADD', 'one'),
  ...of('DEL UNLINK', 'all'),
  ...of('MSET MSETNX', 'pairs'),
  // A channel is named as a key is.
  ...of('PUBLISH', 'one'),
]);

const wrong = (text: string, field: string, fix: string): Problem =>
  problem('database.command', text, { at: { field: `with.${field}` }, fix });

/** Why this is not sent; null: it is. `prefix`: what every key has to begin with. */
export const commandProblem = (
  command: string,
  args: readonly (string | number)[],
  mode: 'read' | 'write',
  prefix: string,
): Problem | null => {
  const name = command.toUpperCase();
  const keys = READS.get(name) ?? WRITES.get(name);
  if (keys === undefined)
    return wrong(
      `${JSON.stringify(name.slice(0, 40))} is no command that a step may send`,
      'command',
      'docs/guides/databases.md lists the commands: those that read or change single keys.',
    );
  if (mode === 'read' && !READS.has(name))
    return wrong(`${name} changes something, and the step only reads`, 'mode', 'Set `mode` to write.');
  if (args.length === 0) return wrong(`${name} takes a key`, 'args', 'Give the key, and what else the command takes.');
  const named = args.filter((_, i) => keys === 'all' || (keys === 'one' ? i === 0 : i % 2 === 0));
  const strange = named.find((key) => !String(key).startsWith(prefix));
  return strange === undefined
    ? null
    : wrong(
        `The key ${JSON.stringify(String(strange).slice(0, 60))} does not begin with ${JSON.stringify(prefix)}`,
        'args',
        'Use keys that begin with `prefix`, or give the step another one.',
      );
};
