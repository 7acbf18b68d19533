/**
 * Matrices in Redis, each once, under the hash of its numbers. What has been sent or fetched before is remembered, so a
 * basis that a hundred runs share crosses the wire once for each worker.
 */
import { createHash } from "node:crypto";
import type { Redis } from "ioredis";
import type { SharedMatrix } from "egop-lab/dist/jobs.js";
import { lifetime } from "./connection.ts";
import { PayloadError } from "./errors.ts";
import { bytesOf, numbersOf, type MatrixStore } from "./sweep-payload.ts";

/** Matrices that a process remembers. */
const kept = 8;

/** The store of a queue. Throws PayloadError for a matrix that is not there, too large, or not what its name says. */
export function matrixStore(client: Redis, prefix: string, mostBytes: number): MatrixStore {
  const hashes = new WeakMap<Float64Array, string>();
  const known = new Map<string, Float64Array>();
  const remember = (hash: string, data: Float64Array): void => {
    hashes.set(data, hash);
    known.delete(hash);
    known.set(hash, data);
    for (const oldest of [...known.keys()].slice(0, -kept)) known.delete(oldest);
  };
  return {
    async put({ data }) {
      const sent = hashes.get(data);
      if (sent !== undefined) return sent;
      if (8 * data.length > mostBytes)
        throw new PayloadError(`A matrix has ${8 * data.length} bytes; expected at most ${mostBytes}.`);
      const bytes = bytesOf(data);
      const hash = hashOf(bytes);
      await client.set(`${prefix}:matrix:${hash}`, bytes, "EX", lifetime);
      remember(hash, data);
      return hash;
    },
    async get(hash, rows, columns): Promise<SharedMatrix> {
      const expected = 8 * rows * columns;
      if (expected > mostBytes)
        throw new PayloadError(`A matrix has ${expected} bytes; expected at most ${mostBytes}.`);
      let data = known.get(hash);
      if (data === undefined) {
        const key = `${prefix}:matrix:${hash}`;
        // Its size is looked at before it is fetched.
        const bytes = (await client.strlen(key)) === expected ? await client.getBuffer(key) : null;
        if (bytes === null || hashOf(bytes) !== hash)
          throw new PayloadError(`The matrix ${hash} is not there, or is not ${rows} × ${columns}.`);
        data = numbersOf(bytes, "A matrix");
      }
      if (data.length !== rows * columns) throw new PayloadError(`The matrix ${hash} is not ${rows} × ${columns}.`);
      remember(hash, data);
      return { rows, columns, data };
    },
  };
}

function hashOf(bytes: Buffer): string {
  return `sha256:${createHash("sha256").update(bytes).digest("hex")}`;
}
