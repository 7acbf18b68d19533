/** Reaching Redis, and saying in one sentence why it cannot be reached. Passwords never stand in a message. */
import { Redis } from "ioredis";
import { ArgumentError } from "egop";
import { messageOf, QueueError } from "./errors.ts";

/** Where the queue is. */
export interface QueueAddress {
  /** redis://[user:password@]host[:port][/database], or rediss:// for TLS. */
  readonly redis: string;
  /** What all keys in Redis begin with; default "egop". Two prefixes are two queues. */
  readonly prefix?: string;
}

export const usualPrefix = "egop";
/** Seconds that results and notes of a run stay in Redis when nobody touches them. */
export const lifetime: number = 7 * 24 * 3600;
/** Milliseconds to wait for a first answer. */
const firstAnswer = 5000;
const longestPause = 1000;

/** The address without a password. */
export function publicAddress(redis: string): string {
  const { protocol, host, pathname } = new URL(redis);
  return `${protocol}//${host}${pathname === "/" ? "" : pathname}`;
}

/** Throws ArgumentError for what is no address of a Redis. */
function requireAddress({ redis, prefix = usualPrefix }: QueueAddress): void {
  let protocol: string | undefined;
  try {
    ({ protocol } = new URL(redis));
  } catch {
    // Falls to the message below; the text itself might hold a password.
  }
  if (protocol !== "redis:" && protocol !== "rediss:")
    throw new ArgumentError("redis is no address; expected redis://host:port or rediss://user:password@host:port.");
  if (!/^[\w.-]{1,100}$/.test(prefix))
    throw new ArgumentError(`prefix is ${JSON.stringify(prefix)}; expected letters, digits, dots, dashes.`);
}

/**
 * A connection that has answered. Later it waits for a Redis that is away, and sends again what was not answered.
 * Throws QueueError when there is no answer, or a refusal.
 */
export async function connect(address: QueueAddress): Promise<Redis> {
  requireAddress(address);
  let last: string | undefined;
  const client = new Redis(address.redis, {
    lazyConnect: true,
    maxRetriesPerRequest: null,
    retryStrategy: (times) => Math.min(50 * times, longestPause),
  });
  client.on("error", (error: Error) => (last = error.message));
  const patience = new Promise<never>((_resolve, reject) => {
    setTimeout(() => reject(new Error("no answer")), firstAnswer).unref();
  });
  // A wrong password is refused at once, and asking again does not help.
  const refused = new Promise<never>((_resolve, reject) => {
    client.on("error", (error: Error) => {
      if (/WRONGPASS|NOAUTH|invalid password|NOPERM/i.test(error.message)) reject(error);
    });
  });
  refused.catch(() => {});
  try {
    await Promise.race([client.connect().then(() => client.ping()), patience, refused]);
    return client;
  } catch (error) {
    client.disconnect();
    throw new QueueError(`Redis at ${publicAddress(address.redis)} cannot be used (${last ?? messageOf(error)}).`);
  }
}

/** The names of keys besides those of BullMQ. */
export function queueKeys(prefix: string): {
  readonly results: (run: string) => string;
  readonly run: (run: string) => string;
  readonly worker: (id: string) => string;
  /** The workers that have refused jobs of a run. */
  readonly refused: (run: string) => string;
} {
  return {
    results: (run) => `${prefix}:results:${run}`,
    run: (run) => `${prefix}:run:${run}`,
    worker: (id) => `${prefix}:worker:${id}`,
    refused: (run) => `${prefix}:refused:${run}`,
  };
}

/** All keys of a pattern, without stopping the server to look for them. */
export async function keysLike(client: Redis, pattern: string): Promise<readonly string[]> {
  const found: string[] = [];
  let cursor = "0";
  do {
    const [next, keys] = await client.scan(cursor, "MATCH", pattern, "COUNT", 1000);
    found.push(...keys);
    cursor = next;
  } while (cursor !== "0");
  return [...new Set(found)];
}

/** The name of the one queue, on which both estimates and sweeps go. */
export const queueName = "jobs";
